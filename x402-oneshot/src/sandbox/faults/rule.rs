//! Which requests a fault strikes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use crate::sandbox::entropy::Entropy;

/// When a rule strikes, among the requests that it is for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum When {
    /// Every one.
    Always,
    /// From one moment until before another, in Unix seconds of the sandbox's clock.
    #[non_exhaustive]
    Between {
        /// The first second.
        from: u64,
        /// The first second that is not any more.
        until: u64,
    },
    /// Each `n`th: 3 strikes the third, the sixth and so on; 0 never strikes.
    Every(u64),
    /// By chance, so many of a hundred; the same ones in each sandbox with the same seed.
    Percent(u8),
    /// The first so many, after which the rule is gone.
    Times(u64),
}

impl When {
    /// Whether to strike after so many that were seen before.
    pub(in crate::sandbox) fn strikes(&self, seen: u64, now: u64, chance: &mut Entropy) -> bool {
        match *self {
            Self::Always => true,
            Self::Between { from, until } => (from..until).contains(&now),
            Self::Every(n) => (seen + 1).checked_rem(n) == Some(0),
            Self::Percent(percent) => chance.below(100) < u64::from(percent),
            Self::Times(times) => seen < times,
        }
    }

    /// Whether it will never strike again.
    pub(in crate::sandbox) fn is_spent(&self, seen: u64) -> bool {
        matches!(self, Self::Times(times) if seen >= *times)
    }
}

/// A route, when to strike it, and with what: what [`Faults::rules`](super::Faults::rules) tells.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// The HTTP method, or `*` for all.
    pub method: String,
    /// The path template relative to the base URL, as in [`RequestCounts`](super::super::RequestCounts), or `*` for all.
    pub route: String,
    /// When to strike.
    pub when: When,
    /// What goes wrong, one after the other and from the start again; `null` lets a request pass.
    pub faults: VecDeque<Option<Fault>>,
    /// Requests that the rule was asked about so far.
    #[serde(skip_deserializing)]
    pub seen: u64,
    /// How many of them it struck.
    #[serde(skip_deserializing)]
    pub struck: u64,
}

impl Rule {
    pub(super) fn new(method: &str, route: &str, when: When, faults: VecDeque<Option<Fault>>) -> Self {
        Self { method: method.to_owned(), route: route.to_owned(), when, faults, seen: 0, struck: 0 }
    }

    pub(super) fn is_for(&self, method: &str, route: &str) -> bool {
        (self.method == "*" || self.method == method) && (self.route == "*" || self.route == route)
    }

    /// Whether it will never strike again.
    pub(super) fn is_spent(&self) -> bool {
        self.faults.is_empty() || self.when.is_spent(self.seen)
    }

    /// The fault for the next request.
    pub(super) fn next(&mut self, now: u64, chance: &mut Entropy) -> Option<Fault> {
        let strikes = self.when.strikes(self.seen, now, chance);
        self.seen += 1;
        if !strikes {
            return None;
        }
        let fault = self.faults.pop_front()?;
        self.faults.push_back(fault.clone());
        self.struck += u64::from(fault.is_some());
        fault
    }
}
