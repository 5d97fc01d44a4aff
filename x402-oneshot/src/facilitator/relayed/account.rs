//! Setting up an account: the contract method of each token, and the wallet that pays for it.

use futures_util::TryStreamExt;
use http::StatusCode;

use super::{super::ProvisionError, Overload, gas::Gas, method::Wanted};
use crate::{
    BusinessId, Client, MethodId, WalletId,
    api::{ContractMethod, MethodStatus},
};

/// What settles the payments in one token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pinned {
    pub(super) method: MethodId,
    /// Who pays the gas.
    pub(super) wallet: WalletId,
    pub(super) overload: Overload,
}

/// An account to be set up.
pub(super) struct Account<'a> {
    pub(super) client: &'a Client,
    pub(super) business: BusinessId,
}

impl Account<'_> {
    /// The method that is wanted: one that is there, set right if need be, or else a new one.
    pub(super) async fn pin(&self, wanted: &Wanted<'_>) -> Result<Pinned, ProvisionError> {
        let (client, business) = (self.client, self.business);
        let network = &wanted.asset.network();
        let gas = Gas { client, business, network, chain_id: wanted.chain_id };
        let pinned = |method, wallet| Pinned { method, wallet, overload: wanted.overload };
        for found in self.candidates(wanted).await? {
            let wallet = match found.wallet_id {
                Some(wallet) if gas.pays(wallet).await? => wallet,
                _ => gas.any().await?,
            };
            if self.set_right(wanted, &found, wallet).await? {
                return Ok(pinned(found.id, wallet));
            }
        }
        let wallet = gas.any().await?;
        let made = client.methods().create(business, &wanted.definition(wallet)).await;
        Ok(pinned(made.map_err(ProvisionError::Call)?.id, wallet))
    }

    /// The methods that are what is wanted but for what can be changed; those that report where they should come first.
    async fn candidates(&self, wanted: &Wanted<'_>) -> Result<Vec<ContractMethod>, ProvisionError> {
        let list = self.client.methods().list(self.business).chain(wanted.chain_id).name(wanted.name());
        let listed: Vec<ContractMethod> =
            list.status(MethodStatus::Live).stream().try_collect().await.map_err(ProvisionError::Call)?;
        let mut candidates: Vec<_> = listed.into_iter().filter(|found| wanted.is(found)).collect();
        candidates.sort_by_key(|found| !wanted.reports_here(found));
        Ok(candidates)
    }

    /// Changes what has to be changed. Whether the method then is as it should be is seen from the answer.
    async fn set_right(
        &self,
        wanted: &Wanted<'_>,
        found: &ContractMethod,
        wallet: WalletId,
    ) -> Result<bool, ProvisionError> {
        let Some(changes) = wanted.changes(found, wallet) else { return Ok(true) };
        match self.client.methods().update(found.id, &changes).await {
            Ok(now) => Ok(now.id == found.id && wanted.is(&now) && wanted.changes(&now, wallet).is_none()),
            // Deleted meanwhile, or not ours to change.
            Err(error) if matches!(error.status(), Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)) => Ok(false),
            Err(error) => Err(ProvisionError::Call(error)),
        }
    }
}
