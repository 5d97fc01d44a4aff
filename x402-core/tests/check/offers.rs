//! Several offers, and offers that make no sense.

use std::time::Duration;

use alloy_primitives::{Address, U256};
use serde_json::json;
use x402_core::{
    Amount, Asset, Network, Reason, TokenDomain,
    server::{Offer, Offers, OffersError},
};

use crate::{
    expect::which,
    support::{BOTH, Draft, NOW, PAY_TO, PRICE, URL, accepted, offer, stranger, usdc},
};

/// Three offers: another recipient, another token, another price.
fn several() -> Offers {
    let other = Asset::new(84532, Address::repeat_byte(9), "EURC", "EURC", "2", 6);
    let amount = Amount::from_atomic;
    Offers::new(
        URL,
        [
            Offer::exact_amount(&other, amount(9_000), PAY_TO).unwrap(),
            offer(),
            Offer::exact_amount(&usdc(), amount(20_000), stranger().address()).unwrap(),
            Offer::exact_amount(&Asset::usdc(&Network::BASE).unwrap(), amount(PRICE), PAY_TO).unwrap(),
        ],
    )
    .unwrap()
}

#[test]
fn each_of_several_offers_can_be_paid_in_both_versions() {
    let offers = several();
    for version in BOTH {
        for (index, offer) in offers.offers().iter().enumerate() {
            let asked = offer.requirements();
            let base = asked.network == Network::BASE;
            let draft = Draft::of(version).with(|draft| {
                draft.accepted = accepted(&offers, index);
                draft.network = if base { "base" } else { "base-sepolia" };
                draft.authorization.to = asked.pay_to.evm().unwrap();
                draft.authorization.value = asked.amount.as_u256();
                draft.domain = match index {
                    0 => TokenDomain::new("EURC", "2", 84532, Address::repeat_byte(9)),
                    3 => Asset::usdc(&Network::BASE).unwrap().domain(),
                    _ => usdc().domain(),
                };
            });
            assert_eq!(which(&offers, &draft.payload()), Ok(index), "{version} {index}");
        }
    }
}

#[test]
fn a_payment_of_one_offer_that_says_it_is_of_another_is_refused() {
    let offers = several();
    // The cheap one is signed, the dear one is claimed, and the other way round.
    let mixed = Draft::v2().with(|draft| draft.accepted = accepted(&offers, 2));
    assert_eq!(which(&offers, &mixed.payload()), Err(Reason::RECIPIENT_MISMATCH));
    let mixed = Draft::v2().with(|draft| {
        draft.accepted = accepted(&offers, 1);
        draft.authorization.to = stranger().address();
        draft.authorization.value = U256::from(20_000);
    });
    assert_eq!(which(&offers, &mixed.payload()), Err(Reason::RECIPIENT_MISMATCH));
}

#[test]
fn of_several_offers_the_closest_says_what_is_wrong() {
    let offers = several();
    let expired = |version| Draft::of(version).with(|draft| draft.authorization.valid_before = U256::from(NOW));
    for version in BOTH {
        let draft = expired(version).with(|draft| draft.accepted = accepted(&offers, 1));
        assert_eq!(which(&offers, &draft.payload()), Err(Reason::VALID_BEFORE), "{version}");
    }
    let bent = |member: &str, value: &str| {
        let draft = Draft::v2().with(|draft| {
            draft.accepted = accepted(&offers, 1);
            draft.accepted[member] = value.into();
        });
        which(&offers, &draft.payload()).unwrap_err()
    };
    assert_eq!(bent("scheme", "upto"), Reason::UNSUPPORTED_SCHEME);
    assert_eq!(bent("network", "eip155:1"), Reason::INVALID_NETWORK);
    assert_eq!(bent("asset", "USD"), Reason::INVALID_PAYMENT_REQUIREMENTS);
    assert_eq!(bent("payTo", "merchant"), Reason::RECIPIENT_MISMATCH);
    assert_eq!(bent("amount", "10001"), Reason::VALUE_MISMATCH);
}

#[test]
fn an_offer_of_nothing_and_a_list_of_no_offers_cannot_be_made() {
    assert_eq!(Offer::exact_amount(&usdc(), Amount::ZERO, PAY_TO).unwrap_err(), OffersError::Zero);
    assert_eq!(Offers::new(URL, []).unwrap_err(), OffersError::Empty);
    let too_fine = Offer::exact(&usdc(), &"0.0000001".parse().unwrap(), PAY_TO).unwrap_err();
    assert!(matches!(too_fine, OffersError::Price(_)));
}

#[test]
fn an_offers_timeout_is_what_clients_see_and_is_at_least_a_second() {
    let seconds = |timeout| offer().timeout(timeout).requirements().max_timeout_seconds;
    assert_eq!(offer().requirements().max_timeout_seconds, 300);
    assert_eq!(seconds(Duration::from_millis(90_500)), 90);
    assert_eq!(seconds(Duration::ZERO), 1);
}

#[test]
fn how_long_a_payment_may_be_valid_goes_by_the_offers_timeout() {
    const DAY: u64 = 24 * 60 * 60;
    for timeout in [1, 300, 3_600] {
        let offers = Offers::new(URL, [offer().timeout(Duration::from_secs(timeout))]).unwrap();
        let valid_for = |seconds: u64| {
            let draft = Draft::v1().with(|draft| draft.authorization.valid_before = U256::from(NOW + seconds));
            which(&offers, &draft.payload())
        };
        assert_eq!(valid_for(DAY + timeout), Ok(0), "{timeout}");
        assert_eq!(valid_for(DAY + timeout + 1), Err(Reason::VALID_BEFORE), "{timeout}");
    }
}

#[test]
fn what_is_added_to_extra_must_be_echoed_and_the_tokens_name_and_version_stay() {
    let offer = offer().extra("color", "red").extra("name", "Fake Coin").extra("version", "9");
    let extra = serde_json::to_value(&offer.requirements().extra).unwrap();
    assert_eq!(extra, json!({ "name": "USDC", "version": "2", "color": "red" }));
    let offers = Offers::new(URL, [offer]).unwrap();
    let echoed = Draft::v2().with(|draft| draft.accepted = accepted(&offers, 0));
    assert_eq!(which(&offers, &echoed.payload()), Ok(0));
    assert_eq!(which(&offers, &Draft::v2().payload()), Err(Reason::INVALID_PAYMENT_REQUIREMENTS));
}
