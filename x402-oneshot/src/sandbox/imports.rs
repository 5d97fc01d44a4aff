//! Contract methods by the dozen: from an ABI, or from a prompt.

use std::sync::Arc;

use alloy_json_abi::AbiItem;
use alloy_primitives::Address;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::declaration::Declaration;
use super::extract::{Body, OwnBusiness};
use super::failure::Failure;
use super::method::Method;
use super::prompt::Prompt;
use super::shared::{Shared, State as World};
use super::structure::Declarer;

/// More functions than any real contract has.
const MAX_FUNCTIONS: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    chain_id: u64,
    contract_address: Address,
    wallet_id: Uuid,
}

#[derive(Deserialize)]
pub(super) struct FromAbi {
    #[serde(flatten)]
    target: Target,
    abi: Vec<AbiItem<'static>>,
}

/// `POST /business/{businessId}/methods/abi`: a method for each function, none if one cannot be declared.
pub(super) async fn from_abi(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(FromAbi { target, abi }): Body<FromAbi>,
) -> Result<Json<Value>, Failure> {
    let functions = abi.iter().filter_map(|item| match item {
        AbiItem::Function(function) => Some(function.as_ref()),
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    if functions.len() > MAX_FUNCTIONS {
        return Err(Failure::invalid("body", "abi", format!("abi has more than {MAX_FUNCTIONS} functions")));
    }
    let now = shared.now();
    let mut state = shared.state();
    target.check(&state)?;
    let mut made = Vec::with_capacity(functions.len());
    for function in functions {
        let mut declarer = declarer(&mut state, &shared, now);
        let declaration = Declaration::of_function(function, |_| None, &mut declarer)?;
        let id = state.entropy.uuid();
        let description = declaration.signature();
        made.push(target.method(id, declaration, description, None, now));
    }
    let json = made.iter().map(|method| method.to_json(&shared.account)).collect();
    state.methods.extend(made);
    Ok(Json(json))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FromPrompt {
    #[serde(flatten)]
    target: Target,
    prompt_id: Option<Uuid>,
}

/// `POST /business/{businessId}/methods/prompt`: each of the prompt's methods, the newest where there are several;
/// only those that are missing are made.
pub(super) async fn from_prompt(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(FromPrompt { target, prompt_id }): Body<FromPrompt>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    target.check(&state)?;
    let prompts = Prompt::catalogue(&state);
    let fits = |prompt: &&Prompt| {
        (prompt.chain_id, prompt.contract) == (target.chain_id, target.contract_address)
            && prompt_id.is_none_or(|id| id == prompt.id)
    };
    let Some(prompt) = prompts.iter().find(fits) else {
        return Err(Failure::unknown_entity("the contract has no such prompt"));
    };
    let mut assured = Vec::new();
    for (function, description) in Prompt::functions() {
        let signature = function.signature();
        let is_it = |method: &&Method| {
            !method.deleted && method.prompt_id == Some(prompt.id) && method.declaration.signature() == signature
        };
        if let Some(existing) = state.methods.iter().rev().find(is_it) {
            assured.push(existing.to_json(&shared.account));
            continue;
        }
        let mut declarer = declarer(&mut state, &shared, now);
        let declaration = Declaration::of_function(function, Prompt::describe, &mut declarer)?;
        let id = state.entropy.uuid();
        let method = target.method(id, declaration, description.to_owned(), Some(prompt.id), now);
        assured.push(method.to_json(&shared.account));
        state.methods.push(method);
    }
    Ok(Json(Value::Array(assured)))
}

impl Target {
    fn check(&self, world: &World) -> Result<(), Failure> {
        world.chains.check(self.chain_id)?;
        world.wallets.check(self.wallet_id, self.chain_id)?;
        Ok(())
    }

    fn method(
        &self,
        id: Uuid,
        declaration: Declaration,
        description: String,
        prompt_id: Option<Uuid>,
        now: u64,
    ) -> Method {
        Method {
            id,
            chain_id: self.chain_id,
            wallet_id: self.wallet_id,
            name: declaration.name().to_owned(),
            description,
            contract: self.contract_address,
            declaration,
            prompt_id,
            callback_url: None,
            created: now,
            updated: now,
            deleted: false,
        }
    }
}

/// An ABI brings its structs along and refers to no others.
fn declarer<'a>(world: &'a mut World, shared: &Shared, now: u64) -> Declarer<'a> {
    Declarer { entropy: &mut world.entropy, business_id: shared.account.business_id, now, known: &|_| None }
}
