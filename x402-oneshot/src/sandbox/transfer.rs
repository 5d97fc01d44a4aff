//! What a wallet does without a contract method: it sends native currency, and lets Permit2 spend a token.

use std::sync::Arc;

use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::{SolCall, sol};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::chain::{Call, Chain, Order};
use super::extract::{Body, Id};
use super::failure::Failure;
use super::fees::MAX_FEE;
use super::invocation::DEFAULT_GAS;
use super::shared::{Shared, State as World};
use super::transaction::{Label, SandboxStatus, Transaction};
use super::value;
use super::wallet::Wallet;

/// Where [Permit2](https://github.com/Uniswap/permit2) is on every chain. The sandbox has an address, not the contract.
pub(super) const PERMIT2: Address = address!("0x000000000022D473030F116dDEE9F6B43aC78BA3");

/// What sending native currency to an account without code uses.
const PLAIN_GAS: u64 = 21_000;

sol! {
    function approve(address spender, uint256 value) external returns (bool);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transfer {
    destination_account_address: Address,
    /// All that there is, if nothing is said.
    transfer_amount: Option<Value>,
    memo: Option<String>,
}

impl Transfer {
    fn call(&self, wallet: &Wallet, chain: &Chain) -> Result<Call, Failure> {
        let to = self.destination_account_address;
        let gas_limit = if chain.code(to).is_empty() { PLAIN_GAS } else { DEFAULT_GAS };
        let value = match &self.transfer_amount {
            Some(json) => {
                let refused = || Failure::invalid("body", "transferAmount", "transferAmount is no amount of wei");
                value::uint(json, 256).ok_or_else(refused)?
            }
            None => {
                let gas = U256::from(gas_limit) * U256::from(MAX_FEE);
                chain.native_balance(wallet.address).checked_sub(gas).ok_or_else(Failure::insufficient_funds)?
            }
        };
        Ok(Call { from: wallet.address, to, value, input: Bytes::new(), gas_limit })
    }
}

/// `POST /wallets/{walletId}/transfer`: a transaction like others, without a contract method.
pub(super) async fn transfer(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(transfer): Body<Transfer>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let wallet = state.wallets.find(id)?;
    let call = transfer.call(wallet, state.chains.check(wallet.chain_id)?)?;
    let order = Order { chain_id: wallet.chain_id, wallet_id: id, call };
    let label = Label {
        method_ids: Vec::new(),
        name: "Transfer of native currency".to_owned(),
        function_name: "transfer".to_owned(),
    };
    let transaction = Transaction::new(state.entropy.uuid(), label, order, transfer.memo, now);
    let json = transaction.to_json(&shared.account);
    shared.queue(&mut state, transaction)?;
    Ok(Json(json))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authorize {
    contract_address: Address,
}

/// `PUT /wallets/{walletId}/authorizePermit2`: answers when the approval is mined.
pub(super) async fn authorize_permit2(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(Authorize { contract_address }): Body<Authorize>,
) -> Result<Json<Value>, Failure> {
    let transaction = approve(&shared, &mut shared.state(), id, contract_address)?;
    let mined = shared.wait(transaction).await.ok_or_else(Failure::closing)?;
    let success = mined.status == SandboxStatus::Completed;
    if success && let Some(wallet) = shared.state().wallets.get_mut(id) {
        wallet.authorize_permit2(contract_address, shared.now());
    }
    Ok(Json(json!({ "success": success })))
}

/// Queues the approval.
fn approve(shared: &Shared, world: &mut World, wallet_id: Uuid, token: Address) -> Result<Uuid, Failure> {
    let wallet = world.wallets.find(wallet_id)?;
    if world.chains.check(wallet.chain_id)?.token(token).is_none() {
        return Err(Failure::no_token());
    }
    let input = approveCall { spender: PERMIT2, value: U256::MAX }.abi_encode().into();
    let call = Call { from: wallet.address, to: token, value: U256::ZERO, input, gas_limit: DEFAULT_GAS };
    let order = Order { chain_id: wallet.chain_id, wallet_id, call };
    let label =
        Label { method_ids: Vec::new(), name: "Approval of Permit2".to_owned(), function_name: "approve".to_owned() };
    let id = world.entropy.uuid();
    shared.queue(world, Transaction::new(id, label, order, None, shared.now()).awaited())?;
    Ok(id)
}
