//! The values passed to a contract method.

use std::fmt;

use alloy_primitives::{Address, U256, hex};
use serde::Serialize;
use serde_json::{Map, Value};

/// Values by parameter name, each in the form the API wants: integers as decimal texts, bytes as
/// `0x` texts.
///
/// Its `Debug` tells the names only: a value may be a signature that is good for money.
///
/// ```
/// use alloy_primitives::U256;
/// use x402_oneshot::api::Params;
///
/// let params = Params::new().uint("value", U256::from(50_000)).bytes("data", [0xab]);
/// assert_eq!(serde_json::to_string(&params)?, r#"{"data":"0xab","value":"50000"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Params(Map<String, Value>);

impl Params {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an address.
    #[must_use]
    pub fn address(self, name: impl Into<String>, address: Address) -> Self {
        self.value(name, address.to_string())
    }

    /// Adds an unsigned integer.
    #[must_use]
    pub fn uint(self, name: impl Into<String>, number: U256) -> Self {
        self.value(name, number.to_string())
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(self, name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        self.value(name, hex::encode_prefixed(bytes))
    }

    /// Adds a struct, by the values of its members.
    #[must_use]
    pub fn members(self, name: impl Into<String>, members: Self) -> Self {
        self.value(name, members.0)
    }

    /// Adds any other value.
    #[must_use]
    pub fn value(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
