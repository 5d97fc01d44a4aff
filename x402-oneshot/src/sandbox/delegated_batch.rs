//! What is different where the items of a batch are for accounts that have delegated to the wallet.

use alloy_primitives::Address;
use serde::Deserialize;
use uuid::Uuid;

use super::batch::{Item, Step, refused};
use super::delegated::{By, redeeming};
use super::failure::Failure;
use super::method::Method;
use super::shared::State as World;
use super::smart_account::Execution;
use super::wallet::Wallet;

/// One of the three ways to name a delegation is always there: the delegator. Another makes it more precise.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DelegatedItem {
    #[serde(flatten)]
    item: Item,
    delegator_address: Address,
    delegation_id: Option<Uuid>,
    delegation_data: Option<Vec<String>>,
}

/// The wallet redeems one delegation after the other.
impl Step for DelegatedItem {
    const FUNCTION: &'static str = "executeAsDelegatorBatch";

    fn item(&self) -> &Item {
        &self.item
    }

    fn execution(&self, world: &World, wallet: &Wallet, method: &Method, now: u64) -> Result<Execution, Failure> {
        let call = self.item.call(wallet, method)?;
        let chain = self.by().chain(world, wallet.id, method, call.to, now)?;
        if chain.last().is_none_or(|root| root.delegator != self.delegator_address) {
            return Err(refused("a delegation is not the delegator's".to_owned()));
        }
        redeeming(&chain, call).map(Execution::from)
    }
}

impl DelegatedItem {
    fn by(&self) -> By {
        let is_precise = self.delegation_id.is_some() || self.delegation_data.is_some();
        By {
            delegator_address: Some(self.delegator_address).filter(|_| !is_precise),
            delegation_id: self.delegation_id,
            delegation_data: self.delegation_data.clone(),
        }
    }
}
