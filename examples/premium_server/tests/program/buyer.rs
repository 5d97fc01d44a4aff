//! A buyer over sockets.

use alloy_signer_local::PrivateKeySigner;
use reqwest::{Response, redirect};
use x402_core::{
    PaymentRequired, SettleResponse,
    client::{Offered, Payer, SignedPayment, read_offer},
    header::read_receipt,
};

use crate::server::Server;

/// Who holds the sandbox's test money.
pub(crate) struct Buyer {
    http: reqwest::Client,
    payer: Payer<PrivateKeySigner>,
}

impl Buyer {
    /// With the key that the server printed.
    pub(crate) fn of(sandbox: &Server) -> Self {
        Self::with_key(sandbox.fact("buyer key:"))
    }

    pub(crate) fn with_key(key: &str) -> Self {
        Self { http: http(), payer: Payer::new(key.parse().unwrap()) }
    }

    pub(crate) fn address(&self) -> alloy_primitives::Address {
        self.payer.signer().address()
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.http.get(url).send().await.unwrap()
    }

    /// Asks for the price, and signs a payment of it, without a name, as most clients do.
    pub(crate) async fn sign(&self, url: &str) -> SignedPayment {
        let mut offered = offer(self.get(url).await).await;
        offered.required.extensions = None;
        self.sign_offer(&offered).await
    }

    pub(crate) async fn sign_offer(&self, offered: &Offered) -> SignedPayment {
        let choice = self.payer.choose(offered).unwrap();
        self.payer.sign(offered, choice).await.unwrap()
    }

    pub(crate) async fn present(&self, url: &str, payment: &SignedPayment) -> Response {
        self.try_present(url, payment).await.unwrap()
    }

    /// Presents a payment to a server that may not answer.
    pub(crate) async fn try_present(&self, url: &str, payment: &SignedPayment) -> reqwest::Result<Response> {
        let (name, value) = payment.header();
        self.http.get(url).header(name, value).send().await
    }

    /// Pays, and gives the page and the receipt.
    pub(crate) async fn buy(&self, url: &str) -> (String, SettleResponse) {
        let payment = self.sign(url).await;
        let response = self.present(url, &payment).await;
        assert_eq!(response.status(), 200);
        let receipt = read_receipt(response.headers()).unwrap().expect("a receipt comes with the page");
        (response.text().await.unwrap(), receipt)
    }
}

/// A plain client, which follows no redirect.
pub(crate) fn http() -> reqwest::Client {
    // Another test of the process may have been first; plain HTTP only wants that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

/// The offer of a 402.
pub(crate) async fn offer(response: Response) -> Offered {
    assert_eq!(response.status(), 402);
    let headers = response.headers().clone();
    read_offer(&headers, &response.bytes().await.unwrap()).unwrap()
}

/// The code with which a 402 refuses.
pub(crate) async fn code(response: Response) -> String {
    let PaymentRequired { error, .. } = offer(response).await.required;
    error.unwrap()
}
