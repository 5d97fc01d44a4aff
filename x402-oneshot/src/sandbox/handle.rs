//! A running sandbox.

use std::fmt;
use std::sync::Arc;

use alloy_primitives::{Address, U256};
use tokio::sync::watch;

use super::buyer::BuyerKey;
use super::chain::BASE_SEPOLIA;
use super::event::SandboxEvent;
use super::faults::Faults;
use super::requests::RequestCounts;
use super::shared::Shared;
use super::token;
use super::transaction::SandboxTransaction;
use super::webhooks::SandboxWebhooks;
use crate::{BusinessId, WalletId};

/// A running sandbox: stops when it is dropped.
///
/// See the [module](super) for what it is and an example.
pub struct Sandbox {
    base_url: String,
    shared: Arc<Shared>,
    buyer_key: BuyerKey,
    buyer: Address,
    /// Dropping it closes the server and stops the miner and the courier.
    _close: watch::Sender<()>,
}

impl Sandbox {
    pub(super) fn new(
        base_url: String,
        shared: Arc<Shared>,
        buyer_key: BuyerKey,
        buyer: Address,
        close: watch::Sender<()>,
    ) -> Self {
        Self { base_url, shared, buyer_key, buyer, _close: close }
    }

    /// Where the API is: `http://127.0.0.1:PORT/v0`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The API key, which is the `client_id` of the token endpoint.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.shared.account.credentials.key
    }

    /// The API secret, which is the `client_secret` of the token endpoint.
    ///
    /// # Security
    ///
    /// Good for this sandbox and for no longer than it runs, so that it may be printed.
    #[must_use]
    pub fn api_secret(&self) -> &str {
        &self.shared.account.credentials.secret
    }

    /// The business that wallet, methods and transactions belong to.
    #[must_use]
    pub fn business_id(&self) -> BusinessId {
        self.shared.account.business_id.into()
    }

    /// The wallet on Base Sepolia that is there from the start, funded with test ETH.
    #[must_use]
    pub fn wallet_id(&self) -> WalletId {
        self.shared.account.wallet_id.into()
    }

    /// A key that holds 1000 test USDC at the start.
    #[must_use]
    pub fn buyer_key(&self) -> &BuyerKey {
        &self.buyer_key
    }

    /// The address of the [buyer's key](Self::buyer_key).
    #[must_use]
    pub fn buyer_address(&self) -> Address {
        self.buyer
    }

    /// The USDC contract: at the same address as on Base Sepolia.
    #[must_use]
    pub fn token_address(&self) -> Address {
        token::ADDRESS
    }

    /// The chain id, which is Base Sepolia's: 84532.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        BASE_SEPOLIA
    }

    /// An account's test USDC, in atomic units: what the contract's `balanceOf` says.
    #[must_use]
    pub fn balance_of(&self, account: Address) -> U256 {
        // The token is there from the start and its `balanceOf` refuses nobody.
        let state = self.shared.state();
        let chain = state.chains.get(BASE_SEPOLIA);
        chain.and_then(|chain| chain.balance_of(token::ADDRESS, account)).unwrap_or_default()
    }

    /// All transactions so far, oldest first.
    #[must_use]
    pub fn transactions(&self) -> Vec<SandboxTransaction> {
        self.shared.state().transactions.iter().map(|transaction| transaction.view.clone()).collect()
    }

    /// What happened so far that 1Shot would tell its webhooks, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<SandboxEvent> {
        self.shared.state().events.clone()
    }

    /// The webhooks: what was delivered, and what is to go wrong with them.
    #[must_use]
    pub fn webhooks(&self) -> SandboxWebhooks<'_> {
        SandboxWebhooks::new(&self.shared)
    }

    /// How often each endpoint was asked so far.
    #[must_use]
    pub fn requests(&self) -> RequestCounts {
        self.shared.state().requests.clone()
    }

    /// What is to go wrong, and when.
    #[must_use]
    pub fn faults(&self) -> Faults<'_> {
        Faults(&self.shared)
    }

    /// Broadcasts what is queued now, so that it is `Submitted`, and mines nothing.
    pub fn submit(&self) {
        self.shared.submit();
    }

    /// Broadcasts what is queued and mines it now: afterwards all transactions are final, but those whose script says
    /// otherwise.
    pub fn mine(&self) {
        self.shared.submit();
        self.shared.mine();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
