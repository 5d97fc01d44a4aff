//! The cumulative budget.

use std::{thread, time::Duration};

use alloy_primitives::Address;
use x402_core::{
    Asset, UnixSeconds,
    client::{Budget, Limit, Limits, Origin, PayError, Payer},
    exact::ExactPayload,
    signer::{PaymentSigner, SignerError, Transfer},
    testing::ManualClock,
};

use crate::{
    cents, offered, offered_at, pay, payer, requirement,
    support::{NOW, block_on, buyer, now},
    usdc,
};

fn budget(total: &str) -> Budget {
    Budget::new(total.parse().unwrap()).unwrap()
}

fn broken(result: Result<x402_core::client::SignedPayment, PayError>) -> Limit {
    match result {
        Err(PayError::OverBudget(over)) => over.limit(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hundred_threads_with_a_budget_for_37_sign_37_payments() {
    let budget = budget("$0.37");
    let payer = payer().budget(budget.clone());
    let signed: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..100).map(|_| scope.spawn(|| pay(&payer, &cents(1)).is_ok())).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(signed, 37);
    assert_eq!((budget.spending().open(), budget.spending().remaining()), ("0.37".into(), "0".into()));
}

#[test]
fn what_is_unknown_stays_counted_and_what_is_settled_or_returned_is_told_apart() {
    let budget = budget("$0.03");
    let payer = payer().budget(budget.clone());
    let [settled, returned, unknown] = [1, 1, 1].map(|price| pay(&payer, &cents(price)).unwrap());
    assert_eq!(broken(pay(&payer, &cents(1))), Limit::Total);
    settled.settled();
    returned.returned();
    // Once told, it stays so.
    settled.returned();
    returned.settled();
    drop(unknown);
    let spending = budget.spending();
    assert_eq!([spending.settled(), spending.open(), spending.remaining()], ["0.01", "0.01", "0.01"]);
    assert!(pay(&payer, &cents(1)).is_ok());
    assert_eq!(broken(pay(&payer, &cents(1))), Limit::Total);
}

/// A signer that signs nothing.
struct Locked;

impl PaymentSigner for Locked {
    fn payer(&self) -> Address {
        buyer().address()
    }

    async fn sign(&self, _: &Transfer) -> Result<ExactPayload, SignerError> {
        Err(SignerError::new("it is locked"))
    }
}

#[test]
fn what_was_not_signed_is_not_counted() {
    let budget = budget("$0.01");
    let locked = Payer::new(Locked).clock(ManualClock::at(now())).budget(budget.clone());
    let choice = locked.choose(&cents(1)).unwrap();
    assert!(matches!(block_on(locked.sign(&cents(1), choice)), Err(PayError::Signer(_))));
    assert_eq!([budget.spending().open(), budget.spending().remaining()], ["0", "0.01"]);
    assert!(pay(&payer().budget(budget), &cents(1)).is_ok());
}

#[test]
fn one_origin_has_its_own_share_and_no_server_hides_in_anothers() {
    let budget = budget("$1").per_origin("$0.02".parse().unwrap()).unwrap();
    let payer = payer().budget(budget.clone());
    let at = |origin| offered_at(origin, [requirement(&usdc(), 20_000)]);
    assert!(pay(&payer, &at("https://a.example")).is_ok());
    assert_eq!(broken(pay(&payer, &at("https://a.example"))), Limit::Origin);
    assert!(pay(&payer, &at("https://b.example")).is_ok());
    assert_eq!(budget.spent_at(&Origin::parse("https://A.example/other").unwrap()), "0.02");
    // An offer that came from nowhere has no share.
    let mut stray = at("https://c.example");
    stray.asked = None;
    assert_eq!(broken(pay(&payer, &stray)), Limit::Origin);
}

#[test]
fn a_window_frees_what_is_older_than_it() {
    let clock = ManualClock::at(UnixSeconds::from_secs(NOW));
    let budget = budget("$1").per_window("$0.02".parse().unwrap(), Duration::from_secs(60)).unwrap();
    let payer = payer().clock(clock.clone()).budget(budget);
    assert!(pay(&payer, &cents(1)).is_ok());
    clock.advance(Duration::from_secs(30));
    assert!(pay(&payer, &cents(1)).is_ok());
    assert_eq!(broken(pay(&payer, &cents(1))), Limit::Window);
    clock.advance(Duration::from_secs(30));
    assert!(pay(&payer, &cents(1)).is_ok(), "the first is a minute old");
    assert_eq!(broken(pay(&payer, &cents(1))), Limit::Window);
}

#[test]
fn a_window_of_less_than_a_second_is_a_second_and_not_without_limit() {
    for window in [Duration::ZERO, Duration::from_millis(500)] {
        let clock = ManualClock::at(UnixSeconds::from_secs(NOW));
        let budget = budget("$1").per_window("$0.01".parse().unwrap(), window).unwrap();
        let payer = payer().clock(clock.clone()).budget(budget);
        assert!(pay(&payer, &cents(1)).is_ok());
        assert_eq!(broken(pay(&payer, &cents(1))), Limit::Window);
        clock.advance(Duration::from_secs(1));
        assert!(pay(&payer, &cents(1)).is_ok());
    }
}

#[test]
fn what_is_returned_frees_its_own_share_of_origin_and_window_and_no_other() {
    let budget = budget("$1").per_origin("$0.03".parse().unwrap()).unwrap();
    let budget = budget.per_window("$0.03".parse().unwrap(), Duration::from_secs(60)).unwrap();
    let payer = payer().budget(budget.clone());
    let [_, two] = [1, 2].map(|price| pay(&payer, &cents(price)).unwrap());
    two.returned();
    two.returned();
    let origin = Origin::parse("https://api.example.com").unwrap();
    assert_eq!(budget.spent_at(&origin), "0.01");
    assert!(pay(&payer, &cents(2)).is_ok());
    assert_eq!(broken(pay(&payer, &cents(1))), Limit::Origin);
    let elsewhere = offered_at("https://b.example", [requirement(&usdc(), 10_000)]);
    assert_eq!(broken(pay(&payer, &elsewhere)), Limit::Window, "the first is still counted there");
    assert_eq!(budget.spending().open(), "0.03");
}

#[test]
fn attack_25_unit_confusion_eighteen_decimals_count_as_dollars() {
    let dai = Asset::new(8453, Address::repeat_byte(1), "DAI", "Dai", "1", 18);
    let budget = budget("$1");
    let payer = payer().limits(Limits::default().allow(dai.clone())).budget(budget.clone());
    let half = offered([requirement(&dai, 500_000_000_000_000_000)]);
    assert!(pay(&payer, &half).is_ok());
    assert_eq!(budget.spending().remaining(), "0.5");
    assert!(pay(&payer, &cents(50)).is_ok());
    assert_eq!(broken(pay(&payer, &offered([requirement(&dai, 1)]))), Limit::Total);
}

#[test]
fn a_budget_is_in_dollars() {
    assert!(Budget::new("1 USD".parse().unwrap()).is_ok());
    let error = Budget::new("1 USDC".parse().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "`1 USDC` is no budget: it is a number of dollars, without a token");
}

#[test]
fn a_payer_and_its_clones_share_one_budget() {
    let budget = budget("$0.01");
    let one = payer().budget(budget.clone());
    let (clone, two) = (one.clone(), payer().budget(budget));
    assert!(pay(&one, &cents(1)).is_ok());
    assert_eq!(broken(pay(&clone, &cents(1))), Limit::Total);
    assert_eq!(broken(pay(&two, &cents(1))), Limit::Total);
}
