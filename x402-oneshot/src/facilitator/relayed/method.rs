//! The contract method that moves the money: what it must be, and what an existing one is.

use url::Url;
use x402_core::Asset;

use super::Overload;
use crate::{
    WalletId,
    api::{ContractMethod, MethodParam, NewContractMethod, ParamType, StateMutability, UpdateContractMethod},
};

const FUNCTION: &str = "transferWithAuthorization";

/// The method that one token needs.
pub(super) struct Wanted<'a> {
    pub(super) asset: &'a Asset,
    pub(super) chain_id: u64,
    pub(super) overload: Overload,
    pub(super) label: Option<&'a str>,
    pub(super) callback_url: Option<&'a str>,
}

impl Wanted<'_> {
    /// The name that it has in the account.
    pub(super) fn name(&self) -> String {
        let symbol = self.asset.symbol();
        let form = match self.overload {
            Overload::Bytes => "",
            Overload::Parts => " by v, r, s",
        };
        let label = self.label.map(|label| format!(", {label}")).unwrap_or_default();
        format!("{symbol} {FUNCTION}{form} (x402{label})")
    }

    /// The method, to be made.
    pub(super) fn definition(&self, wallet: WalletId) -> NewContractMethod {
        let method = NewContractMethod::new(self.chain_id, self.asset.address(), wallet, FUNCTION)
            .name(self.name())
            .description("Settles x402 payments: the payer's signed transfer, put on chain.")
            .state_mutability(StateMutability::NonPayable);
        let method = self.overload.inputs().into_iter().fold(method, NewContractMethod::input);
        match self.callback_url {
            Some(url) => method.callback_url(url),
            None => method,
        }
    }

    /// Whether a method of the account is this one in all that cannot, or must not, be changed. Its name proves nothing,
    /// but what has another name belongs to somebody else.
    pub(super) fn is(&self, method: &ContractMethod) -> bool {
        !method.deleted
            && method.name == self.name()
            && method.chain_id == self.chain_id
            && method.contract_address == Some(self.asset.address())
            && method.function_name == FUNCTION
            && method.outputs.is_empty()
            && same_params(&method.inputs, &self.overload.inputs())
    }

    /// Whether a method reports to the callback URL that is wanted, or to none if none is. The API may write an URL in
    /// another way than it was told: with a slash for an empty path, say.
    pub(super) fn reports_here(&self, method: &ContractMethod) -> bool {
        match (method.callback_url.as_deref(), self.callback_url) {
            (Some(theirs), Some(ours)) => theirs == ours || same_url(theirs, ours),
            (theirs, ours) => theirs == ours,
        }
    }

    /// What has to be changed in a method that [is](Self::is) this one, if anything. A callback URL is left as it is if
    /// none is wanted.
    pub(super) fn changes(&self, method: &ContractMethod, wallet: WalletId) -> Option<UpdateContractMethod> {
        let mut update = UpdateContractMethod::new();
        if method.wallet_id != Some(wallet) {
            update = update.wallet(wallet);
        }
        if method.state_mutability.as_ref().is_some_and(|stated| *stated != StateMutability::NonPayable) {
            update = update.state_mutability(StateMutability::NonPayable);
        }
        if let Some(url) = self.callback_url.filter(|_| !self.reports_here(method)) {
            update = update.callback_url(url);
        }
        (update != UpdateContractMethod::new()).then_some(update)
    }
}

fn same_url(one: &str, other: &str) -> bool {
    Url::parse(one).is_ok_and(|one| Url::parse(other) == Ok(one))
}

/// Whether the parameters of a method are those of the function: names, types, sizes, and their order, none of them with
/// a value of its own (`to`, say, with somebody else's address).
fn same_params(theirs: &[MethodParam], ours: &[MethodParam]) -> bool {
    let mut theirs: Vec<_> = theirs.iter().collect();
    theirs.sort_by_key(|param| param.index);
    theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| same_param(theirs, ours))
}

fn same_param(theirs: &MethodParam, ours: &MethodParam) -> bool {
    // The API may write the default size of an integer, or leave it out.
    let size = |param: &MethodParam| match (&param.kind, param.type_size) {
        (ParamType::Uint, None) => Some(256),
        (_, size) => size,
    };
    let is_free = !theirs.is_array && theirs.fixed_value().is_none();
    theirs.name == ours.name && theirs.kind == ours.kind && size(theirs) == size(ours) && is_free
}
