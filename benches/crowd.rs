//! Requests that wait, all at once.

use axum::{Router, body::Body};
use http::{Request, StatusCode};
use tokio::{
    runtime::Runtime,
    task::{JoinHandle, yield_now},
};

use crate::{held::Held, routes::ask};

/// Requests that wait for the same thing, each in a task of its own, as a server would have them.
#[derive(Debug)]
pub struct Crowd {
    held: Held,
    waiting: Vec<JoinHandle<(StatusCode, usize)>>,
}

impl Crowd {
    /// Nobody yet, and room for so many.
    #[must_use]
    pub fn with_capacity(held: Held, number: usize) -> Self {
        Self { held, waiting: Vec::with_capacity(number) }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Asks, within a runtime.
    pub fn join(&mut self, routes: &Router, request: Request<Body>) {
        let mut routes = routes.clone();
        self.waiting.push(tokio::spawn(async move { ask(&mut routes, request).await }));
    }

    /// Runs until all of these wait.
    ///
    /// # Panics
    ///
    /// If one is answered instead.
    pub fn gather(&mut self, runtime: &Runtime, routes: &Router, requests: impl Iterator<Item = Request<Body>>) {
        runtime.block_on(async {
            for request in requests {
                self.join(routes, request);
            }
            while self.held.waiting() < self.waiting.len() {
                assert!(!self.waiting.iter().any(JoinHandle::is_finished), "somebody did not wait");
                yield_now().await;
            }
        });
    }

    /// Lets all go, and runs until all are answered.
    ///
    /// # Panics
    ///
    /// If one is not answered well.
    pub fn leave(self, runtime: &Runtime) {
        runtime.block_on(async {
            self.held.let_go(self.waiting.len());
            for answer in self.waiting {
                assert_eq!(answer.await.expect("it did not panic").0, StatusCode::OK);
            }
        });
    }
}
