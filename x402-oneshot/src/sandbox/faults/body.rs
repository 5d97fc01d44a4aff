//! Bodies that do not come as they should.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tokio::time::{Sleep, sleep};

/// As many as a slow body has.
const PIECES: usize = 10;

/// Time for what was sent to leave before the connection is closed.
const FLUSHED: Duration = Duration::from_millis(1);

/// A body in pieces, with a pause before each and at the end.
pub(super) struct Pieces {
    left: VecDeque<Bytes>,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
    /// Whether the end is a failure, which closes the connection.
    cut: bool,
}

impl Pieces {
    /// All of it, in ten pieces.
    pub(super) fn slowly(whole: &Bytes, pause: Duration) -> Body {
        let size = whole.len().div_ceil(PIECES).max(1);
        let left = whole.chunks(size).map(|piece| whole.slice_ref(piece)).collect();
        Body::new(Self { left, pause, sleep: Box::pin(sleep(pause)), cut: false })
    }

    /// The first half, and then the end of the connection.
    pub(super) fn cut(mut whole: Bytes) -> Body {
        whole.truncate(whole.len() / 2);
        Body::new(Self { left: [whole].into(), pause: FLUSHED, sleep: Box::pin(sleep(Duration::ZERO)), cut: true })
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() && !self.cut {
            return Poll::Ready(None);
        }
        ready!(self.sleep.as_mut().poll(cx));
        self.sleep = Box::pin(sleep(self.pause));
        let piece = self.left.pop_front();
        Poll::Ready(Some(piece.map(Frame::data).ok_or_else(|| io::ErrorKind::ConnectionReset.into())))
    }
}
