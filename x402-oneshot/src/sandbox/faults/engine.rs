//! The rules that are in force.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::fault::Fault;
use super::lifecycle::{Lifecycle, Playing};
use super::rule::Rule;
use crate::sandbox::entropy::Entropy;

/// More rules, or more scripted transactions, than any test has use for.
pub(in crate::sandbox) const MAX_FAULTS: usize = 1000;

/// That there is room for no more.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) struct Full;

/// All faults of a sandbox.
pub(in crate::sandbox) struct Engine(Mutex<State>);

struct State {
    rules: Vec<Rule>,
    lifecycles: VecDeque<Lifecycle>,
    token_lifetime: Option<Duration>,
    chance: Entropy,
}

impl Engine {
    pub(in crate::sandbox) const fn new(chance: Entropy) -> Self {
        let state = State { rules: Vec::new(), lifecycles: VecDeque::new(), token_lifetime: None, chance };
        Self(Mutex::new(state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with this request. The oldest rule that strikes has it, and the others do not see it.
    pub(super) fn strike(&self, method: &str, route: &str, now: u64) -> Option<Fault> {
        let state = &mut *self.state();
        let mut matching = state.rules.iter_mut().filter(|rule| rule.is_for(method, route));
        let fault = matching.find_map(|rule| rule.next(now, &mut state.chance));
        state.rules.retain(|rule| !rule.is_spent());
        fault
    }

    pub(super) fn add(&self, rule: Rule) -> Result<(), Full> {
        let mut state = self.state();
        if state.rules.len() >= MAX_FAULTS || rule.faults.len() > MAX_FAULTS {
            return Err(Full);
        }
        state.rules.push(rule);
        Ok(())
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.state().rules.clone()
    }

    pub(super) fn script(&self, lifecycle: &Lifecycle, times: usize) -> Result<(), Full> {
        let mut state = self.state();
        if times > MAX_FAULTS.saturating_sub(state.lifecycles.len()) {
            return Err(Full);
        }
        state.lifecycles.extend(std::iter::repeat_n(lifecycle.clone(), times));
        Ok(())
    }

    /// The life of the transaction that is made now.
    pub(in crate::sandbox) fn next_life(&self) -> Playing {
        self.state().lifecycles.pop_front().map(Playing::from).unwrap_or_default()
    }

    pub(super) fn set_token_lifetime(&self, lifetime: Option<Duration>) {
        self.state().token_lifetime = lifetime;
    }

    /// How long access tokens are good for, if not as long as usual.
    pub(in crate::sandbox) fn token_lifetime(&self) -> Option<Duration> {
        self.state().token_lifetime
    }

    pub(in crate::sandbox) fn clear(&self) {
        let mut state = self.state();
        state.rules.clear();
        state.lifecycles.clear();
        state.token_lifetime = None;
    }
}
