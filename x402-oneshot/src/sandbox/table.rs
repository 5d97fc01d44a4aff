//! The chains and the wallets of a sandbox.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use uuid::Uuid;

use super::chain::Chain;
use super::failure::Failure;
use super::token;
use super::wallet::Wallet;

/// The chains by their ids; one that is there stays.
#[derive(Default)]
pub(super) struct Chains(BTreeMap<u64, Chain>);

impl Chains {
    pub(super) fn add(&mut self, id: u64, chain: Chain) {
        self.0.insert(id, chain);
    }

    pub(super) fn get(&self, id: u64) -> Option<&Chain> {
        self.0.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Chain> {
        self.0.get_mut(&id)
    }

    /// Each token, as its chain's id and its address.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (u64, Address)> {
        self.0.iter().filter(|(_, chain)| chain.has_code(token::ADDRESS)).map(|(id, _)| (*id, token::ADDRESS))
    }

    /// The chain that a body names.
    pub(super) fn check(&self, id: u64) -> Result<&Chain, Failure> {
        let missing = || Failure::invalid("body", "chainId", format!("the sandbox has no chain {id}"));
        self.get(id).ok_or_else(missing)
    }
}

/// The wallets, oldest first.
#[derive(Default)]
pub(super) struct Wallets(Vec<Wallet>);

impl Wallets {
    pub(super) fn add(&mut self, wallet: Wallet) {
        self.0.push(wallet);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Wallet> {
        self.0.iter()
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Wallet> {
        self.0.iter().find(|wallet| wallet.id == id)
    }

    pub(super) fn get_mut(&mut self, id: Uuid) -> Option<&mut Wallet> {
        self.0.iter_mut().find(|wallet| wallet.id == id)
    }

    /// The wallet that a body names for something on this chain.
    pub(super) fn check(&self, id: Uuid, chain_id: u64) -> Result<&Wallet, Failure> {
        let refused = |message| Failure::invalid("body", "walletId", message);
        let wallet = self.get(id).ok_or_else(|| refused("no wallet has this id"))?;
        if wallet.chain_id == chain_id { Ok(wallet) } else { Err(refused("the wallet belongs to another chain")) }
    }
}
