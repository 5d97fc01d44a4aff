//! Bodies that are too long, too slow, or never whole.

use std::{
    cell::Cell,
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use tower::ServiceExt;
use x402_tower::webhook::WebhookService;

use crate::support::polite;

/// A body of parts, which may be sent to another thread and not shared, as axum's. Without an end it hangs.
pub(crate) struct NotSync {
    parts: VecDeque<Result<Bytes, std::io::Error>>,
    ends: bool,
    says: u64,
    _cell: Cell<()>,
}

impl NotSync {
    fn of(parts: impl IntoIterator<Item = &'static str>) -> Self {
        let parts = parts.into_iter().map(|part| Ok(Bytes::from(part))).collect();
        Self { parts, ends: true, says: 0, _cell: Cell::default() }
    }
}

impl Body for NotSync {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.parts.pop_front() {
            Some(part) => Poll::Ready(Some(part.map(Frame::data))),
            None if self.ends => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.says);
        hint
    }
}

async fn status(body: NotSync) -> u16 {
    let service = WebhookService::new(polite, |_| async { Ok(()) }).max_body(10);
    service.oneshot(Request::post("/").body(body).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_body_of_the_longest_length_is_read_and_one_byte_more_is_413() {
    assert_eq!(status(NotSync::of(["please", "1234"])).await, 200);
    assert_eq!(status(NotSync::of(["please", "12345"])).await, 413);
}

#[tokio::test]
async fn a_body_that_says_it_is_too_long_is_not_read() {
    // It never comes: to wait for it would be to hang.
    let body = NotSync { ends: false, says: 11, ..NotSync::of([]) };
    assert_eq!(status(body).await, 413);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let mut body = NotSync::of(["please"]);
    body.parts.push_back(Err(std::io::ErrorKind::ConnectionReset.into()));
    assert_eq!(status(body).await, 400);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_408_after_a_while() {
    let started = tokio::time::Instant::now();
    assert_eq!(status(NotSync { ends: false, ..NotSync::of(["please"]) }).await, 408);
    assert_eq!(started.elapsed().as_secs(), Duration::from_secs(10).as_secs());
}
