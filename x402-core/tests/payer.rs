//! The paying side: what is chosen, what is signed, and that the server that asked takes it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod support;

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U256};
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{
    BOTH, NOW, PAY_TO, URL, base64, block_on, buyer, json as parse, now, offer, offers, stranger, unbase64, usdc,
};
use x402_core::{
    Amount, Asset, Network, PaymentSigner, Signature, UnixSeconds, X402Version,
    client::{Limits, NoChoice, Offered, OfferedError, PayError, Payer, SignedPayment, read_offer},
    exact::ExactPayload,
    header::{PAYMENT_REQUIRED, PAYMENT_SIGNATURE, X_PAYMENT, decode_payment, encode_payment_required},
    server::{Gate, Offer, Offers, Refusal},
    signer::{SharedSigner, SignerError, Transfer},
    testing::{ManualClock, ScriptedFacilitator},
    wire,
};

fn payer<S: PaymentSigner>(signer: S) -> Payer<S> {
    Payer::new(signer).clock(ManualClock::at(now())).nonces(|| Ok(B256::repeat_byte(0x42)))
}

/// What a server with these offers asks, as a client of this version reads it from the 402.
fn offered(offers: &Offers, version: X402Version) -> Offered {
    let response = offers.refuse(&Refusal::unpaid());
    match version {
        X402Version::V1 => Offered::from_v1_body(response.body()).unwrap(),
        X402Version::V2 => read_offer(response.headers(), response.body()).unwrap(),
    }
}

fn pay<S: PaymentSigner>(payer: &Payer<S>, offered: &Offered) -> Result<SignedPayment, PayError> {
    block_on(payer.sign(offered, payer.choose(offered).unwrap()))
}

fn sent(payment: &SignedPayment) -> Value {
    parse(unbase64(&payment.header().1).as_bytes())
}

#[test]
fn clause_2_11_the_header_is_read_first_and_else_the_body() {
    let v2 = encode_payment_required(offers().required());
    let v1 = wire::encode_payment_required(offers().required(), X402Version::V1);
    let with_header = HeaderMap::from_iter([(PAYMENT_REQUIRED, v2)]);
    assert_eq!(read_offer(&with_header, &v1).unwrap().version, X402Version::V2);
    assert_eq!(read_offer(&with_header, b"{}").unwrap().version, X402Version::V2);
    assert_eq!(read_offer(&HeaderMap::new(), &v1).unwrap().version, X402Version::V1);
    for body in [&b""[..], b"{}", b"<html>", b"\xff"] {
        assert!(matches!(read_offer(&HeaderMap::new(), body), Err(OfferedError::Body(_))));
    }
    let broken = HeaderMap::from_iter([(PAYMENT_REQUIRED, base64("{}"))]);
    assert!(matches!(read_offer(&broken, &v1), Err(OfferedError::Header(_))), "a broken header hides the body");
}

#[test]
fn a_402_offer_is_of_the_version_that_its_place_says() {
    let v1 = String::from_utf8(wire::encode_payment_required(offers().required(), X402Version::V1)).unwrap();
    let v2 = wire::encode_payment_required(offers().required(), X402Version::V2);
    let v1_in_the_header = HeaderMap::from_iter([(PAYMENT_REQUIRED, base64(&v1))]);
    // Paying a v1 offer in v2, or the other way round, makes a payment that its server cannot match.
    match read_offer(&v1_in_the_header, b"") {
        Ok(offered) => panic!("{offered:?}"),
        Err(error) => assert!(matches!(error, OfferedError::Header(_))),
    }
    assert!(matches!(read_offer(&HeaderMap::new(), &v2), Err(OfferedError::Body(_))));
}

#[test]
fn a_payment_is_accepted_by_the_server_that_asked_in_both_versions() {
    for version in BOTH {
        let offers = offers();
        let payment = pay(&payer(buyer()), &offered(&offers, version)).unwrap();
        assert_eq!(payment.payload().version(), version);
        let (name, value) = payment.header();
        assert_eq!(name, if version == X402Version::V1 { X_PAYMENT } else { PAYMENT_SIGNATURE });
        assert!(value.is_sensitive());
        let received = decode_payment(&value).unwrap();
        let (_, checked) = offers.check(&received, now()).unwrap();
        assert_eq!(checked.payer(), buyer().address());
        let gate = Gate::new(ScriptedFacilitator::willing()).clock(ManualClock::at(now()));
        assert!(block_on(gate.admit(&offers, received)).is_ok());
    }
}

#[test]
fn clause_3_3_the_window_is_from_ever_in_v2_and_backdated_in_v1() {
    let window = |version, timeout: u64| {
        let offers = Offers::new(URL, [offer().timeout(Duration::from_secs(timeout))]).unwrap();
        let payment = sent(&pay(&payer(buyer()), &offered(&offers, version)).unwrap());
        let signed = &payment["payload"]["authorization"];
        let text = |member: &str| signed[member].as_str().unwrap().to_owned();
        (text("validAfter"), text("validBefore"))
    };
    let until = |seconds: u64| (NOW + seconds).to_string();
    assert_eq!(window(X402Version::V2, 60), ("0".to_owned(), until(60)));
    assert_eq!(window(X402Version::V1, 60), ((NOW - 600).to_string(), until(60)));
    // At most an hour, however long the server asks.
    for seconds in [3_600, 3_601, 86_400, u64::MAX] {
        assert_eq!(window(X402Version::V2, seconds).1, until(3_600), "{seconds}");
        assert_eq!(window(X402Version::V1, seconds).1, until(3_600), "{seconds}");
    }
}

#[test]
fn the_window_survives_a_clock_at_the_ends_of_time() {
    for now in [0, u64::MAX] {
        let payer = payer(buyer()).clock(ManualClock::at(UnixSeconds::from_secs(now)));
        for version in BOTH {
            assert!(pay(&payer, &offered(&offers(), version)).is_ok());
        }
    }
}

#[test]
fn clause_2_3_what_the_server_said_is_echoed_whole() {
    let offer = json!({
        "x402Version": 2, "error": "Payment required",
        "resource": { "url": URL, "description": "Weather – “today”", "color": 1 },
        "accepts": [
            { "scheme": "upto", "network": "eip155:84532", "amount": "1", "asset": usdc().address(), "payTo": PAY_TO,
              "maxTimeoutSeconds": 60 },
            { "scheme": "exact", "network": "eip155:84532", "amount": "10000", "asset": usdc().address(),
              "payTo": PAY_TO, "maxTimeoutSeconds": 60, "extra": { "name": "USDC", "version": "2", "odd": [null, 1.5] },
              "color": "red" },
        ],
        "extensions": { "bazaar": { "info": { "required": false } } },
    });
    let headers = HeaderMap::from_iter([(PAYMENT_REQUIRED, base64(&offer.to_string()))]);
    let payment = sent(&pay(&payer(buyer()), &read_offer(&headers, b"").unwrap()).unwrap());
    assert_eq!(payment["x402Version"], 2);
    assert_eq!(payment["accepted"], offer["accepts"][1]);
    assert_eq!(payment["resource"], offer["resource"]);
    assert_eq!(payment["extensions"], offer["extensions"]);
    assert!(payment.get("scheme").is_none() && payment.get("network").is_none());
}

#[test]
fn clause_1_2_a_v1_payment_has_the_four_members_and_no_more() {
    let payment = sent(&pay(&payer(buyer()), &offered(&offers(), X402Version::V1)).unwrap());
    let members: Vec<_> = payment.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["network", "payload", "scheme", "x402Version"]);
    assert_eq!((&payment["scheme"], &payment["network"]), (&json!("exact"), &json!("base-sepolia")));
}

#[test]
fn attack_25_a_server_that_names_another_domain_does_not_change_what_is_signed() {
    for version in BOTH {
        for (member, lie) in [("name", json!("Dai")), ("version", json!("1")), ("name", json!(null))] {
            let offers = offers();
            let mut document = parse(&wire::encode_payment_required(offers.required(), version));
            document["accepts"][0]["extra"][member] = lie;
            let document = document.to_string();
            let offered = match version {
                X402Version::V1 => Offered::from_v1_body(document.as_bytes()).unwrap(),
                X402Version::V2 => {
                    read_offer(&HeaderMap::from_iter([(PAYMENT_REQUIRED, base64(&document))]), b"").unwrap()
                }
            };
            let payment = pay(&payer(buyer()), &offered).unwrap();
            let exact = payment.payload().exact().unwrap();
            let signature = Signature::from_bytes(&exact.signature).unwrap();
            let hash = exact.authorization.signing_hash(&usdc().domain());
            assert_eq!(signature.recover(hash), Ok(buyer().address()));
        }
    }
}

/// A signer that signs something else.
struct Lying<F>(F);

impl<F: Fn(Transfer) -> Result<ExactPayload, SignerError> + Send + Sync> PaymentSigner for Lying<F> {
    fn payer(&self) -> Address {
        buyer().address()
    }

    async fn sign(&self, transfer: &Transfer) -> Result<ExactPayload, SignerError> {
        (self.0)(transfer.clone())
    }
}

#[test]
fn a_signer_that_signs_something_else_is_caught() {
    let honest = |transfer: &Transfer| block_on(PaymentSigner::sign(&buyer(), transfer)).unwrap();
    let bent = |bend: fn(&mut Transfer)| {
        Lying(move |mut transfer: Transfer| {
            bend(&mut transfer);
            Ok(block_on(PaymentSigner::sign(&buyer(), &transfer)).unwrap())
        })
    };
    for version in BOTH {
        let offered = offered(&offers(), version);
        let mismatch = |signer: &dyn Fn() -> Result<SignedPayment, PayError>| match signer() {
            Err(PayError::Mismatch(what)) => what,
            other => panic!("{other:?}"),
        };
        let caught = |bend| mismatch(&|| pay(&payer(bent(bend)), &offered));
        assert_eq!(caught(|transfer| transfer.to = stranger().address()), "another recipient");
        assert_eq!(caught(|transfer| transfer.value += U256::ONE), "another value");
        assert_eq!(caught(|transfer| transfer.value = U256::MAX), "another value");
        assert_eq!(caught(|transfer| transfer.valid_before = U256::MAX), "a longer validity");
        assert_eq!(caught(|transfer| transfer.valid_before += U256::ONE), "a longer validity");
        let other_asset = |transfer: &mut Transfer| transfer.asset = Asset::usdc(&Network::BASE).unwrap();
        assert_eq!(caught(other_asset), "by another account");

        let by_another = Lying(|transfer: Transfer| Ok(block_on(PaymentSigner::sign(&stranger(), &transfer)).unwrap()));
        assert_eq!(mismatch(&|| pay(&payer(Lying(&by_another.0)), &offered)), "by another account");
        for signature in [vec![], vec![0; 65], vec![1; 64]] {
            let broken = Lying(|transfer: Transfer| {
                Ok(ExactPayload { signature: Bytes::from(signature.clone()), ..honest(&transfer) })
            });
            assert_eq!(mismatch(&|| pay(&payer(Lying(&broken.0)), &offered)), "by another account");
        }
        // It may choose its own nonce and a narrower window, as custodial wallets do.
        let own = bent(|transfer| {
            transfer.nonce = B256::repeat_byte(7);
            transfer.valid_before -= U256::ONE;
            transfer.valid_after = U256::from(NOW - 1);
        });
        let payment = pay(&payer(own), &offered).unwrap();
        assert!(offers().check(payment.payload(), now()).is_ok());
    }
}

#[test]
fn what_goes_wrong_while_signing_is_an_error_that_shows_no_more_than_it_should() {
    let offered = offered(&offers(), X402Version::V2);
    let failing = Lying(|_| Err(SignerError::new("the wallet is locked")));
    let error = pay(&payer(failing), &offered).unwrap_err();
    assert!(matches!(error, PayError::Signer(_)));
    assert!(!error.to_string().contains("locked"), "the source says it");
    let no_nonce = payer(buyer()).nonces(|| Err("no entropy".into()));
    assert!(matches!(pay(&no_nonce, &offered), Err(PayError::Nonce(_))));
    let payment = pay(&payer(buyer()), &offered).unwrap();
    let signature = payment.payload().exact().unwrap().signature.to_string();
    assert!(!format!("{payment:?}").contains(&signature[2..60]));
}

#[test]
fn attack_3_every_payment_has_a_nonce_of_its_own() {
    let payer = Payer::new(buyer()).clock(ManualClock::at(now()));
    let offered = offered(&offers(), X402Version::V2);
    let mut nonces: Vec<B256> =
        (0..20).map(|_| pay(&payer, &offered).unwrap().payload().exact().unwrap().authorization.nonce).collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 20);
    // Presenting a payment again is presenting the same bytes.
    let payment = pay(&payer, &offered).unwrap();
    assert_eq!(payment.header(), payment.header());
}

#[test]
fn a_shared_signer_pays_too() {
    let signer = SharedSigner::new(buyer());
    let payment = pay(&payer(signer.clone()), &offered(&offers(), X402Version::V1)).unwrap();
    assert_eq!(payment.payload().exact().unwrap().authorization.from, signer.payer());
}

#[test]
fn the_cheapest_way_to_pay_is_chosen_and_said() {
    let amount = Amount::from_atomic;
    let base = Asset::usdc(&Network::BASE).unwrap();
    let dear = Offer::exact_amount(&usdc(), amount(20_000), PAY_TO).unwrap();
    let cheap = Offer::exact_amount(&base, amount(9_999), stranger().address()).unwrap();
    let as_cheap = Offer::exact_amount(&usdc(), amount(9_999), PAY_TO).unwrap();
    let offers = Offers::new(URL, [dear, cheap, as_cheap]).unwrap();
    for version in BOTH {
        let offered = offered(&offers, version);
        let choice = payer(buyer()).choose(&offered).unwrap();
        assert_eq!((choice.asset(), choice.amount()), (&base, amount(9_999)), "the first of two that are as cheap");
        assert_eq!(choice.pay_to(), stranger().address());
        let payment = block_on(payer(buyer()).sign(&offered, choice)).unwrap();
        let received = decode_payment(&payment.header().1).unwrap();
        assert!(offers.check(&received, now()).is_ok());
    }
}

#[test]
fn limits_are_a_dollar_and_known_tokens_unless_told_otherwise() {
    let price =
        |units: u64| Offers::new(URL, [Offer::exact_amount(&usdc(), Amount::from_atomic(units), PAY_TO).unwrap()]);
    for version in BOTH {
        assert!(payer(buyer()).choose(&offered(&price(1_000_000).unwrap(), version)).is_ok());
        let dear = offered(&price(1_000_001).unwrap(), version);
        assert!(matches!(payer(buyer()).choose(&dear), Err(NoChoice::TooExpensive { .. })));
        let rich = payer(buyer()).limits(Limits::default().max_per_payment("$1.000001".parse().unwrap()));
        assert!(rich.choose(&dear).is_ok());
        let own = Asset::new(84532, Address::repeat_byte(9), "OWN", "Own", "1", 6);
        let offers = Offers::new(URL, [Offer::exact_amount(&own, Amount::from_atomic(1), PAY_TO).unwrap()]).unwrap();
        let unknown = offered(&offers, version);
        assert_eq!(payer(buyer()).choose(&unknown).unwrap_err(), NoChoice::UnknownAsset);
        let allowing = payer(buyer()).limits(Limits::default().allow(own));
        let payment = pay(&allowing, &unknown).unwrap();
        assert!(offers.check(payment.payload(), now()).is_ok());
    }
}

proptest! {
    #[test]
    fn whatever_the_price_the_server_takes_what_it_asked(
        units in 1..=1_000_000_u64, timeout in 6_u64..100_000, v1: bool, nonce: [u8; 32],
    ) {
        let version = if v1 { X402Version::V1 } else { X402Version::V2 };
        let offer = Offer::exact_amount(&usdc(), Amount::from_atomic(units), PAY_TO).unwrap();
        let offers = Offers::new(URL, [offer.timeout(Duration::from_secs(timeout))]).unwrap();
        let payer = payer(buyer()).nonces(move || Ok(nonce.into()));
        let payment = pay(&payer, &offered(&offers, version)).unwrap();
        let received = decode_payment(&payment.header().1).unwrap();
        prop_assert!(offers.check(&received, now()).is_ok());
        prop_assert_eq!(received.exact(), payment.payload().exact());
    }
}
