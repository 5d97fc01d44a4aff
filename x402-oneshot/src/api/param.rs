//! The definition of a contract function's parameter, in 1Shot's words: structs hold parameters, and may be one.

use serde::{Deserialize, Serialize};

use crate::api::open_enum::open_enum;
use crate::codec::{maybe, maybe_integer, or_default, whole_list};
use crate::id::{BusinessId, ParamId, StructId};

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
/// use x402_oneshot::api::{MethodParam, ParamStruct, ParamType};
///
/// let nonce = MethodParam::new("nonce", ParamType::Bytes).size(32);
/// assert_eq!(nonce.type_size, Some(32));
///
/// let order = ParamStruct::new()
///     .param(MethodParam::new("maker", ParamType::Address))
///     .param(MethodParam::new("amounts", ParamType::Uint).fixed_array(2));
/// let order = MethodParam::of_struct("order", order);
/// assert_eq!(order.kind, ParamType::Struct);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MethodParam {
    /// Its identifier, once it exists; not sent.
    #[serde(default, deserialize_with = "maybe", skip_serializing)]
    pub id: Option<ParamId>,
    /// The struct it is a member of, once it exists; not sent. All parameters of a method are members of one.
    #[serde(default, deserialize_with = "maybe", skip_serializing)]
    pub struct_id: Option<StructId>,
    /// Its name, by which values are passed. Results may have none.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// Its place, from 0 without gaps.
    #[serde(default, deserialize_with = "or_default")]
    pub index: u32,
    /// Bytes of a `bytes`, or bits of a number (256 unless told).
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub type_size: Option<u32>,
    /// The decimal places of a fixed-point number.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub type_size2: Option<u32>,
    /// Whether it is an array of its type.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub is_array: bool,
    /// The length of the array, if it is fixed.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub array_size: Option<u32>,
    /// The struct that it is, if it is one that exists. In a request, either this or `type_struct`.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub type_struct_id: Option<StructId>,
    /// The struct that it is, described.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub type_struct: Option<ParamStruct>,
    /// A description for people and prompts.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The value that is always passed; then none can be passed by a run. See [`fixed_value`](Self::fixed_value).
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub static_value: Option<String>,
    /// What 1Shot's own clients call `static_value`.
    #[serde(default, deserialize_with = "maybe", skip_serializing)]
    value: Option<String>,
}

impl MethodParam {
    /// A parameter of a type's default size.
    ///
    /// Its index is set when it is added: to a [`NewContractMethod`](crate::api::NewContractMethod), to a [`ParamStruct`],
    /// or to a struct that exists, by [`add_param`](crate::api::Structs::add_param).
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ParamType) -> Self {
        Self {
            id: None,
            struct_id: None,
            name: name.into(),
            kind,
            index: 0,
            type_size: None,
            type_size2: None,
            is_array: false,
            array_size: None,
            type_struct_id: None,
            type_struct: None,
            description: None,
            static_value: None,
            value: None,
        }
    }

    /// A parameter that is a struct, which is made along with it.
    #[must_use]
    pub fn of_struct(name: impl Into<String>, definition: ParamStruct) -> Self {
        Self { type_struct: Some(definition), ..Self::new(name, ParamType::Struct) }
    }

    /// A parameter that is a struct which 1Shot knows already.
    #[must_use]
    pub fn of_known_struct(name: impl Into<String>, id: StructId) -> Self {
        Self { type_struct_id: Some(id), ..Self::new(name, ParamType::Struct) }
    }

    /// Sets the size: bytes of a `bytes`, bits of a number.
    #[must_use]
    pub const fn size(mut self, size: u32) -> Self {
        self.type_size = Some(size);
        self
    }

    /// Sets the decimal places of a fixed-point number.
    #[must_use]
    pub const fn decimals(mut self, places: u32) -> Self {
        self.type_size2 = Some(places);
        self
    }

    /// Makes it an array, of any length.
    #[must_use]
    pub const fn array(mut self) -> Self {
        self.is_array = true;
        self
    }

    /// Makes it an array of this length.
    #[must_use]
    pub const fn fixed_array(mut self, length: u32) -> Self {
        self.array_size = Some(length);
        self.array()
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets the value that is always passed, and that no run can choose: a recipient or an amount, say.
    #[must_use]
    pub fn static_value(mut self, value: impl Into<String>) -> Self {
        self.static_value = Some(value.into());
        self
    }

    /// The value that is always passed, under whichever of its two names it came.
    #[must_use]
    pub fn fixed_value(&self) -> Option<&str> {
        self.static_value.as_deref().or(self.value.as_deref())
    }

    /// Adds a parameter after those there are, as a request has it.
    pub(super) fn append(self, to: &mut Vec<Self>) {
        let index = u32::try_from(to.len()).unwrap_or(u32::MAX);
        to.push(self.at(index));
    }

    /// The parameter in this place, as a request has it.
    pub(super) fn at(mut self, index: u32) -> Self {
        self.index = index;
        self.settle();
        self
    }

    /// Says everything once and under the API's own name: a struct named or described, and the static value, which must
    /// not get lost on the way from one method to another.
    fn settle(&mut self) {
        self.static_value = self.static_value.take().or(self.value.take());
        if self.type_struct_id.is_some() {
            self.type_struct = None;
        }
        for member in self.type_struct.iter_mut().flat_map(|inner| &mut inner.params) {
            member.settle();
        }
    }
}

/// A struct: its members, which are parameters themselves and may be structs again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ParamStruct {
    /// Its identifier, once it exists; not sent.
    #[serde(default, deserialize_with = "maybe", skip_serializing)]
    pub id: Option<StructId>,
    /// Its name. The struct of all parameters of a method has none.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The business that owns it. The API's description demands it of a new struct; clients get by without.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub business_id: Option<BusinessId>,
    /// Its members.
    #[serde(default, deserialize_with = "whole_list")]
    pub params: Vec<MethodParam>,
    /// When it was last changed; not sent.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer", skip_serializing)]
    pub updated_seconds: Option<u64>,
    /// When it was made; not sent.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer", skip_serializing)]
    pub created_seconds: Option<u64>,
}

impl ParamStruct {
    /// A struct without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the business that owns it.
    #[must_use]
    pub const fn business(mut self, business: BusinessId) -> Self {
        self.business_id = Some(business);
        self
    }

    /// Adds a member, after those there are.
    #[must_use]
    pub fn param(mut self, param: MethodParam) -> Self {
        param.append(&mut self.params);
        self
    }
}
