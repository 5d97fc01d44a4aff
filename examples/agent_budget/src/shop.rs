//! A shop to buy from: a route behind a [`PaymentLayer`], settling in a sandbox.

use std::{error::Error, time::Duration};

use alloy_primitives::{Address, address};
use axum::{Router, routing::post};
use tokio::net::TcpListener;
use x402_core::{
    Amount, Asset, Network,
    server::{Gate, Offer, Offers},
};
use x402_oneshot::{Client, Config, Credentials, api::WaitPolicy, facilitator::Relayed, sandbox::Sandbox};
use x402_tower::PaymentLayer;

const SELLER: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

/// Blocks as fast as nobody wants to wait for.
const BLOCK_TIME: Duration = Duration::from_millis(100);

pub(crate) struct Shop {
    pub(crate) url: String,
    /// Of an account that holds test USDC.
    pub(crate) buyer_key: [u8; 32],
    sandbox: Sandbox,
}

impl Shop {
    /// What it was paid, on chain.
    pub(crate) fn earned(&self) -> String {
        Amount::from(self.sandbox.balance_of(SELLER)).to_decimal(6)
    }
}

pub(crate) async fn open() -> Result<Shop, Box<dyn Error>> {
    let sandbox = Sandbox::builder().block_time(BLOCK_TIME).start().await?;
    let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
    let client = Client::new(Config::new(credentials).base_url(sandbox.base_url())?)?;
    let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?;
    let relayed = Relayed::builder(client, sandbox.business_id())
        .token(usdc.clone())
        .wait(WaitPolicy::for_block_time(BLOCK_TIME).min_interval(BLOCK_TIME / 4))
        .connect()
        .await?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/facts", listener.local_addr()?);
    let offers = Offers::new(url.as_str(), [Offer::exact(&usdc, &"$0.05".parse()?, SELLER)?])?;
    let layer = PaymentLayer::new(Gate::new(relayed), offers);
    let facts = post(|question: String| async move { format!("a fact about {question}\n") });
    let app = Router::new().route("/facts", facts.layer(layer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let buyer_key = *sandbox.buyer_key().expose();
    Ok(Shop { url, buyer_key, sandbox })
}
