//! The rules that every facilitator keeps, core's suite, asked over HTTP by our own `Remote`.

use std::time::Duration;

use alloy_signer_local::PrivateKeySigner;
use x402_core::{
    reason::ReasonKind,
    testing::conformance::facilitator::{Fixture, all},
};
use x402_oneshot::facilitator::Remote;

use crate::{
    caller::Caller,
    payment::{Payment, VERSIONS},
    server::Server,
};

#[tokio::test]
async fn a_remote_keeps_every_rule_in_both_versions_however_it_settles() {
    for kind in ["relayed", "native"] {
        let server = Server::start(&[("ONESHOT_FACILITATOR", kind)]).await;
        let caller = Caller::of(&server);
        let mut fixture = Fixture::new();
        for (nonce, version) in (1..).step_by(2).zip(VERSIONS) {
            let good = Payment::of(version, nonce);
            let bad = |payment: Payment| async move { payment.request().await };
            fixture = fixture
                .payable(good.request().await)
                .contested(Payment::of(version, nonce + 1).request().await)
                .invalid(
                    bad(Payment { signer: PrivateKeySigner::random(), ..good.clone() }).await,
                    [ReasonKind::InsufficientFunds],
                )
                .invalid(bad(Payment { value: 1, ..good.clone() }).await, [ReasonKind::Amount])
                .invalid(bad(Payment { valid_for: Duration::ZERO, ..good.clone() }).await, [ReasonKind::Expired])
                .invalid(bad(Payment { is_forged: true, ..good.clone() }).await, [ReasonKind::Signature]);
        }
        all(&Remote::new(caller.url("").as_str()).unwrap(), &fixture).await;
    }
}
