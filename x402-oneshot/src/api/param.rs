//! The definition of a contract function's parameter, in 1Shot's words.

use serde::{Deserialize, Serialize};

use crate::api::open_enum::open_enum;
use crate::codec::{maybe, or_default};

open_enum! {
    /// The type of a parameter, without its size: `uint256` is [`ParamType::Uint`] of size 256.
    ParamType {
        /// An address.
        Address = "address",
        /// `true` or `false`.
        Bool = "bool",
        /// Bytes; with a size `bytes32`, without one of any length.
        Bytes = "bytes",
        /// A signed integer.
        Int = "int",
        /// A text.
        String = "string",
        /// A struct.
        Struct = "struct",
        /// An unsigned integer.
        Uint = "uint",
    }
}

/// One parameter of a contract function.
///
/// ```
/// use x402_oneshot::api::{MethodParam, ParamType};
///
/// let nonce = MethodParam::new("nonce", ParamType::Bytes).size(32);
/// assert_eq!(nonce.type_size, Some(32));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MethodParam {
    /// Its name, by which values are passed.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// Its place, from 0 without gaps.
    #[serde(default, deserialize_with = "or_default")]
    pub index: u32,
    /// Bytes of a `bytes`, or bits of an integer (256 unless told).
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub type_size: Option<u32>,
    /// Whether it is an array of its type.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub is_array: bool,
    /// The length of the array, if it is fixed.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub array_size: Option<u32>,
    /// A description for people and prompts.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl MethodParam {
    /// A parameter of a type's default size.
    ///
    /// Its index is set when it is added to a [`NewContractMethod`](crate::api::NewContractMethod).
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ParamType) -> Self {
        Self {
            name: name.into(),
            kind,
            index: 0,
            type_size: None,
            is_array: false,
            array_size: None,
            description: None,
        }
    }

    /// Sets the size: bytes of a `bytes`, bits of an integer.
    #[must_use]
    pub const fn size(mut self, size: u32) -> Self {
        self.type_size = Some(size);
        self
    }

    /// Makes it an array, of any length.
    #[must_use]
    pub const fn array(mut self) -> Self {
        self.is_array = true;
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }
}
