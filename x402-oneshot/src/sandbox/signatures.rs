//! The signature endpoint: what a wallet signs, and how it says what that was.

use std::sync::Arc;

use alloy_primitives::{Address, B256, U256, eip191_hash_message};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use x402_core::exact::Authorization;

use super::extract::{Body, Query, Segments};
use super::failure::Failure;
use super::shared::{Shared, State as World};
use super::transfer::PERMIT2;
use super::wallet::Wallet;
use super::{typed_data, value};

/// Seconds that a transfer is good for if the caller does not say.
const VALIDITY: u64 = 3600;

sol! {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        address spender;
        uint256 nonce;
        uint256 deadline;
    }
}

/// What can be signed.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Erc191,
    Erc3009,
    Erc712,
    Permit2,
}

/// What the endpoint takes, in a query or in a body; which of it counts depends on the kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    contract_address: Option<Address>,
    destination_address: Option<Address>,
    amount: Option<Value>,
    valid_until: Option<Value>,
    valid_after: Option<Value>,
    from_address: Option<Address>,
    domain: Option<Value>,
    types: Option<Value>,
    message: Option<Value>,
}

/// `GET /wallets/{walletId}/signature/{type}`: objects come as JSON in strings.
pub(super) async fn get(
    Segments((id, kind)): Segments<(Uuid, Kind)>,
    State(shared): State<Arc<Shared>>,
    Query(request): Query<Request>,
) -> Result<Json<Value>, Failure> {
    sign(&shared, id, kind, request)
}

/// `POST /wallets/{walletId}/signature/{type}`.
pub(super) async fn post(
    Segments((id, kind)): Segments<(Uuid, Kind)>,
    State(shared): State<Arc<Shared>>,
    Body(request): Body<Request>,
) -> Result<Json<Value>, Failure> {
    sign(&shared, id, kind, request)
}

fn sign(shared: &Shared, id: Uuid, kind: Kind, request: Request) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let nonce = state.entropy.word();
    let wallet = state.wallets.find(id)?;
    let (data, hash) = match kind {
        Kind::Erc191 => request.erc191()?,
        Kind::Erc3009 => request.erc3009(&state, wallet, nonce, now)?,
        Kind::Erc712 => request.erc712()?,
        Kind::Permit2 => request.permit2(wallet, nonce, now)?,
    };
    Ok(Json(json!({"signature": wallet.sign(hash), "data": data})))
}

impl Request {
    /// A text ([EIP-191](https://eips.ethereum.org/EIPS/eip-191)), which is its own data.
    fn erc191(self) -> Result<(String, B256), Failure> {
        match self.message {
            Some(Value::String(text)) => {
                let hash = eip191_hash_message(&text);
                Ok((text, hash))
            }
            Some(_) => Err(Failure::invalid("body", "message", "message is not a text")),
            None => Err(missing("message")),
        }
    }

    /// A transfer that whoever holds the signature can execute ([EIP-3009](https://eips.ethereum.org/EIPS/eip-3009)).
    fn erc3009(&self, world: &World, wallet: &Wallet, nonce: B256, now: u64) -> Result<(String, B256), Failure> {
        let chain = world.chains.check(wallet.chain_id)?;
        let token = chain.token(self.contract()?).ok_or_else(Failure::no_token)?;
        let signed = Authorization {
            from: self.from_address.unwrap_or(wallet.address),
            to: self.destination()?,
            value: self.amount()?,
            valid_after: number(self.valid_after.as_ref(), "validAfter")?.unwrap_or_default(),
            valid_before: self.valid_until(now)?,
            nonce,
        };
        let data = json!({
            "from": signed.from.to_string(),
            "to": signed.to.to_string(),
            "value": signed.value.to_string(),
            "validAfter": signed.valid_after.to_string(),
            "validBefore": signed.valid_before.to_string(),
            "nonce": nonce,
        });
        Ok((data.to_string(), signed.signing_hash(&token.domain())))
    }

    /// Typed data, as it is.
    fn erc712(self) -> Result<(String, B256), Failure> {
        let domain = self.domain.ok_or_else(|| missing("domain"))?;
        let types = self.types.ok_or_else(|| missing("types"))?;
        let message = self.message.ok_or_else(|| missing("message"))?;
        let (data, hash) = typed_data::read(domain, types, message)?;
        Ok((data.to_string(), hash))
    }

    /// A transfer that its destination can execute through [Permit2](https://github.com/Uniswap/permit2).
    fn permit2(&self, wallet: &Wallet, nonce: B256, now: u64) -> Result<(String, B256), Failure> {
        if self.valid_after.is_some() {
            let message = "validAfter means nothing to Permit2 and must not be set";
            return Err(Failure::invalid("body", "validAfter", message));
        }
        let permitted = TokenPermissions { token: self.contract()?, amount: self.amount()? };
        let deadline = self.valid_until(now)?;
        let permit = PermitTransferFrom { permitted, spender: self.destination()?, nonce: nonce.into(), deadline };
        let domain = Eip712Domain {
            name: Some("Permit2".into()),
            chain_id: Some(U256::from(wallet.chain_id)),
            verifying_contract: Some(PERMIT2),
            ..Eip712Domain::default()
        };
        let data = json!({
            "permitted": {
                "token": permit.permitted.token.to_string(),
                "amount": permit.permitted.amount.to_string(),
            },
            "spender": permit.spender.to_string(),
            "nonce": permit.nonce.to_string(),
            "deadline": permit.deadline.to_string(),
        });
        Ok((data.to_string(), permit.eip712_signing_hash(&domain)))
    }

    fn contract(&self) -> Result<Address, Failure> {
        self.contract_address.ok_or_else(|| missing("contractAddress"))
    }

    fn destination(&self) -> Result<Address, Failure> {
        self.destination_address.ok_or_else(|| missing("destinationAddress"))
    }

    fn amount(&self) -> Result<U256, Failure> {
        number(self.amount.as_ref(), "amount")?.ok_or_else(|| missing("amount"))
    }

    fn valid_until(&self, now: u64) -> Result<U256, Failure> {
        Ok(number(self.valid_until.as_ref(), "validUntil")?.unwrap_or(U256::from(now.saturating_add(VALIDITY))))
    }
}

/// A whole number, as such or in a string.
fn number(json: Option<&Value>, name: &str) -> Result<Option<U256>, Failure> {
    let refused = || Failure::invalid("body", name, format!("{name} is no whole number"));
    json.map(|json| value::uint(json, 256).ok_or_else(refused)).transpose()
}

fn missing(name: &str) -> Failure {
    Failure::invalid("body", name, format!("{name} is missing"))
}
