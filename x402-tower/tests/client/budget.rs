//! Many requests, one budget.

use alloy_primitives::U256;
use tower::{Service, ServiceExt};
use x402_core::client::PayError;
use x402_tower::client::{ClientError, PayLayer};

use crate::support::{Server, asks, boxed, budget, get, payer, price, served};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_concurrent_requests_against_a_budget_for_37_pay_37_times() {
    let server = Server::new(|_, payment| if payment.is_some() { served() } else { asks([price(10_000)]) });
    let budget = budget("$0.37");
    let client = boxed(&PayLayer::new(payer().budget(budget.clone())), &server);
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { client.ready().await?.call(get()).await })
        })
        .collect();
    let mut paid = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => paid += 1,
            Err(ClientError::Sign(PayError::OverBudget(_))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((paid, server.payments()), (37, 37));
    assert_eq!(server.at_stake(), U256::from(370_000));
    assert_eq!([budget.spending().settled(), budget.spending().remaining()], ["0.37", "0"]);
}

#[tokio::test]
async fn a_request_that_is_dropped_while_its_payment_is_out_stays_counted() {
    let server = Server::new(|_, payment| match payment {
        None => asks([price(10_000)]).into(),
        Some(_) => crate::support::Reply::Silence,
    });
    let budget = budget("$1");
    let client = boxed(&PayLayer::new(payer().budget(budget.clone())), &server);
    let call = tokio::spawn(client.oneshot(get()));
    while server.presented() == 0 {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!([budget.spending().settled(), budget.spending().open()], ["0", "0.01"]);
}
