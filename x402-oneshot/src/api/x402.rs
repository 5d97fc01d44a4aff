//! The x402 facilitator endpoints, as 1Shot has them.

use alloy_primitives::Address;
use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use x402_core::{FacilitatorRequest, wire};

use crate::call::Call;
use crate::client::Client;
use crate::codec::{maybe, maybe_integer, maybe_parsed, or_default, text_or_json};
use crate::error::Error;

impl Client {
    /// The x402 facilitator endpoints.
    ///
    /// [`Native`](crate::facilitator::Native) is the facilitator over them.
    #[must_use]
    pub const fn x402(&self) -> X402<'_> {
        X402 { client: self }
    }
}

/// The x402 facilitator endpoints, from [`Client::x402`].
#[derive(Clone, Copy, Debug)]
pub struct X402<'a> {
    client: &'a Client,
}

impl X402<'_> {
    /// What this account can settle: nothing, until it has a wallet and an imported token.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn supported(self) -> Result<X402Supported, Error> {
        self.client.send(Call::read(Method::GET, "/x402/supported")).await
    }

    /// Whether a payment would settle. It changes nothing, so it is repeated like a read.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn verify(self, request: &FacilitatorRequest) -> Result<X402Verification, Error> {
        let call = Call::read(Method::POST, "/x402/verify").json_text(body(request));
        self.client.send(call).await
    }

    /// Settles a payment. It is sent once, never again on a failure.
    ///
    /// Whether it answers before the transfer is mined is not documented. Give the client a
    /// [deadline](crate::Config::deadline) of several blocks.
    ///
    /// # Errors
    ///
    /// See [`Error`]; after one that [may have acted](Error::may_have_acted) the outcome is unknown.
    pub async fn settle(self, request: &FacilitatorRequest) -> Result<X402Settlement, Error> {
        let call = Call::act(Method::POST, "/x402/settle").json_text(body(request));
        self.client.send(call).await
    }
}

fn body(request: &FacilitatorRequest) -> Bytes {
    wire::encode_facilitator_request(request).into()
}

/// The answer of `/x402/supported`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct X402Supported {
    /// As a rule two of each chain, one a version.
    pub kinds: Vec<X402Kind>,
}

/// A kind of payment, and the tokens that it can be made in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct X402Kind {
    /// The protocol version.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub x402_version: u64,
    /// The scheme; 1Shot has `exact` only.
    pub scheme: String,
    /// A name in v1, a CAIP-2 identifier in v2.
    pub network: String,
    /// The tokens that the account has imported.
    #[serde(default, deserialize_with = "or_default")]
    pub tokens: Vec<X402Token>,
}

/// A token that can be paid with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct X402Token {
    /// The contract.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub contract_address: Option<Address>,
    /// The name.
    #[serde(default, deserialize_with = "maybe")]
    pub name: Option<String>,
    /// The ticker.
    #[serde(default, deserialize_with = "maybe")]
    pub symbol: Option<String>,
    /// How many decimal places one token has.
    #[serde(default, deserialize_with = "maybe_integer")]
    pub decimals: Option<u64>,
    /// The version of its EIP-712 domain.
    #[serde(default, deserialize_with = "maybe")]
    pub version: Option<String>,
}

/// The answer of `/x402/verify`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct X402Verification {
    /// Whether the payment would settle.
    pub is_valid: bool,
    /// Why not, in 1Shot's words: a code, or any text. Empty is as good as absent.
    #[serde(default, deserialize_with = "maybe")]
    pub invalid_reason: Option<String>,
    /// Who pays.
    #[serde(default, deserialize_with = "maybe")]
    pub payer: Option<String>,
}

/// The answer of `/x402/settle`, in either version and under either set of names.
///
/// 1Shot's v1 answer has `error`, `txHash` and `networkId` where the protocol has `errorReason`, `transaction` and
/// `network`. If both are there, the protocol's count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
#[non_exhaustive]
pub struct X402Settlement {
    /// Whether the payment was settled.
    pub success: bool,
    /// Why not, in 1Shot's words: a code, or any text.
    pub error_reason: Option<String>,
    /// The transaction hash.
    pub transaction: Option<String>,
    /// The network: a CAIP-2 identifier, or a name that is not always the protocol's.
    pub network: Option<String>,
    /// Who paid.
    pub payer: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    success: bool,
    #[serde(default, deserialize_with = "maybe")]
    error_reason: Option<String>,
    #[serde(default, deserialize_with = "maybe")]
    error: Option<String>,
    #[serde(default, deserialize_with = "maybe")]
    transaction: Option<String>,
    #[serde(default, deserialize_with = "maybe")]
    tx_hash: Option<String>,
    #[serde(default, deserialize_with = "maybe")]
    network: Option<String>,
    /// Also as a number: an answer about another chain must not pass for one that names none.
    #[serde(default, deserialize_with = "text_or_json")]
    network_id: String,
    #[serde(default, deserialize_with = "maybe")]
    payer: Option<String>,
}

impl From<Wire> for X402Settlement {
    fn from(wire: Wire) -> Self {
        let either = |ours: Option<String>, theirs: Option<String>| {
            let said = |text: &String| !text.is_empty();
            ours.filter(said).or(theirs.filter(said))
        };
        Self {
            success: wire.success,
            error_reason: either(wire.error_reason, wire.error),
            transaction: either(wire.transaction, wire.tx_hash),
            network: either(wire.network, Some(wire.network_id)),
            payer: either(wire.payer, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_network_of_a_v1_settlement_is_read_as_text_or_number() {
        let read = |network_id| {
            let body = json!({ "x402Version": 1, "success": true, "txHash": "0x1", "networkId": network_id });
            serde_json::from_value::<X402Settlement>(body).unwrap().network
        };
        assert_eq!(read(json!("8453")).as_deref(), Some("8453"));
        assert_eq!(read(json!(8453)).as_deref(), Some("8453"));
        assert_eq!(read(json!(null)), None);
        assert_eq!(read(json!("")), None);
    }
}
