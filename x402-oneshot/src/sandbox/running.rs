//! What a sandbox does in the background, and the end of it.

use std::convert::Infallible;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// The tasks of a sandbox. They end when this is dropped.
pub(super) struct Running {
    /// Dropping it closes the server and stops the miner and the courier.
    pub(super) close: watch::Sender<()>,
    /// Ends, by an error, when nobody listens on the port any more.
    pub(super) freed: oneshot::Receiver<Infallible>,
    /// The miner and the courier.
    pub(super) tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends the tasks and waits for that. Requests under way are not waited for: they may be the caller's own.
    pub(super) async fn stop(self) {
        let Self { close, freed, tasks } = self;
        drop(close);
        // Errors say that the other end is gone, which is what is waited for.
        let _ = freed.await;
        for task in tasks {
            let _ = task.await;
        }
    }
}
