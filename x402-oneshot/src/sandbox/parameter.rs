//! Parameters of a Solidity function as callers declare them, or as its ABI does.

use alloy_dyn_abi::{DynSolType, Specifier};
use alloy_json_abi::Param;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A parameter as it is declared: `NewSolidityStructParam`, without its sub-struct once that has been made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) index: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// Passed whatever the caller says. The SDKs call it `value`.
    #[serde(default, alias = "value", skip_serializing_if = "Option::is_none")]
    pub(super) static_value: Option<Value>,
    /// Bits of a number, bytes of a `bytes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) type_size: Option<u16>,
    #[serde(default, deserialize_with = "null_is_false")]
    pub(super) is_array: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) array_size: Option<u32>,
    /// A struct that is there already.
    #[serde(default, skip_serializing)]
    pub(super) type_struct_id: Option<Uuid>,
    /// A struct to be made.
    #[serde(default, skip_serializing)]
    pub(super) type_struct: Option<NewStruct>,
}

/// A struct as it is declared: `NewSolidityStruct`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct NewStruct {
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) params: Vec<Parameter>,
}

/// What a parameter is, before its size is known.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Address,
    Bool,
    Bytes,
    Int,
    String,
    Struct,
    Uint,
}

fn null_is_false<'de, D: Deserializer<'de>>(json: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(json)?.unwrap_or_default())
}

impl Parameter {
    /// The type of one element, if it is no struct and has no impossible size.
    pub(super) fn elementary(&self) -> Option<DynSolType> {
        let size = self.type_size.map(usize::from);
        Some(match (self.kind, size) {
            (Kind::Address, _) => DynSolType::Address,
            (Kind::Bool, _) => DynSolType::Bool,
            (Kind::Bytes, None) => DynSolType::Bytes,
            (Kind::Bytes, Some(bytes @ 1..=32)) => DynSolType::FixedBytes(bytes),
            (Kind::Int, bits) => DynSolType::Int(bits_of(bits)?),
            (Kind::String, _) => DynSolType::String,
            (Kind::Uint, bits) => DynSolType::Uint(bits_of(bits)?),
            (Kind::Bytes, Some(_)) | (Kind::Struct, _) => return None,
        })
    }

    /// The parameters of an ABI, in order. `None` if the API has no way to declare one of them.
    pub(super) fn of_abi(params: &[Param]) -> Option<Vec<Self>> {
        params.iter().enumerate().map(|(index, param)| Self::of_param(index, param)).collect()
    }

    fn of_param(index: usize, param: &Param) -> Option<Self> {
        let (element, is_array, array_size) = match param.resolve().ok()? {
            DynSolType::Array(element) => (*element, true, None),
            DynSolType::FixedArray(element, size) => (*element, true, Some(u32::try_from(size).ok()?)),
            element => (element, false, None),
        };
        let (kind, size) = match element {
            DynSolType::Address => (Kind::Address, None),
            DynSolType::Bool => (Kind::Bool, None),
            DynSolType::Bytes => (Kind::Bytes, None),
            DynSolType::FixedBytes(size) => (Kind::Bytes, Some(size)),
            DynSolType::Int(bits) => (Kind::Int, (bits != 256).then_some(bits)),
            DynSolType::String => (Kind::String, None),
            DynSolType::CustomStruct { .. } | DynSolType::Tuple(_) => (Kind::Struct, None),
            DynSolType::Uint(bits) => (Kind::Uint, (bits != 256).then_some(bits)),
            // Arrays of arrays, and functions.
            _ => return None,
        };
        let type_struct = match kind {
            Kind::Struct => {
                let name = param.struct_specifier().map(|name| name.stem().span().to_owned());
                Some(NewStruct { name, params: Self::of_abi(&param.components)? })
            }
            _ => None,
        };
        Some(Self {
            name: param.name.clone(),
            kind,
            index,
            description: None,
            static_value: None,
            type_size: size.and_then(|size| u16::try_from(size).ok()),
            is_array,
            array_size,
            type_struct_id: None,
            type_struct,
        })
    }
}

/// 256 bits unless said otherwise; Solidity has multiples of 8.
fn bits_of(size: Option<usize>) -> Option<usize> {
    let bits = size.unwrap_or(256);
    (bits.is_multiple_of(8) && (8..=256).contains(&bits)).then_some(bits)
}
