//! Setting faults from a test.

use std::fmt;
use std::time::Duration;

use alloy_primitives::U256;
use x402_core::UnixSeconds;

use super::engine::{Engine, Full, MAX_FAULTS};
use super::fault::Fault;
use super::lifecycle::Lifecycle;
use super::rule::{Rule, When};
use crate::sandbox::shared::Shared;
use crate::{MethodId, WalletId};

/// The faults of a sandbox: made by [`Sandbox::faults`](crate::sandbox::Sandbox::faults).
///
/// Rules are asked in the order in which they were added. The first that strikes has the request, and later ones do not
/// see it, so that two rules of one strike each strike one request after the other. Refused requests, those without a
/// token for example, are struck too.
#[derive(Clone, Copy)]
pub struct Faults<'a>(pub(in crate::sandbox) &'a Shared);

impl<'a> Faults<'a> {
    /// For the requests to one endpoint, named as in [`RequestCounts`](crate::sandbox::RequestCounts): an HTTP method
    /// and a path template relative to the base URL. Either may be `*`, for all.
    pub const fn on<'n>(self, method: &'n str, route: &'n str) -> On<'a, 'n> {
        On { engine: &self.0.faults, method, route }
    }

    /// Gives the next transaction another life than the usual one.
    ///
    /// # Panics
    ///
    /// If a thousand transactions are scripted already.
    pub fn next_transaction(self, life: &Lifecycle) {
        self.next_transactions(1, life);
    }

    /// Gives each of the next transactions, made by `execute` or by `/x402/settle`, this life.
    ///
    /// # Panics
    ///
    /// If more than a thousand transactions would be scripted.
    pub fn next_transactions(self, times: usize, life: &Lifecycle) {
        held(self.0.faults.script(life, times));
    }

    /// How long access tokens issued from now on really are good for, whatever is said about it.
    ///
    /// The answer of `POST /token` says the same in whole seconds; [`Fault::expires_in`] makes it say something else.
    pub fn token_lifetime(self, lifetime: Duration) {
        self.0.faults.set_token_lifetime(Some(lifetime));
    }

    /// Ends all access tokens, so that the next call with one is answered 401.
    pub fn revoke_tokens(self) {
        self.0.state().tokens.clear();
    }

    /// Sets a wallet's native currency on the chain, in wei: zero is a wallet that gas has drained.
    pub fn set_wallet_balance(self, wallet: WalletId, wei: U256) {
        let state = &mut *self.0.state();
        let Some(wallet) = state.wallets.get_mut(*wallet.as_uuid()) else {
            return;
        };
        if let Some(chain) = state.chains.get_mut(wallet.chain_id) {
            chain.set_balance(wallet.address, wei);
            state.events.extend(wallet.look_at_balance(chain));
            self.0.tell(state);
        }
    }

    /// Deletes a contract method behind the backs of its users, who may have its id.
    pub fn forget_method(self, method: MethodId) {
        self.0.state().methods.retain(|kept| kept.id != *method.as_uuid());
    }

    /// The rules that may still strike, oldest first.
    #[must_use]
    pub fn rules(self) -> Vec<Rule> {
        self.0.faults.rules()
    }

    /// Ends all of it: rules, scripted lives that no transaction has taken, and the lifetime of tokens.
    pub fn clear(self) {
        self.0.faults.clear();
    }
}

/// The requests to one endpoint, for a rule to be made. Each method adds one.
///
/// # Panics
///
/// Each method panics if there are a thousand rules that may still strike.
#[derive(Clone, Copy)]
#[must_use = "no rule is made before it is said when to strike"]
pub struct On<'a, 'n> {
    engine: &'a Engine,
    method: &'n str,
    route: &'n str,
}

impl On<'_, '_> {
    /// Strikes the next request.
    pub fn once(self, fault: Fault) {
        self.times(1, fault);
    }

    /// Strikes the next `n` requests.
    pub fn times(self, n: u64, fault: Fault) {
        self.add(When::Times(n), [Some(fault)]);
    }

    /// Strikes every request.
    pub fn always(self, fault: Fault) {
        self.add(When::Always, [Some(fault)]);
    }

    /// Strikes each `n`th request.
    pub fn every(self, n: u64, fault: Fault) {
        self.add(When::Every(n), [Some(fault)]);
    }

    /// Strikes by chance, so many requests of a hundred. With the same seed the same ones.
    pub fn percent(self, percent: u8, fault: Fault) {
        self.add(When::Percent(percent), [Some(fault)]);
    }

    /// Strikes while the sandbox's clock is between these two moments, the second not included.
    pub fn between(self, from: UnixSeconds, until: UnixSeconds, fault: Fault) {
        self.add(When::Between { from: from.as_secs(), until: until.as_secs() }, [Some(fault)]);
    }

    /// Says for each of the next requests what goes wrong with it; `None` lets it pass.
    pub fn script(self, faults: impl IntoIterator<Item = Option<Fault>>) {
        let faults: Vec<_> = faults.into_iter().collect();
        let times = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        self.add(When::Times(times), faults);
    }

    fn add(self, when: When, faults: impl IntoIterator<Item = Option<Fault>>) {
        held(self.engine.add(Rule::new(self.method, self.route, when, faults.into_iter().collect())));
    }
}

/// A test that adds a thousand faults and takes none away is in a loop.
fn held(outcome: Result<(), Full>) {
    assert!(outcome.is_ok(), "a sandbox holds no more than {MAX_FAULTS} faults");
}

impl fmt::Debug for Faults<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&self.rules()).finish()
    }
}

impl fmt::Debug for On<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("On").field("method", &self.method).field("route", &self.route).finish_non_exhaustive()
    }
}
