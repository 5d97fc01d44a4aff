//! Arbitrary content: what is written is read back the same, and reading never panics.

use alloy_primitives::{Address, B256, U256};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, Value};
use x402_core::{
    Amount, ChainAddress, Network, PaymentPayload, PaymentRequired, PaymentRequirements, Reason, ResourceInfo,
    SettleResponse, SupportedKind, SupportedResponse, VerifyResponse, X402Version,
    exact::{Authorization, ExactPayload},
    requirements::Scheme,
    wire,
};

use super::offers;
use crate::support::Draft;

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // serde_json reads other fractions to the last bit but one; what is passed on is passed on as text.
        prop::sample::select(vec![0.5, -1.25, 1e20]).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((".{0,6}", inner), 0..3).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    vec((".{0,6}", json()), 0..3).prop_map(|members| members.into_iter().collect())
}

/// Members whose names no version of the protocol has.
fn unknown() -> impl Strategy<Value = Map<String, Value>> {
    vec(("x-.{0,6}", json()), 0..3).prop_map(|members| members.into_iter().collect())
}

fn u256() -> impl Strategy<Value = U256> {
    any::<[u64; 4]>().prop_map(U256::from_limbs)
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn chain_address() -> impl Strategy<Value = ChainAddress> {
    prop_oneof![address().prop_map(ChainAddress::from), ".{1,20}".prop_map(ChainAddress::new)]
}

/// Networks with a name in both versions.
fn network() -> impl Strategy<Value = Network> {
    prop_oneof![Just(Network::BASE), Just(Network::BASE_SEPOLIA), Just(Network::POLYGON)]
}

fn resource() -> impl Strategy<Value = ResourceInfo> {
    let text = || option::of(".{0,12}");
    (".{0,30}", text(), text(), text(), option::of(vec(".{0,5}", 0..3)), text()).prop_map(
        |(url, description, mime_type, service_name, tags, icon_url)| {
            let mut resource = ResourceInfo::new(url);
            resource.description = description;
            resource.mime_type = mime_type;
            resource.service_name = service_name;
            resource.tags = tags;
            resource.icon_url = icon_url;
            resource
        },
    )
}

fn requirements() -> impl Strategy<Value = PaymentRequirements> {
    (".{1,8}", network(), u256(), chain_address(), chain_address(), 1_u64.., object(), unknown()).prop_map(
        |(scheme, network, amount, asset, pay_to, seconds, extra, unknown)| {
            let amount = Amount::from(amount);
            let mut entry = PaymentRequirements::exact(network, amount, asset, pay_to, seconds, extra);
            entry.scheme = Scheme::new(&scheme);
            entry.unknown = unknown;
            entry
        },
    )
}

fn exact() -> impl Strategy<Value = ExactPayload> {
    (address(), address(), [u256(), u256(), u256()], any::<[u8; 32]>(), vec(any::<u8>(), 0..100)).prop_map(
        |(from, to, [value, valid_after, valid_before], nonce, mut signature)| {
            // A `v` of 0 or 1 does not survive: it is read as 27 or 28.
            if let [.., v @ 0..=1] = signature.as_mut_slice() {
                *v += 27;
            }
            let authorization = Authorization { from, to, value, valid_after, valid_before, nonce: B256::from(nonce) };
            ExactPayload { authorization, signature: signature.into() }
        },
    )
}

fn reason() -> impl Strategy<Value = Option<Reason>> {
    option::of("[a-z0-9_]{1,100}".prop_map(|code| Reason::parse(&code).unwrap()))
}

/// Any JSON document with every kind of edit that keeps it text.
fn edited(document: &str, edits: &[(prop::sample::Index, u8, usize)]) -> Vec<u8> {
    let mut bytes = document.as_bytes().to_vec();
    for (at, byte, cut) in edits {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, [*byte]);
    }
    bytes
}

fn decode_everything(bytes: &[u8]) {
    // What decodes must also be writable, and readable again.
    if let Ok(payment) = wire::decode_payment_payload(bytes) {
        let again = wire::encode_payment_payload(&payment);
        assert!(wire::decode_payment_payload(&again).is_ok());
    }
    if let Ok(offer) = wire::decode_payment_required(bytes) {
        let again = wire::encode_payment_required(&offer, X402Version::V2);
        let _ = wire::decode_payment_required(&again);
    }
    if let Ok(request) = wire::decode_facilitator_request(bytes) {
        assert!(wire::decode_facilitator_request(&wire::encode_facilitator_request(&request)).is_ok());
    }
    if let Ok(answer) = wire::decode_settle_response(bytes) {
        assert_eq!(wire::decode_settle_response(&wire::encode_settle_response(&answer, X402Version::V2)), Ok(answer));
    }
    if let Ok(answer) = wire::decode_verify_response(bytes) {
        assert_eq!(wire::decode_verify_response(&wire::encode_verify_response(&answer)), Ok(answer));
    }
    if let Ok(answer) = wire::decode_supported_response(bytes) {
        assert_eq!(wire::decode_supported_response(&wire::encode_supported_response(&answer)), Ok(answer));
    }
}

proptest! {
    #[test]
    fn offers_survive_in_v2(
        resource in resource(), accepts in vec(requirements(), 1..4), error in option::of(".{0,20}"),
    ) {
        let mut offer = PaymentRequired::new(resource, accepts);
        offer.error = error;
        let json = wire::encode_payment_required(&offer, X402Version::V2);
        prop_assert_eq!(wire::decode_payment_required(&json).unwrap(), offer);
    }

    #[test]
    fn offers_survive_in_v1(
        resource in resource(), accepts in vec(requirements(), 1..4), schema in option::of(object()),
    ) {
        let mut resource = resource;
        // v1 has no word for the others, and always writes these two.
        (resource.service_name, resource.tags, resource.icon_url) = (None, None, None);
        resource.description.get_or_insert_default();
        resource.mime_type.get_or_insert_default();
        let accepts = accepts.into_iter().map(|mut entry| {
            entry.output_schema = schema.clone().map(Value::Object);
            entry
        });
        let offer = PaymentRequired::new(resource, accepts);
        let json = wire::encode_payment_required(&offer, X402Version::V1);
        prop_assert_eq!(wire::decode_payment_required(&json).unwrap(), offer);
    }

    #[test]
    fn payments_survive(
        exact in exact(), entry in requirements(), resource in option::of(resource()), extensions in option::of(object()),
        v1: bool,
    ) {
        let made = if v1 {
            PaymentPayload::v1(entry.network, exact)
        } else {
            let mut entry = entry;
            entry.scheme = Scheme::EXACT;
            PaymentPayload::v2(entry.into(), exact, resource.map(Into::into), extensions.map(Into::into))
        };
        let json = wire::encode_payment_payload(&made);
        let read = wire::decode_payment_payload(&json).unwrap();
        prop_assert_eq!(read.version(), made.version());
        prop_assert_eq!(read.network(), made.network());
        prop_assert_eq!(read.payload(), made.payload());
        prop_assert_eq!(read.accepted(), made.accepted());
        prop_assert_eq!(read.resource(), made.resource());
        prop_assert_eq!(read.extensions(), made.extensions());
        prop_assert_eq!(wire::encode_payment_payload(&read), json);
    }

    #[test]
    fn settle_answers_survive(
        success: bool, reason in reason(), transaction in ".{0,80}", network in option::of(network()),
        payer in option::of(chain_address()), amount in option::of(u256()), extensions in option::of(object()), v1: bool,
    ) {
        let mut answer = SettleResponse::settled(B256::ZERO, Network::BASE, Address::ZERO);
        answer.success = success;
        answer.error_reason = reason.filter(|_| !success);
        answer.transaction = transaction;
        answer.network = network;
        answer.payer = payer;
        answer.amount = amount.map(Amount::from);
        answer.extensions = extensions;
        let version = if v1 { X402Version::V1 } else { X402Version::V2 };
        let json = wire::encode_settle_response(&answer, version);
        prop_assert_eq!(wire::decode_settle_response(&json).unwrap(), answer);
    }

    #[test]
    fn verify_answers_survive(is_valid: bool, reason in reason(), payer in option::of(chain_address())) {
        let mut answer = VerifyResponse::valid(Address::ZERO);
        answer.is_valid = is_valid;
        answer.invalid_reason = reason.filter(|_| !is_valid);
        answer.payer = payer;
        prop_assert_eq!(wire::decode_verify_response(&wire::encode_verify_response(&answer)).unwrap(), answer);
    }

    #[test]
    fn supported_answers_survive(
        kinds in vec((any::<bool>(), ".{0,8}", network(), option::of(object())), 0..4),
        extensions in vec(".{0,8}", 0..3), signers in object(),
    ) {
        let kinds = kinds.into_iter().map(|(v1, scheme, network, extra)| {
            let version = if v1 { X402Version::V1 } else { X402Version::V2 };
            let mut kind = SupportedKind::exact(version, network);
            kind.scheme = Scheme::new(&scheme);
            kind.extra = extra.map(Value::Object);
            kind
        });
        let mut answer = SupportedResponse::new(kinds.collect());
        answer.extensions = extensions;
        answer.signers = signers;
        prop_assert_eq!(wire::decode_supported_response(&wire::encode_supported_response(&answer)).unwrap(), answer);
    }

    #[test]
    fn reading_arbitrary_bytes_never_panics(bytes in vec(any::<u8>(), 0..300)) {
        decode_everything(&bytes);
    }

    #[test]
    fn reading_arbitrary_json_never_panics(json in json()) {
        decode_everything(json.to_string().as_bytes());
    }

    #[test]
    fn reading_mutations_of_good_documents_never_panics(
        which in 0_usize..6, edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0_usize..20), 1..4),
    ) {
        let documents = [
            offers::v1(), offers::v2(), Draft::v1().json(), Draft::v2().json(),
            serde_json::json!({ "success": true, "transaction": "0x1", "network": "base", "payer": "0x1", "isValid": true }),
            serde_json::json!({ "kinds": [{ "x402Version": 2, "scheme": "exact", "network": "eip155:1" }] }),
        ];
        decode_everything(&edited(&documents[which].to_string(), &edits));
    }

    #[test]
    fn reading_good_documents_with_any_member_replaced_never_panics(
        which in 0_usize..4, at: prop::sample::Index, with in json(),
    ) {
        let mut document =
            vec![offers::v1(), offers::v2(), Draft::v1().json(), Draft::v2().json()].swap_remove(which);
        let mut paths = Vec::new();
        super::walk(&document, "", &mut |path, _| paths.push(path.to_owned()));
        *document.pointer_mut(&paths[at.index(paths.len())]).unwrap() = with;
        decode_everything(document.to_string().as_bytes());
    }
}
