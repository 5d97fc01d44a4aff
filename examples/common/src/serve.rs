//! HTTP/1 for strangers.

use std::{future::Future, io::ErrorKind, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};

use crate::Settings;

/// As many connections are open at most: fewer than the files that a process may have open on most systems, of which
/// what is behind this server needs some too. Whoever comes then waits until one closes.
pub const MAX_CONNECTIONS: usize = 512;

/// How long a connection may take to send the head of a request, the first one and each one after it. One that sends it
/// byte by byte, or nothing, is closed then.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long nobody is let in after the system has run out of something.
const PAUSE: Duration = Duration::from_millis(500);

/// Takes the port.
///
/// # Errors
///
/// If it cannot be had: the message names the variables that choose another.
pub async fn listen(settings: &Settings) -> Result<TcpListener, String> {
    let (address, port) = (settings.listen_address, settings.port);
    TcpListener::bind((address, port)).await.map_err(|error| {
        format!("cannot listen on port {port} of {address}: {error}; PORT and LISTEN_ADDRESS choose another")
    })
}

/// Serves until it is told to stop. Then it takes no more connections, answers what is under way, and ends.
///
/// How long a body may take to come is for the routes to say.
pub async fn serve(listener: TcpListener, app: Router, told_to_stop: impl Future<Output = ()>) {
    serve_at_once(MAX_CONNECTIONS, listener, app, told_to_stop).await;
}

async fn serve_at_once(most: usize, listener: TcpListener, app: Router, told_to_stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let (places, open) = (Arc::new(Semaphore::new(most)), GracefulShutdown::new());
    let mut told_to_stop = pin!(told_to_stop);
    loop {
        let arrival = async {
            let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
            (accept(&listener).await, place)
        };
        let (stream, place) = tokio::select! {
            arrived = arrival => arrived,
            () = &mut told_to_stop => break,
        };
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// The next connection that is there.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are short: none waits for more to be sent with it. Without it they only come later.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            // This one has gone again.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                tracing::error!(%error, "cannot take a connection");
                sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        sync::oneshot,
        task::JoinHandle,
        time::{Instant, timeout},
    };

    use super::*;

    // The clock stands still while anything can happen, and leaps to the next deadline when nothing can.

    struct Server {
        address: SocketAddr,
        /// As often as the slow page was asked for.
        asked: Arc<Semaphore>,
        stop: oneshot::Sender<()>,
        serving: JoinHandle<()>,
    }

    impl Server {
        /// Serves a page that takes longer to make than a head may take to come.
        async fn start(most: usize) -> Self {
            let asked = Arc::new(Semaphore::new(0));
            let count = Arc::clone(&asked);
            let slow = get(|| async move {
                count.add_permits(1);
                sleep(HEAD_TIMEOUT * 2).await;
                "made"
            });
            let app = Router::new().route("/", get(|| async { "ok" })).route("/slow", slow);
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (stop, stopped) = oneshot::channel::<()>();
            let serving = tokio::spawn(serve_at_once(most, listener, app, async {
                let _ = stopped.await;
            }));
            Self { address, asked, stop, serving }
        }

        /// A connection on which this was sent.
        async fn sent(&self, text: &str) -> TcpStream {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(text.as_bytes()).await.unwrap();
            stream
        }
    }

    /// Everything that comes until the connection is closed.
    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    fn asking_for(path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nhost: shop.example\r\n\r\n")
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_come_is_not_waited_for_for_ever() {
        let server = Server::start(8).await;
        for begun in ["", "GET", "GET / HTTP/1.1\r\nhost: shop.example\r\n"] {
            let since = Instant::now();
            assert_eq!(rest(server.sent(begun).await).await, "", "{begun:?}");
            assert!(since.elapsed() >= HEAD_TIMEOUT, "{begun:?}");
        }
        // Nor is the next one of a connection that was answered.
        let answered = rest(server.sent(&asking_for("/")).await).await;
        assert!(answered.starts_with("HTTP/1.1 200") && answered.ends_with("ok"), "{answered}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_may_take_longer_than_a_head() {
        let server = Server::start(8).await;
        let answered = rest(server.sent(&asking_for("/slow")).await).await;
        assert!(answered.starts_with("HTTP/1.1 200") && answered.ends_with("made"), "{answered}");
    }

    #[tokio::test(start_paused = true)]
    async fn beyond_the_most_connections_one_waits_until_another_closes() {
        let server = Server::start(2).await;
        let since = Instant::now();
        let idle = [server.sent("").await, server.sent("").await];
        let answered = rest(server.sent(&asking_for("/")).await).await;
        assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
        assert!(since.elapsed() >= HEAD_TIMEOUT, "it was let in only after those who sent nothing were closed");
        drop(idle);
    }

    #[tokio::test(start_paused = true)]
    async fn told_to_stop_it_answers_what_is_under_way_and_waits_for_nobody_else() {
        let server = Server::start(8).await;
        let (idle, half) = (server.sent("").await, server.sent("GET / HT").await);
        let asking = server.sent(&asking_for("/slow")).await;
        server.asked.acquire().await.unwrap().forget();
        server.stop.send(()).unwrap();
        let answered = rest(asking).await;
        assert!(answered.starts_with("HTTP/1.1 200") && answered.ends_with("made"), "{answered}");
        timeout(HEAD_TIMEOUT, server.serving).await.expect("it ends").unwrap();
        drop((idle, half));
    }
}
