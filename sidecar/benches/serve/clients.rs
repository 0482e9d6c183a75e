//! Clients over connections that stay open, as fast as they are answered or at a pace.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What is sent, by how many, for how long.
#[derive(Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) path: &'a str,
    pub(crate) media: &'a str,
    pub(crate) clients: usize,
    pub(crate) seconds: Duration,
}

/// What came of it.
pub(crate) struct Measured {
    /// Answers in a second.
    pub(crate) rate: f64,
    /// The time within which 99 of 100 were answered.
    pub(crate) p99: Duration,
}

struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Sends a body and gives the answer.
    fn send(&mut self, load: &Load<'_>, body: &str, line: &mut String, answer: &mut Vec<u8>) {
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n{body}",
            load.path,
            load.media,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        for number in 0.. {
            line.clear();
            self.stream.read_line(line).unwrap();
            if number == 0 {
                assert!(line.contains(" 20"), "{line}");
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        answer.resize(length, 0);
        self.stream.read_exact(answer).unwrap();
    }
}

/// The answer to one body.
pub(crate) fn answer(address: &str, load: &Load<'_>, body: &str) -> Vec<u8> {
    let (mut line, mut answer) = (String::new(), Vec::new());
    Connection::open(address).send(load, body, &mut line, &mut answer);
    answer
}

/// Sends bodies by their numbers; with a pace, so many in a second, and what is late counts as late.
pub(crate) fn measure(
    address: &str,
    load: &Load<'_>,
    body: &(dyn Fn(u64) -> String + Sync),
    pace: Option<f64>,
) -> Measured {
    let next = AtomicU64::new(0);
    let started = Instant::now();
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let clients: Vec<_> = (0..load.clients)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(address);
                    let (mut line, mut answer) = (String::new(), Vec::new());
                    let mut times = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let body = body(number);
                        let due = match pace {
                            Some(pace) => started + Duration::from_secs_f64(number as f64 / pace),
                            None => Instant::now(),
                        };
                        if due.saturating_duration_since(started) > load.seconds {
                            return times;
                        }
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        connection.send(load, &body, &mut line, &mut answer);
                        times.push(due.elapsed());
                    }
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let took = started.elapsed();
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    Measured { rate: times.len() as f64 / took.as_secs_f64(), p99 }
}
