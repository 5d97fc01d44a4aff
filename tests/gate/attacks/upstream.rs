//! Between the server and its facilitator.

use x402_core::X402Version;
use x402_oneshot::facilitator::Remote;

use crate::support::{Act, BOTH, Facilitator, PREMIUM, Shop};

#[tokio::test]
async fn attack_23_a_redirect_of_verify_or_settle_leads_nowhere() {
    for version in BOTH {
        for status in [301, 302, 303, 307, 308] {
            let elsewhere = Facilitator::start().await;
            let shop = Shop::open().await;
            let payment = [shop.sign(version, PREMIUM, 1).await];

            shop.facilitator.next_verify(Act::redirecting(status, format!("{}/verify", elsewhere.url())));
            shop.get(PREMIUM, &payment).await.is_unavailable();
            assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (0, 0), "{status}");

            shop.facilitator.next_settle(Act::redirecting(status, format!("{}/settle", elsewhere.url())));
            shop.get(PREMIUM, &payment).await.is_unknown(version);
            assert_eq!((elsewhere.calls(), elsewhere.connections()), (0, 0), "{status}: nobody came");
        }
    }
}

#[tokio::test]
async fn attack_23_the_facilitator_is_reached_by_https_or_is_this_machine() {
    for url in
        ["http://facilitator.example", "http://10.0.0.7/x402", "http://127.0.0.1.evil.example", "ftp://127.0.0.1"]
    {
        assert!(Remote::new(url).is_err(), "{url}");
    }
    let shop = Shop::open().await;
    assert!(Remote::new(&shop.facilitator.url()).is_ok());
    // And where the facilitator is, the client does not say.
    let payment = [
        shop.sign(X402Version::V2, PREMIUM, 1).await,
        ("x-forwarded-host".parse().unwrap(), "evil.example".parse().unwrap()),
        ("x-facilitator-url".parse().unwrap(), "http://evil.example".parse().unwrap()),
    ];
    shop.get(PREMIUM, &payment).await.is_served(X402Version::V2);
    assert_eq!(shop.facilitator.calls(), 2);
}
