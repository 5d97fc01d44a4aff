//! What is paid, and what is printed.

use std::path::Path;

use alloy_primitives::{U256, hex};
use x402_oneshot::sandbox::Sandbox;

use crate::{
    run::Run,
    shop::{SELLER, Shop},
};

fn received(sandbox: &Sandbox) -> u64 {
    sandbox.balance_of(SELLER).to()
}

#[tokio::test]
async fn the_page_is_on_stdout_and_the_receipt_on_stderr() {
    let (shop, sandbox) = Shop::sandboxed().await;
    let before = sandbox.balance_of(sandbox.buyer_address());
    let mut hashes = Vec::new();
    for count in 1..=2 {
        let run = Run::of(&[&shop.url("/premium")]).await;
        assert_eq!((run.status, run.stdout.as_str()), (Some(0), "premium\n"), "{run:?}");
        assert_eq!(run.said("paid"), "0.05 USDC on eip155:84532");
        assert_eq!(run.said("to"), SELLER.to_string());
        assert_eq!(run.said("payer"), sandbox.buyer_address().to_string());
        assert_eq!(received(&sandbox), count * 50_000);
        assert_eq!(sandbox.balance_of(sandbox.buyer_address()), before - U256::from(count * 50_000));
        let hash = run.said("transaction").to_owned();
        assert!(sandbox.transactions().iter().any(|one| one.hash.is_some_and(|is| is.to_string() == hash)));
        hashes.push(hash);
    }
    assert_ne!(hashes[0], hashes[1]);
    let presented = shop.presented();
    assert_eq!(presented.len(), 2);
    assert_ne!(presented[0], presented[1], "each payment has a nonce of its own");
}

#[tokio::test]
async fn the_protocol_can_be_chosen() {
    let (shop, sandbox) = Shop::sandboxed().await;
    for (protocol, header) in [("v1", "x-payment"), ("v2", "payment-signature"), ("auto", "payment-signature")] {
        let run = Run::of(&["--protocol", protocol, &shop.url("/premium")]).await;
        assert_eq!(run.status, Some(0), "{protocol}: {run:?}");
        assert_eq!(run.said("transaction").len(), 66);
        assert!(shop.requests().last().unwrap().contains_key(header), "{protocol}");
    }
    assert_eq!(received(&sandbox), 150_000);
}

#[tokio::test]
async fn the_request_is_the_same_the_second_time() {
    let (shop, _sandbox) = Shop::sandboxed().await;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("body");
    std::fs::write(&file, "from a file").unwrap();
    let from_file = format!("@{}", file.display());
    for (data, body) in [("as it is", "as it is"), (&*from_file, "from a file")] {
        let run = Run::of(&["-d", data, "-H", "X-Trace: 7", "-H", "X-Trace: 8", &shop.url("/premium")]).await;
        assert_eq!((run.status, run.stdout), (Some(0), format!("premium\n{body}")), "{}", run.stderr);
        for request in shop.requests().iter().rev().take(2) {
            assert_eq!(request.get_all("x-trace").iter().collect::<Vec<_>>(), ["7", "8"]);
            assert_eq!(request["content-length"], body.len().to_string());
            assert_eq!(request["content-type"], "application/x-www-form-urlencoded", "as curl");
        }
    }
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_dry_run_pays_nothing() {
    let (shop, sandbox) = Shop::sandboxed().await;
    let run = Run::of(&["--dry-run", &shop.url("/premium")]).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(run.said("price"), "0.05 USDC on eip155:84532 (v2)");
    assert_eq!((shop.requests().len(), sandbox.transactions().len()), (1, 0));
}

#[tokio::test]
async fn json_is_one_object_on_stdout() {
    let (shop, sandbox) = Shop::sandboxed().await;
    let url = shop.url("/premium");
    let priced = Run::of(&["--json", "--dry-run", &url]).await.json();
    assert_eq!((&priced["outcome"], &priced["offer"]["amount"]), (&"priced".into(), &"50000".into()));
    let served = Run::of(&["--json", &url]).await.json();
    assert_eq!((&served["outcome"], &served["body"]), (&"served".into(), &"premium\n".into()));
    assert_eq!(served["paid"]["payTo"], SELLER.to_string());
    assert_eq!(served["transaction"], sandbox.transactions()[0].hash.unwrap().to_string());
    let failed = Run::of(&["--json", "--max-amount", "0.01", &url]).await.json();
    assert_eq!(failed["outcome"], "failed");
}

#[tokio::test]
async fn what_is_free_is_not_paid() {
    let (shop, sandbox) = Shop::sandboxed().await;
    let run = Run::of(&[&shop.url("/free")]).await;
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "free\n", "served without payment\n"));
    assert_eq!(sandbox.transactions().len(), 0);
}

#[tokio::test]
async fn a_key_of_ones_own_pays_and_is_not_repeated() {
    let (shop, sandbox) = Shop::sandboxed().await;
    let url = shop.url("/premium");
    let key = hex::encode(sandbox.buyer_key().expose());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("key");
    std::fs::write(&file, format!("0x{key}\n")).unwrap();
    let from_file = Run::of(&["--key-file", file.to_str().unwrap(), &url]).await;
    std::fs::remove_file(file).unwrap();
    let from_env = Run::with(&[("PRIVATE_KEY", &key)], &["--json", &url]).await;
    for run in [from_file, from_env] {
        assert_eq!(run.status, Some(0), "{run:?}");
        assert!(!format!("{run:?}").contains(&key));
    }
    assert_eq!(received(&sandbox), 100_000);
}
