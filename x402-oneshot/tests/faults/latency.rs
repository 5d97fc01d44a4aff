//! Slow answers, slow bodies, no answers.

use std::time::Duration;

use tokio::time::Instant;
use x402_core::facilitator::{FacilitatorErrorKind, Reach};
use x402_oneshot::sandbox::faults::Fault;
use x402_oneshot::{Client, Config, Credentials, ErrorKind};

use crate::support::{EXECUTE, Shop, WALLETS, config, ready, said, start, struck};

const MILLIS: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn six_seconds_are_waited_for_which_break_httpxs_default() {
    let sandbox = start().await;
    let config = Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()));
    let client = Client::new(config.base_url(sandbox.base_url()).unwrap()).unwrap();
    client.x402().supported().await.unwrap();
    let begun = Instant::now();
    let list = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
    let slow = Fault::Latency(Duration::from_secs(6));
    let (listed, sent) = struck(&sandbox, ("GET", WALLETS), slow, list.send()).await;
    assert_eq!((listed.unwrap().response.len(), sent), (1, 1));
    assert!(begun.elapsed() >= Duration::from_secs(6));
}

#[tokio::test]
async fn a_read_that_gets_no_answer_in_time_is_tried_again() {
    let sandbox = start().await;
    let client = ready(&sandbox).await;
    for fault in [
        Fault::Hang { after: false },
        Fault::Hang { after: true },
        Fault::Latency(600 * MILLIS),
        Fault::SlowBody(100 * MILLIS),
    ] {
        let list = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
        let (listed, sent) = struck(&sandbox, ("GET", WALLETS), fault, list.send()).await;
        assert_eq!((listed.unwrap().response.len(), sent), (1, 2));
    }
}

#[tokio::test]
async fn an_execution_has_the_whole_deadline_and_a_slow_body_is_read_to_its_end() {
    for fault in [Fault::Latency(300 * MILLIS), Fault::SlowBody(30 * MILLIS)] {
        let shop = Shop::open().await;
        let (answer, sent) = struck(&shop.sandbox, ("POST", EXECUTE), fault, shop.settle()).await;
        assert!(answer.unwrap().success);
        assert_eq!(sent, 1);
        shop.assert_paid_once();
    }
}

#[tokio::test]
async fn an_execution_that_gets_no_answer_may_have_acted_and_is_not_sent_again() {
    for after in [false, true] {
        let shop = Shop::open().await;
        let client = Client::new(config(&shop.sandbox).deadline(100 * MILLIS).unwrap()).unwrap();
        client.x402().supported().await.unwrap();
        let hang = Fault::Hang { after };
        let (outcome, sent) = struck(&shop.sandbox, ("POST", EXECUTE), hang, shop.execute(&client)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.reach(), sent), (ErrorKind::Timeout, Reach::MaybeSent, 1));
        assert!(error.may_have_acted());
        assert_eq!(shop.sandbox.transactions().len(), usize::from(after));
    }
}

#[tokio::test]
async fn a_settlement_whose_execution_hangs_is_found_by_its_memo_or_stays_unknown() {
    let shop = Shop::open().await;
    let hang = Fault::Hang { after: true };
    let (answer, sent) = struck(&shop.sandbox, ("POST", EXECUTE), hang, shop.settle()).await;
    assert!(answer.unwrap().success);
    assert_eq!(sent, 1);
    shop.assert_paid_once();

    let shop = Shop::open().await;
    let hang = Fault::Hang { after: false };
    let (answer, sent) = struck(&shop.sandbox, ("POST", EXECUTE), hang, shop.settle()).await;
    assert_eq!(said(&answer.unwrap_err()), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
    assert_eq!(sent, 1);
    shop.assert_unpaid();
}
