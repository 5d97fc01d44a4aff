//! Keys that change, and a source that must not be asked too often.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::advance;
use x402_core::testing::ManualClock;
use x402_oneshot::webhook::{KeySource, KeysError, PublicKey, Signer, Verifier, VerifyError};

use super::{NOW, TRANSACTION, clock, is_mismatch, signer, success};

/// A source that is told what to say, and counts how often it is asked.
struct Told {
    answer: Mutex<Result<Vec<PublicKey>, KeysError>>,
    asked: AtomicUsize,
    /// An answer takes a permit.
    permits: Semaphore,
}

impl Told {
    fn new(keys: &[&Signer]) -> Arc<Self> {
        let told = Self {
            answer: Mutex::new(Err(KeysError::NoKey)),
            asked: AtomicUsize::new(0),
            permits: Semaphore::new(1000),
        };
        told.say(keys);
        Arc::new(told)
    }

    fn say(&self, keys: &[&Signer]) {
        *self.answer.lock().unwrap() = Ok(keys.iter().map(|signer| signer.public_key()).collect());
    }

    fn fail(&self) {
        *self.answer.lock().unwrap() = Err(KeysError::NoKey);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl KeySource for Told {
    async fn fetch(&self) -> Result<Vec<PublicKey>, KeysError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.permits.acquire().await.unwrap().forget();
        self.answer.lock().unwrap().clone()
    }
}

fn verifier(source: &Arc<Told>) -> Verifier<Arc<Told>, ManualClock> {
    Verifier::builder(Arc::clone(source)).clock(clock(NOW)).build()
}

async fn accepts(verifier: &Verifier<Arc<Told>, ManualClock>, signer: &Signer) -> bool {
    let outcome = verifier.verify(success(signer, TRANSACTION).as_bytes()).await;
    assert!(outcome.is_ok() || is_mismatch(&outcome), "{outcome:?}");
    outcome.is_ok()
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_for_the_first_webhook_and_again_after_an_hour() {
    let key = signer(1);
    let source = Told::new(&[&key]);
    let verifier = verifier(&source);
    assert_eq!(source.asked(), 0);
    for _ in 0..3 {
        assert!(accepts(&verifier, &key).await);
    }
    assert_eq!(source.asked(), 1);
    advance(seconds(3600)).await;
    assert!(accepts(&verifier, &key).await);
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_by_the_first_webhook_it_signs_and_the_old_one_has_its_grace() {
    let (old, new) = (signer(1), signer(2));
    let source = Told::new(&[&old]);
    let verifier = verifier(&source);
    assert!(accepts(&verifier, &old).await);
    advance(seconds(30)).await;
    source.say(&[&new]);
    assert!(accepts(&verifier, &new).await);
    assert_eq!(source.asked(), 2);

    advance(seconds(299)).await;
    assert!(accepts(&verifier, &old).await, "on its way when the key was changed");
    advance(seconds(1)).await;
    assert!(!accepts(&verifier, &old).await, "the grace is over");
    assert!(accepts(&verifier, &new).await);
}

#[tokio::test(start_paused = true)]
async fn an_old_key_does_not_wait_for_a_source_that_hangs_and_the_next_webhook_takes_what_it_says() {
    let (old, new) = (signer(1), signer(2));
    let source = Told::new(&[&old]);
    let verifier = verifier(&source);
    assert!(accepts(&verifier, &old).await);
    source.permits.forget_permits(1000);
    advance(seconds(3600)).await;
    let start = tokio::time::Instant::now();
    assert!(accepts(&verifier, &old).await);
    assert_eq!(start.elapsed(), seconds(1));
    source.say(&[&new]);
    source.permits.add_permits(1);
    assert!(accepts(&verifier, &new).await);
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn age_grace_and_interval_are_as_they_were_told() {
    let (old, new, forger) = (signer(1), signer(2), signer(9));
    let source = Told::new(&[&old]);
    let builder = Verifier::builder(Arc::clone(&source)).clock(clock(NOW));
    let builder = builder.max_key_age(seconds(100)).rotation_grace(seconds(10)).refetch_interval(seconds(5));
    let verifier = builder.build();
    assert!(accepts(&verifier, &old).await);
    for (second, asked) in [(4, 1), (1, 2)] {
        advance(seconds(second)).await;
        assert!(!accepts(&verifier, &forger).await);
        assert_eq!(source.asked(), asked, "the interval");
    }
    for (second, asked) in [(99, 2), (1, 3)] {
        advance(seconds(second)).await;
        assert!(accepts(&verifier, &old).await);
        assert_eq!(source.asked(), asked, "the age");
    }
    source.say(&[&new]);
    advance(seconds(5)).await;
    assert!(accepts(&verifier, &new).await);
    for (second, good) in [(9, true), (1, false)] {
        advance(seconds(second)).await;
        assert_eq!(accepts(&verifier, &old).await, good, "the grace");
    }
}

#[tokio::test(start_paused = true)]
async fn forgeries_make_one_fetch_in_an_interval_however_many_they_are() {
    let (key, forger) = (signer(1), signer(9));
    let source = Told::new(&[&key]);
    let verifier = verifier(&source);
    for second in (0..120).step_by(10) {
        for _ in 0..5 {
            assert!(!accepts(&verifier, &forger).await);
        }
        assert_eq!(source.asked(), 1 + second / 30, "after {second} s");
        advance(seconds(10)).await;
    }
    assert_eq!(source.asked(), 4);
    assert!(accepts(&verifier, &key).await);
}

#[tokio::test(start_paused = true)]
async fn a_changed_key_is_noticed_an_interval_later_at_worst_whatever_forgers_do() {
    let (old, new, forger) = (signer(1), signer(2), signer(9));
    let source = Told::new(&[&old]);
    let verifier = verifier(&source);
    assert!(accepts(&verifier, &old).await);
    advance(seconds(30)).await;
    assert!(!accepts(&verifier, &forger).await);
    source.say(&[&new]);
    assert!(!accepts(&verifier, &new).await, "the source was asked a moment ago");
    advance(seconds(29)).await;
    assert!(!accepts(&verifier, &forger).await);
    advance(seconds(1)).await;
    assert!(accepts(&verifier, &new).await);
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_share_one_fetch() {
    let (old, new) = (signer(1), signer(2));
    let source = Told::new(&[&old]);
    let verifier = verifier(&source);
    assert!(accepts(&verifier, &old).await);
    advance(seconds(30)).await;
    source.say(&[&new]);
    let body = success(&new, TRANSACTION);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (verifier, body) = (verifier.clone(), body.clone());
            tokio::spawn(async move { verifier.verify(body.as_bytes()).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_hangs_up_neither_stops_a_fetch_nor_starts_another() {
    let (key, forger) = (signer(1), signer(9));
    let source = Told::new(&[&key]);
    let taken = source.permits.forget_permits(1000);
    assert_eq!(taken, 1000);
    let verifier = verifier(&source);
    let forged = success(&forger, TRANSACTION);
    for _ in 0..10 {
        let mut call = pin!(verifier.verify(forged.as_bytes()));
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending), "the source has not answered");
    }
    assert_eq!(source.asked(), 1);
    source.permits.add_permits(1);
    assert!(accepts(&verifier, &key).await, "the fetch was carried on with");
    assert_eq!(source.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_source_hangs_known_keys_go_on_verifying() {
    let (key, forger) = (signer(1), signer(9));
    let source = Told::new(&[&key]);
    let verifier = verifier(&source);
    assert!(accepts(&verifier, &key).await);
    advance(seconds(30)).await;
    source.permits.forget_permits(1000);
    let forged = success(&forger, TRANSACTION);
    let mut hanging = pin!(verifier.verify(forged.as_bytes()));
    assert!(hanging.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(accepts(&verifier, &key).await);
    source.permits.add_permits(1);
    assert!(is_mismatch(&hanging.await));
}

#[tokio::test(start_paused = true)]
async fn without_any_key_it_is_our_fault_and_503() {
    let key = signer(1);
    let source = Told::new(&[]);
    source.fail();
    let verifier = verifier(&source);
    for _ in 0..3 {
        let refused = verifier.verify(success(&key, TRANSACTION).as_bytes()).await.unwrap_err();
        assert!(matches!(refused, VerifyError::KeysUnavailable(KeysError::NoKey)));
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(source.asked(), 1, "a source that is down is left alone too");
    source.say(&[&key]);
    advance(seconds(30)).await;
    assert!(accepts(&verifier, &key).await);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_later_takes_no_key_away() {
    let (key, forger) = (signer(1), signer(9));
    let source = Told::new(&[&key]);
    let verifier = verifier(&source);
    assert!(accepts(&verifier, &key).await);
    source.fail();
    advance(seconds(7200)).await;
    assert!(accepts(&verifier, &key).await);
    assert_eq!(source.asked(), 2);
    assert!(!accepts(&verifier, &forger).await, "and a forgery is still the sender's fault");
}

#[tokio::test(start_paused = true)]
async fn fixed_keys_are_a_source_one_or_several() {
    let (one, two, other) = (signer(1), signer(2), signer(3));
    let keys = [one.public_key(), two.public_key()];
    let array = Verifier::builder(keys).clock(clock(NOW)).build();
    let list = Verifier::builder(keys.to_vec()).clock(clock(NOW)).build();
    for signer in [&one, &two] {
        let body = success(signer, TRANSACTION);
        drop(array.verify(body.as_bytes()).await.unwrap());
        drop(list.verify(body.as_bytes()).await.unwrap());
    }
    let body = success(&other, TRANSACTION);
    assert!(is_mismatch(&array.verify(body.as_bytes()).await));
    assert!(is_mismatch(&list.verify(body.as_bytes()).await));
}
