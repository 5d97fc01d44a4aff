//! Why a call failed, in words.

use alloy_dyn_abi::ErrorExt;
use alloy_primitives::Bytes;
use alloy_sol_types::{Panic, Revert, SolError};
use serde_json::{Value, json};

use super::execution::Fault;
use super::{redemption, smart_account, token, value};

/// What `test` answers as `error`, and `failureReason` in one line.
pub(super) struct Reason {
    /// The name of the Solidity error, or of the kind of failure.
    name: String,
    /// Of the Solidity error, such as `ERC20InsufficientBalance(address,uint256,uint256)`; empty if there was none.
    signature: String,
    /// What people read, such as `ERC20InsufficientBalance(0x…, 0, 50000)`.
    pub(super) message: String,
    /// The revert data, empty if the contract gave none or never got to.
    data: Bytes,
}

impl Reason {
    fn new(name: &str, signature: String, message: String, data: Bytes) -> Self {
        Self { name: name.to_owned(), signature, message, data }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"name": self.name, "message": self.message, "data": self.data})
    }

    /// The revert data; `None` if the contract gave none or never got to.
    pub(super) fn data(&self) -> Option<&Bytes> {
        Some(&self.data).filter(|data| !data.is_empty())
    }

    /// Name, signature and text of the Solidity error, if it was one.
    pub(super) fn decoded(&self) -> Option<[&str; 3]> {
        (!self.signature.is_empty()).then_some([&self.name, &self.signature, &self.message])
    }
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        let (name, message, data) = match fault {
            Fault::Halted(why) => ("Halted", format!("execution halted: {why}"), Bytes::new()),
            Fault::Refused(why) => ("Refused", why, Bytes::new()),
            Fault::Reverted(data) => return decode(data),
        };
        Self::new(name, String::new(), message, data)
    }
}

fn decode(data: Bytes) -> Reason {
    // `require(condition, "text")`
    if let Ok(revert) = Revert::abi_decode(&data) {
        return Reason::new("Error", Revert::SIGNATURE.to_owned(), revert.reason, data);
    }
    // An overflow, a division by zero and the like.
    if let Ok(panic) = Panic::abi_decode(&data) {
        return Reason::new("Panic", Panic::SIGNATURE.to_owned(), panic.to_string(), data);
    }
    let declared = [&token::ARTIFACT, &redemption::ARTIFACT, &smart_account::ARTIFACT];
    for error in declared.into_iter().flat_map(|artifact| artifact.abi.errors()) {
        if let Ok(decoded) = error.decode_error(&data) {
            let arguments: Vec<String> = decoded.body.iter().map(value::to_text).collect();
            let message = format!("{}({})", error.name, arguments.join(", "));
            return Reason::new(&error.name, error.signature(), message, data);
        }
    }
    let message =
        if data.is_empty() { "execution reverted".to_owned() } else { format!("execution reverted with data {data}") };
    Reason::new("Reverted", String::new(), message, data)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{U256, bytes};

    use super::*;

    fn message(data: Bytes) -> String {
        Reason::from(Fault::Reverted(data)).message
    }

    #[test]
    fn a_require_string_is_the_reason() {
        let data = Revert { reason: "no".to_owned() }.abi_encode();
        assert_eq!(message(data.into()), "no");
    }

    #[test]
    fn a_panic_names_its_code() {
        let data = Panic { code: U256::from(0x11) }.abi_encode();
        assert!(message(data.into()).contains("0x11"));
    }

    #[test]
    fn a_custom_error_is_named_with_its_arguments() {
        // ERC20InvalidReceiver(address)
        let data = bytes!("ec442f050000000000000000000000000000000000000000000000000000000000000000");
        assert_eq!(message(data), "ERC20InvalidReceiver(0x0000000000000000000000000000000000000000)");
    }

    #[test]
    fn unknown_data_is_shown_and_no_data_is_said() {
        assert_eq!(message(bytes!("deadbeef")), "execution reverted with data 0xdeadbeef");
        assert_eq!(message(Bytes::new()), "execution reverted");
    }
}
