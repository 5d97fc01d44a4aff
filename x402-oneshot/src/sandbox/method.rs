//! A contract method as it is kept.

use alloy_primitives::Address;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;
use super::declaration::Declaration;
use super::transaction::Label;
use super::webhooks::Callback;

/// A function of a contract, given a name and a wallet to call it with.
#[derive(Clone)]
pub(super) struct Method {
    pub(super) id: Uuid,
    pub(super) chain_id: u64,
    /// On the same chain.
    pub(super) wallet_id: Uuid,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) contract: Address,
    pub(super) declaration: Declaration,
    /// The prompt that it was made from.
    pub(super) prompt_id: Option<Uuid>,
    pub(super) callback_url: Option<Callback>,
    pub(super) created: u64,
    pub(super) updated: u64,
    /// Archived: it can be looked at, and no more.
    pub(super) deleted: bool,
}

impl Method {
    /// What a transaction that executes it is called.
    pub(super) fn label(&self) -> Label {
        Label { method_ids: vec![self.id], name: self.name.clone(), function_name: self.declaration.name().to_owned() }
    }

    /// The API's `ContractMethod`.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        json!({
            "id": self.id,
            "businessId": account.business_id,
            "chainId": self.chain_id,
            "contractAddress": self.contract.to_string(),
            "walletId": self.wallet_id,
            "name": self.name,
            "description": self.description,
            "functionName": self.declaration.name(),
            "inputs": self.declaration.inputs,
            "outputs": self.declaration.outputs,
            "stateMutability": self.declaration.mutability(),
            "promptId": self.prompt_id,
            "callbackUrl": self.callback_url.as_ref().map(Callback::url),
            "publicKey": self.callback_url.as_ref().map(Callback::public_key),
            "updated": self.updated,
            "created": self.created,
            "deleted": self.deleted,
        })
    }
}
