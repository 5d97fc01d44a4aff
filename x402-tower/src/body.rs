//! The body of a response: the handler's, or ours.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a response: the handler's, or ours: a refusal's, or one that was kept.
    ///
    /// An enum and not a boxed body, so that `Send`, `Sync`, `Unpin` and the error type stay those of the handler's.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        inner: Inner<B>,
    }
}

pin_project! {
    #[project = InnerProj]
    #[derive(Debug)]
    enum Inner<B> {
        Ours { #[pin] body: Full<Bytes>, bytes: Bytes },
        Handler { #[pin] body: B },
    }
}

impl<B> ResponseBody<B> {
    pub(crate) fn handler(body: B) -> Self {
        Self { inner: Inner::Handler { body } }
    }

    /// The body, if it is ours and there in full.
    #[cfg(feature = "server")]
    pub(crate) fn as_bytes(&self) -> Option<Bytes> {
        match &self.inner {
            Inner::Ours { bytes, .. } => Some(bytes.clone()),
            Inner::Handler { .. } => None,
        }
    }

    pub(crate) fn ours(body: Bytes) -> Self {
        Self { inner: Inner::Ours { body: Full::new(body.clone()), bytes: body } }
    }
}

/// Empty: what `CorsLayer` and others answer with that stand outside of a layer of this crate.
impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::ours(Bytes::new())
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().inner.project() {
            InnerProj::Ours { body, .. } => body.poll_frame(cx).map_err(|never| match never {}),
            InnerProj::Handler { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.inner {
            Inner::Ours { body, .. } => body.is_end_stream(),
            Inner::Handler { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Inner::Ours { body, .. } => body.size_hint(),
            Inner::Handler { body } => body.size_hint(),
        }
    }
}
