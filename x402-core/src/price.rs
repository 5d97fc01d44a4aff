//! Prices, as a person writes them.

use std::{fmt, str::FromStr};

use alloy_primitives::U256;

use crate::{amount::Amount, asset::Asset, error::Excerpt};

/// A decimal price: `$0.05`, `0.05`, or `0.05 USDC`.
///
/// It becomes an [`Amount`] of some token [exactly](Self::in_asset) or not at all: no float, no rounding, no cut-off.
/// A bare or dollar price means the token's own unit; a symbol behind it must be the token's (or `USD`).
///
/// ```
/// use x402_core::{Amount, Asset, Network, Price};
///
/// let usdc = Asset::usdc(&Network::BASE).expect("in the table");
/// let price: Price = "$0.05".parse()?;
/// assert_eq!(price.in_asset(&usdc)?, Amount::from_atomic(50_000));
/// assert!("$0.0000001".parse::<Price>()?.in_asset(&usdc).is_err(), "USDC has 6 decimals");
/// # Ok::<(), x402_core::price::PriceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// All digits, without the point.
    digits: U256,
    /// How many of them stand behind the point.
    scale: u8,
    symbol: Option<Box<str>>,
}

impl Price {
    /// One whole token: a dollar, for the known ones.
    pub const ONE: Self = Self { digits: U256::ONE, scale: 0, symbol: None };

    /// The price in atomic units of `asset`.
    ///
    /// # Errors
    ///
    /// If the price has more digits behind the point than the asset has decimals, names another token, or does not fit
    /// 256 bits.
    pub fn in_asset(&self, asset: &Asset) -> Result<Amount, PriceError> {
        if let Some(symbol) = &self.symbol {
            if &**symbol != "USD" && &**symbol != asset.symbol() {
                return Err(self.fail(format!("the token is {}", asset.symbol())));
            }
        }
        if asset.decimals() < self.scale {
            return Err(self.fail(format!("{} has {} decimals", asset.symbol(), asset.decimals())));
        }
        let units = self.units(asset.decimals()).map(Amount::from);
        units.ok_or_else(|| self.fail("the amount is above 2^256".to_owned()))
    }

    /// A price in dollars, in units of which one has so many decimals; `None` if it names a token or does not fit.
    #[cfg(feature = "client")]
    pub(crate) fn in_dollars(&self, decimals: u8) -> Option<U256> {
        let is_dollars = self.symbol.as_deref().is_none_or(|symbol| symbol == "USD");
        is_dollars.then(|| self.units(decimals)).flatten()
    }

    fn units(&self, decimals: u8) -> Option<U256> {
        let zeros = decimals.checked_sub(self.scale)?;
        self.digits.checked_mul(U256::from(10).checked_pow(U256::from(zeros))?)
    }

    fn fail(&self, what: String) -> PriceError {
        PriceError { text: Excerpt::of(&self.to_string()), what: what.into() }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>1$}", self.digits.to_string(), usize::from(self.scale) + 1);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(self.scale));
        f.write_str(whole)?;
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        match &self.symbol {
            Some(symbol) => write!(f, " {symbol}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Price {
    type Err = PriceError;

    /// Parses `^\$?\s*\d+(\.\d+)?(\s+[A-Za-z][A-Za-z0-9.]*)?$`, above zero.
    fn from_str(text: &str) -> Result<Self, PriceError> {
        let fail = |what: &'static str| Err(PriceError { text: Excerpt::of(text), what: what.into() });
        let number = text.strip_prefix('$').unwrap_or(text).trim_start();
        let (number, symbol) = match number.split_once(|c: char| c.is_ascii_whitespace()) {
            Some((number, symbol)) => (number, Some(symbol.trim_start())),
            None => (number, None),
        };
        if let Some(symbol) = symbol {
            if !symbol.starts_with(|c: char| c.is_ascii_alphabetic())
                || !symbol.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
            {
                return fail("a token symbol is a letter, then letters, digits or points");
            }
        }
        let (whole, fraction) = match number.split_once('.') {
            Some((_, "")) => return fail("digits must follow the point"),
            Some(parts) => parts,
            None => (number, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return fail("a price is written like `$0.05`, `0.05` or `0.05 USDC`");
        }
        let Ok(scale) = u8::try_from(fraction.len()) else {
            return fail("too many digits behind the point");
        };
        let Ok(digits) = U256::from_str_radix(&format!("{whole}{fraction}"), 10) else {
            return fail("too many digits");
        };
        if digits.is_zero() {
            return fail("a price is above zero; a free route needs no price");
        }
        Ok(Self { digits, scale, symbol: symbol.map(Into::into) })
    }
}

/// Why a text is not a price, or a price no amount of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not a price: {what}")]
pub struct PriceError {
    text: Excerpt,
    what: std::borrow::Cow<'static, str>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network::Network;

    fn usdc() -> Asset {
        Asset::usdc(&Network::BASE).unwrap()
    }

    #[test]
    fn the_written_forms_of_five_cents_are_one_amount() {
        for text in ["$0.05", "0.05", "$ 0.05", "0.050", "0.05 USD", "0.05 USDC", "$0.05 USDC"] {
            let amount = text.parse::<Price>().unwrap().in_asset(&usdc()).unwrap();
            assert_eq!(amount, Amount::from_atomic(50_000), "{text}");
        }
    }

    #[test]
    fn what_would_have_to_be_guessed_is_refused() {
        for text in [
            "", "$", "0", "$0.00", "-1", "1e-3", "1E3", ".5", "5.", "1,000", "0,05", "1.50USDC", "0x5", "NaN", "$$1",
            "1 2", "1 USDC x", "1.2.3", "٣", "0.05 ", "1_0",
        ] {
            assert!(text.parse::<Price>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_price_that_would_truncate_is_refused() {
        let price: Price = "0.0000001".parse().unwrap();
        assert!(price.in_asset(&usdc()).unwrap_err().to_string().contains("USDC has 6 decimals"));
    }

    #[test]
    fn another_tokens_symbol_is_refused() {
        let price: Price = "1 USDT".parse().unwrap();
        assert!(price.in_asset(&usdc()).unwrap_err().to_string().contains("the token is USDC"));
    }

    #[test]
    fn a_symbol_may_hold_digits_and_points() {
        let bridged = Asset::new(137, alloy_primitives::Address::ZERO, "USDC.e2", "USD Coin (PoS)", "1", 6);
        let price: Price = "0.05 USDC.e2".parse().unwrap();
        assert_eq!(price.in_asset(&bridged).unwrap(), Amount::from_atomic(50_000));
        assert!(price.in_asset(&usdc()).is_err());
    }

    #[test]
    fn eighteen_decimals_and_overflow() {
        let dai = Asset::new(1, alloy_primitives::Address::ZERO, "DAI", "Dai", "1", 18);
        let one: Price = "1".parse().unwrap();
        assert_eq!(one.in_asset(&dai).unwrap(), Amount::from_atomic(1_000_000_000_000_000_000));
        let huge: Price = "9".repeat(77).parse().unwrap();
        assert!(huge.in_asset(&dai).is_err());
    }

    proptest! {
        #[test]
        fn price_and_amount_agree(units in 1_u64..) {
            let amount = Amount::from_atomic(units);
            let price: Price = amount.to_decimal(6).parse().unwrap();
            prop_assert_eq!(price.in_asset(&usdc()).unwrap(), amount);
            prop_assert_eq!(price.to_string().parse::<Price>().unwrap(), price);
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,100}") {
            let _ = text.parse::<Price>();
        }
    }
}
