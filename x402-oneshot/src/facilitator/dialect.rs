//! 1Shot's dialect of the facilitator's answers, in the protocol's words. All of it is here.

use x402_core::{
    ChainAddress, FacilitatorRequest, Network, Reason, Scheme, SettleResponse, SupportedKind, SupportedResponse,
    VerifyResponse, X402Version,
};

use super::{doubt::doubted, failure};
use crate::api::{X402Kind, X402Settlement, X402Supported, X402Verification};

/// What would settle, or why not.
pub(super) fn verification(said: &X402Verification, request: &FacilitatorRequest) -> VerifyResponse {
    let mut answer = match (said.is_valid, request.exact()) {
        (true, Some(payment)) => VerifyResponse::valid(payment.authorization.from),
        _ => VerifyResponse::invalid(code(said.invalid_reason.as_deref(), Reason::UNEXPECTED_VERIFY_ERROR), None),
    };
    // `null` and nothing are as good as absent; a name is passed on, for the gate to compare.
    if let Some(payer) = said.payer.as_deref().filter(|payer| !payer.is_empty()) {
        answer.payer = Some(ChainAddress::new(payer));
    }
    answer
}

/// What became of the payment.
pub(super) fn settlement(said: &X402Settlement, request: &FacilitatorRequest) -> SettleResponse {
    let asked = &request.requirements().network;
    let reason = code(said.error_reason.as_deref(), Reason::UNEXPECTED_SETTLE_ERROR);
    let mut answer = SettleResponse::failed(reason, asked.clone(), None);
    answer.transaction = said.transaction.clone().unwrap_or_default();
    answer.payer = said.payer.as_deref().map(ChainAddress::new);
    answer.network = network(said, asked);
    if said.success {
        answer.success = true;
        answer.error_reason = None;
    }
    doubted(answer, false)
}

/// The network that an answer is about.
///
/// A success that names none, and a transaction, is about the one that was asked for: the signature is good there and
/// nowhere else. Without a transaction there is nothing to be about. A failure is always about what was asked.
fn network(said: &X402Settlement, asked: &Network) -> Option<Network> {
    match &said.network {
        Some(name) => Some(named(name, asked)),
        None if said.success && said.transaction.is_none() => None,
        None => Some(asked.clone()),
    }
}

/// The network of this name, given the one that was asked for.
///
/// A name that says which network it is must be the one that was asked for, or the answer is not believed. A name that
/// nobody knows contradicts nothing: it must not turn a success with its transaction into an unknown outcome.
fn named(name: &str, asked: &Network) -> Network {
    meant(name, asked).unwrap_or_else(|| asked.clone())
}

/// Whether this is a name of the network.
pub(super) fn is_network(name: &str, network: &Network) -> bool {
    meant(name, network).as_ref() == Some(network)
}

/// The network that a name means, if anybody knows.
///
/// 1Shot documents `mainnet` and `sepolia` for v1, and uses the protocol's names and numbers besides. `sepolia` is any of
/// the test networks on Sepolia, and `mainnet` any that is no test network, so that it depends on the one in question.
fn meant(name: &str, asked: &Network) -> Option<Network> {
    let asked_name = asked.v1_name().unwrap_or_default();
    let fits = match name {
        "mainnet" => !is_test_network(asked_name),
        "sepolia" => asked_name.ends_with("sepolia"),
        _ => false,
    };
    if fits {
        return Some(asked.clone());
    }
    let network = match name.parse() {
        Ok(chain_id) => Network::eip155(chain_id),
        Err(_) => Network::from_v1_name(name),
    };
    // `from_v1_name` keeps a name that it does not know; such a name has no colon, which all identifiers have.
    let is_known = network.chain_id().is_some() || name.contains(':') || name == "mainnet";
    is_known.then_some(network)
}

fn is_test_network(v1_name: &str) -> bool {
    ["amoy", "fuji", "sepolia", "testnet"].iter().any(|mark| v1_name.contains(mark))
}

/// The code for a reason in 1Shot's words: a code of the protocol, or the text of a revert. No other text gets through.
fn code(said: Option<&str>, otherwise: Reason) -> Reason {
    let code = said.and_then(Reason::parse);
    code.unwrap_or_else(|| failure::reason(said, otherwise))
}

/// What can be settled; the tokens of each kind are in its `extra`. Kinds that cannot be read are left out.
pub(super) fn supported(said: &X402Supported) -> SupportedResponse {
    let kinds = said.kinds.iter().filter_map(|kind| {
        let (version, network) = version_and_network(kind)?;
        let mut supported = SupportedKind::exact(version, network);
        supported.scheme = Scheme::new(&kind.scheme);
        let tokens = kind.tokens.iter().filter_map(|token| token.contract_address);
        let tokens: Vec<_> = tokens.map(|address| address.to_checksum(None)).collect();
        supported.extra = Some(serde_json::json!({ "tokens": tokens }));
        Some(supported)
    });
    SupportedResponse::new(kinds.collect())
}

fn version_and_network(kind: &X402Kind) -> Option<(X402Version, Network)> {
    let version = X402Version::try_from(kind.x402_version).ok()?;
    let network = match version {
        X402Version::V1 => Network::from_v1_name(&kind.network),
        X402Version::V2 => kind.network.parse().ok()?,
    };
    Some((version, network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_in_all_their_spellings() {
        let base_sepolia = Network::BASE_SEPOLIA;
        for name in ["base-sepolia", "eip155:84532", "84532", "sepolia", "Base Sepolia", "base_sepolia", "no such name"]
        {
            assert_eq!(named(name, &base_sepolia), base_sepolia, "{name}");
        }
        for name in ["base", "eip155:8453", "8453", "ethereum", "mainnet", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"] {
            assert_ne!(named(name, &base_sepolia), base_sepolia, "{name}");
        }
        assert_eq!(named("mainnet", &Network::BASE), Network::BASE);
        assert_eq!(named("mainnet", &Network::eip155(42161)), Network::eip155(42161), "it has no v1 name");
        assert_ne!(named("sepolia", &Network::BASE), Network::BASE);
        assert_eq!(named("sepolia", &Network::eip155(11_155_111)), Network::eip155(11_155_111));
    }

    #[test]
    fn a_name_that_nobody_knows_is_no_name_of_the_network() {
        for name in ["base-sepolia", "eip155:84532", "84532", "sepolia"] {
            assert!(is_network(name, &Network::BASE_SEPOLIA), "{name}");
        }
        for name in ["no such name", "", "base", "mainnet", "eip155:8453"] {
            assert!(!is_network(name, &Network::BASE_SEPOLIA), "{name}");
        }
    }

    #[test]
    fn reasons_are_codes_or_the_texts_of_reverts() {
        let code = |said| code(said, Reason::UNEXPECTED_SETTLE_ERROR);
        assert_eq!(code(Some("insufficient_funds")), Reason::INSUFFICIENT_FUNDS);
        assert_eq!(code(Some("FiatTokenV2: authorization is used or canceled")), Reason::NONCE_USED);
        assert_eq!(code(Some("connect ECONNREFUSED 10.0.0.7")), Reason::UNEXPECTED_SETTLE_ERROR);
        assert_eq!(code(Some("")), Reason::UNEXPECTED_SETTLE_ERROR);
        assert_eq!(code(None), Reason::UNEXPECTED_SETTLE_ERROR);
    }

    /// Money there buys nothing, so that it must not pass for money here.
    #[test]
    fn mainnet_is_no_test_network_and_sepolia_only_those_on_it() {
        for (name, is_mainnet, is_on_sepolia) in [
            ("base", true, false),
            ("polygon", true, false),
            ("ethereum", true, false),
            ("base-sepolia", false, true),
            ("skale-base-sepolia", false, true),
            ("sepolia", false, true),
            ("polygon-amoy", false, false),
            ("avalanche-fuji", false, false),
            ("sei-testnet", false, false),
        ] {
            let network = Network::from_v1_name(name);
            assert_eq!(is_network("mainnet", &network), is_mainnet, "{name}");
            assert_eq!(is_network("sepolia", &network), is_on_sepolia, "{name}");
            assert_eq!(named("mainnet", &network) == network, is_mainnet, "{name}");
            assert_eq!(named("sepolia", &network) == network, is_on_sepolia, "{name}");
        }
    }

    fn request() -> FacilitatorRequest {
        let json = include_bytes!("../../tests/fixtures/facilitator/request-v2.json");
        x402_core::wire::decode_facilitator_request(json).unwrap()
    }

    #[test]
    fn a_settlement_is_about_the_network_that_was_asked_for_unless_it_says_otherwise_or_nothing() {
        let hash = format!("0x{}", "12".repeat(32));
        let base_sepolia = Some(Network::BASE_SEPOLIA);
        for (success, transaction, said, expected) in [
            (true, Some(&hash), None, base_sepolia.clone()),
            (true, None, None, None),
            (false, None, None, base_sepolia.clone()),
            (false, Some(&hash), None, base_sepolia.clone()),
            (true, None, Some("sepolia"), base_sepolia),
            (true, Some(&hash), Some("base"), Some(Network::BASE)),
            (false, None, Some("8453"), Some(Network::BASE)),
        ] {
            let said = serde_json::json!({ "success": success, "transaction": transaction, "network": said });
            let answer = settlement(&serde_json::from_value(said.clone()).unwrap(), &request());
            assert_eq!((answer.success, answer.network), (success, expected), "{said}");
            assert_eq!(answer.transaction, transaction.cloned().unwrap_or_default(), "{said}");
            assert_eq!(answer.error_reason.is_none(), success, "{said}");
        }
    }

    #[test]
    fn whoever_is_named_is_the_payer_and_nobody_else_but_of_what_is_valid() {
        let buyer = request().exact().map(|payment| ChainAddress::from(payment.authorization.from));
        let named = Some(ChainAddress::new("somebody"));
        for (said, of_verification, of_settlement) in [
            (Some("somebody"), [&named, &named], &named),
            (None, [&buyer, &None], &None),
            (Some(""), [&buyer, &None], &None),
        ] {
            for (yes, expected) in [true, false].into_iter().zip(of_verification) {
                let answer = serde_json::json!({ "isValid": yes, "payer": said });
                let answer = verification(&serde_json::from_value(answer).unwrap(), &request());
                assert_eq!((answer.is_valid, &answer.payer), (yes, expected), "{said:?}");
                let answer = serde_json::json!({ "success": yes, "payer": said });
                let answer = settlement(&serde_json::from_value(answer).unwrap(), &request());
                assert_eq!(&answer.payer, of_settlement, "{said:?}");
            }
        }
    }
}
