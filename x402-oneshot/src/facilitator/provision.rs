//! Setting up an account: a wallet that pays the gas, and the contract method.

use std::collections::HashMap;

use alloy_primitives::U256;
use x402_core::{Asset, Network};

use super::{Relayed, method};
use crate::{
    BusinessId, Client, Error, MethodId,
    api::{WaitPolicy, Wallet},
};

/// Sets up a [`Relayed`] facilitator. Made by [`Relayed::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing is set up before `connect`"]
pub struct RelayedBuilder {
    client: Client,
    business: BusinessId,
    tokens: Vec<Asset>,
    callback_url: Option<String>,
    wait: WaitPolicy,
}

impl RelayedBuilder {
    pub(super) const fn new(client: Client, business: BusinessId) -> Self {
        Self { client, business, tokens: Vec::new(), callback_url: None, wait: WaitPolicy::new() }
    }

    /// Settles payments in this token too.
    pub fn token(mut self, asset: Asset) -> Self {
        self.tokens.push(asset);
        self
    }

    /// Where 1Shot is to report executions: the webhook's public URL, for methods that are made here.
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }

    /// How long a settlement is waited for, and how often it is asked about.
    pub const fn wait(mut self, wait: WaitPolicy) -> Self {
        self.wait = wait;
        self
    }

    /// Finds, for each token, a wallet on its chain that can pay gas, and finds or makes its contract method. The
    /// methods' ids are kept: verifying takes one call, settling one and the wait.
    ///
    /// # Errors
    ///
    /// If there is no such wallet, or a call fails.
    pub async fn connect(self) -> Result<Relayed, ProvisionError> {
        let mut methods = HashMap::with_capacity(self.tokens.len());
        for asset in &self.tokens {
            let network = asset.network();
            let chain_id = network.chain_id().unwrap_or_default();
            let wallet = self.wallet(&network, chain_id).await?;
            let id = match self.find(asset, chain_id).await? {
                Some(id) => id,
                None => {
                    let new = method::definition(asset, chain_id, wallet.id, self.callback_url.as_deref());
                    self.client.methods().create(self.business, &new).await.map_err(ProvisionError::Call)?.id
                }
            };
            methods.insert((network, asset.address()), id);
        }
        Ok(Relayed::new(self.client, self.business, methods, self.wait))
    }

    /// The first wallet on the chain that has something to pay gas with.
    async fn wallet(&self, network: &Network, chain_id: u64) -> Result<Wallet, ProvisionError> {
        let mut poor = None;
        let mut page = Some(1);
        while let Some(number) = page {
            let list = self.client.wallets().list(self.business).chain(chain_id).page(number);
            let listed = list.send().await.map_err(ProvisionError::Call)?;
            page = listed.next_page();
            for wallet in listed.response {
                // Not every generation of the API fills the balance into lists.
                let wallet = match wallet.balance {
                    Some(_) => wallet,
                    None => self.client.wallets().get_with_balances(wallet.id).await.map_err(ProvisionError::Call)?,
                };
                if has_gas(&wallet) {
                    return Ok(wallet);
                }
                poor.get_or_insert(wallet);
            }
        }
        Err(match poor {
            Some(wallet) => ProvisionError::NoGas { network: network.clone(), account: wallet.account_address },
            None => ProvisionError::NoWallet { network: network.clone() },
        })
    }

    async fn find(&self, asset: &Asset, chain_id: u64) -> Result<Option<MethodId>, ProvisionError> {
        let mut page = Some(1);
        while let Some(number) = page {
            let list = self.client.methods().list(self.business).chain(chain_id).name(method::name(asset)).page(number);
            let listed = list.send().await.map_err(ProvisionError::Call)?;
            if let Some(fitting) = listed.response.iter().find(|found| method::fits(found, asset, chain_id)) {
                return Ok(Some(fitting.id));
            }
            page = listed.next_page();
        }
        Ok(None)
    }
}

/// Whether a wallet has any of the native token. A balance that is not written in atomic units counts if it is not zero.
fn has_gas(wallet: &Wallet) -> bool {
    wallet.balance.as_ref().is_some_and(|balance| match balance.atomic() {
        Some(wei) => wei > U256::ZERO,
        None => balance.balance.bytes().any(|digit| (b'1'..=b'9').contains(&digit)),
    })
}

/// Why a facilitator could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvisionError {
    /// A call to 1Shot failed.
    #[error("1Shot API could not be set up")]
    Call(#[source] Error),
    /// The wallets on the network have no native token to pay gas with.
    #[error("the 1Shot wallet {account} on {network} has no native token to pay gas with")]
    NoGas {
        /// The network.
        network: Network,
        /// One of the wallets.
        account: alloy_primitives::Address,
    },
    /// 1Shot's facilitator does not list the token for this account.
    #[error(
        "1Shot's facilitator does not list {symbol} ({asset}) on {network} for this account: it needs a wallet with gas \
         on that network, and the token's transferWithAuthorization with v, r and s imported as a contract method"
    )]
    NotListed {
        /// The network.
        network: Network,
        /// The token's ticker.
        symbol: String,
        /// The token's contract.
        asset: alloy_primitives::Address,
    },
    /// The business has no wallet on the network.
    #[error("the 1Shot business has no wallet on {network}")]
    NoWallet {
        /// The network.
        network: Network,
    },
}
