//! The contract method that moves the money.

use alloy_primitives::{Address, B256};
use x402_core::{Asset, exact::ExactPayload};

use crate::{
    WalletId,
    api::{ContractMethod, MethodParam, NewContractMethod, ParamType, Params, StateMutability},
};

const FUNCTION: &str = "transferWithAuthorization";

/// The parameters of the overload that takes the signature as bytes: it serves smart wallets too.
fn inputs() -> [MethodParam; 7] {
    [
        MethodParam::new("from", ParamType::Address),
        MethodParam::new("to", ParamType::Address),
        MethodParam::new("value", ParamType::Uint),
        MethodParam::new("validAfter", ParamType::Uint),
        MethodParam::new("validBefore", ParamType::Uint),
        MethodParam::new("nonce", ParamType::Bytes).size(32),
        MethodParam::new("signature", ParamType::Bytes),
    ]
}

/// The name that the method has in the account.
pub(super) fn name(asset: &Asset) -> String {
    format!("{} {FUNCTION} (x402)", asset.symbol())
}

/// The method, to be made.
pub(super) fn definition(
    asset: &Asset,
    chain_id: u64,
    wallet: WalletId,
    callback_url: Option<&str>,
) -> NewContractMethod {
    let method = NewContractMethod::new(chain_id, asset.address(), wallet, FUNCTION)
        .name(name(asset))
        .description("Settles x402 payments: the payer's signed transfer, put on chain.")
        .state_mutability(StateMutability::NonPayable);
    let method = inputs().into_iter().fold(method, NewContractMethod::input);
    match callback_url {
        Some(url) => method.callback_url(url),
        None => method,
    }
}

/// Whether a method of the account does what [`definition`] would. Its name proves nothing.
pub(super) fn fits(method: &ContractMethod, asset: &Asset, chain_id: u64) -> bool {
    let mut inputs_of_method: Vec<_> = method.inputs.iter().collect();
    inputs_of_method.sort_by_key(|input| input.index);
    let same_inputs = inputs_of_method.len() == inputs().len()
        && inputs_of_method.iter().zip(inputs()).all(|(theirs, ours)| {
            // The API may write the default size of an integer, or leave it out.
            let size = |param: &MethodParam| match (&param.kind, param.type_size) {
                (ParamType::Uint, None) => Some(256),
                (_, size) => size,
            };
            theirs.name == ours.name && theirs.kind == ours.kind && size(theirs) == size(&ours) && !theirs.is_array
        });
    same_inputs
        && !method.deleted
        && method.chain_id == chain_id
        && method.contract_address == Some(asset.address())
        && method.function_name == FUNCTION
}

/// The values of one payment.
pub(super) fn params(payment: &ExactPayload) -> Params {
    let signed = &payment.authorization;
    Params::new()
        .address("from", signed.from)
        .address("to", signed.to)
        .uint("value", signed.value)
        .uint("validAfter", signed.valid_after)
        .uint("validBefore", signed.valid_before)
        .bytes("nonce", signed.nonce)
        .bytes("signature", &payment.signature)
}

/// The memo by which the execution of one payment is found again: what the token marks as spent.
pub(super) fn memo(payer: Address, nonce: B256) -> String {
    format!("x402 payer={payer} nonce={nonce}")
}
