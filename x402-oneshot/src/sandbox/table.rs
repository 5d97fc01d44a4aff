//! The chains and the wallets of a sandbox.

use alloy_primitives::Address;
use uuid::Uuid;

use super::chain::Chain;
use super::failure::Failure;
use super::wallet::Wallet;

/// The chains, in the order they were asked for; one that is there stays.
#[derive(Default)]
pub(super) struct Chains(Vec<Chain>);

impl Chains {
    pub(super) fn add(&mut self, chain: Chain) {
        self.0.push(chain);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Chain> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Chain> {
        self.0.iter_mut()
    }

    pub(super) fn get(&self, id: u64) -> Option<&Chain> {
        self.iter().find(|chain| chain.id() == id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Chain> {
        self.iter_mut().find(|chain| chain.id() == id)
    }

    /// The chain that a body names.
    pub(super) fn check(&self, id: u64) -> Result<&Chain, Failure> {
        self.named(id, "body")
    }

    /// The chain that is named in this place of a request.
    pub(super) fn named(&self, id: u64, place: &str) -> Result<&Chain, Failure> {
        let missing = || Failure::invalid(place, "chainId", format!("the sandbox has no chain {id}"));
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

    pub(super) fn remove(&mut self, id: Uuid) {
        self.0.retain(|wallet| wallet.id != id);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Wallet> {
        self.0.iter()
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Wallet> {
        self.iter().find(|wallet| wallet.id == id)
    }

    pub(super) fn get_mut(&mut self, id: Uuid) -> Option<&mut Wallet> {
        self.0.iter_mut().find(|wallet| wallet.id == id)
    }

    /// The wallet with this account on this chain.
    pub(super) fn at(&mut self, chain_id: u64, address: Address) -> Option<&mut Wallet> {
        self.0.iter_mut().find(|wallet| wallet.chain_id == chain_id && wallet.address == address)
    }

    /// The wallet that the path names.
    pub(super) fn find(&self, id: Uuid) -> Result<&Wallet, Failure> {
        self.get(id).ok_or_else(|| Failure::unknown_entity("no wallet has this id"))
    }

    /// The wallet that the path names, to change it.
    pub(super) fn find_mut(&mut self, id: Uuid) -> Result<&mut Wallet, Failure> {
        self.get_mut(id).ok_or_else(|| Failure::unknown_entity("no wallet has this id"))
    }

    /// The wallet that a body names for something on this chain.
    pub(super) fn check(&self, id: Uuid, chain_id: u64) -> Result<&Wallet, Failure> {
        let refused = |message| Failure::invalid("body", "walletId", message);
        let wallet = self.get(id).ok_or_else(|| refused("no wallet has this id"))?;
        if wallet.chain_id == chain_id { Ok(wallet) } else { Err(refused("the wallet belongs to another chain")) }
    }

    /// The wallet that settles on a chain: its oldest.
    pub(super) fn of_chain(&self, chain_id: u64) -> Option<&Wallet> {
        self.iter().find(|wallet| wallet.chain_id == chain_id)
    }
}
