//! Routes behind a socket, and clients with a connection each.
//!
//! Both run on the thread that asks, so that what is measured is the work of both, and not how fast the operating
//! system wakes a thread.

use std::net::SocketAddr;

use axum::Router;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};

use crate::routes::PATH;

/// A server of some routes, and a connection to it.
#[derive(Debug)]
pub struct Loopback {
    runtime: Runtime,
    connection: TcpStream,
    request: String,
    answer: Vec<u8>,
}

impl Loopback {
    /// Serves the routes on a port that is free, and asks once: later answers have the first one's length.
    ///
    /// # Panics
    ///
    /// If there is no loopback network.
    #[must_use]
    pub fn serve(routes: Router) -> Self {
        let runtime = runtime();
        let connection = runtime.block_on(async {
            let address = listen(routes).await;
            connect(address).await
        });
        let mut loopback = Self { runtime, connection, request: request(""), answer: Vec::new() };
        loopback.runtime.block_on(learn(&mut loopback.connection, &loopback.request, &mut loopback.answer));
        loopback
    }

    /// What the server and the client run on.
    #[must_use]
    pub const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Asks so many times, one request after the other.
    ///
    /// # Panics
    ///
    /// If the server hangs up.
    pub fn ask(&mut self, times: usize) {
        let Self { runtime, connection, request, answer } = self;
        runtime.block_on(async {
            for _ in 0..times {
                connection.write_all(request.as_bytes()).await.expect("the server reads");
                connection.read_exact(answer).await.expect("the server answers");
            }
        });
    }

    /// The last answer, head and body.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }
}

/// Serves routes on a port that is free.
///
/// # Panics
///
/// If there is no loopback network.
pub async fn listen(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("some port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

pub(crate) async fn connect(address: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(address).await.expect("it listens");
    connection.set_nodelay(true).expect("it is a TCP socket");
    connection
}

/// A request for the page. `headers` are whole lines.
pub(crate) fn request(headers: &str) -> String {
    format!("GET {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n")
}

/// Asks once, and reads the answer to the end that its `content-length` says.
pub(crate) async fn learn(connection: &mut TcpStream, request: &str, answer: &mut Vec<u8>) {
    connection.write_all(request.as_bytes()).await.expect("the server reads");
    while length(answer).is_none_or(|length| answer.len() < length) {
        let read = connection.read_buf(answer).await.expect("the server answers");
        assert_ne!(read, 0, "the server hung up");
    }
}

/// The length of head and body, once the head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(answer.get(..head)?).ok()?;
    let body = text.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    Some(head + body.parse::<usize>().ok()?)
}

/// A runtime on this thread.
///
/// # Panics
///
/// If the operating system has no event queue.
#[must_use]
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_io().enable_time().build().expect("the system has an event queue")
}
