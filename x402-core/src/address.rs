//! Addresses, as the protocol spells them.

use std::fmt;

use alloy_primitives::Address;

use crate::error::Excerpt;

/// An address on some chain: a recipient, a payer or a token.
///
/// The protocol carries addresses as text, for any kind of chain. The text is kept as it was spelled, since documents
/// are echoed and peers compare text; but two EVM addresses are equal if they are the same 20 bytes, however their
/// letters are cased ([EIP-55](https://eips.ethereum.org/EIPS/eip-55) casing is a checksum, not identity).
///
/// ```
/// use x402_core::ChainAddress;
///
/// let checksummed = ChainAddress::new("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let lower = ChainAddress::new("0x036cbd53842c5426634e7929541ec2318f3dcf7e");
/// assert_eq!(checksummed, lower);
/// assert_eq!(lower.as_str(), "0x036cbd53842c5426634e7929541ec2318f3dcf7e");
/// ```
#[derive(Clone)]
pub struct ChainAddress {
    text: Box<str>,
    evm: Option<Address>,
}

impl ChainAddress {
    /// Takes the text as it is; [`evm`](Self::evm) tells whether it is an EVM address.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let evm = parse_evm(&text).ok();
        Self { text, evm }
    }

    /// The text as it was spelled.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The EVM address, if the text is one: `0x` and 40 hexadecimal digits.
    #[must_use]
    pub const fn evm(&self) -> Option<Address> {
        self.evm
    }
}

impl From<Address> for ChainAddress {
    /// Spelled with the EIP-55 checksum.
    fn from(address: Address) -> Self {
        Self { text: address.to_checksum(None).into(), evm: Some(address) }
    }
}

impl PartialEq for ChainAddress {
    fn eq(&self, other: &Self) -> bool {
        match (self.evm, other.evm) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.text == other.text,
            _ => false,
        }
    }
}

impl Eq for ChainAddress {}

impl PartialEq<Address> for ChainAddress {
    fn eq(&self, other: &Address) -> bool {
        self.evm == Some(*other)
    }
}

impl fmt::Display for ChainAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ChainAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainAddress({})", Excerpt::of(&self.text))
    }
}

/// Parses `0x` and 40 hexadecimal digits of any case.
///
/// Casing is not checked against EIP-55: peers send lower case, upper case and worse.
///
/// # Errors
///
/// If the text is anything else.
pub fn parse_evm(text: &str) -> Result<Address, ParseAddressError> {
    let fail = || ParseAddressError { text: Excerpt::of(text) };
    let digits = text.strip_prefix("0x").ok_or_else(fail)?;
    if digits.len() != 40 {
        return Err(fail());
    }
    let mut bytes = [0; 20];
    alloy_primitives::hex::decode_to_slice(digits, &mut bytes).map_err(|_| fail())?;
    Ok(Address::from(bytes))
}

/// A text that is not an EVM address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not an EVM address: `0x` and 40 hexadecimal digits")]
pub struct ParseAddressError {
    text: Excerpt,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_demos_unanchored_addresses_are_refused() {
        let good = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
        assert!(parse_evm(good).is_ok());
        for bad in
            ["", "None", "0x12", "!!! not an address zz", &format!("{good}junk"), &format!("0x{good}"), &good[2..]]
        {
            assert!(parse_evm(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn texts_that_are_not_evm_addresses_compare_as_texts() {
        assert_eq!(ChainAddress::new("USD"), ChainAddress::new("USD"));
        assert_ne!(ChainAddress::new("USD"), ChainAddress::new("usd"));
        assert_ne!(ChainAddress::new("USD"), ChainAddress::from(Address::ZERO));
    }

    proptest! {
        #[test]
        fn any_casing_of_twenty_bytes_is_the_same_address(bytes: [u8; 20]) {
            let address = Address::from(bytes);
            let lower = format!("0x{}", alloy_primitives::hex::encode(bytes));
            prop_assert_eq!(ChainAddress::new(lower.as_str()), ChainAddress::from(address));
            prop_assert_eq!(parse_evm(&format!("0x{}", lower[2..].to_uppercase())).unwrap(), address);
        }

        #[test]
        fn parsing_never_panics(text in ".{0,60}") {
            let _ = parse_evm(&text);
        }
    }
}
