//! Connections that are counted, and can be reset.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::within;

/// A listener on this machine that knows its connections.
pub(crate) struct Sockets {
    listener: TcpListener,
    counts: watch::Sender<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    accepted: usize,
    open: usize,
}

impl Sockets {
    /// Listens at an address; with port 0 on any that is free.
    pub(crate) async fn bind(address: SocketAddr) -> Self {
        Self { listener: TcpListener::bind(address).await.unwrap(), counts: watch::Sender::default() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    pub(crate) fn connections(&self) -> Connections {
        Connections(self.counts.subscribe())
    }
}

/// The connections of a listener.
#[derive(Clone)]
pub(crate) struct Connections(watch::Receiver<Counts>);

impl Connections {
    /// How many there have been.
    pub(crate) fn accepted(&self) -> usize {
        self.0.borrow().accepted
    }

    /// Waits until there have been so many, and the server has let go of all.
    pub(crate) async fn over(&self, accepted: usize) {
        let mut counts = self.0.clone();
        within(counts.wait_for(|counts| counts.accepted >= accepted && counts.open == 0)).await.unwrap();
    }
}

impl Listener for Sockets {
    type Io = Wire;
    type Addr = Switch;

    async fn accept(&mut self) -> (Wire, Switch) {
        let (stream, _) = self.listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        self.counts.send_modify(|counts| {
            counts.accepted += 1;
            counts.open += 1;
        });
        let switch = Switch::default();
        (Wire { stream, switch: switch.clone(), counts: self.counts.clone() }, switch)
    }

    fn local_addr(&self) -> io::Result<Switch> {
        Ok(Switch::default())
    }
}

/// Resets a connection: from then on nothing can be written to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switch(Arc<AtomicBool>);

impl Switch {
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Sockets>> for Switch {
    fn connect_info(stream: IncomingStream<'_, Sockets>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection, from the server's side.
pub(crate) struct Wire {
    stream: TcpStream,
    switch: Switch,
    counts: watch::Sender<Counts>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.counts.send_modify(|counts| counts.open -= 1);
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.switch.0.load(Ordering::SeqCst) {
            // Closing it sends a reset.
            self.stream.set_zero_linger()?;
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
