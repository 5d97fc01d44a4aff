//! A payment that the x402 endpoints are asked about.

use std::time::Duration;

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, sol};
use serde::Deserialize;
use serde_json::{Value, json};
use x402_core::exact::{Terms, check};
use x402_core::{
    FacilitatorRequest, Network, PaymentRequirements, Reason, Scheme, Signature, UnixSeconds, X402Version, wire,
};

use super::chain::{Call, Order};
use super::extract::parse;
use super::failure::Failure;
use super::invocation::DEFAULT_GAS;
use super::revert;
use super::shared::{Shared, State};
use crate::facilitator::failure::reason;

sol! {
    function transferWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
        uint8 v, bytes32 r, bytes32 s
    ) external;
}

/// What `/x402/verify` and `/x402/settle` take.
pub(super) struct Payment {
    request: FacilitatorRequest,
    /// The version at the top of the body.
    version: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    x402_version: u64,
    /// An object; an older specification of the API has it as JSON in a string.
    payment_payload: Value,
    payment_requirements: Value,
}

impl Payment {
    pub(super) fn read(body: &[u8]) -> Result<Self, Failure> {
        let Wire { x402_version, payment_payload, payment_requirements } = parse(body)?;
        let refused = |message: String| Failure::invalid("body", "paymentPayload", message);
        let payload = match payment_payload {
            Value::String(text) => serde_json::from_str(&text)
                .map_err(|_| refused("paymentPayload is a string, and there is no JSON in it".to_owned()))?,
            payload => payload,
        };
        let whole = json!({ "paymentPayload": payload, "paymentRequirements": payment_requirements }).to_string();
        let request = wire::decode_facilitator_request(whole.as_bytes()).map_err(|error| refused(error.to_string()))?;
        Ok(Self { request, version: x402_version })
    }

    pub(super) const fn version(&self) -> X402Version {
        self.request.payload().version()
    }

    /// The network it is for.
    pub(super) fn network(&self) -> &Network {
        &self.request.requirements().network
    }

    /// Who pays, in JSON.
    pub(super) fn payer(&self) -> Value {
        self.request.exact().map_or(Value::Null, |payment| payment.authorization.from.to_checksum(None).into())
    }

    /// The transfer, if it would succeed now; else the protocol's code for why it would not.
    pub(super) fn check(&self, shared: &Shared) -> Result<Order, Reason> {
        let (payload, requirements) = (self.request.payload(), self.request.requirements());
        if self.version != payload.version().as_u64() {
            return Err(Reason::INVALID_X402_VERSION);
        }
        if requirements.scheme != Scheme::EXACT || *payload.scheme() != Scheme::EXACT {
            return Err(Reason::UNSUPPORTED_SCHEME);
        }
        let network = requirements.network.clone();
        let State { chains, wallets, .. } = &*shared.state();
        let chain = network.chain_id().and_then(|id| chains.get(id)).ok_or(Reason::INVALID_NETWORK)?;
        let wallet = wallets.of_chain(chain.id()).ok_or(Reason::INVALID_NETWORK)?;
        if *payload.network() != network {
            return Err(Reason::INVALID_NETWORK);
        }
        let token = requirements.asset.evm().and_then(|asset| chain.token(asset));
        let token = token.ok_or(Reason::INVALID_PAYMENT_REQUIREMENTS)?;
        if !payload.accepted().is_none_or(|accepted| same(accepted, requirements)) {
            return Err(Reason::INVALID_PAYMENT_REQUIREMENTS);
        }
        let payment = payload.exact().ok_or(Reason::INVALID_PAYLOAD)?;
        let now = shared.now();
        let terms = Terms {
            pay_to: requirements.pay_to.evm().ok_or(Reason::INVALID_PAYMENT_REQUIREMENTS)?,
            asset: token.address(),
            value: requirements.amount.as_u256(),
            // Who remembers no payments need not care for how long one is valid.
            max_timeout: Duration::MAX,
            domain: token.domain(),
            network,
        };
        let _checked = check(payment, &terms, payload.version(), UnixSeconds::from_secs(now))?;
        let signature = Signature::from_bytes(&payment.signature).map_err(|_| Reason::INVALID_SIGNATURE)?;
        let signed = &payment.authorization;
        let transfer = transferWithAuthorizationCall {
            from: signed.from,
            to: signed.to,
            value: signed.value,
            validAfter: signed.valid_after,
            validBefore: signed.valid_before,
            nonce: signed.nonce,
            v: signature.v(),
            r: signature.r(),
            s: signature.s(),
        };
        let call = Call {
            from: wallet.address,
            to: token.address(),
            value: U256::ZERO,
            input: transfer.abi_encode().into(),
            gas_limit: DEFAULT_GAS,
        };
        match chain.call(&call, now).result {
            Ok(_) => Ok(Order { chain_id: chain.id(), wallet_id: wallet.id, call }),
            Err(fault) => Err(reason(Some(&revert::Reason::from(fault).message), Reason::SIMULATION_FAILED)),
        }
    }
}

/// Whether a client accepted what is required; it may have added to `extra`.
fn same(accepted: &PaymentRequirements, required: &PaymentRequirements) -> bool {
    accepted.scheme == required.scheme
        && accepted.network == required.network
        && accepted.amount == required.amount
        && accepted.asset == required.asset
        && accepted.pay_to == required.pay_to
        && accepted.max_timeout_seconds == required.max_timeout_seconds
}
