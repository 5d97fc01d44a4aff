//! Typed data for a wallet to sign.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// [EIP-712](https://eips.ethereum.org/EIPS/eip-712) typed data, in the JSON form of `eth_signTypedData_v4`.
///
/// Write integers that are larger than 2⁵³ as decimal texts: JSON numbers lose digits on the other side.
///
/// ```
/// use x402_oneshot::api::TypedData;
///
/// let data: TypedData = serde_json::from_str(
///     r#"{"domain": {"name": "shop", "chainId": 84532},
///         "types": {"Order": [{"name": "id", "type": "uint256"}]},
///         "primaryType": "Order",
///         "message": {"id": "17"}}"#,
/// )?;
/// assert_eq!(data.primary_type, "Order");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_structs, reason = "EIP-712 fixes the fields")]
pub struct TypedData {
    /// What the signature is bound to.
    pub domain: Value,
    /// The structs by name, each a list of members. `EIP712Domain` may be among them.
    pub types: Value,
    /// The name of the struct that is signed.
    pub primary_type: String,
    /// Its members.
    pub message: Value,
}

/// The form that the API wants: the struct and its name wrapped together.
#[derive(Serialize)]
pub(super) struct Envelope<'a> {
    domain: &'a Value,
    types: &'a Value,
    message: Message<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    primary_type: &'a str,
    message: &'a Value,
}

impl<'a> From<&'a TypedData> for Envelope<'a> {
    fn from(data: &'a TypedData) -> Self {
        let TypedData { domain, types, primary_type, message } = data;
        Self { domain, types, message: Message { primary_type, message } }
    }
}
