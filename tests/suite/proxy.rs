//! A network between a journal and its server that does what a test asks for.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// What the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// What is sent arrives.
    Through,
    /// Nothing arrives, and nobody is told.
    Stalled,
    /// Every connection is cut, and none is made.
    Cut,
    /// The next commit arrives, but the connection is cut before its answer does.
    CutAfterCommit,
    /// The next commit does not arrive, and the connection is cut.
    CutBeforeCommit,
    /// The connection is cut at the next commit, which arrives a while later.
    LateCommit,
}

struct State {
    network: Mutex<Network>,
    changed: Condvar,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap()
    }

    /// Waits while nothing arrives; what the network does then.
    fn flowing(&self) -> Network {
        *self.changed.wait_while(self.lock(), |it| *it == Network::Stalled).unwrap()
    }
}

/// Listens for clients and passes on what they send to a server.
pub(crate) struct Proxy {
    state: Arc<State>,
    pub(crate) port: u16,
}

impl Proxy {
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { network: Mutex::new(Network::Through), changed: Condvar::new() };
        let state = Arc::new(state);
        let of_listener = Arc::clone(&state);
        // It ends with the process.
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, state) = (client.unwrap(), Arc::clone(&of_listener));
                std::thread::spawn(move || pass(&client, server, &state));
            }
        });
        Self { state, port }
    }

    pub(crate) fn set(&self, network: Network) {
        *self.state.lock() = network;
        self.state.changed.notify_all();
    }

    /// Whether what was asked for has happened.
    pub(crate) fn is(&self, network: Network) -> bool {
        *self.state.lock() == network
    }
}

/// Passes both ways on until one side ends.
fn pass(client: &TcpStream, server: u16, state: &State) {
    if state.flowing() == Network::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
    for end in [client, &server] {
        end.set_nodelay(true).unwrap();
        // So that a cut is noticed.
        end.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    }
    // Whether answers are kept back.
    let silent = Mutex::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            copy(&server, client, state, |bytes| {
                if *silent.lock().unwrap() {
                    return false;
                }
                let mut client = client;
                client.write_all(bytes).is_ok()
            });
        });
        copy(client, &server, state, |bytes| {
            let is_commit = bytes.windows(7).any(|it| it == b"COMMIT\0");
            let mut network = state.lock();
            let cuts = is_commit && !matches!(*network, Network::Through | Network::Stalled);
            let cut =
                if cuts { std::mem::replace(&mut *network, Network::Through) } else { *network };
            drop(network);
            if cuts {
                *silent.lock().unwrap() = true;
            }
            let mut to_server = &server;
            match cut {
                Network::CutBeforeCommit if cuts => return false,
                Network::LateCommit if cuts => {
                    let _ = client.shutdown(Shutdown::Both);
                    std::thread::sleep(Duration::from_millis(300));
                }
                _ => {}
            }
            // The answer, which nobody gets, says that the commit is done.
            to_server.write_all(bytes).is_ok()
        });
    });
}

/// Copies what comes from one end until it ends, or `to` has enough; both ends are closed then.
fn copy(from: &TcpStream, other: &TcpStream, state: &State, mut to: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let mut reader = from;
        let read = match reader.read(&mut buffer) {
            Ok(0) => 0,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if *state.lock() == Network::Cut {
                    break;
                }
                continue;
            }
            Err(_) => 0,
        };
        let network = state.flowing();
        if read == 0 || network == Network::Cut || !to(&buffer[..read]) {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
}
