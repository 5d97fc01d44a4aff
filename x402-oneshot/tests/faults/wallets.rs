//! No wallet, no balance, and balances that are not told.

use alloy_primitives::U256;
use x402_core::facilitator::FacilitatorErrorKind;
use x402_oneshot::facilitator::ProvisionError;
use x402_oneshot::sandbox::SandboxEvent;
use x402_oneshot::sandbox::faults::Fault;

use crate::support::{EXECUTE, Shop, WALLETS, connect, ready, start};

#[tokio::test]
async fn an_account_without_a_wallet_is_told_so_at_the_start() {
    let sandbox = start().await;
    sandbox.faults().on("GET", WALLETS).always(Fault::nothing_listed());
    assert!(matches!(connect(&sandbox).await.unwrap_err(), ProvisionError::NoWallet { .. }));
    assert_eq!(sandbox.requests().of("POST", "/business/{id}/methods"), 0, "nothing was made");
}

#[tokio::test]
async fn a_wallet_without_gas_is_told_at_the_start() {
    let sandbox = start().await;
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    assert!(matches!(connect(&sandbox).await.unwrap_err(), ProvisionError::NoGas { .. }));
    assert_eq!(sandbox.requests().of("POST", "/business/{id}/methods"), 0, "nothing was made");

    let sandbox = start().await;
    sandbox.faults().on("GET", WALLETS).always(Fault::no_balances());
    assert!(matches!(connect(&sandbox).await.unwrap_err(), ProvisionError::NoGas { .. }));
}

#[tokio::test]
async fn balances_that_the_list_does_not_tell_are_asked_for() {
    let sandbox = start().await;
    sandbox.faults().on("GET", WALLETS).always(Fault::unknown_balances());
    connect(&sandbox).await.unwrap();
    assert_eq!(sandbox.requests().of("GET", "/wallets/{id}"), 1);

    let sandbox = start().await;
    sandbox.faults().on("GET", WALLETS).always(Fault::unknown_balances());
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    assert!(matches!(connect(&sandbox).await.unwrap_err(), ProvisionError::NoGas { .. }));
}

#[tokio::test]
async fn a_wallet_drained_by_gas_executes_nothing_and_says_why() {
    let shop = Shop::open().await;
    let client = ready(&shop.sandbox).await;
    shop.sandbox.faults().set_wallet_balance(shop.sandbox.wallet_id(), U256::from(1));
    let error = shop.execute(&client).await.unwrap_err();
    assert_eq!(error.api().unwrap().error_type(), "ERR_INSUFFICIENT_FUNDS");
    assert!(!error.is_retryable());
    assert!(error.may_have_acted(), "a 500 is no proof, whatever it says");
    assert!(shop.sandbox.transactions().is_empty());
    assert_eq!(shop.executions(), 1);

    let error = shop.settle().await.unwrap_err();
    assert_eq!(error.kind(), FacilitatorErrorKind::Unavailable);
    assert_eq!(shop.executions(), 2);
    shop.assert_unpaid();

    // Once there is gas again, the same payment is good.
    shop.sandbox.faults().set_wallet_balance(shop.sandbox.wallet_id(), U256::from(10).pow(U256::from(18)));
    assert!(shop.settle().await.unwrap().success);
    shop.assert_paid_once();
}

#[tokio::test]
async fn a_wallet_that_runs_low_is_reported_once() {
    let shop = Shop::open().await;
    // Enough for one transaction's limit, and below the threshold.
    let little = U256::from(2_000_000_000_000_u64);
    shop.sandbox.faults().set_wallet_balance(shop.sandbox.wallet_id(), little);
    assert!(shop.settle().await.unwrap().success);
    assert_eq!(shop.sandbox.requests().of("POST", EXECUTE), 1);
    let low = |event: &&SandboxEvent| matches!(event, SandboxEvent::LowBalance { .. });
    assert_eq!(shop.sandbox.events().iter().filter(low).count(), 1);
}
