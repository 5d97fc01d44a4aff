//! Payments whose outcome is open are presented again, and none is signed beside them.

use x402_core::{Reason, VerifyResponse, facilitator::Reach, testing::ScriptedFacilitator};

use crate::{run::Run, shop::Shop};

#[tokio::test]
async fn the_same_payment_is_presented_until_its_outcome_is_known() {
    let facilitator = ScriptedFacilitator::willing();
    facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::NotSent)));
    let shop = Shop::open(facilitator).await;
    let run = Run::of(&[&shop.url("/premium")]).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), "premium\n"), "{run:?}");
    assert!(run.stderr.contains("503") && run.stderr.contains("the same payment"), "{run:?}");
    let presented = shop.presented();
    assert_eq!(presented.len(), 2);
    assert_eq!(presented[0], presented[1]);
}

#[tokio::test]
async fn a_payment_given_up_on_is_printed_and_can_be_presented() {
    let facilitator = ScriptedFacilitator::willing();
    facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::NotSent)));
    let shop = Shop::open(facilitator.clone()).await;
    let run = Run::of(&["--wait", "0", &shop.url("/premium")]).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(3), ""), "{run:?}");
    assert!(run.stderr.contains("do not pay again"), "{run:?}");

    let header = format!("payment-signature: {}", run.said("payment-signature"));
    let again = Run::of(&["-H", &header, &shop.url("/premium")]).await;
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), "premium\n"), "{again:?}");
    assert_eq!(again.said("transaction").len(), 66);

    let used = Run::of(&["-H", &header, &shop.url("/premium")]).await;
    assert_eq!(used.status, Some(3), "a used payment is no reason to sign another: {used:?}");
    assert!(used.stderr.contains("nonce_already_used") && used.stderr.contains("do not pay again"), "{used:?}");
    let presented = shop.presented();
    assert!(presented.iter().all(|payment| *payment == presented[0]), "{presented:?}");
    assert_eq!(facilitator.settle_calls(), 1);
}

#[tokio::test]
async fn a_settlement_that_may_have_happened_is_status_3() {
    let facilitator = ScriptedFacilitator::willing();
    facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    let shop = Shop::open(facilitator.clone()).await;
    let run = Run::of(&["--json", "--wait", "0", &shop.url("/premium")]).await;
    assert_eq!(run.status, Some(3), "{run:?}");
    let object = run.json();
    assert_eq!(object["outcome"], "unknown");
    assert_eq!(object["payment"], format!("payment-signature: {}", shop.presented()[0]));
    assert_eq!((shop.presented().len(), facilitator.settle_calls()), (1, 1));
}

#[tokio::test]
async fn an_unplugged_sandbox_is_status_3_and_nothing_hangs() {
    let (shop, sandbox) = Shop::sandboxed().await;
    drop(sandbox);
    let run = Run::of(&["--wait", "0", &shop.url("/premium")]).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(3), ""), "{run:?}");
    assert!(run.stderr.contains("503"), "{run:?}");
}

#[tokio::test]
async fn a_handler_that_fails_takes_no_money() {
    let facilitator = ScriptedFacilitator::willing();
    let shop = Shop::open(facilitator.clone()).await;
    let run = Run::of(&["--wait", "0", &shop.url("/broken")]).await;
    assert_eq!(run.status, Some(3), "the client cannot know that: {run:?}");
    assert_eq!(facilitator.settle_calls(), 0);
}

#[tokio::test]
async fn attack_22_a_402_leaves_open_what_became_of_a_payment_made_before() {
    let facilitator = ScriptedFacilitator::willing();
    facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::NotSent)));
    let shop = Shop::open(facilitator.clone()).await;
    let run = Run::of(&["--wait", "0", &shop.url("/premium")]).await;
    let header = format!("payment-signature: {}", run.said("payment-signature"));
    // Without a word; and for want of funds, which may be gone with this very payment.
    facilitator.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
    for path in ["/mute", "/premium"] {
        let run = Run::of(&["--wait", "0", "-H", &header, &shop.url(path)]).await;
        assert_eq!((run.status, run.stdout.as_str()), (Some(3), ""), "{run:?}");
        assert!(run.stderr.contains("402") && run.stderr.contains("do not pay again"), "{run:?}");
    }
}

#[tokio::test]
async fn a_payment_that_cannot_be_read_is_bad_usage_and_not_sent() {
    let shop = Shop::open(ScriptedFacilitator::willing()).await;
    for header in ["payment-signature: nonsense", "x-payment: e30="] {
        let run = Run::of(&["-H", header, &shop.url("/premium")]).await;
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("-H"), "{run:?}");
    }
    assert!(shop.requests().is_empty());
}
