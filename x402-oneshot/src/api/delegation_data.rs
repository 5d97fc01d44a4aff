//! Signed delegations, as smart accounts have them.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::codec::{parsed, text, to_u256, whole_list};
use crate::decode::{DecodeError, from_json};

/// A signed delegation in the form in which the API takes it and gives it: JSON in a text.
///
/// Pass on what a wallet's library or the API wrote as it is; [`read`](Self::read) tells what it says.
///
/// # Security
///
/// Some delegations are good in anybody's hands: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DelegationData(String);

impl DelegationData {
    /// Takes over the JSON text.
    #[must_use]
    pub fn new(json: impl Into<String>) -> Self {
        Self(json.into())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it says. Nothing is verified by that.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if it is not a delegation in the form of the
    /// [Delegation Framework](https://github.com/MetaMask/delegation-framework).
    pub fn read(&self) -> Result<SignedDelegation, DecodeError> {
        from_json(self.0.as_bytes())
    }
}

impl fmt::Debug for DelegationData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DelegationData({} bytes)", self.0.len())
    }
}

impl From<String> for DelegationData {
    fn from(json: String) -> Self {
        Self(json)
    }
}

impl From<&str> for DelegationData {
    fn from(json: &str) -> Self {
        json.to_owned().into()
    }
}

impl From<&SignedDelegation> for DelegationData {
    fn from(delegation: &SignedDelegation) -> Self {
        Self(serde_json::to_string(delegation).expect("texts and lists of them are JSON"))
    }
}

/// Also from an object, which the API's own example shows in place of the text.
impl<'de> Deserialize<'de> for DelegationData {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::String(json) => Ok(Self(json)),
            object @ Value::Object(_) => Ok(Self(object.to_string())),
            _ => Err(D::Error::custom("neither a text nor an object")),
        }
    }
}

/// A delegation that its delegator has signed: leave for the delegate to act for the delegator, within the caveats.
///
/// The form is that of the [Delegation Framework](https://github.com/MetaMask/delegation-framework), whose smart
/// accounts 1Shot executes for ([ERC-7710](https://eips.ethereum.org/EIPS/eip-7710)). It is not verified here.
///
/// ```
/// use alloy_primitives::{U256, address, bytes};
/// use x402_oneshot::api::{Caveat, DelegationData, SignedDelegation};
///
/// let (wallet, account) = (
///     address!("74847C451C3745FcDF4fD447A9FA5EEf8A6791a9"),
///     address!("3e6a2f0CBA03d293B54c9fCF354948903007a798"),
/// );
/// let enforcer = address!("1046bb45C8d673d4ea75321280DB34899413c069");
/// let delegation = SignedDelegation::new(account, wallet, bytes!("0c1d"))
///     .salt(U256::from(7))
///     .caveat(Caveat::new(enforcer, bytes!("0001")));
///
/// let data = DelegationData::from(&delegation);
/// assert_eq!(data.read()?, delegation);
/// # Ok::<(), x402_oneshot::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedDelegation {
    /// Who may act: a server wallet, say.
    #[serde(serialize_with = "text", deserialize_with = "parsed")]
    pub delegate: Address,
    /// For whom.
    #[serde(serialize_with = "text", deserialize_with = "parsed")]
    pub delegator: Address,
    /// The hash of the delegation that this one passes on, or [`ROOT`](Self::ROOT).
    #[serde(deserialize_with = "parsed")]
    pub authority: B256,
    /// What it is limited to. None is left out: one that cannot be read is an error.
    #[serde(deserialize_with = "whole_list")]
    pub caveats: Vec<Caveat>,
    /// What tells it from others that are alike.
    #[serde(serialize_with = "as_word", deserialize_with = "salt")]
    pub salt: U256,
    /// The delegator's signature.
    pub signature: Bytes,
}

impl SignedDelegation {
    /// The authority of a delegation that passes on none but the delegator's own.
    pub const ROOT: B256 = B256::repeat_byte(0xff);

    /// The delegator's own leave without caveats, with a salt of zero.
    #[must_use]
    pub const fn new(delegator: Address, delegate: Address, signature: Bytes) -> Self {
        Self { delegate, delegator, authority: Self::ROOT, caveats: Vec::new(), salt: U256::ZERO, signature }
    }

    /// Sets the hash of the delegation that this one passes on.
    #[must_use]
    pub const fn authority(mut self, hash: B256) -> Self {
        self.authority = hash;
        self
    }

    /// Adds a caveat.
    #[must_use]
    pub fn caveat(mut self, caveat: Caveat) -> Self {
        self.caveats.push(caveat);
        self
    }

    /// Sets the salt.
    #[must_use]
    pub const fn salt(mut self, salt: U256) -> Self {
        self.salt = salt;
        self
    }
}

/// Without the signature, as [`DelegationData`] is.
impl fmt::Debug for SignedDelegation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedDelegation")
            .field("delegate", &self.delegate)
            .field("delegator", &self.delegator)
            .field("authority", &self.authority)
            .field("caveats", &self.caveats)
            .field("salt", &self.salt)
            .field("signature_bytes", &self.signature.len())
            .finish()
    }
}

/// A limit of a delegation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Caveat {
    /// The contract that sees to it.
    #[serde(serialize_with = "text", deserialize_with = "parsed")]
    pub enforcer: Address,
    /// What the delegator signed of it.
    pub terms: Bytes,
    /// What the delegate adds to it, unsigned.
    #[serde(default)]
    pub args: Bytes,
}

impl Caveat {
    /// A limit with these terms, and nothing added to them.
    #[must_use]
    pub const fn new(enforcer: Address, terms: Bytes) -> Self {
        Self { enforcer, terms, args: Bytes::new() }
    }
}

fn as_word<S: Serializer>(salt: &U256, to: S) -> Result<S::Ok, S::Error> {
    B256::from(*salt).serialize(to)
}

/// A number, or digits, decimal or behind a `0x`, of which there may be none.
fn salt<'de, D: Deserializer<'de>>(from: D) -> Result<U256, D::Error> {
    let read = match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64().map(U256::from),
        Value::String(text) => match text.strip_prefix("0x") {
            Some("") => Some(U256::ZERO),
            Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => U256::from_str_radix(digits, 16).ok(),
            Some(_) => None,
            None => to_u256(&text),
        },
        _ => None,
    };
    read.ok_or_else(|| D::Error::custom("not a salt"))
}
