//! The x402 endpoints, in 1Shot's dialect: the names in a v1 settlement are not the protocol's, and v2 has nulls.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde_json::{Value, json};
use uuid::Uuid;
use x402_core::{Network, Reason, X402Version};

use super::chain::{Chain, Order};
use super::declaration::Declaration;
use super::extract::read;
use super::failure::Failure;
use super::method::Method;
use super::payment::Payment;
use super::shared::{Shared, State as World};
use super::structure::Declarer;
use super::token;
use super::transaction::{SandboxStatus, SandboxTransaction, Transaction};
use crate::facilitator::failure::reason;

/// What a contract method that settles is called in the account, after the token's symbol.
const METHOD: &str = " transferWithAuthorization (v, r, s)";

/// `GET /x402/supported`: for each chain with a wallet, a row for each version that has a name for it.
pub(super) async fn supported(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let state = shared.state();
    let with_wallet = state.chains.iter().filter(|chain| state.wallets.of_chain(chain.id()).is_some());
    let kinds: Vec<Value> = with_wallet.flat_map(kinds).collect();
    Json(json!({ "kinds": kinds }))
}

fn kinds(chain: &Chain) -> impl Iterator<Item = Value> {
    let tokens: Value = chain
        .tokens()
        .iter()
        .map(|token| {
            json!({
                "contractAddress": token.address().to_checksum(None),
                "name": token.name(),
                "symbol": token.symbol(),
                "decimals": token.decimals(),
                "version": token.version(),
            })
        })
        .collect();
    let network = Network::eip155(chain.id());
    let names = [(1, network.v1_name().map(str::to_owned)), (2, Some(network.to_string()))];
    let row = move |(version, name): (u64, Option<String>)| {
        name.map(|name| json!({"x402Version": version, "scheme": "exact", "network": name, "tokens": tokens}))
    };
    names.into_iter().filter_map(row)
}

/// `POST /x402/verify`: a payment that would not settle is an answer, not an error.
pub(super) async fn verify(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Value>, Failure> {
    let payment = Payment::read(&read(request, &shared).await?)?;
    let (valid, reason) = match payment.check(&shared) {
        Ok(_) => (true, String::new()),
        Err(reason) => (false, reason.to_string()),
    };
    Ok(Json(json!({"isValid": valid, "invalidReason": reason, "payer": payment.payer()})))
}

/// `POST /x402/settle`: answers when the transfer is mined.
pub(super) async fn settle(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Value>, Failure> {
    let payment = Payment::read(&read(request, &shared).await?)?;
    let outcome = match payment.check(&shared) {
        Ok(order) => {
            let id = send(&shared, order)?;
            outcome(&shared.wait(id).await.ok_or_else(Failure::closing)?)
        }
        Err(reason) => Outcome { success: false, reason: Some(reason), hash: Value::Null },
    };
    Ok(Json(outcome.to_json(&payment)))
}

/// Queues the transfer.
fn send(shared: &Shared, order: Order) -> Result<Uuid, Failure> {
    let now = shared.now();
    let mut world = shared.state();
    let method = imported(&mut world, &order, shared.account.business_id, now)?;
    let id = world.entropy.uuid();
    shared.queue(&mut world, Transaction::new(id, method.label(), order, None, now).awaited())?;
    Ok(id)
}

/// The contract method behind the endpoints. The sandbox's account has it from the token's first settlement on.
fn imported(world: &mut World, order: &Order, business_id: Uuid, now: u64) -> Result<Method, Failure> {
    let contract = order.call.to;
    let is_it = |method: &&Method| {
        method.chain_id == order.chain_id && method.contract == contract && method.name.ends_with(METHOD)
    };
    if let Some(method) = world.methods.iter().find(is_it) {
        return Ok(method.clone());
    }
    let token = world.chains.get(order.chain_id).and_then(|chain| chain.token(contract));
    let symbol = token.map(|token| token.symbol().to_owned()).unwrap_or_default();
    let overloads = token::ARTIFACT.abi.function("transferWithAuthorization");
    let function = overloads.and_then(|all| all.iter().find(|function| function.inputs.len() == 9));
    let function = function.expect("the committed token has both overloads");
    let World { entropy, methods, .. } = world;
    let mut declarer = Declarer { entropy, business_id, now, known: &|_| None };
    let method = Method {
        declaration: Declaration::of_function(function, |_| None, &mut declarer)?,
        id: entropy.uuid(),
        chain_id: order.chain_id,
        wallet_id: order.wallet_id,
        name: format!("{symbol}{METHOD}"),
        description: "Settles what /x402/settle is given".to_owned(),
        contract,
        prompt_id: None,
        callback_url: None,
        created: now,
        updated: now,
        deleted: false,
    };
    methods.push(method.clone());
    Ok(method)
}

/// How a settlement ended.
struct Outcome {
    success: bool,
    reason: Option<Reason>,
    hash: Value,
}

fn outcome(transaction: &SandboxTransaction) -> Outcome {
    let hash = json!(transaction.hash);
    if transaction.status == SandboxStatus::Completed {
        return Outcome { success: true, reason: None, hash };
    }
    let reason = reason(transaction.failure_reason.as_deref(), Reason::INVALID_TRANSACTION_STATE);
    Outcome { success: false, reason: Some(reason), hash }
}

impl Outcome {
    fn to_json(&self, payment: &Payment) -> Value {
        let Self { success, hash, .. } = self;
        let reason = self.reason.as_ref().map(Reason::as_str);
        match payment.version() {
            X402Version::V1 => json!({
                "x402Version": 1,
                "success": success,
                "error": reason,
                "txHash": hash,
                "networkId": success.then(|| payment.network().v1_name()),
            }),
            X402Version::V2 => json!({
                "x402Version": 2,
                "success": success,
                "errorReason": reason,
                "transaction": hash,
                "network": success.then(|| payment.network().to_string()),
                "payer": payment.payer(),
            }),
        }
    }
}
