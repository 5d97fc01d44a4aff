//! The x402 endpoints, in 1Shot's dialect: the names in a v1 settlement are not the protocol's, and v2 has nulls.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde_json::{Value, json};
use uuid::Uuid;
use x402_core::{Asset, Network, Reason, X402Version};

use super::chain::{BASE_SEPOLIA, Order};
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

/// What v1 calls Base Sepolia.
const V1_NETWORK: &str = "base-sepolia";

/// The name of the contract method that settles, as it stands in the account.
const METHOD: &str = "USDC transferWithAuthorization (v, r, s)";

/// `GET /x402/supported`: a row for each version, the token in both.
pub(super) async fn supported() -> Json<Value> {
    let usdc = Asset::usdc(&Network::eip155(BASE_SEPOLIA));
    let tokens: Value = usdc
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
    let kind = |version, network: String| json!({"x402Version": version, "scheme": "exact", "network": network, "tokens": tokens});
    Json(json!({ "kinds": [kind(1, V1_NETWORK.to_owned()), kind(2, format!("eip155:{BASE_SEPOLIA}"))] }))
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
    shared.queue(&mut world, Transaction::new(id, method.label(), order, None, now))?;
    Ok(id)
}

/// The contract method behind the endpoints. The sandbox's account has it from its first settlement on.
fn imported(world: &mut World, order: &Order, business_id: Uuid, now: u64) -> Result<Method, Failure> {
    if let Some(method) = world.methods.iter().find(|method| method.name == METHOD) {
        return Ok(method.clone());
    }
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
        name: METHOD.to_owned(),
        description: "Settles what /x402/settle is given".to_owned(),
        contract: token::ADDRESS,
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
                "networkId": success.then_some(V1_NETWORK),
            }),
            X402Version::V2 => json!({
                "x402Version": 2,
                "success": success,
                "errorReason": reason,
                "transaction": hash,
                "network": success.then(|| format!("eip155:{BASE_SEPOLIA}")),
                "payer": payment.payer(),
            }),
        }
    }
}
