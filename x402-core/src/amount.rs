//! Money as the chain counts it.

use std::{fmt, str::FromStr};

use alloy_primitives::U256;

use crate::error::Excerpt;

/// An amount in atomic units of some token: 50000 of a token with 6 decimals is 0.05.
///
/// On the wire it is a string of decimal digits. Nothing here is ever a float.
///
/// ```
/// use x402_core::Amount;
///
/// let amount: Amount = "50000".parse()?;
/// assert_eq!(amount, Amount::from_atomic(50_000));
/// assert_eq!(amount.to_decimal(6), "0.05");
/// assert!("0.05".parse::<Amount>().is_err());
/// # Ok::<(), x402_core::amount::ParseAmountError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(U256);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// So many atomic units.
    #[must_use]
    pub fn from_atomic(units: u64) -> Self {
        Self(U256::from(units))
    }

    /// The number of atomic units.
    #[must_use]
    pub const fn as_u256(self) -> U256 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, unless it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The amount in whole tokens, exactly, without trailing zeros: what a person reads.
    #[must_use]
    pub fn to_decimal(self, decimals: u8) -> String {
        let digits = format!("{:0>1$}", self.0.to_string(), usize::from(decimals) + 1);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
        match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        }
    }
}

impl From<U256> for Amount {
    fn from(units: U256) -> Self {
        Self(units)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

impl FromStr for Amount {
    type Err = ParseAmountError;

    /// Parses decimal digits and nothing else: no sign, point, exponent, prefix or space, and no leading zero, which
    /// would be a second spelling of one amount.
    fn from_str(text: &str) -> Result<Self, ParseAmountError> {
        let fail = |what| Err(ParseAmountError { text: Excerpt::of(text), what });
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return fail("only decimal digits make an atomic amount");
        }
        if text.len() > 1 && text.starts_with('0') {
            return fail("an atomic amount has no leading zero");
        }
        match U256::from_str_radix(text, 10) {
            Ok(units) => Ok(Self(units)),
            Err(_) => fail("an atomic amount is below 2^256"),
        }
    }
}

/// Why a text is not an atomic amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not an amount: {what}")]
pub struct ParseAmountError {
    text: Excerpt,
    what: &'static str,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn everything_but_canonical_digits_is_refused() {
        for text in ["", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "1_000", "01", "00", "٣", "NaN"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_largest_amount_is_two_to_the_256_minus_one() {
        let max = U256::MAX.to_string();
        assert_eq!(max.parse::<Amount>().unwrap().as_u256(), U256::MAX);
        let above = format!("{}6", &max[..max.len() - 1]);
        assert!(above.parse::<Amount>().is_err());
        assert!("9".repeat(1000).parse::<Amount>().is_err());
    }

    #[test]
    fn a_sum_is_exact_or_none() {
        let (one, most) = (Amount::from_atomic(1), Amount::from(U256::MAX));
        assert_eq!(one.checked_add(Amount::from_atomic(2)), Some(Amount::from_atomic(3)));
        assert_eq!((most.checked_add(Amount::ZERO), most.checked_add(one)), (Some(most), None));
    }

    #[test]
    fn decimals_are_shown_exactly() {
        let of = |units: u64, decimals| Amount::from_atomic(units).to_decimal(decimals);
        assert_eq!(of(0, 6), "0");
        assert_eq!(of(1, 6), "0.000001");
        assert_eq!(of(1_500_000, 6), "1.5");
        assert_eq!(of(7, 0), "7");
        assert_eq!(of(1, 18), "0.000000000000000001");
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(limbs: [u64; 4]) {
            let amount = Amount::from(U256::from_limbs(limbs));
            prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        }

        #[test]
        fn parsing_never_panics(text in ".{0,90}") {
            let _ = text.parse::<Amount>();
        }
    }
}
