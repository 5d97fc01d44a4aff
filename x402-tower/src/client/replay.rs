//! Bodies that can be sent twice.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Empty, Full};
use pin_project_lite::pin_project;

/// A request body that may be sendable a second time, with the payment.
///
/// The first request learns the price, so that a request that costs money is sent twice; more often if an answer gets
/// lost. A body that says `None` is sent once, and never paid for unless its price was
/// [probed](super::PayService::probe) before.
pub trait Replay: Sized {
    /// The same body, from its start; `None` if there is no second one.
    fn replay(&self) -> Option<Self>;
}

impl<D: Buf> Replay for Empty<D> {
    fn replay(&self) -> Option<Self> {
        Some(Self::new())
    }
}

impl<D: Buf + Clone> Replay for Full<D> {
    fn replay(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Replay for String {
    fn replay(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Replay for () {
    fn replay(&self) -> Option<Self> {
        Some(())
    }
}

impl<B: Replay> Replay for Option<B> {
    fn replay(&self) -> Option<Self> {
        match self {
            Some(body) => body.replay().map(Some),
            None => Some(None),
        }
    }
}

pin_project! {
    /// Any body, with or without a way to make it again.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http_body_util::Full;
    /// use x402_tower::client::{Replay, ReplayBody};
    ///
    /// // Made again for each attempt: from a file, say.
    /// let again = ReplayBody::factory(|| Full::new(Bytes::from("a large upload")));
    /// assert!(again.replay().is_some());
    ///
    /// // Sent once: paid for only if its price was probed.
    /// let once = ReplayBody::once(Full::new(Bytes::from("a stream")));
    /// assert!(once.replay().is_none());
    /// ```
    pub struct ReplayBody<B> {
        #[pin]
        body: B,
        make: Option<Arc<dyn Fn() -> B + Send + Sync>>,
    }
}

impl<B> ReplayBody<B> {
    /// A body that `make` makes anew for each attempt. It must make the same each time.
    pub fn factory(make: impl Fn() -> B + Send + Sync + 'static) -> Self {
        Self { body: make(), make: Some(Arc::new(make)) }
    }

    /// A body that there is only once.
    pub fn once(body: B) -> Self {
        Self { body, make: None }
    }
}

impl<B> Replay for ReplayBody<B> {
    fn replay(&self) -> Option<Self> {
        let make = self.make.as_ref()?;
        Some(Self { body: make(), make: Some(Arc::clone(make)) })
    }
}

impl<B: Default> Default for ReplayBody<B> {
    fn default() -> Self {
        Self::once(B::default())
    }
}

impl<B: Body<Data = Bytes>> Body for ReplayBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.project().body.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> fmt::Debug for ReplayBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayBody").field("replayable", &self.make.is_some()).finish_non_exhaustive()
    }
}
