//! A sandbox, clients of it, and a payment to settle.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use x402_core::facilitator::{FacilitatorError, FacilitatorErrorKind, Reach};
use x402_core::server::Offer;
use x402_core::signer::Transfer;
use x402_core::{
    Amount, Asset, FacilitatorRequest, Network, PaymentPayload, PaymentSigner, Reason, ResourceInfo, SettleResponse,
    X402Version,
};
use x402_oneshot::api::{Execute, Params, Transaction, WaitPolicy};
use x402_oneshot::facilitator::{Native, NativeBuilder, ProvisionError, Relayed};
use x402_oneshot::sandbox::faults::{Fault, Lifecycle, On};
use x402_oneshot::sandbox::{Sandbox, SandboxBuilder};
use x402_oneshot::{Client, Config, Credentials, Error, MethodId, RetryPolicy};

pub(crate) const SELLER: Address = Address::repeat_byte(7);

/// The price, in atomic units.
pub(crate) const PRICE: u64 = 50_000;

pub(crate) const VERSIONS: [X402Version; 2] = [X402Version::V1, X402Version::V2];

pub(crate) const EXECUTE: &str = "/methods/{id}/execute";
pub(crate) const TRANSACTION: &str = "/transactions/{id}";
pub(crate) const WALLETS: &str = "/business/{id}/wallets";

/// Blocks come at once, so that nothing is waited for.
pub(crate) fn builder() -> SandboxBuilder {
    Sandbox::builder().block_time(Duration::ZERO)
}

pub(crate) async fn start() -> Sandbox {
    builder().start().await.unwrap()
}

pub(crate) fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

/// Two retries, almost at once; four tenths of a second for a try, and a second for a call.
pub(crate) fn config(sandbox: &Sandbox) -> Config {
    let soon = Duration::from_millis(2);
    let retry = RetryPolicy::new().base(soon).cap(soon).max_retry_after(soon);
    Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()))
        .base_url(sandbox.base_url())
        .unwrap()
        .retry(retry)
        .attempt_timeout(Duration::from_millis(400))
        .unwrap()
        .deadline(Duration::from_secs(1))
        .unwrap()
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::new(config(sandbox)).unwrap()
}

/// A client that has its token, so that the next request is the call itself.
pub(crate) async fn ready(sandbox: &Sandbox) -> Client {
    let client = client(sandbox);
    client.x402().supported().await.unwrap();
    client
}

/// Asks often, and gives up after a second.
pub(crate) fn wait() -> WaitPolicy {
    let often = Duration::from_millis(3);
    WaitPolicy::new().interval(often).min_interval(often).deadline(Duration::from_secs(1))
}

/// Gives up soon: for what never ends.
pub(crate) fn impatient() -> WaitPolicy {
    wait().deadline(Duration::from_millis(100))
}

pub(crate) async fn connect(sandbox: &Sandbox) -> Result<Relayed, ProvisionError> {
    waiting(sandbox, wait()).await
}

async fn waiting(sandbox: &Sandbox, wait: WaitPolicy) -> Result<Relayed, ProvisionError> {
    Relayed::builder(client(sandbox), sandbox.business_id()).token(usdc()).wait(wait).connect().await
}

pub(crate) async fn relayed(sandbox: &Sandbox) -> Relayed {
    connect(sandbox).await.unwrap()
}

pub(crate) fn native_builder(sandbox: &Sandbox) -> NativeBuilder {
    Native::builder(client(sandbox), sandbox.business_id()).wait(wait())
}

pub(crate) async fn native(sandbox: &Sandbox) -> Native {
    native_builder(sandbox).token(usdc()).connect().await.unwrap()
}

/// The buyer's payment of the price to the seller.
pub(crate) async fn payment(sandbox: &Sandbox, version: X402Version) -> FacilitatorRequest {
    let asset = usdc();
    let signer = PrivateKeySigner::from_bytes(&B256::from(*sandbox.buyer_key().expose())).unwrap();
    let transfer = Transfer {
        asset: asset.clone(),
        to: SELLER,
        value: U256::from(PRICE),
        valid_after: U256::ZERO,
        valid_before: U256::from(u32::MAX),
        nonce: B256::repeat_byte(1),
    };
    let signed = signer.sign(&transfer).await.unwrap();
    let offer = Offer::exact_amount(&asset, Amount::from_atomic(PRICE), SELLER).unwrap();
    let accepted = offer.requirements().clone();
    let payload = match version {
        X402Version::V1 => PaymentPayload::v1(Network::BASE_SEPOLIA, signed),
        _ => PaymentPayload::v2(accepted.clone(), signed, None, None),
    };
    FacilitatorRequest::new(payload, accepted, ResourceInfo::new("https://shop.example/"))
}

/// A sandbox, a relaying facilitator in it, and a payment for it.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) relayed: Relayed,
    pub(crate) payment: FacilitatorRequest,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::waiting(wait()).await
    }

    pub(crate) async fn impatient() -> Self {
        Self::waiting(impatient()).await
    }

    async fn waiting(wait: WaitPolicy) -> Self {
        let sandbox = start().await;
        let relayed = waiting(&sandbox, wait).await.unwrap();
        let payment = payment(&sandbox, X402Version::V2).await;
        Self { sandbox, relayed, payment }
    }

    pub(crate) fn executing(&self) -> On<'_, 'static> {
        self.sandbox.faults().on("POST", EXECUTE)
    }

    pub(crate) async fn settle(&self) -> Result<SettleResponse, FacilitatorError> {
        x402_core::Facilitator::settle(&self.relayed, &self.payment).await
    }

    /// Settles while the next transaction lives this life.
    pub(crate) async fn settle_with(&self, life: &Lifecycle) -> Result<SettleResponse, FacilitatorError> {
        self.sandbox.faults().next_transaction(life);
        self.settle().await
    }

    pub(crate) async fn reconcile(&self) -> SettleResponse {
        x402_core::Facilitator::reconcile(&self.relayed, &self.payment, None).await.unwrap()
    }

    pub(crate) fn executions(&self) -> u64 {
        self.sandbox.requests().of("POST", EXECUTE)
    }

    pub(crate) fn method(&self) -> MethodId {
        self.relayed.method(&Network::BASE_SEPOLIA, usdc().address()).unwrap()
    }

    /// Executes the payment's transfer through the client itself.
    pub(crate) async fn execute(&self, client: &Client) -> Result<Transaction, Error> {
        client.methods().execute(self.method(), Execute::new(self.params())).await
    }

    fn params(&self) -> Params {
        let payment = self.payment.exact().unwrap();
        let signed = &payment.authorization;
        Params::new()
            .address("from", signed.from)
            .address("to", signed.to)
            .uint("value", signed.value)
            .uint("validAfter", signed.valid_after)
            .uint("validBefore", signed.valid_before)
            .bytes("nonce", signed.nonce)
            .bytes("signature", &payment.signature)
    }

    /// That the seller was paid, once.
    pub(crate) fn assert_paid_once(&self) {
        assert_eq!(paid(&self.sandbox), PRICE);
    }

    pub(crate) fn assert_unpaid(&self) {
        assert_eq!(paid(&self.sandbox), 0);
    }
}

/// What the seller has.
pub(crate) fn paid(sandbox: &Sandbox) -> u64 {
    sandbox.balance_of(SELLER).to()
}

/// Makes the next request to an endpoint go wrong, and the call that makes it; gives how often it was sent.
pub(crate) async fn struck<T>(
    sandbox: &Sandbox,
    (method, route): (&str, &str),
    fault: Fault,
    call: impl Future<Output = T>,
) -> (T, u64) {
    let before = sandbox.requests().of(method, route);
    sandbox.faults().on(method, route).once(fault);
    let outcome = call.await;
    assert_eq!(sandbox.faults().rules(), [], "the fault struck");
    (outcome, sandbox.requests().of(method, route) - before)
}

pub(crate) fn is_pending(answer: &SettleResponse) -> bool {
    !answer.success && answer.error_reason == Some(Reason::SETTLEMENT_PENDING)
}

pub(crate) fn said(error: &FacilitatorError) -> (FacilitatorErrorKind, Reach) {
    (error.kind(), error.reach())
}

/// Waits until all transactions are final.
pub(crate) async fn all_final(sandbox: &Sandbox) {
    use x402_oneshot::sandbox::SandboxStatus::{Completed, Failed};
    while !sandbox.transactions().iter().all(|known| matches!(known.status, Completed | Failed)) {
        tokio::task::yield_now().await;
    }
}
