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
async fn a_redirection_is_followed_with_location_only() {
    let (shop, sandbox) = Shop::sandboxed().await;
    let run = Run::of(&[&shop.url("/moved")]).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains("/premium") && run.stderr.contains("-L"), "{run:?}");
    assert_eq!((shop.requests().len(), sandbox.transactions().len()), (1, 0));

    for flag in ["-L", "--location"] {
        let run = Run::of(&[flag, &shop.url("/moved")]).await;
        assert_eq!((run.status, run.stdout.as_str()), (Some(0), "premium\n"), "{run:?}");
        assert_eq!(run.said("paid"), "0.05 USDC on eip155:84532");
    }
    assert_eq!(sandbox.transactions().len(), 2);
    // A dry run follows too, and pays nothing.
    let run = Run::of(&["-L", "--dry-run", &shop.url("/moved")]).await;
    assert_eq!((run.status, run.said("price")), (Some(0), "0.05 USDC on eip155:84532 (v2)"));
    assert_eq!(sandbox.transactions().len(), 2);
}

#[tokio::test]
async fn a_402_of_another_kind_is_told_so() {
    let (shop, _sandbox) = Shop::sandboxed().await;
    let run = Run::of(&[&shop.url("/mute")]).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains("402") && run.stderr.contains("no x402 offer"), "{run:?}");
}

#[tokio::test]
async fn a_url_without_a_scheme_is_told_what_it_lacks() {
    for url in ["shop", "127.0.0.1:8402/premium", "localhost:8402/premium", "ftp://127.0.0.1/"] {
        let run = Run::of(&[url]).await;
        assert_eq!(run.status, Some(2), "{run:?}");
        assert!(run.stderr.contains("http://"), "{run:?}");
    }
}
