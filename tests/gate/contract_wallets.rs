//! A contract wallet pays: the sandbox's chain is asked whether it signed, through a contract method of 1Shot.

use std::{net::SocketAddr, time::Duration};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use axum::{Router, routing::any};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use x402_core::{
    Asset, Network, PaymentPayload, Reason, X402Version,
    exact::{Authorization, ExactPayload},
    header,
    server::{Gate, Offer, Offers},
};
use x402_oneshot::{
    Client, Config, Credentials,
    api::WaitPolicy,
    facilitator::Relayed,
    sandbox::{Sandbox, SandboxBuilder, SandboxStatus},
};
use x402_tower::{PaymentLayer, server::Settlements};

use crate::support::{Answer, BOTH, CONTENT, Connections, PREMIUM, Sockets, Work, client, handler, head, within};

const SELLER: Address = Address::repeat_byte(7);
const PRICE: u64 = 50_000;

/// A shop that takes contract wallets, its account at 1Shot, and a wallet with money.
struct Scene {
    sandbox: Sandbox,
    wallet: Address,
    offers: Offers,
    settlements: Settlements,
    work: Work,
    connections: Connections,
    address: SocketAddr,
}

impl Scene {
    async fn set(builder: SandboxBuilder) -> Self {
        let sandbox = builder.start().await.unwrap();
        let config = Config::new(Credentials::new(sandbox.api_key(), sandbox.api_secret()));
        let account = Client::new(config.base_url(sandbox.base_url()).unwrap()).unwrap();
        let often = Duration::from_millis(5);
        let wait = WaitPolicy::new().interval(often).min_interval(often).deadline(Duration::from_secs(60));
        let relayed = Relayed::builder(account, sandbox.business_id()).token(usdc()).wait(wait);
        // Even where nothing else is verified.
        let gate = Gate::new(relayed.connect().await.unwrap()).verify(false).contract_wallets();

        let offer = Offer::exact(&usdc(), &"$0.05".parse().unwrap(), SELLER).unwrap();
        let offers = Offers::new("https://shop.example/premium", [offer]).unwrap();
        let (settlements, work) = (Settlements::default(), Work::default());
        let layer = PaymentLayer::new(gate, offers.clone()).settlements(settlements.clone());
        let sockets = Sockets::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let (address, connections) = (sockets.address(), sockets.connections());
        let app = Router::new().route(PREMIUM, any(handler).layer(layer)).with_state(work.clone());
        tokio::spawn(async move { axum::serve(sockets, app).await });

        let wallet = sandbox.smart_wallet(sandbox.buyer_address());
        Self { sandbox, wallet, offers, settlements, work, connections, address }
    }

    /// Of the wallet's, with the signature of this key.
    fn signed_by(&self, key: &[u8; 32], version: X402Version, nonce: u8) -> (HeaderName, HeaderValue) {
        let authorization = Authorization {
            from: self.wallet,
            to: SELLER,
            value: U256::from(PRICE),
            valid_after: U256::ZERO,
            valid_before: U256::from(x402_core::Clock::now(&x402_core::SystemClock).as_secs() + 600),
            nonce: B256::repeat_byte(nonce),
        };
        let signer = PrivateKeySigner::from_slice(key).unwrap();
        let signature = signer.sign_hash_sync(&authorization.signing_hash(&usdc().domain())).unwrap();
        let signature = Bytes::copy_from_slice(&signature.as_bytes());
        let payment = ExactPayload { authorization, signature };
        let payload = match version {
            X402Version::V1 => PaymentPayload::v1(Network::BASE_SEPOLIA, payment),
            X402Version::V2 => {
                let resource = self.offers.resource().clone().into();
                PaymentPayload::v2(self.offers.offers()[0].requirements().clone(), payment, Some(resource), None)
            }
        };
        (header::payment_header(version), header::encode_payment(&payload))
    }

    fn by_its_owner(&self, version: X402Version, nonce: u8) -> (HeaderName, HeaderValue) {
        self.signed_by(self.sandbox.buyer_key().expose(), version, nonce)
    }

    /// Of the wallet's too, says somebody else.
    fn forged(&self, version: X402Version, nonce: u8) -> (HeaderName, HeaderValue) {
        self.signed_by(&[9; 32], version, nonce)
    }

    async fn get(&self, (name, value): (HeaderName, HeaderValue)) -> Answer {
        let request = client().get(format!("http://{}{PREMIUM}", self.address));
        let response = within(request.headers(HeaderMap::from_iter([(name, value)])).send()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: within(response.text()).await.unwrap() }
    }

    fn executions(&self) -> u64 {
        self.sandbox.requests().of("POST", "/methods/{id}/execute")
    }

    fn is_served(&self, answer: &Answer) {
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, CONTENT));
        let receipt = answer.receipt().unwrap();
        assert!(receipt.success && receipt.payer.unwrap() == self.wallet);
        let on_chain = self.sandbox.transactions();
        let settled =
            on_chain.iter().find(|sent| sent.hash.is_some_and(|hash| hash.to_string() == receipt.transaction));
        assert_eq!(settled.unwrap().status, SandboxStatus::Completed);
    }
}

fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

fn instant() -> SandboxBuilder {
    Sandbox::builder().block_time(Duration::ZERO)
}

#[tokio::test]
async fn a_contract_wallet_pays_and_is_served_and_the_transfer_is_on_chain() {
    let scene = Scene::set(instant()).await;
    let before = scene.sandbox.balance_of(scene.wallet);
    let owners = scene.sandbox.balance_of(scene.sandbox.buyer_address());
    for (version, nonce) in BOTH.into_iter().zip(1..) {
        let answer = scene.get(scene.by_its_owner(version, nonce)).await;
        scene.is_served(&answer);
        let paid = U256::from(PRICE * u64::from(nonce));
        assert_eq!(scene.sandbox.balance_of(SELLER), paid);
        assert_eq!(before - scene.sandbox.balance_of(scene.wallet), paid);
        assert_eq!((scene.work.started(), scene.executions()), (usize::from(nonce), u64::from(nonce)));
        assert!(answer.headers.contains_key(header::receipt_header(version)));
        // Once.
        scene.get(scene.by_its_owner(version, nonce)).await.is_refused(&Reason::NONCE_USED);
    }
    assert_eq!(scene.sandbox.balance_of(scene.sandbox.buyer_address()), owners, "the owner's own money stays");
}

#[tokio::test]
async fn attack_15_a_forged_signature_of_a_contract_wallet_is_refused_and_the_handler_never_runs() {
    let scene = Scene::set(instant()).await;
    for version in BOTH {
        scene.get(scene.forged(version, 1)).await.is_refused(&Reason::INVALID_SIGNATURE);
    }
    assert_eq!((scene.work.started(), scene.executions()), (0, 0));
    assert_eq!(scene.sandbox.balance_of(SELLER), U256::ZERO);
    // It has kept nobody from paying.
    let answer = scene.get(scene.by_its_owner(X402Version::V2, 1)).await;
    scene.is_served(&answer);
}

#[tokio::test]
async fn attack_3_content_that_was_paid_for_and_waits_is_not_for_another_signature() {
    for version in BOTH {
        let scene = Scene::set(Sandbox::builder().manual_mining()).await;
        let payment = scene.by_its_owner(version, 1);
        let mut client = TcpStream::connect(scene.address).await.unwrap();
        client.write_all(head(PREMIUM, &payment).as_bytes()).await.unwrap();
        within(until(|| scene.sandbox.transactions().len() == 1)).await;
        drop(client);
        scene.connections.over(1).await;
        scene.sandbox.mine();
        within(until(|| scene.settlements.in_flight() == 0)).await;
        assert_eq!(scene.settlements.parked(), 1);

        scene.get(scene.forged(version, 1)).await.is_refused(&Reason::NONCE_USED);
        assert_eq!(scene.settlements.parked(), 1);
        scene.is_served(&scene.get(payment).await);
        assert_eq!((scene.work.started(), scene.executions()), (1, 1));
        assert_eq!(scene.sandbox.balance_of(SELLER), U256::from(PRICE));
    }
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}
