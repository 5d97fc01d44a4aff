//! Handlers that are slow, that fail, and senders that do not wait.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt;
use x402_tower::webhook::WebhookService;

use crate::support::{answer, polite, post};

#[tokio::test]
async fn a_handler_that_fails_or_panics_is_503_so_that_it_is_sent_again() {
    let fails = WebhookService::new(polite, |_: Bytes| async { Err("the queue is full".into()) });
    assert_eq!(answer(&fails, post("please")).await.status(), 503);
    let panics = WebhookService::new(polite, |_: Bytes| async { panic!("in the handler's future") });
    assert_eq!(answer(&panics, post("please")).await.status(), 503);
    let panics_at_once = WebhookService::new(polite, |event: Bytes| {
        assert!(event.is_empty(), "in the handler itself");
        async { Ok(()) }
    });
    assert_eq!(answer(&panics_at_once, post("please")).await.status(), 503);
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_202_after_two_seconds_and_goes_on() {
    let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (waits, tells) = (go.clone(), done.clone());
    let service = WebhookService::new(polite, move |_: Bytes| {
        let (waits, tells) = (waits.clone(), tells.clone());
        async move {
            waits.notified().await;
            tells.notify_one();
            Ok(())
        }
    });
    let started = tokio::time::Instant::now();
    assert_eq!(answer(&service, post("please")).await.status(), 202);
    assert_eq!(started.elapsed().as_secs(), 2);
    go.notify_one();
    done.notified().await;
}

#[tokio::test(start_paused = true)]
async fn patience_can_be_set() {
    let service = WebhookService::new(polite, |_: Bytes| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(())
    });
    assert_eq!(answer(&service.clone().patience(Duration::from_secs(4)), post("please")).await.status(), 202);
    assert_eq!(answer(&service.patience(Duration::from_secs(6)), post("please")).await.status(), 200);
}

#[tokio::test]
async fn a_sender_that_hangs_up_does_not_stop_the_handler() {
    let (go, done) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
    let (waits, tells) = (go.clone(), done.clone());
    let service = WebhookService::new(polite, move |_: Bytes| {
        let (waits, tells) = (waits.clone(), tells.clone());
        async move {
            drop(waits.acquire().await?);
            tells.notify_one();
            Ok(())
        }
    });
    {
        let mut call = pin!(service.oneshot(post("please")));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    go.add_permits(1);
    done.notified().await;
}
