//! Wallets that can pay gas.

use alloy_primitives::U256;
use x402_core::Network;

use super::super::ProvisionError;
use crate::{BusinessId, Client, WalletId, api::Wallet};

/// The wallets of a business on one chain.
pub(super) struct Gas<'a> {
    pub(super) client: &'a Client,
    pub(super) business: BusinessId,
    pub(super) network: &'a Network,
    pub(super) chain_id: u64,
}

impl Gas<'_> {
    /// Whether a wallet exists, on the chain, with something to pay gas with.
    pub(super) async fn pays(&self, wallet: WalletId) -> Result<bool, ProvisionError> {
        match self.client.wallets().get_with_balances(wallet).await {
            Ok(wallet) => Ok(wallet.chain_id == self.chain_id && has_gas(&wallet)),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(ProvisionError::Call(error)),
        }
    }

    /// The first wallet on the chain that has something to pay gas with.
    pub(super) async fn any(&self) -> Result<WalletId, ProvisionError> {
        let mut poor = None;
        let mut page = Some(1);
        while let Some(number) = page {
            let list = self.client.wallets().list(self.business).chain(self.chain_id).page(number);
            let listed = list.send().await.map_err(ProvisionError::Call)?;
            page = listed.next_page();
            for wallet in listed.response {
                // Not every generation of the API fills the balance into lists.
                let wallet = match wallet.balance {
                    Some(_) => wallet,
                    None => self.client.wallets().get_with_balances(wallet.id).await.map_err(ProvisionError::Call)?,
                };
                if wallet.chain_id == self.chain_id {
                    if has_gas(&wallet) {
                        return Ok(wallet.id);
                    }
                    poor.get_or_insert(wallet);
                }
            }
        }
        let network = self.network.clone();
        Err(match poor {
            Some(wallet) => ProvisionError::NoGas { network, account: wallet.account_address },
            None => ProvisionError::NoWallet { network },
        })
    }
}

/// Whether a wallet has any of the native token. A balance that is not written in atomic units counts if it is not zero.
fn has_gas(wallet: &Wallet) -> bool {
    wallet.balance.as_ref().is_some_and(|balance| match balance.atomic() {
        Some(wei) => wei > U256::ZERO,
        None => balance.balance.bytes().any(|digit| (b'1'..=b'9').contains(&digit)),
    })
}
