//! A server wallet as it is kept.

use alloy_primitives::{Address, U256};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;
use super::chain::Chain;
use super::entropy::Entropy;
use super::event::SandboxEvent;

/// An account on one chain whose key the sandbox holds: it relays calls and pays for the gas.
pub(super) struct Wallet {
    pub(super) id: Uuid,
    #[expect(dead_code, reason = "the signature endpoints want it")]
    /// Wiped from memory when it is dropped.
    pub(super) key: SigningKey,
    pub(super) address: Address,
    pub(super) chain_id: u64,
    pub(super) name: String,
    pub(super) description: String,
    /// In wei: below it, the wallet is said to run low.
    pub(super) low_balance_threshold: U256,
    /// Whether it was below when it was last looked at.
    is_low: bool,
    /// The tokens that it lets Permit2 spend.
    pub(super) permit2: Vec<Address>,
    /// The contract whose code it has taken for its own.
    pub(super) delegate: Option<Address>,
    pub(super) created: u64,
    pub(super) updated: u64,
}

impl Wallet {
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

    /// Compares the balance with the threshold; an event says that it has just fallen below.
    pub(super) fn look_at_balance(&mut self, chain: &Chain) -> Option<SandboxEvent> {
        let (balance, threshold) = (chain.native_balance(self.address), self.low_balance_threshold);
        let was_low = std::mem::replace(&mut self.is_low, balance < threshold);
        let fell = self.is_low && !was_low;
        fell.then(|| SandboxEvent::LowBalance { wallet: self.id.into(), balance, threshold })
    }

    /// The API's `Wallet`; with its balance if its chain is given.
    pub(super) fn to_json(&self, account: &Account, chain: Option<&Chain>) -> Value {
        let balance = chain.map(|chain| {
            json!({
                "type": 0,
                "ticker": "ETH",
                "chainId": self.chain_id,
                "tokenAddress": Address::ZERO,
                "accountAddress": self.address.to_string(),
                "balance": chain.native_balance(self.address).to_string(),
                "decimals": 18,
            })
        });
        json!({
            "id": self.id,
            "accountAddress": self.address.to_string(),
            "businessId": account.business_id,
            "userId": null,
            "chainId": self.chain_id,
            "name": self.name,
            "description": self.description,
            "isAdmin": false,
            "permit2AuthorizedContractAddresses": self.permit2,
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
