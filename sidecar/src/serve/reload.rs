//! Follows the program directory: what is saved there is served, once it holds.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::service::Service;

/// Files are often saved in several steps, and several at once: it is looked at when so long nothing
/// was changed.
const QUIET: Duration = Duration::from_millis(200);

/// Watches a directory, and takes its program up when it changes or somebody knocks. It ends with
/// the last one who could knock.
pub(crate) struct Reloads {
    knock: Sender<()>,
    /// Watches for as long as this lives.
    _watcher: Option<RecommendedWatcher>,
}

impl Reloads {
    pub(crate) fn start(
        service: Arc<Service>,
        directory: Option<&Path>,
    ) -> Result<Self, notify::Error> {
        let (knock, knocks) = channel();
        let watcher = match directory {
            Some(directory) => {
                let knock = knock.clone();
                let mut watcher =
                    notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                        // Reading a file is none of its changes; what cannot be told is one.
                        if event.is_ok_and(|event| event.kind.is_access()) {
                            return;
                        }
                        let _ = knock.send(());
                    })?;
                watcher.watch(directory, RecursiveMode::Recursive)?;
                Some(watcher)
            }
            None => None,
        };
        let follow = move || follow(&knocks, &service);
        thread::Builder::new()
            .name("reload".to_owned())
            .spawn(follow)
            .map_err(notify::Error::io)?;
        Ok(Self { knock, _watcher: watcher })
    }

    /// Has the program looked at once more.
    pub(crate) fn knock(&self) {
        let _ = self.knock.send(());
    }
}

fn follow(knocks: &Receiver<()>, service: &Service) {
    while knocks.recv().is_ok() {
        // Until nobody has been at it for a while.
        while knocks.recv_timeout(QUIET).is_ok() {}
        service.reload();
    }
}
