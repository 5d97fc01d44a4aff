//! What is not paid, and what is said of it.

use crate::{run::Run, shop::Shop};

#[tokio::test]
async fn bad_usage_is_status_2() {
    let url = "http://127.0.0.1:1/";
    let cases: &[&[&str]] = &[
        &[],
        &["shop"],
        &["ftp://127.0.0.1/"],
        &["--nope", url],
        &["-H", "no colon", url],
        &["-H", "bad name: x", url],
        &["--max-amount", "a lot", url],
        &["--max-amount", "-1", url],
        &["--protocol", "v3", url],
        &["--wait", "-1", url],
        &["--key-file", "/nonexistent/key", url],
        &["-d", "@/nonexistent/body", url],
    ];
    for arguments in cases {
        let run = Run::of(arguments).await;
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert_ne!(run.stderr, "", "{arguments:?}");
    }
}

#[tokio::test]
async fn a_malformed_key_is_bad_usage_and_not_repeated() {
    for key in ["0x12", "hunter2", "0000000000000000000000000000000000000000000000000000000000000000"] {
        let run = Run::with(&[("PRIVATE_KEY", key)], &["http://127.0.0.1:1/"]).await;
        assert_eq!(run.status, Some(2), "{run:?}");
        assert!(run.stderr.starts_with("pay: PRIVATE_KEY: ") && run.stderr.lines().count() == 1, "{run:?}");
        assert!(!run.stderr.contains(key), "{run:?}");
    }
}

#[tokio::test]
async fn a_price_above_the_limit_is_not_signed() {
    let (shop, sandbox) = Shop::sandboxed().await;
    for limit in ["0.01", "$0.049999"] {
        let run = Run::of(&["--max-amount", limit, &shop.url("/premium")]).await;
        assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run:?}");
        assert!(run.stderr.contains("0.05 USDC") && run.stderr.contains("--max-amount"), "{run:?}");
    }
    assert_eq!((shop.presented().len(), sandbox.transactions().len()), (0, 0));
    assert_eq!(Run::of(&["--max-amount", "0.05", &shop.url("/premium")]).await.status, Some(0));
}

#[tokio::test]
async fn a_buyer_without_money_is_told_so() {
    let (shop, _sandbox) = Shop::sandboxed().await;
    let key = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    let run = Run::with(&[("PRIVATE_KEY", key)], &[&shop.url("/premium")]).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains("402") && run.stderr.contains("insufficient_funds"), "{run:?}");
    assert_eq!(shop.presented().len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_status_1() {
    let (shop, _sandbox) = Shop::sandboxed().await;
    let run = Run::of(&[&shop.url("/nothing")]).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains("404"), "{run:?}");

    // Nothing listens on port 1.
    let run = Run::of(&["http://127.0.0.1:1/"]).await;
    assert_eq!((run.status, run.stderr.lines().count()), (Some(1), 1), "{run:?}");
}

#[tokio::test]
async fn a_redirection_is_told_and_not_followed() {
    let (shop, _sandbox) = Shop::sandboxed().await;
    let run = Run::of(&[&shop.url("/moved")]).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains("/premium"), "{run:?}");
    assert_eq!(shop.requests().len(), 1);
}
