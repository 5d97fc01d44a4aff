//! A server wallet as it is kept.

use alloy_primitives::{Address, B256, Bytes, U256};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;
use super::chain::Chain;
use super::entropy::Entropy;
use super::event::SandboxEvent;
use super::network::Facts;
use crate::WalletId;

/// An account on one chain whose key the sandbox holds: it relays calls and pays for the gas.
pub(super) struct Wallet {
    pub(super) id: Uuid,
    /// Wiped from memory when it is dropped.
    key: SigningKey,
    pub(super) address: Address,
    pub(super) chain_id: u64,
    pub(super) name: String,
    pub(super) description: String,
    /// In wei: below it, the wallet is said to run low.
    pub(super) low_balance_threshold: U256,
    /// Whether it was below when it was last looked at.
    is_low: bool,
    /// The tokens that it lets Permit2 spend.
    permit2: Vec<Address>,
    /// The contract whose code it has taken for its own.
    pub(super) delegate: Option<Address>,
    pub(super) created: u64,
    pub(super) updated: u64,
}

/// A wallet of the sandbox as it stood when asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SandboxWallet {
    /// The id the API gave it.
    pub id: WalletId,
    /// The chain it belongs to.
    pub chain_id: u64,
    /// Its account on that chain.
    pub address: Address,
    /// What it is called.
    pub name: String,
}

impl Wallet {
    /// It, without its key.
    pub(super) fn view(&self) -> SandboxWallet {
        let Self { id, chain_id, address, ref name, .. } = *self;
        SandboxWallet { id: id.into(), chain_id, address, name: name.clone() }
    }

    /// A wallet with a key of its own and nothing on its account.
    pub(super) fn new(entropy: &mut Entropy, chain_id: u64, name: String, description: String, now: u64) -> Self {
        let id = entropy.uuid();
        let key = entropy.key();
        let address = address_of(&key);
        Self {
            id,
            key,
            address,
            chain_id,
            name,
            description,
            low_balance_threshold: LOW_BALANCE,
            is_low: false,
            permit2: Vec::new(),
            delegate: None,
            created: now,
            updated: now,
        }
    }

    /// Signs a hash: `r || s || v` with `v` 27 or 28.
    pub(super) fn sign(&self, hash: B256) -> Bytes {
        let (signature, recovery) = self.key.sign_prehash_recoverable(hash.as_slice());
        [signature.to_bytes().as_slice(), &[27 + recovery.to_byte()]].concat().into()
    }

    /// Compares the balance with the threshold; an event says that it has just fallen below.
    pub(super) fn look_at_balance(&mut self, chain: &Chain) -> Option<SandboxEvent> {
        let (balance, threshold) = (chain.native_balance(self.address), self.low_balance_threshold);
        let was_low = std::mem::replace(&mut self.is_low, balance < threshold);
        let fell = self.is_low && !was_low;
        fell.then(|| SandboxEvent::LowBalance { wallet: self.id.into(), balance, threshold })
    }

    /// Takes note that Permit2 may spend a token.
    pub(super) fn authorize_permit2(&mut self, token: Address, now: u64) {
        if !self.permit2.contains(&token) {
            self.permit2.push(token);
            self.updated = now;
        }
    }

    /// Takes note of native currency that has come in.
    pub(super) fn deposited(&mut self, from: Option<Address>, amount: U256, chain: &Chain) -> SandboxEvent {
        // More than before: what it says of a low balance was said already.
        let _ = self.look_at_balance(chain);
        SandboxEvent::DepositConfirmed { wallet: self.id.into(), from, amount }
    }

    /// The API's `Wallet`; with its balance if its chain is given.
    pub(super) fn to_json(&self, account: &Account, chain: Option<&Chain>) -> Value {
        let balance = chain.map(|chain| {
            json!({
                "type": 0,
                "ticker": Facts::of(self.chain_id).ticker(),
                "chainId": self.chain_id,
                "tokenAddress": Address::ZERO,
                "accountAddress": self.address.to_string(),
                "balance": chain.native_balance(self.address).to_string(),
                "decimals": 18,
            })
        });
        let permit2: Vec<String> = self.permit2.iter().map(Address::to_string).collect();
        json!({
            "id": self.id,
            "accountAddress": self.address.to_string(),
            "businessId": account.business_id,
            "userId": null,
            "chainId": self.chain_id,
            "name": self.name,
            "description": self.description,
            "isAdmin": false,
            "permit2AuthorizedContractAddresses": permit2,
            "erc7702ContractAddress": self.delegate.map(|contract| contract.to_string()),
            "accountBalanceDetails": balance,
            "updated": self.updated,
            "created": self.created,
        })
    }
}

/// The account that a key speaks for.
pub(super) fn address_of(key: &SigningKey) -> Address {
    let point = key.verifying_key().to_sec1_point(false);
    let (_, coordinates) = point.as_bytes().split_at(1);
    Address::from_raw_public_key(coordinates)
}

/// The threshold of a wallet that names none: 0.01 ETH, as at 1Shot.
const LOW_BALANCE: U256 = U256::from_limbs([10_000_000_000_000_000, 0, 0, 0]);
