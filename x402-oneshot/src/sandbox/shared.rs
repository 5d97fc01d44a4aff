//! What all requests share.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use uuid::Uuid;
use x402_core::Clock;

use super::account::Account;
use super::clock::SandboxClock;
use super::contract_event::ContractEvent;
use super::entropy::Entropy;
use super::event::SandboxEvent;
use super::failure::Failure;
use super::faults::Engine;
use super::grant::Grant;
use super::method::Method;
use super::plan::Plan;
use super::requests::RequestCounts;
use super::settings::Settings;
use super::table::{Chains, Wallets};
use super::transaction::{SandboxTransaction, Transaction};
use super::webhooks::{self, Webhooks};

/// The sandbox behind its handle and its server.
pub(super) struct Shared {
    pub(super) account: Account,
    /// Wakes the miner when a transaction is queued.
    pub(super) queued: Notify,
    /// Wakes those who wait for a transaction when a block is mined.
    mined: Notify,
    /// Wakes the courier when there are webhooks to deliver.
    pub(super) posted: Notify,
    /// Wakes those who wait for webhooks when something becomes of one.
    pub(super) carried: Notify,
    /// Tells when the sandbox closes.
    open: watch::Receiver<()>,
    clock: Arc<dyn Clock>,
    /// The same clock, if it is one that can be moved.
    pub(super) manual_clock: Option<SandboxClock>,
    pub(super) faults: Engine,
    pub(super) settings: Settings,
    /// What it was made from.
    pub(super) plan: Plan,
    state: Mutex<State>,
}

/// What changes. Never locked across an await.
pub(super) struct State {
    pub(super) chains: Chains,
    pub(super) wallets: Wallets,
    pub(super) entropy: Entropy,
    /// When each access token expires.
    pub(super) tokens: HashMap<String, u64>,
    /// Oldest first.
    pub(super) methods: Vec<Method>,
    /// Oldest first.
    pub(super) contract_events: Vec<ContractEvent>,
    /// Oldest first.
    pub(super) grants: Vec<Grant>,
    /// Oldest first.
    pub(super) transactions: Vec<Transaction>,
    pub(super) requests: RequestCounts,
    /// What happened, oldest first: added to when a block is mined.
    pub(super) events: Vec<SandboxEvent>,
    pub(super) webhooks: Webhooks,
}

impl Shared {
    pub(super) fn new(
        account: Account,
        clock: Arc<dyn Clock>,
        plan: Plan,
        state: State,
        open: watch::Receiver<()>,
    ) -> Self {
        Self {
            account,
            queued: Notify::new(),
            mined: Notify::new(),
            posted: Notify::new(),
            carried: Notify::new(),
            open,
            clock,
            manual_clock: None,
            faults: Engine::new(state.entropy.fork("faults")),
            settings: plan.settings,
            plan,
            state: Mutex::new(state),
        }
    }

    /// Unix time in seconds.
    pub(super) fn now(&self) -> u64 {
        self.clock.now().as_secs()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a transaction into the queue, if the wallet can pay for it.
    pub(super) fn queue(&self, state: &mut State, mut transaction: Transaction) -> Result<(), Failure> {
        let (payer, cost) = transaction.most_it_costs();
        let chain = state.chains.check(transaction.view.chain_id)?;
        if chain.native_balance(payer) < cost {
            return Err(Failure::insufficient_funds());
        }
        transaction.live(self.faults.next_life());
        state.transactions.push(transaction);
        self.queued.notify_one();
        Ok(())
    }

    /// Broadcasts what is pending.
    pub(super) fn submit(&self) {
        let now = self.now();
        let mut state = self.state();
        let State { chains, transactions, .. } = &mut *state;
        for transaction in transactions.iter_mut() {
            if let Some(chain) = chains.get_mut(transaction.view.chain_id) {
                transaction.submit(chain, now);
            }
        }
    }

    /// Mines a block of what was broadcast on each chain; no block where nothing was. Whose script goes by blocks says
    /// the next thing.
    pub(super) fn mine(&self) {
        let now = self.now();
        let mut state = self.state();
        let State { chains, wallets, transactions, events, .. } = &mut *state;
        let mut begun = HashSet::new();
        for transaction in transactions.iter_mut().filter(|tx| tx.is_submitted()) {
            let Some(chain) = chains.get_mut(transaction.view.chain_id) else {
                continue;
            };
            if begun.insert(transaction.view.chain_id) {
                chain.begin_block(now);
            }
            transaction.execute(chain, now);
            events.push(SandboxEvent::TransactionFinal { transaction: transaction.view.id.into() });
            if let Some(wallet) = wallets.get_mut(transaction.view.wallet_id) {
                wallet.delegate = chain.delegate_of(wallet.address);
                events.extend(wallet.look_at_balance(chain));
            }
            if let Some((from, to, amount)) = transaction.moved()
                && let Some(wallet) = wallets.at(chain.id(), to)
            {
                events.push(wallet.deposited(Some(from), amount, chain));
            }
        }
        let mut goes_on = false;
        for transaction in transactions.iter_mut().filter(|tx| tx.is_awaited()) {
            if let Some(chain) = chains.get_mut(transaction.view.chain_id) {
                goes_on |= transaction.speak(chain, now);
            }
        }
        if goes_on {
            self.queued.notify_one();
        }
        // Under the same lock: who sees that a transaction is final sees its webhooks too.
        self.tell(&mut state);
        drop(state);
        self.mined.notify_waiters();
    }

    /// Makes the webhooks of what happened and has them delivered: to be called after events were put on record.
    pub(super) fn tell(&self, state: &mut State) {
        webhooks::tell(state, &self.account, self.now());
        self.posted.notify_one();
        self.carried.notify_waiters();
    }

    /// Goes on with another state and without faults. No id or hash is given twice, and access tokens stay good.
    pub(super) fn begin_again(&self, mut fresh: State) {
        let mut state = self.state();
        std::mem::swap(&mut fresh.entropy, &mut state.entropy);
        std::mem::swap(&mut fresh.tokens, &mut state.tokens);
        for (chain, before) in fresh.chains.iter_mut().zip(state.chains.iter()) {
            chain.hash_on(before);
        }
        *state = fresh;
        self.faults.clear();
        drop(state);
        // What they wait for will not come.
        self.mined.notify_waiters();
        self.carried.notify_waiters();
    }

    /// Waits until the sandbox closes.
    pub(super) async fn closed(&self) {
        // An error says that the handle is gone, which is what is waited for.
        let _ = self.open.clone().changed().await;
    }

    /// Waits until a transaction is final; `None` if the sandbox closes before, or has no such transaction any more.
    pub(super) async fn wait(&self, id: Uuid) -> Option<SandboxTransaction> {
        let mut open = self.open.clone();
        loop {
            let mut mined = std::pin::pin!(self.mined.notified());
            // From here on no block is missed.
            mined.as_mut().enable();
            let view = self.state().transactions.iter().find(|tx| tx.view.id == id)?.view.clone();
            if view.status.is_final() {
                return Some(view);
            }
            tokio::select! {
                () = mined => {}
                _ = open.changed() => return None,
            }
        }
    }
}
