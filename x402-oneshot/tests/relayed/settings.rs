//! What a builder is told.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use x402_core::Facilitator as _;
use x402_oneshot::api::{Reports, WaitPolicy};

use crate::{
    books::{BUSINESS, Books, request, row},
    support::usdc,
};

#[tokio::test(start_paused = true)]
async fn a_settlement_is_asked_about_at_the_intervals_that_were_set() {
    for seconds in [3, 7] {
        let wait = WaitPolicy::new().interval(Duration::from_secs(seconds)).deadline(Duration::from_secs(60));
        let books = Books::of([row(1, "Submitted", &json!({}))]);
        let facilitator = books.builder().token(usdc()).wait(wait).connect().await.unwrap();
        let start = Instant::now();
        assert!(facilitator.settle(&request()).await.unwrap().success);
        assert_eq!(start.elapsed(), Duration::from_secs(seconds));
    }
}

/// Whoever knows the URL can post to it, and some hold a secret.
#[test]
fn a_builder_shows_what_it_is_for_but_not_where_it_is_called_back() {
    let builder = Books::default().builder().token(usdc()).label("staging").reports(Reports::new());
    let shown = format!("{:?}", builder.callback_url("https://shop.example/hunter2"));
    for part in [BUSINESS, "staging", "USDC"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("hunter2") && !shown.contains("secret"), "{shown}");
}
