//! What may be paid: limits, policies, the selector, and being asked first.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use x402_core::{
    Asset, Network, PaymentRequired, ResourceInfo, X402Version,
    client::{Choice, Limits, NoChoice, Offered, Origin, PayError},
};

use crate::{
    STRANGER, cents, offered, offered_at, pay, payer, requirement,
    support::{NOW, PAY_TO, block_on},
    usdc,
};

/// An offer for `resource` that came from `asked`.
fn lure(asked: &str, resource: &str) -> Offered {
    let required = PaymentRequired::new(ResourceInfo::new(resource), [requirement(&usdc(), 10_000)]);
    Offered::new(X402Version::V2, required).asked(Origin::parse(asked).unwrap())
}

#[test]
fn attack_25_resource_spoof_another_hosts_resource_is_not_paid_for() {
    let spoofed = lure("https://cheap.example/x", "https://dear.example/x");
    let error = payer().choose(&spoofed).unwrap_err();
    assert_eq!(error, NoChoice::ForeignResource { host: "dear.example".into() });
    assert!(payer().limits(Limits::default().any_resource()).choose(&spoofed).is_ok());
    for (asked, resource) in [
        ("https://a.example/x", "https://a.example/y"),
        ("https://a.example/x", "http://a.example:8080/x"), // a server behind a proxy
        ("https://a.example/x", "/x"),
        ("https://a.example/x", ""),
        ("http://127.0.0.1:1/x", "http://localhost:2/x"),
    ] {
        assert!(payer().choose(&lure(asked, resource)).is_ok(), "{asked} {resource}");
    }
}

#[test]
fn attack_25_resource_spoof_a_url_that_hides_its_host_is_foreign() {
    for (resource, host) in [
        ("https://dear.example/a b", "dear.example"),
        (" HTTPS://dear.example/x", "dear.example"),
        ("https://cheap.example@dear.example/x", "dear.example"),
        ("https://dear.example\\@cheap.example/x", "dear.example"),
        ("https://de ar.example/x", "de ar.example"),
        ("https:///x", ""),
    ] {
        let error = payer().choose(&lure("https://cheap.example/x", resource)).unwrap_err();
        assert_eq!(error, NoChoice::ForeignResource { host: host.into() }, "{resource}");
    }
    assert!(payer().choose(&lure("https://cheap.example/x", "https://cheap.example/a b")).is_ok());
}

#[test]
fn attack_25_price_bait_what_another_payer_chose_is_signed_within_ones_own_limits_only() {
    let dear = cents(500);
    let generous = payer().limits(Limits::default().max_per_payment("$5".parse().unwrap()));
    let choice = generous.choose(&dear).unwrap();
    let refused = block_on(payer().sign(&dear, choice.clone())).unwrap_err();
    assert!(matches!(refused, PayError::NotAllowed(NoChoice::TooExpensive { .. })), "{refused:?}");
    let closed =
        generous.clone().policy(|_: &Choice, _: &Offered| -> Result<(), Cow<'static, str>> { Err("no".into()) });
    let refused = block_on(closed.sign(&dear, choice.clone())).unwrap_err();
    assert!(matches!(refused, PayError::NotAllowed(NoChoice::Policy(_))), "{refused:?}");
    // Nor is it signed for an offer that it is no part of.
    let refused = block_on(generous.sign(&cents(400), choice.clone())).unwrap_err();
    assert!(matches!(refused, PayError::NotAllowed(NoChoice::NotOffered)), "{refused:?}");
    assert!(block_on(generous.sign(&dear, choice)).is_ok());
}

#[test]
fn attack_32_what_came_over_http_from_another_machine_is_not_signed_for() {
    let from = |origin| offered_at(origin, [requirement(&usdc(), 10_000)]);
    let error = pay(&payer(), &from("http://shop.example")).unwrap_err();
    assert!(matches!(&error, PayError::Insecure { host } if host == "shop.example"), "{error:?}");
    for safe in ["https://shop.example", "http://127.0.0.1:8402", "http://localhost", "http://[::1]"] {
        assert!(pay(&payer(), &from(safe)).is_ok(), "{safe}");
    }
    let careless = payer().limits(Limits::default().insecure_http());
    assert!(pay(&careless, &from("http://shop.example")).is_ok());
}

#[test]
fn attack_25_rail_switch_a_network_that_is_not_allowed_is_not_paid_on() {
    let here = payer().limits(Limits::default().networks([Network::BASE_SEPOLIA]));
    assert_eq!(here.choose(&cents(1)).unwrap_err(), NoChoice::Unsupported);
    let sepolia = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
    assert!(here.choose(&offered([requirement(&sepolia, 1)])).is_ok());
}

#[test]
fn attack_25_a_token_that_is_allowed_on_one_network_is_not_allowed_on_another() {
    let ours = Asset::new(1, STRANGER, "DAI", "Dai", "1", 18);
    let payer = payer().limits(Limits::default().allow(ours.clone()));
    assert!(payer.choose(&offered([requirement(&ours, 1)])).is_ok());
    let same_address = Asset::new(8453, STRANGER, "DAI", "Dai", "1", 18);
    assert_eq!(payer.choose(&offered([requirement(&same_address, 1)])).unwrap_err(), NoChoice::UnknownAsset);
    let same_network = Asset::new(1, PAY_TO, "DAI", "Dai", "1", 18);
    assert_eq!(payer.choose(&offered([requirement(&same_network, 1)])).unwrap_err(), NoChoice::UnknownAsset);
}

#[test]
fn attack_25_recipient_redirect_a_policy_names_who_may_be_paid() {
    let known = |choice: &Choice, _: &Offered| -> Result<(), Cow<'static, str>> {
        if choice.pay_to() == PAY_TO { Ok(()) } else { Err("not a supplier of ours".into()) }
    };
    let payer = payer().policy(known);
    assert!(payer.choose(&cents(1)).is_ok());
    let mut stranger = requirement(&usdc(), 1);
    stranger.pay_to = STRANGER.into();
    let error = payer.choose(&offered([stranger.clone()])).unwrap_err();
    assert_eq!(error.to_string(), "the payment is not allowed: not a supplier of ours");
    // One that is allowed beside one that is not is paid, though it is dearer.
    let both = offered([stranger, requirement(&usdc(), 2)]);
    assert_eq!(payer.choose(&both).unwrap().pay_to(), PAY_TO);
}

#[test]
fn attack_25_accepts_ordering_the_cheapest_is_chosen_and_a_selector_may_choose_otherwise() {
    let both = offered([requirement(&usdc(), 20_000), requirement(&usdc(), 10_000)]);
    assert_eq!(payer().choose(&both).unwrap().to_string(), "0.01 USDC on eip155:8453");
    let first = payer().selector(|_: &[Choice]| Some(0));
    assert_eq!(first.choose(&both).unwrap().to_string(), "0.02 USDC on eip155:8453");
    for nothing in [None, Some(2)] {
        let none = payer().selector(move |_: &[Choice]| nothing);
        assert_eq!(none.choose(&both).unwrap_err(), NoChoice::NoneSelected);
    }
}

#[test]
fn attack_25_authorization_lifetime_is_capped() {
    let mut forever = requirement(&usdc(), 1);
    forever.max_timeout_seconds = u64::MAX;
    let forever = offered([forever]);
    let until = |payer| pay(&payer, &forever).unwrap().expires().as_secs() - NOW;
    assert_eq!(until(payer()), 3600);
    assert_eq!(until(payer().limits(Limits::default().max_validity(Duration::from_secs(90)))), 90);
}

#[test]
fn attack_26_above_the_threshold_somebody_is_asked_and_without_a_yes_nothing_is_signed() {
    let asked = Arc::new(AtomicUsize::new(0));
    let ask = |yes: bool| {
        let asked = Arc::clone(&asked);
        move |choice: Choice, _: Offered| {
            assert_eq!(choice.pay_to(), PAY_TO);
            asked.fetch_add(1, Ordering::Relaxed);
            std::future::ready(yes)
        }
    };
    let five_cents = || "$0.05".parse().unwrap();
    assert!(pay(&payer().confirm_above(five_cents(), ask(false)), &cents(5)).is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 0, "it is not above");
    let refused = pay(&payer().confirm_above(five_cents(), ask(false)), &cents(6));
    assert!(matches!(refused, Err(PayError::NotConfirmed)));
    assert!(pay(&payer().confirm_above(five_cents(), ask(true)), &cents(6)).is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    // A threshold finer than the token's unit permits nothing without asking.
    let fine = payer().confirm_above("$0.0000001".parse().unwrap(), ask(false));
    assert!(matches!(pay(&fine, &cents(1)), Err(PayError::NotConfirmed)));
}
