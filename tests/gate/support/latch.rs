//! Waiting for what happens, and not for time to pass.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::sync::Semaphore;

/// Holds whoever comes to it until it is opened, and tells that somebody came.
#[derive(Clone, Debug)]
pub(crate) struct Latch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    came: Semaphore,
    /// Closed when the latch is open.
    shut: Semaphore,
}

impl Latch {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { came: Semaphore::new(0), shut: Semaphore::new(0) }))
    }

    /// Comes to the latch, and waits until it is open.
    pub(crate) async fn pass(&self) {
        self.0.came.add_permits(1);
        assert!(self.0.shut.acquire().await.is_err(), "there are no permits: it ends when the semaphore is closed");
    }

    /// Waits until somebody has come; each time for another.
    pub(crate) async fn reached(&self) {
        within(self.0.came.acquire()).await.unwrap().forget();
    }

    /// Lets everybody pass from now on.
    pub(crate) fn open(&self) {
        self.0.shut.close();
    }
}

/// What must happen, happens; this is how long a test that is wrong may hang.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(120), future).await.expect("it never happened")
}
