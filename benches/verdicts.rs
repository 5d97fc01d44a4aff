//! What a facilitator at a URL says.

use alloy_primitives::B256;
use axum::{Router, routing::post};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use x402_core::{SettleResponse, VerifyResponse, X402Version, wire};

use crate::shop::Shop;

/// What a facilitator says of any good payment of a shop's customer.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "one for each question")]
pub struct Verdicts {
    /// To `/verify`.
    pub valid: Bytes,
    /// To `/settle`.
    pub settled: Bytes,
}

impl Verdicts {
    /// The verdicts on payments of this version.
    #[must_use]
    pub fn new(shop: &Shop, version: X402Version) -> Self {
        let payer = shop.customer();
        let settled = SettleResponse::settled(B256::repeat_byte(1), shop.asset().network(), payer);
        Self {
            valid: wire::encode_verify_response(&VerifyResponse::valid(payer)).into(),
            settled: wire::encode_settle_response(&settled, version).into(),
        }
    }

    /// A facilitator that reads what it is asked, and says this at once.
    pub fn routes(self) -> Router {
        let say = |verdict: Bytes| {
            post(move |_: Bytes| {
                let verdict = verdict.clone();
                async move { ([(CONTENT_TYPE, "application/json")], verdict) }
            })
        };
        Router::new().route("/verify", say(self.valid)).route("/settle", say(self.settled)).with_state(())
    }
}
