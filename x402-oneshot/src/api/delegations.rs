//! The delegation endpoints.

use alloy_primitives::Address;
use http::Method;
use serde::Serialize;

use crate::api::delegation::{Delegation, NewDelegation, Redelegation};
use crate::api::delegation_data::DelegationData;
use crate::api::list::List;
use crate::call::Call;
use crate::client::Client;
use crate::codec::text;
use crate::error::Error;
use crate::id::{DelegationId, WalletId};

/// A list of delegations to be asked for.
pub type ListDelegations<'a> = List<'a, Delegation>;

impl Client {
    /// The delegation endpoints.
    #[must_use]
    pub const fn delegations(&self) -> Delegations<'_> {
        Delegations { client: self }
    }
}

/// The delegation endpoints, from [`Client::delegations`].
///
/// A delegation lets a server wallet act for an account that 1Shot has no key of, within what the account's owner has
/// signed ([ERC-7710](https://eips.ethereum.org/EIPS/eip-7710)). With one on file, or passed along,
/// [`execute_as_delegator`](crate::api::Methods::execute_as_delegator) runs contract methods for that account.
///
/// ```no_run
/// use x402_oneshot::api::{ExecuteAsDelegator, NewDelegation, Params};
///
/// # async fn run(client: x402_oneshot::Client, wallet: x402_oneshot::WalletId, method: x402_oneshot::MethodId,
/// #     signed: String) -> Result<(), x402_oneshot::Error> {
/// let delegation = client.delegations().create(wallet, &NewDelegation::new(signed)).await?;
/// let run = ExecuteAsDelegator::new(delegation.id, Params::new().value("amount", "5")).wallet(wallet);
/// let queued = client.methods().execute_as_delegator(method, &run).await?;
/// # let _ = queued;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Delegations<'a> {
    client: &'a Client,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PassOn<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation_data: Option<&'a DelegationData>,
    #[serde(serialize_with = "text")]
    delegate_address: Address,
}

impl<'a> Delegations<'a> {
    /// Lists the delegations of a wallet.
    pub fn list(self, wallet: WalletId) -> ListDelegations<'a> {
        List::new(self.client, "/wallets/{walletId}/delegations").segment(wallet)
    }

    /// Puts a delegation to a wallet on file. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn create(self, wallet: WalletId, delegation: &NewDelegation) -> Result<Delegation, Error> {
        let call = Call::act(Method::POST, "/wallets/{walletId}/delegations").segment(wallet).json(delegation)?;
        self.client.send(call).await
    }

    /// Has a wallet pass on a delegation that is on file. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    ///
    /// # Security
    ///
    /// The new delegate can do all that the wallet can by this delegation: no caveat is added.
    pub async fn redelegate(self, id: DelegationId, delegate: Address) -> Result<Redelegation, Error> {
        let body = PassOn { delegation_data: None, delegate_address: delegate };
        let call = Call::act(Method::POST, "/delegation/{delegationId}/redelegate").segment(id).json(&body)?;
        self.client.send(call).await
    }

    /// Has a wallet pass on a delegation that need not be on file, and that the wallet is the delegate of. It is sent
    /// once.
    ///
    /// One delegation can so be shared among several wallets.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    ///
    /// # Security
    ///
    /// As for [`redelegate`](Self::redelegate).
    pub async fn redelegate_data(
        self,
        wallet: WalletId,
        parent: &DelegationData,
        delegate: Address,
    ) -> Result<Redelegation, Error> {
        let body = PassOn { delegation_data: Some(parent), delegate_address: delegate };
        let call = Call::act(Method::POST, "/wallets/{walletId}/delegations/redelegate").segment(wallet).json(&body)?;
        self.client.send(call).await
    }

    /// Removes a delegation from file, for good. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    ///
    /// # Security
    ///
    /// What the delegator signed stays good on the chain: only the delegator can revoke that.
    pub async fn delete(self, id: DelegationId) -> Result<(), Error> {
        let call = Call::act(Method::DELETE, "/delegation/{delegationId}").segment(id);
        self.client.perform(call).await
    }
}
