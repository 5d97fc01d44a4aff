//! Clients with a connection each, that all ask at once.

use axum::Router;
use http::{HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
    task::JoinSet,
};

use crate::loopback::{connect, learn, listen, request};

/// A server, and clients of it, on one thread.
#[derive(Debug)]
pub struct Customers {
    runtime: Runtime,
    connections: Vec<TcpStream>,
    /// As long as every answer is.
    answer: Vec<u8>,
}

impl Customers {
    /// So many clients of these routes. The request is sent once, to learn how long an answer is.
    ///
    /// # Panics
    ///
    /// If there is no loopback network, or the answer is not 200.
    #[must_use]
    pub fn of(runtime: Runtime, routes: Router, number: usize, request: &str) -> Self {
        let mut answer = Vec::new();
        let connections = runtime.block_on(async {
            let address = listen(routes).await;
            let mut connections = Vec::with_capacity(number);
            for _ in 0..number {
                connections.push(connect(address).await);
            }
            let first = connections.first_mut().expect("there is a customer");
            learn(first, request, &mut answer).await;
            connections
        });
        assert_is_ok(&answer);
        Self { runtime, connections, answer }
    }

    /// Sends all of these requests; each client sends its next one when the last is answered.
    ///
    /// # Panics
    ///
    /// If one is not answered with 200.
    pub fn ask(&mut self, mut requests: Vec<String>) {
        let Self { runtime, connections, answer } = self;
        let share = requests.len().div_ceil(connections.len());
        runtime.block_on(async {
            let mut asking = JoinSet::new();
            for mut connection in connections.drain(..) {
                let requests = requests.split_off(requests.len().saturating_sub(share));
                let mut answer = answer.clone();
                asking.spawn(async move {
                    for request in requests {
                        connection.write_all(request.as_bytes()).await.expect("the server reads");
                        connection.read_exact(&mut answer).await.expect("the server answers");
                        assert_is_ok(&answer);
                    }
                    connection
                });
            }
            while let Some(done) = asking.join_next().await {
                connections.push(done.expect("it did not panic"));
            }
        });
    }
}

fn assert_is_ok(answer: &[u8]) {
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(answer));
}

/// A request for the page, without a payment.
#[must_use]
pub fn asking() -> String {
    request("")
}

/// A request for the page, with a payment.
///
/// # Panics
///
/// If the header is not text.
#[must_use]
pub fn paying(name: &HeaderName, payment: &HeaderValue) -> String {
    request(&format!("{name}: {}\r\n", payment.to_str().expect("it is base64")))
}
