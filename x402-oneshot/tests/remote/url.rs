//! Where a facilitator may be.

use std::{error::Error as StdError, time::Duration};

use x402_oneshot::{
    BaseUrlError, ConfigError,
    facilitator::{AuthHeaders, Remote, RemoteBuilder},
};

use crate::support::Script;

#[test]
fn attack_23_plain_http_to_another_machine_is_refused() {
    for url in ["http://facilitator.example", "http://10.0.0.7/x402", "http://localhost.example.com", "ftp://127.0.0.1"]
    {
        let error = Remote::builder(url).unwrap_err();
        assert_eq!(error, ConfigError::BaseUrl(BaseUrlError::NotHttps), "{url}");
    }
    for url in ["http://127.0.0.1:8403", "http://localhost:8403/x402", "https://facilitator.example"] {
        assert!(Remote::builder(url).is_ok(), "{url}");
    }
}

#[test]
fn a_malformed_url_is_refused_and_not_repeated() {
    for url in
        ["", "facilitator", "https://u:hunter2@f.example", "https://f.example?key=hunter2", "https://f.example#x"]
    {
        let error = Remote::builder(url).unwrap_err();
        let source = error.source().unwrap().to_string();
        assert!(!format!("{error} {error:?} {source}").contains("hunter2"), "{url}");
    }
}

#[test]
fn slashes_at_the_end_are_dropped() {
    let remote = Script::of([]).remote_of(Remote::builder("https://f.example/x402//").unwrap());
    assert_eq!(remote.url().as_str(), "https://f.example/x402");
    assert_eq!(format!("{remote:?}"), r#"Remote { url: BaseUrl(https://f.example/x402), .. }"#);
}

#[test]
fn a_timeout_of_nothing_is_refused_when_it_is_configured() {
    let builder = || Remote::builder("https://f.example").unwrap();
    let zero = Duration::ZERO;
    for (error, name) in [
        (builder().verify_timeout(zero).unwrap_err(), "verify timeout"),
        (builder().settle_timeout(zero).unwrap_err(), "settle timeout"),
        (builder().supported_timeout(zero).unwrap_err(), "supported timeout"),
    ] {
        assert_eq!(error, ConfigError::ZeroDuration(name));
    }
}

#[test]
fn its_types_can_be_shared_and_its_futures_spawned() {
    fn shareable<T: Send + Sync + 'static>() {}
    fn spawnable<T: Send>(_: T) {}
    shareable::<(Remote, RemoteBuilder, Box<dyn AuthHeaders>)>();
    let remote = Script::of([]).remote();
    let request = crate::support::request(crate::support::V2);
    spawnable(x402_core::Facilitator::settle(&remote, &request));
    spawnable(x402_core::Facilitator::supported(&remote));
    shareable::<x402_core::SharedFacilitator>();
    let _ = x402_core::SharedFacilitator::new(remote);
}
