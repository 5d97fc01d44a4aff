//! A body that pauses in the middle.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::Latch;

/// A text whose second half waits for a latch.
pub(crate) struct Halves {
    first: Option<Bytes>,
    second: Option<Bytes>,
    pause: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Halves {
    pub(crate) fn new(text: &str, latch: Latch) -> Self {
        let (first, second) = text.split_at(text.len() / 2);
        Self {
            first: Some(Bytes::copy_from_slice(first.as_bytes())),
            second: Some(Bytes::copy_from_slice(second.as_bytes())),
            pause: Box::pin(async move { latch.pass().await }),
        }
    }
}

impl Body for Halves {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.second.is_some() {
            ready!(self.pause.as_mut().poll(cx));
        }
        Poll::Ready(self.second.take().map(|second| Ok(Frame::data(second))))
    }
}
