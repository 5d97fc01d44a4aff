//! A running sandbox.

use std::fmt;
use std::sync::Arc;

use alloy_primitives::{Address, U256};
use x402_core::Asset;

use super::buyer::BuyerKey;
use super::chain::{BASE_SEPOLIA, Chain};
use super::error::SandboxError;
use super::event::SandboxEvent;
use super::faults::Faults;
use super::requests::RequestCounts;
use super::running::Running;
use super::shared::{Shared, State};
use super::transaction::SandboxTransaction;
use super::wallet::{SandboxWallet, Wallet};
use super::webhooks::SandboxWebhooks;
use super::{genesis, smart_wallet, token};
use crate::{BusinessId, WalletId};

/// A running sandbox: stops when it is dropped.
///
/// There can be any number of them in a process, and they share nothing. See the [module](super) for what it is and an
/// example.
#[must_use = "a sandbox stops when it is dropped"]
pub struct Sandbox {
    pub(super) base_url: String,
    pub(super) shared: Arc<Shared>,
    pub(super) buyer_key: BuyerKey,
    pub(super) buyer: Address,
    pub(super) running: Running,
}

impl Sandbox {
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

    /// A key that holds 1000 test USDC at the start, and as many of every other token, if the
    /// [builder](super::SandboxBuilder::buyer_funds) was not told otherwise.
    #[must_use]
    pub fn buyer_key(&self) -> &BuyerKey {
        &self.buyer_key
    }

    /// The address of the [buyer's key](Self::buyer_key).
    #[must_use]
    pub fn buyer_address(&self) -> Address {
        self.buyer
    }

    /// The USDC contract on Base Sepolia: at the same address as there.
    #[must_use]
    pub fn token_address(&self) -> Address {
        token::ADDRESS
    }

    /// Base Sepolia's chain id: 84532. The sandbox has [others](Self::chain_ids).
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        BASE_SEPOLIA
    }

    /// An account's test USDC on Base Sepolia, in atomic units: what the contract's `balanceOf` says.
    #[must_use]
    pub fn balance_of(&self, account: Address) -> U256 {
        // The token is there from the start and its `balanceOf` refuses nobody.
        let state = self.shared.state();
        let chain = state.chains.get(BASE_SEPOLIA);
        chain.and_then(|chain| chain.balance_of(token::ADDRESS, account)).unwrap_or_default()
    }

    /// The chains, Base Sepolia first.
    #[must_use]
    pub fn chain_ids(&self) -> Vec<u64> {
        self.shared.state().chains.iter().map(Chain::id).collect()
    }

    /// The tokens of a chain, none if there is no such chain.
    #[must_use]
    pub fn tokens(&self, chain_id: u64) -> Vec<Asset> {
        let state = self.shared.state();
        state.chains.get(chain_id).map(|chain| chain.tokens().to_vec()).unwrap_or_default()
    }

    /// An account's balance of any token, in its atomic units; `None` if there is no such chain or token.
    #[must_use]
    pub fn balance_in(&self, chain_id: u64, token: Address, account: Address) -> Option<U256> {
        self.shared.state().chains.get(chain_id)?.balance_of(token, account)
    }

    /// An account's balance of the native currency, in wei; `None` if there is no such chain.
    #[must_use]
    pub fn native_balance(&self, chain_id: u64, account: Address) -> Option<U256> {
        Some(self.shared.state().chains.get(chain_id)?.native_balance(account))
    }

    /// Gives an account native currency out of nothing, in wei.
    ///
    /// # Errors
    ///
    /// If there is no such chain.
    pub fn fund(&self, chain_id: u64, account: Address, wei: U256) -> Result<(), SandboxError> {
        let mut state = self.shared.state();
        let State { chains, wallets, events, .. } = &mut *state;
        let chain = chains.get_mut(chain_id).ok_or(SandboxError::UnknownChain { chain_id })?;
        chain.fund(account, wei);
        if let Some(wallet) = wallets.at(chain_id, account) {
            events.push(wallet.deposited(None, wei, chain));
            self.shared.tell(&mut state);
        }
        Ok(())
    }

    /// Gives an account tokens out of nothing, in their atomic units.
    ///
    /// # Errors
    ///
    /// If there is no such chain or token, or the token would have more in all than a number can say.
    pub fn mint(&self, chain_id: u64, token: Address, account: Address, value: U256) -> Result<(), SandboxError> {
        let mut state = self.shared.state();
        let chain = state.chains.get_mut(chain_id).ok_or(SandboxError::UnknownChain { chain_id })?;
        if chain.token(token).is_none() {
            return Err(SandboxError::UnknownToken { chain_id, address: token });
        }
        token::mint(chain, token, account, value).map_err(|_| SandboxError::Token { chain_id, address: token })
    }

    /// Makes a smart-contract wallet ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)) at the same address of every
    /// chain, and gives it what the buyer has at the start.
    ///
    /// It pays with the owner's signatures: an authorization names the wallet as its payer, is signed with the owner's
    /// key, and is good for the overload of `transferWithAuthorization` that takes the signature in one piece.
    #[must_use]
    pub fn smart_wallet(&self, owner: Address) -> Address {
        let State { chains, entropy, .. } = &mut *self.shared.state();
        let address = Address::from_word(entropy.word());
        for chain in chains.iter_mut() {
            smart_wallet::deploy(chain, address, owner);
            for token in chain.tokens().to_vec() {
                let share = token::whole(&token, self.shared.settings.buyer_funds).unwrap_or_default();
                // Of a token whose supply cannot grow, it gets nothing.
                let _ = token::mint(chain, token.address(), address, share);
            }
        }
        address
    }

    /// All wallets, oldest first: at the start one on each chain, those made since after them.
    #[must_use]
    pub fn wallets(&self) -> Vec<SandboxWallet> {
        self.shared.state().wallets.iter().map(Wallet::view).collect()
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

impl Sandbox {
    /// Makes everything as it was at the start, for the next test of a suite that shares a sandbox.
    ///
    /// Chains with all balances and blocks, wallets, contract methods, contract events, transactions, webhooks and their
    /// deliveries, [events](Self::events) and [request counts](Self::requests) are as the
    /// [builder](super::SandboxBuilder) left them: what was made since is gone, and what was deleted is back. All
    /// [faults](Self::faults) end, those of webhooks too.
    ///
    /// What stays is what clients hold: the credentials and the access tokens that were issued, the ids and addresses of
    /// the first wallets, the buyer's key, and the port. So does the clock. No id is ever given twice, and no
    /// transaction's hash.
    ///
    /// Settlements that are waited for are answered 503; a webhook that is on its way may still arrive. What remembers a
    /// contract method, as [`Relayed`](crate::facilitator::Relayed) does, is to be connected anew.
    ///
    /// ```
    /// use x402_oneshot::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
    /// let sandbox = Sandbox::start().await?;
    /// let (chain, token, buyer) = (sandbox.chain_id(), sandbox.token_address(), sandbox.buyer_address());
    /// let before = sandbox.balance_of(buyer);
    /// sandbox.mint(chain, token, buyer, before)?;
    ///
    /// sandbox.reset();
    /// assert_eq!(sandbox.balance_of(buyer), before);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self) {
        genesis::reset(&self.shared);
    }

    /// Stops it, and waits until its port is free and its background tasks have ended.
    ///
    /// Dropping it does the same without waiting, so that another sandbox may find the port still taken for a moment.
    /// Requests under way are answered either way: 503 if they wait for a block. Webhooks on their way are dropped.
    ///
    /// ```
    /// use x402_oneshot::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
    /// let first = Sandbox::start().await?;
    /// let port = first.base_url().trim_start_matches("http://127.0.0.1:").trim_end_matches("/v0");
    /// let port = port.parse().expect("a number");
    /// first.stop().await;
    /// let second = Sandbox::builder().port(port).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
