//! What is signed: value, recipient, token, network, signature, time.

use alloy_primitives::{Address, B256, Bytes, U256};
use proptest::prelude::*;
use serde_json::json;
use x402_core::{
    Reason, TokenDomain, UnixSeconds, X402Version,
    exact::{ExactPayload, MAX_VALIDITY, check},
    server::Offer,
    wire,
};

use crate::{
    expect::{checked, refused, terms, which},
    support::{BOTH, Draft, NOW, PRICE, buyer, now, offers, stranger, usdc},
};

#[test]
fn what_was_asked_passes_in_both_versions() {
    for version in BOTH {
        assert_eq!(checked(&Draft::of(version)), Ok(0));
    }
}

#[test]
fn the_value_is_exactly_the_price() {
    for value in [0, 1, PRICE - 1, PRICE + 1, u64::MAX] {
        let draft = |version| Draft::of(version).with(|draft| draft.authorization.value = U256::from(value));
        assert_eq!(checked(&draft(X402Version::V1)), Err(Reason::VALUE), "{value}");
        assert_eq!(checked(&draft(X402Version::V2)), Err(Reason::VALUE_MISMATCH), "{value}");
    }
    // 2^64 + PRICE is not PRICE.
    let wrapped = Draft::v2().with(|draft| draft.authorization.value = (U256::from(1) << 64) + U256::from(PRICE));
    assert_eq!(checked(&wrapped), Err(Reason::VALUE_MISMATCH));
}

#[test]
fn the_recipient_is_ours() {
    refused(|draft| draft.authorization.to = buyer().address(), &Reason::RECIPIENT_MISMATCH);
    refused(|draft| draft.authorization.to = Address::ZERO, &Reason::RECIPIENT_MISMATCH);
}

#[test]
fn the_token_is_ours() {
    // Signed for another contract; v1 cannot say so, v2 can lie about it.
    refused(
        |draft| draft.domain = TokenDomain::new("USDC", "2", 84532, Address::repeat_byte(9)),
        &Reason::INVALID_SIGNATURE,
    );
    // v2 that tells the truth about it.
    let honest = Draft::v2().with(|draft| draft.accepted["asset"] = json!(Address::repeat_byte(9).to_string()));
    assert_eq!(checked(&honest), Err(Reason::INVALID_PAYMENT_REQUIREMENTS));
}

#[test]
fn the_network_is_ours() {
    let v1 = |network| checked(&Draft::v1().with(|draft| draft.network = network));
    for network in ["base", "solana", "eip155:8453", "BASE-SEPOLIA", "no-such-network"] {
        assert_eq!(v1(network), Err(Reason::INVALID_NETWORK), "{network}");
    }
    assert_eq!(v1("eip155:84532"), Ok(0), "some v1 peers write CAIP-2");
    let v2 = Draft::v2().with(|draft| draft.accepted["network"] = json!("eip155:8453"));
    assert_eq!(checked(&v2), Err(Reason::INVALID_NETWORK));
}

#[test]
fn attack_17_a_signature_in_another_domain_is_nobodys() {
    let usdc = usdc().address();
    for domain in [
        TokenDomain::new("USD Coin", "2", 84532, usdc),
        TokenDomain::new("USDC", "1", 84532, usdc),
        TokenDomain::new("USDC", "2", 8453, usdc),
        TokenDomain::new("USDC", "2", 1, usdc),
    ] {
        refused(|draft| draft.domain = domain, &Reason::INVALID_SIGNATURE);
    }
}

#[test]
fn the_signature_is_the_payers() {
    refused(|draft| draft.signer = stranger(), &Reason::INVALID_SIGNATURE);
    refused(|draft| draft.authorization.from = stranger().address(), &Reason::INVALID_SIGNATURE);
    refused(|draft| draft.authorization.from = Address::ZERO, &Reason::INVALID_SIGNATURE);
}

#[test]
fn every_signed_member_is_bound_by_the_signature() {
    for version in BOTH {
        let whole = Draft::of(version).json();
        for (member, value) in [("nonce", json!(B256::repeat_byte(1).to_string())), ("validAfter", json!("1"))] {
            let mut bent = whole.clone();
            bent["payload"]["authorization"][member] = value;
            let payload = wire::decode_payment_payload(bent.to_string().as_bytes()).unwrap();
            assert_eq!(which(&offers(), &payload), Err(Reason::INVALID_SIGNATURE), "{member}");
        }
    }
}

#[test]
fn attack_16_other_spellings_of_the_signature() {
    let half_order_twin = |bytes: &mut Vec<u8>| {
        let order = U256::from_str_radix("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
        let s = U256::from_be_slice(&bytes[32..64]);
        bytes[32..64].copy_from_slice(&(order.unwrap() - s).to_be_bytes::<32>());
        bytes[64] = 27 + 28 - bytes[64];
    };
    let sign = |bend: &dyn Fn(&mut Vec<u8>)| {
        let payload = Draft::v2().payload();
        let mut exact = payload.exact().unwrap().clone();
        let mut bytes = exact.signature.to_vec();
        bend(&mut bytes);
        exact.signature = Bytes::from(bytes);
        check(&exact, &terms(), X402Version::V2, now()).map(|checked| checked.payer())
    };
    assert_eq!(sign(&|_| {}), Ok(buyer().address()));
    assert_eq!(sign(&|bytes| bytes[64] -= 27), Ok(buyer().address()), "v 0 and 1 are 27 and 28");
    assert_eq!(sign(&half_order_twin), Err(Reason::INVALID_SIGNATURE));
    assert_eq!(sign(&|bytes| bytes[64] = 2), Err(Reason::INVALID_SIGNATURE));
    assert_eq!(sign(&|bytes| bytes[64] = 55 - bytes[64]), Err(Reason::INVALID_SIGNATURE), "the other parity");
    assert_eq!(sign(&|bytes| bytes.truncate(64)), Err(Reason::INVALID_SIGNATURE));
    assert_eq!(sign(&|bytes| bytes.push(0)), Err(Reason::INVALID_SIGNATURE));
    assert_eq!(sign(&Vec::clear), Err(Reason::INVALID_SIGNATURE));
    assert_eq!(sign(&|bytes| bytes.fill(0)), Err(Reason::INVALID_SIGNATURE));
    assert_eq!(sign(&|bytes| bytes[..64].fill(0xff)), Err(Reason::INVALID_SIGNATURE));
}

#[test]
fn a_payment_expires_with_a_margin_of_six_seconds() {
    let until = |before: u64| {
        BOTH.map(|version| {
            checked(&Draft::of(version).with(|draft| draft.authorization.valid_before = U256::from(before)))
        })
    };
    let expired = || [Err(Reason::VALID_BEFORE), Err(Reason::VALID_BEFORE)];
    assert_eq!(until(0), expired());
    assert_eq!(until(NOW - 1), expired());
    assert_eq!(until(NOW), expired());
    assert_eq!(until(NOW + 5), expired());
    assert_eq!(until(NOW + 6), [Ok(0), Ok(0)]);
}

#[test]
fn a_payment_is_valid_from_valid_after_on_without_a_margin() {
    let from = |after: u64| {
        BOTH.map(|version| {
            checked(&Draft::of(version).with(|draft| draft.authorization.valid_after = U256::from(after)))
        })
    };
    assert_eq!(from(0), [Ok(0), Ok(0)]);
    assert_eq!(from(NOW), [Ok(0), Ok(0)]);
    assert_eq!(from(NOW + 1), [Err(Reason::VALID_AFTER), Err(Reason::VALID_AFTER)]);
    refused(|draft| draft.authorization.valid_after = U256::MAX, &Reason::VALID_AFTER);
}

#[test]
fn attack_25_a_payment_valid_for_unreasonably_long_is_refused() {
    let longest = NOW + Offer::DEFAULT_TIMEOUT.as_secs() + MAX_VALIDITY.as_secs();
    for version in BOTH {
        let until = |before: U256| checked(&Draft::of(version).with(|draft| draft.authorization.valid_before = before));
        assert_eq!(until(U256::from(longest)), Ok(0));
        assert_eq!(until(U256::from(longest + 1)), Err(Reason::VALID_BEFORE));
        assert_eq!(until(U256::from(u64::MAX)), Err(Reason::VALID_BEFORE));
        assert_eq!(until((U256::from(1) << 64) + U256::from(NOW + 60)), Err(Reason::VALID_BEFORE), "not mod 2^64");
        assert_eq!(until(U256::MAX), Err(Reason::VALID_BEFORE));
    }
}

#[test]
fn time_at_its_ends_overflows_nothing() {
    let exact = Draft::v2().payload().exact().unwrap().clone();
    for now in [0, u64::MAX - 1, u64::MAX] {
        let answer = check(&exact, &terms(), X402Version::V2, UnixSeconds::from_secs(now)).map(drop);
        assert_eq!(answer, Err(Reason::VALID_BEFORE), "{now}");
    }
}

#[test]
fn a_payment_expires_when_it_says() {
    let payload = Draft::v1().payload();
    let offers = offers();
    let (_, checked) = offers.check(&payload, now()).unwrap();
    assert_eq!(checked.expires(), UnixSeconds::from_secs(NOW + 60));
}

proptest! {
    /// Whatever is signed: it passes only if it is exactly what was asked, within the window.
    #[test]
    fn nothing_else_passes(
        from_buyer: bool, to_us: bool,
        value in prop_oneof![Just(PRICE), any::<u64>()],
        after in prop_oneof![Just(0), NOW - 10..NOW + 10],
        before in prop_oneof![NOW - 10..NOW + 20, any::<u64>()],
        v1: bool,
    ) {
        let version = if v1 { X402Version::V1 } else { X402Version::V2 };
        let draft = Draft::of(version).with(|draft| {
            if !from_buyer { draft.authorization.from = stranger().address(); }
            if !to_us { draft.authorization.to = Address::repeat_byte(3); }
            draft.authorization.value = U256::from(value);
            draft.authorization.valid_after = U256::from(after);
            draft.authorization.valid_before = U256::from(before);
        });
        let good = from_buyer && to_us && value == PRICE && after <= NOW
            && (NOW + 6..=NOW + 300 + 86_400).contains(&before);
        prop_assert_eq!(checked(&draft).is_ok(), good);
    }

    /// Random signatures are refused, never a panic.
    #[test]
    fn no_random_signature_passes(signature in proptest::collection::vec(any::<u8>(), 0..200)) {
        let authorization = Draft::v2().authorization;
        let exact = ExactPayload { authorization, signature: signature.into() };
        let answer = check(&exact, &terms(), X402Version::V2, now()).map(drop);
        prop_assert_eq!(answer, Err(Reason::INVALID_SIGNATURE));
    }
}
