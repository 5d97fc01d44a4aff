//! How much may be paid in all.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy_primitives::U256;

use super::{Choice, Origin};
use crate::{amount::Amount, price::Price, time::UnixSeconds};

/// Digits behind the point that a budget counts with: more than any token has that is in use.
const DECIMALS: u8 = 36;

/// A cumulative limit on what is paid: in all, to one origin, or in a stretch of time.
///
/// All clones share one count. A payment is counted when it is signed, before anybody else sees it, so that a hundred
/// concurrent requests cannot spend more than one after the other. It is counted back only if it is proved that nobody
/// can collect it; a payment whose outcome is unknown stays counted.
///
/// Tokens are counted in their own unit, whatever their decimals: a dollar of USDC and a dollar of an 18-decimal
/// stablecoin are two dollars. A token [allowed](super::Limits::allow) by the caller counts one to one as well.
///
/// ```
/// use std::time::Duration;
/// use x402_core::client::Budget;
///
/// let budget = Budget::new("$5".parse()?)?
///     .per_origin("$1".parse()?)?
///     .per_window("$0.50".parse()?, Duration::from_secs(60))?;
/// assert_eq!(budget.spending().remaining(), "5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Budget {
    limits: Ceilings,
    ledger: Arc<Mutex<Ledger>>,
}

#[derive(Clone, Debug)]
struct Ceilings {
    total: U256,
    per_origin: Option<U256>,
    per_window: Option<(U256, Duration)>,
}

#[derive(Default)]
struct Ledger {
    settled: U256,
    open: U256,
    by_origin: HashMap<Origin, U256>,
    /// When each payment was signed, oldest first; kept no longer than the window.
    recent: VecDeque<(UnixSeconds, u64, U256)>,
    signed: u64,
}

impl Budget {
    /// At most so many dollars in all, for as long as this budget lives.
    ///
    /// # Errors
    ///
    /// If the price names a token: a budget counts in whole units of any.
    pub fn new(total: Price) -> Result<Self, BudgetError> {
        let limits = Ceilings { total: units_of(total)?, per_origin: None, per_window: None };
        Ok(Self { limits, ledger: Arc::default() })
    }

    /// And at most so many to one [origin](Origin).
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn per_origin(mut self, most: Price) -> Result<Self, BudgetError> {
        self.limits.per_origin = Some(units_of(most)?);
        Ok(self)
    }

    /// And at most so many within any stretch of time as long as `window`, rounded up to whole seconds.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn per_window(mut self, most: Price, window: Duration) -> Result<Self, BudgetError> {
        // A window of no seconds would be no limit.
        let seconds = window.as_secs().saturating_add(u64::from(window.subsec_nanos() > 0)).max(1);
        self.limits.per_window = Some((units_of(most)?, Duration::from_secs(seconds)));
        Ok(self)
    }

    /// What was spent so far, and what is left.
    #[must_use]
    pub fn spending(&self) -> Spending {
        let ledger = self.ledger();
        Spending { settled: ledger.settled, open: ledger.open, total: self.limits.total }
    }

    /// What was paid or promised to one origin, in decimal units.
    #[must_use]
    pub fn spent_at(&self, origin: &Origin) -> String {
        decimal(self.ledger().by_origin.get(origin).copied().unwrap_or_default())
    }

    /// Counts a payment that is about to be signed.
    pub(super) fn reserve(
        &self,
        choice: &Choice,
        origin: Option<&Origin>,
        now: UnixSeconds,
    ) -> Result<Reservation, OverBudget> {
        let over = |limit: Limit, most: U256| OverBudget { limit, price: choice.to_string(), most: decimal(most) };
        let Some(units) = scale(choice.amount().as_u256(), choice.asset().decimals()) else {
            return Err(over(Limit::Total, self.limits.total));
        };
        let mut ledger = self.ledger();
        let fits = |spent: U256, most: U256| spent.checked_add(units).is_some_and(|sum| sum <= most);
        if !fits(ledger.settled.saturating_add(ledger.open), self.limits.total) {
            return Err(over(Limit::Total, self.limits.total));
        }
        if let Some(most) = self.limits.per_origin {
            let spent = origin.and_then(|origin| ledger.by_origin.get(origin)).copied().unwrap_or_default();
            // Without an origin nothing tells one server from another.
            if origin.is_none() || !fits(spent, most) {
                return Err(over(Limit::Origin, most));
            }
        }
        if let Some((most, window)) = self.limits.per_window {
            ledger.forget_before(now.saturating_sub(window));
            let spent = ledger.recent.iter().fold(U256::ZERO, |sum, (_, _, units)| sum.saturating_add(*units));
            if !fits(spent, most) {
                return Err(over(Limit::Window, most));
            }
        }
        let id = ledger.signed;
        ledger.signed += 1;
        ledger.open = ledger.open.saturating_add(units);
        if let Some(origin) = origin {
            let spent = ledger.by_origin.entry(origin.clone()).or_default();
            *spent = spent.saturating_add(units);
        }
        if self.limits.per_window.is_some() {
            ledger.recent.push_back((now, id, units));
        }
        Ok(Reservation(Arc::new(Reserved {
            budget: self.clone(),
            origin: origin.cloned(),
            id,
            units,
            state: Mutex::new(State::Open),
        })))
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    fn forget_before(&mut self, time: UnixSeconds) {
        while self.recent.front().is_some_and(|(signed, _, _)| *signed <= time) {
            self.recent.pop_front();
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("spending", &self.spending()).finish_non_exhaustive()
    }
}

/// What a [`Budget`] has counted, in whole tokens, as decimal text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Spending {
    settled: U256,
    open: U256,
    total: U256,
}

impl Spending {
    /// Paid, by the servers' receipts.
    #[must_use]
    pub fn settled(&self) -> String {
        decimal(self.settled)
    }

    /// Signed, and not known to be paid or uncollectable: it may be paid yet.
    #[must_use]
    pub fn open(&self) -> String {
        decimal(self.open)
    }

    /// Still to be spent.
    #[must_use]
    pub fn remaining(&self) -> String {
        decimal(self.total.saturating_sub(self.settled).saturating_sub(self.open))
    }
}

impl fmt::Debug for Spending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (settled, open, remaining) = (self.settled(), self.open(), self.remaining());
        f.debug_struct("Spending")
            .field("settled", &format_args!("{settled}"))
            .field("open", &format_args!("{open}"))
            .field("remaining", &format_args!("{remaining}"))
            .finish()
    }
}

/// One payment's share of a budget. Dropped without a word, it stays counted.
#[derive(Clone)]
pub(super) struct Reservation(Arc<Reserved>);

struct Reserved {
    budget: Budget,
    origin: Option<Origin>,
    id: u64,
    units: U256,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Settled,
    Returned,
}

impl Reservation {
    /// It was paid.
    pub(super) fn settled(&self) {
        self.end(State::Settled, |ledger, units| ledger.settled = ledger.settled.saturating_add(units));
    }

    /// It is proved that nobody can collect it.
    pub(super) fn returned(&self) {
        let Reserved { origin, id, .. } = &*self.0;
        self.end(State::Returned, |ledger, units| {
            if let Some(origin) = origin {
                if let Entry::Occupied(mut spent) = ledger.by_origin.entry(origin.clone()) {
                    *spent.get_mut() = spent.get().saturating_sub(units);
                    if spent.get().is_zero() {
                        spent.remove();
                    }
                }
            }
            ledger.recent.retain(|(_, other, _)| other != id);
        });
    }

    fn end(&self, with: State, count: impl FnOnce(&mut Ledger, U256)) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state == State::Open {
            *state = with;
            let mut ledger = self.0.budget.ledger();
            ledger.open = ledger.open.saturating_sub(self.0.units);
            count(&mut ledger, self.0.units);
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reservation").field(&decimal(self.0.units)).finish()
    }
}

/// Units of a token with so many decimals, in units of the budget.
fn scale(units: U256, decimals: u8) -> Option<U256> {
    let factor = U256::from(10).checked_pow(U256::from(DECIMALS.checked_sub(decimals)?))?;
    units.checked_mul(factor)
}

fn units_of(price: Price) -> Result<U256, BudgetError> {
    price.in_dollars(DECIMALS).ok_or(BudgetError { price })
}

fn decimal(units: U256) -> String {
    Amount::from(units).to_decimal(DECIMALS)
}

/// A price that is no budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{price}` is no budget: it is a number of dollars, without a token")]
pub struct BudgetError {
    price: Price,
}

/// A payment that the [`Budget`] has no room for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the price of {price} does not fit the budget of {most} {limit}")]
pub struct OverBudget {
    limit: Limit,
    price: String,
    most: String,
}

impl OverBudget {
    /// Which limit it would break.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }
}

/// One of a budget's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// [`Budget::per_origin`].
    Origin,
    /// [`Budget::new`].
    Total,
    /// [`Budget::per_window`].
    Window,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Origin => "for one origin",
            Self::Total => "in all",
            Self::Window => "for its stretch of time",
        })
    }
}
