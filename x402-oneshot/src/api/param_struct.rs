//! A struct of a contract, as a parameter's type.

use serde::{Deserialize, Serialize};

use crate::api::param::MethodParam;
use crate::codec::{maybe, whole_list};
use crate::id::{BusinessId, StructId};

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
