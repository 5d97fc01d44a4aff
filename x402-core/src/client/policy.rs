//! Rules of the caller's own.

use std::borrow::Cow;

use super::{Choice, Offered};

/// A rule that a way to pay must pass, besides the [limits](super::Limits).
///
/// Any closure of this shape is one. What it returns as an error says why not, and is shown to whoever runs the client.
///
/// ```
/// use alloy_primitives::{Address, address};
/// use x402_core::client::{Choice, Offered, Policy};
///
/// const SUPPLIERS: [Address; 1] = [address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C")];
///
/// let only_suppliers = |choice: &Choice, _: &Offered| match SUPPLIERS.contains(&choice.pay_to()) {
///     true => Ok(()),
///     false => Err("this recipient is no supplier of ours".into()),
/// };
/// # fn is_policy(_: impl Policy) {}
/// # is_policy(only_suppliers);
/// ```
pub trait Policy: Send + Sync {
    /// Whether it may be paid. Asked when a way to pay is chosen, and once more before it is signed.
    ///
    /// # Errors
    ///
    /// Why not.
    fn check(&self, choice: &Choice, offered: &Offered) -> Result<(), Cow<'static, str>>;
}

impl<F> Policy for F
where
    F: Fn(&Choice, &Offered) -> Result<(), Cow<'static, str>> + Send + Sync,
{
    fn check(&self, choice: &Choice, offered: &Offered) -> Result<(), Cow<'static, str>> {
        self(choice, offered)
    }
}

/// Picks one of the ways to pay that are within all limits.
///
/// Any closure of this shape is one. By default it is the [`Cheapest`].
pub trait Selector: Send + Sync {
    /// The index of the one to pay, `None` to pay none. The slice is never empty, in the server's order.
    fn select(&self, affordable: &[Choice]) -> Option<usize>;
}

impl<F> Selector for F
where
    F: Fn(&[Choice]) -> Option<usize> + Send + Sync,
{
    fn select(&self, affordable: &[Choice]) -> Option<usize> {
        self(affordable)
    }
}

/// The lowest price, in whole tokens; of two that cost the same, the one that the server names first.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no state")]
pub struct Cheapest;

impl Selector for Cheapest {
    fn select(&self, affordable: &[Choice]) -> Option<usize> {
        let cheapest = affordable.iter().enumerate().min_by(|(_, a), (_, b)| a.compare_price(b));
        cheapest.map(|(index, _)| index)
    }
}
