//! Having a contract method executed for an account that has delegated to the wallet.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::chain::{Call, Order};
use super::execute::queued;
use super::extract::{Body, Id};
use super::failure::Failure;
use super::grant::Grant;
use super::invocation::Invocation;
use super::method::Method;
use super::redemption;
use super::shared::{Shared, State as World};
use crate::api::{DelegationData, SignedDelegation};

/// More delegations than anybody passes on.
const MAX_CHAIN: usize = 16;

/// By which delegation: one of the three.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct By {
    pub(super) delegator_address: Option<Address>,
    pub(super) delegation_id: Option<Uuid>,
    pub(super) delegation_data: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Run {
    #[serde(flatten)]
    by: By,
    #[serde(flatten)]
    invocation: Invocation,
}

/// `POST /methods/{id}/executeAsDelegator`.
pub(super) async fn execute(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(Run { by, invocation }): Body<Run>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let redeem = |Order { chain_id, wallet_id, call }: Order, world: &World, method: &Method| {
        let chain = by.chain(world, wallet_id, method, call.to, now)?;
        Ok(Order { chain_id, wallet_id, call: redeeming(&chain, call)? })
    };
    queued(&shared, id, invocation, redeem).await
}

/// The same call in the name of the account at the end of the chain of delegations.
pub(super) fn redeeming(chain: &[SignedDelegation], call: Call) -> Result<Call, Failure> {
    let input = redemption::input(chain, call.to, call.value, call.input)?;
    Ok(Call { to: redemption::ADDRESS, value: U256::ZERO, input, ..call })
}

impl By {
    /// The delegations that are redeemed, the wallet's first.
    pub(super) fn chain(
        &self,
        world: &World,
        wallet: Uuid,
        method: &Method,
        contract: Address,
        now: u64,
    ) -> Result<Vec<SignedDelegation>, Failure> {
        let fits = |grant: &&Grant| grant.wallet_id == wallet && grant.allows(method.declaration.name(), contract, now);
        match (self.delegator_address, self.delegation_id, &self.delegation_data) {
            (Some(delegator), None, None) => {
                let mut usable = world.grants.iter().filter(fits);
                let first = usable.find(|grant| grant.delegator == delegator);
                let none = || Failure::invalid("body", "delegatorAddress", "no delegation of this account fits");
                Ok(vec![read(&first.ok_or_else(none)?.data)?])
            }
            (None, Some(id), None) => {
                let grant = world.grants.iter().find(|grant| grant.id == id).filter(fits);
                let none = || Failure::invalid("body", "delegationId", "no delegation with this id fits");
                Ok(vec![read(&grant.ok_or_else(none)?.data)?])
            }
            (None, None, Some(chain)) if (1..=MAX_CHAIN).contains(&chain.len()) => {
                chain.iter().map(|data| read(data)).collect()
            }
            (None, None, Some(_)) => {
                Err(Failure::invalid("body", "delegationData", "delegationData is empty, or too long"))
            }
            _ => {
                let message = "there has to be one of delegatorAddress, delegationId and delegationData";
                Err(Failure::invalid("body", "delegatorAddress", message))
            }
        }
    }
}

fn read(data: &str) -> Result<SignedDelegation, Failure> {
    let refused = |error| Failure::invalid("body", "delegationData", format!("delegationData: {error}"));
    DelegationData::new(data).read().map_err(refused)
}
