//! Changing a parameter that exists.

use serde::Serialize;

use crate::api::param::{MethodParam, ParamStruct, ParamType};
use crate::id::{ParamId, StructId};

/// Changes to a parameter of a struct; what is not set stays as it is.
///
/// ```
/// use x402_oneshot::ParamId;
/// use x402_oneshot::api::{ParamType, UpdateParam};
///
/// let amount: ParamId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let fixed = UpdateParam::new(amount).kind(ParamType::Uint).size(128).static_value("50000");
/// assert_eq!(
///     serde_json::to_string(&fixed)?,
///     r#"{"id":"8a6e0804-2bd0-4672-b79d-d97027f90720","type":"uint","typeSize":128,"staticValue":"50000"}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateParam {
    /// Which parameter.
    pub id: ParamId,
    /// The name, by which values are passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ParamType>,
    /// The place, from 0 without gaps once all changes are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// Bytes of a `bytes`, or bits of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_size: Option<u32>,
    /// The decimal places of a fixed-point number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_size2: Option<u32>,
    /// Whether it is an array of its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_array: Option<bool>,
    /// The length of the array, if it is fixed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array_size: Option<u32>,
    /// The struct that it is, if it is one that exists. Either this or `type_struct`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_struct_id: Option<StructId>,
    /// The struct that it is, to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_struct: Option<ParamStruct>,
    /// The value that is always passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_value: Option<String>,
}

impl UpdateParam {
    /// No change of this parameter.
    #[must_use]
    pub const fn new(id: ParamId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            kind: None,
            index: None,
            type_size: None,
            type_size2: None,
            is_array: None,
            array_size: None,
            type_struct_id: None,
            type_struct: None,
            static_value: None,
        }
    }

    /// Changes the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Changes the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Changes the type. What becomes of the old type's size is not documented: say the [size](Self::size) too.
    #[must_use]
    pub fn kind(mut self, kind: ParamType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Changes the place, which another parameter must leave in the same call.
    #[must_use]
    pub const fn index(mut self, index: u32) -> Self {
        self.index = Some(index);
        self
    }

    /// Changes the size: bytes of a `bytes`, bits of a number.
    #[must_use]
    pub const fn size(mut self, size: u32) -> Self {
        self.type_size = Some(size);
        self
    }

    /// Changes the decimal places of a fixed-point number.
    #[must_use]
    pub const fn decimals(mut self, places: u32) -> Self {
        self.type_size2 = Some(places);
        self
    }

    /// Makes it an array, or one element instead of an array.
    #[must_use]
    pub const fn array(mut self, is_array: bool) -> Self {
        self.is_array = Some(is_array);
        self
    }

    /// Makes it an array of this length.
    #[must_use]
    pub const fn fixed_array(mut self, length: u32) -> Self {
        self.array_size = Some(length);
        self.array(true)
    }

    /// Makes it a struct that 1Shot knows already.
    #[must_use]
    pub fn known_struct(mut self, id: StructId) -> Self {
        self.type_struct = None;
        self.type_struct_id = Some(id);
        self.kind(ParamType::Struct)
    }

    /// Makes it a struct that is made along with the change.
    #[must_use]
    pub fn new_struct(mut self, definition: ParamStruct) -> Self {
        self.type_struct_id = None;
        // As in a parameter: each thing once, and under the API's own name.
        self.type_struct = MethodParam::of_struct("", definition).at(0).type_struct;
        self.kind(ParamType::Struct)
    }

    /// Changes the value that is always passed. The API does not say how to be rid of one again.
    #[must_use]
    pub fn static_value(mut self, value: impl Into<String>) -> Self {
        self.static_value = Some(value.into());
        self
    }
}
