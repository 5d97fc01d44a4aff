//! A delegation as the API keeps it: leave for a server wallet to act for another account.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize, Serializer};

use crate::api::delegation_data::DelegationData;
use crate::codec::{maybe, maybe_integer, maybe_parsed, whole_list};
use crate::id::{BusinessId, DelegationId, WalletId};

/// A delegation that is on file at 1Shot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Delegation {
    /// Its identifier.
    pub id: DelegationId,
    /// The wallet that may act.
    pub wallet_id: WalletId,
    /// The business that owns it.
    #[serde(default, deserialize_with = "maybe")]
    pub business_id: Option<BusinessId>,
    /// The account it may act for.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub delegator_address: Option<Address>,
    /// From when on it is used, in Unix seconds; at once if there is no such time.
    #[serde(default, rename = "startTime", deserialize_with = "maybe_integer")]
    pub start_seconds: Option<u64>,
    /// Until when it is used, in Unix seconds; for ever if there is no such time.
    #[serde(default, rename = "endTime", deserialize_with = "maybe_integer")]
    pub end_seconds: Option<u64>,
    /// The contracts it is used for; all, if there are none here. None is left out: one that cannot be read is an error.
    #[serde(default, deserialize_with = "whole_list")]
    pub contract_addresses: Vec<Address>,
    /// The functions it is used for, by name; all, if there are none here.
    #[serde(default, deserialize_with = "whole_list")]
    pub methods: Vec<String>,
    /// What the delegator signed.
    #[serde(default, deserialize_with = "maybe")]
    pub delegation_data: Option<DelegationData>,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
}

/// A delegation to be put on file.
///
/// Times, contracts and functions say when 1Shot takes it to be of use. What it really allows is in the caveats that the
/// delegator signed, which the chain looks at.
///
/// ```
/// use alloy_primitives::address;
/// use x402_oneshot::api::NewDelegation;
///
/// # let signed = r#"{"delegate":"0x"}"#;
/// let usdc = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let delegation = NewDelegation::new(signed).ends(1_767_225_600).contract(usdc).method("transfer");
/// # let _ = delegation;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewDelegation {
    /// From when on it is used, in Unix seconds.
    #[serde(rename = "startTime", skip_serializing_if = "Option::is_none")]
    pub start_seconds: Option<u64>,
    /// Until when it is used, in Unix seconds.
    #[serde(rename = "endTime", skip_serializing_if = "Option::is_none")]
    pub end_seconds: Option<u64>,
    /// The contracts it is used for, sent with the checksum of [EIP-55](https://eips.ethereum.org/EIPS/eip-55).
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "texts")]
    pub contract_addresses: Vec<Address>,
    /// The functions it is used for, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// What the delegator signed.
    pub delegation_data: DelegationData,
}

impl NewDelegation {
    /// What the delegator signed, used from now on, for ever, and for everything.
    #[must_use]
    pub fn new(signed: impl Into<DelegationData>) -> Self {
        Self {
            start_seconds: None,
            end_seconds: None,
            contract_addresses: Vec::new(),
            methods: Vec::new(),
            delegation_data: signed.into(),
        }
    }

    /// Sets from when on it is used, in Unix seconds.
    #[must_use]
    pub const fn starts(mut self, unix_seconds: u64) -> Self {
        self.start_seconds = Some(unix_seconds);
        self
    }

    /// Sets until when it is used, in Unix seconds.
    #[must_use]
    pub const fn ends(mut self, unix_seconds: u64) -> Self {
        self.end_seconds = Some(unix_seconds);
        self
    }

    /// Adds a contract it is used for.
    #[must_use]
    pub fn contract(mut self, address: Address) -> Self {
        self.contract_addresses.push(address);
        self
    }

    /// Adds a function it is used for.
    #[must_use]
    pub fn method(mut self, name: impl Into<String>) -> Self {
        self.methods.push(name.into());
        self
    }
}

/// A delegation that a wallet has passed on, and the one that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[must_use = "the API does not keep it"]
#[non_exhaustive]
pub struct Redelegation {
    /// What the wallet was given.
    pub parent: DelegationData,
    /// What the wallet signed.
    pub redelegation: DelegationData,
}

impl Redelegation {
    /// Both, in the order in which they are redeemed: the last delegate's first.
    ///
    /// If the parent was itself passed on, those before it follow.
    #[must_use]
    pub fn chain(self) -> Vec<DelegationData> {
        vec![self.redelegation, self.parent]
    }
}

fn texts<S: Serializer>(addresses: &[Address], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(addresses.iter().map(Address::to_string))
}
