//! A token, without a chain.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy_primitives::{Address, B256, U256, keccak256};
use x402_core::{
    Facilitator, FacilitatorRequest, Network, Reason, SettleResponse, SupportedKind, SupportedResponse, VerifyResponse,
    exact::{Terms, check},
    facilitator::FacilitatorError,
};

use crate::support::{BOTH, buyer, now, usdc};

/// What is wrong with a ledger.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Moves the money as often as it is asked.
    SettlesTwice,
    /// Moves the money when it is asked whether it moved.
    ReconcilesBySettling,
    /// Says that nothing happened, whatever happened.
    ReconcilesAsRefused,
    /// Names another transaction than the one that moved the money.
    ReconcilesWithAnother,
    /// Believes whoever asks: any transaction that is named is a success.
    ReconcilesByHearsay,
}

/// Balances and spent nonces.
pub(crate) struct Ledger {
    balances: Mutex<HashMap<Address, U256>>,
    pub(crate) spent: Mutex<HashMap<(Address, B256), B256>>,
    transactions: AtomicU64,
    /// Answers a repeated settlement with the transaction that it was settled in, or refuses it.
    pub(crate) remembers: bool,
    fault: Fault,
}

impl Ledger {
    pub(crate) fn new(fault: Fault) -> Self {
        let balances = HashMap::from([(buyer().address(), U256::from(1_000_000))]);
        Self {
            balances: balances.into(),
            spent: Mutex::default(),
            transactions: AtomicU64::new(1),
            remembers: true,
            fault,
        }
    }

    fn judge(&self, request: &FacilitatorRequest) -> Result<Address, Reason> {
        let asked = request.requirements();
        let exact = request.exact().ok_or(Reason::INVALID_PAYLOAD)?;
        let terms = Terms {
            network: asked.network.clone(),
            asset: usdc().address(),
            pay_to: asked.pay_to.evm().ok_or(Reason::INVALID_PAYMENT_REQUIREMENTS)?,
            value: asked.amount.as_u256(),
            max_timeout: Duration::from_secs(asked.max_timeout_seconds),
            domain: usdc().domain(),
        };
        let payer = check(exact, &terms, request.payload().version(), now())?.payer();
        if self.spent.lock().unwrap().contains_key(&(payer, exact.authorization.nonce)) {
            return Err(Reason::NONCE_USED);
        }
        let balance = self.balances.lock().unwrap().get(&payer).copied().unwrap_or_default();
        if balance < terms.value { Err(Reason::INSUFFICIENT_FUNDS) } else { Ok(payer) }
    }
}

impl Facilitator for Ledger {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        Ok(match self.judge(request) {
            Ok(payer) => VerifyResponse::valid(payer),
            Err(reason) => VerifyResponse::invalid(reason, None),
        })
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let network = request.requirements().network.clone();
        let signed = &request.exact().unwrap().authorization;
        let key = (signed.from, signed.nonce);
        let known = self.spent.lock().unwrap().get(&key).copied();
        if let Some(transaction) = known.filter(|_| self.remembers && self.fault != Fault::SettlesTwice) {
            return Ok(SettleResponse::settled(transaction, network, signed.from));
        }
        if self.fault == Fault::SettlesTwice {
            self.spent.lock().unwrap().clear();
        }
        Ok(match self.judge(request) {
            Err(reason) => SettleResponse::failed(reason, network, None),
            Ok(payer) => {
                let transaction = keccak256(self.transactions.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                *self.balances.lock().unwrap().get_mut(&payer).unwrap() -= signed.value;
                self.spent.lock().unwrap().insert(key, transaction);
                SettleResponse::settled(transaction, network, payer)
            }
        })
    }

    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        named: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        let network = || request.requirements().network.clone();
        let signed = &request.exact().unwrap().authorization;
        let known = self.spent.lock().unwrap().get(&(signed.from, signed.nonce)).copied();
        match (self.fault, named) {
            (Fault::ReconcilesBySettling, _) => return self.settle(request).await,
            (Fault::ReconcilesAsRefused, _) => {
                return Ok(SettleResponse::failed(Reason::INVALID_TRANSACTION_STATE, network(), None));
            }
            (Fault::ReconcilesByHearsay, Some(named)) => {
                return Ok(SettleResponse::settled(named, network(), signed.from));
            }
            _ => {}
        }
        let another = |known: B256| if self.fault == Fault::ReconcilesWithAnother { keccak256(known) } else { known };
        Ok(match known.map(another) {
            Some(transaction) => SettleResponse::settled(transaction, network(), signed.from),
            None => SettleResponse::failed(Reason::SETTLEMENT_PENDING, network(), None),
        })
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let kinds = BOTH.map(|version| SupportedKind::exact(version, Network::BASE_SEPOLIA));
        Ok(SupportedResponse::new(kinds.into()))
    }
}
