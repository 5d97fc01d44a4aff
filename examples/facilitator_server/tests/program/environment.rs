//! Variables, and what is said of those that make no sense.

use std::collections::BTreeSet;

use crate::{
    help::{help, listed},
    server::{Server, command, refusal},
};

const ACCOUNT: [(&str, &str); 3] = [
    ("ONESHOT_API_KEY", "k"),
    ("ONESHOT_API_SECRET", "s"),
    ("ONESHOT_BUSINESS_ID", "3b2c5e0a-8d0e-4f6e-9a51-7c1f6a0c2d11"),
];

/// Values that make no sense, of every variable.
const MALFORMED: [(&str, &[&str]); 20] = [
    ("ONESHOT_API_KEY", &[""]),
    ("ONESHOT_API_SECRET", &[""]),
    ("ONESHOT_BUSINESS_ID", &["7", "None", ""]),
    ("ONESHOT_API_URL", &["api", "http://api.1shotapi.com/v0"]),
    ("ONESHOT_FACILITATOR", &["both", "NATIVE"]),
    ("FACILITATOR_URL", &["facilitator.example", "http://facilitator.example", "https://u:s3cret@f.example"]),
    ("FACILITATOR_TOKENS", &[",", "s3cret,", "s3 cret"]),
    ("TUNNEL_BASE_URL", &["pay.example", "ftp://x", "https://u:s3cret@x", "https://x/?a=1", "https://"]),
    ("PAYMENT_TOKEN_ADDRESS", &["USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"]),
    ("RECIPIENT_ADDRESSES", &["0x12", "0x0000000000000000000000000000000000000000", "None,"]),
    ("REPEATS", &["forget", "REFUSE"]),
    ("MAX_IN_FLIGHT", &["0", "-1", "many", "513"]),
    ("PORT", &["http", "-1", "65536", "8403.0"]),
    ("LISTEN_ADDRESS", &["localhost", "127.0.0.1:8403"]),
    ("REDIS_URL", &["localhost", "http://:s3cret@127.0.0.1", "rediss://:s3cret@127.0.0.1"]),
    ("REDIS_LEASE_MS", &["30s", "99", "3600001"]),
    ("SANDBOX_PORT", &["65536"]),
    ("SANDBOX_BLOCK_TIME_MS", &["2s", "-5", "18446744073709551615"]),
    ("RUST_LOG", &["x=loud"]),
    ("LOG_FORMAT", &["xml", "JSON"]),
];

#[tokio::test]
async fn a_malformed_variable_is_one_line_and_status_2_for_every_variable_that_help_lists() {
    let help = help().await;
    assert_eq!(MALFORMED.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), listed(&help));
    for (name, value) in MALFORMED.iter().flat_map(|(name, values)| values.iter().map(move |value| (*name, *value))) {
        let mut variables = ACCOUNT.to_vec();
        variables.push((name, value));
        let (status, lines) = refusal(&variables).await;
        assert_eq!(status, Some(2), "{name}={value}: {lines:?}");
        assert!(lines.len() == 1 && lines[0].starts_with(&format!("{name}: ")), "{name}={value}: {lines:?}");
        assert!(!lines[0].contains("s3cret"), "{lines:?}");
    }
}

#[tokio::test]
async fn a_variable_that_is_no_text_is_malformed_and_not_unset() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    for (name, _) in MALFORMED {
        let output = command(&[]).env(name, OsStr::from_bytes(b"8403\xff")).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.starts_with(&format!("{name}: ")) && said.lines().count() == 1, "{said}");
    }
}

#[tokio::test]
async fn an_argument_is_one_line_and_status_2() {
    for argument in ["8403", "--port=8403"] {
        let output = command(&[]).arg(argument).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.lines().count() == 1 && said.contains(argument.split('=').next().unwrap()), "{said}");
    }
}

#[tokio::test]
async fn the_sandbox_prints_one_fact_a_line() {
    let server = Server::sandboxed().await;
    let names: Vec<_> = server.facts().iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    let expected = [
        "listening on",
        "facilitator: sandbox at",
        "buyer key:",
        "api key:",
        "api secret:",
        "business id:",
        "use it as:",
    ];
    assert_eq!(names, expected);
    assert_eq!(server.url(), server.fact("listening on"));
}

#[tokio::test]
async fn with_an_account_no_secret_is_printed_and_the_public_url_is_told() {
    let sandbox = Server::sandboxed().await;
    let variables = [&sandbox.account()[..], &[("TUNNEL_BASE_URL", "https://pay.example/x402")]].concat();
    let server = Server::start(&variables).await;
    assert_eq!(server.facts().len(), 3, "{:?}", server.facts());
    assert_eq!(server.url(), "https://pay.example/x402");
    server.signal("TERM");
    let (_, _, logged) = server.ended().await;
    assert!(logged.contains("FACILITATOR_TOKENS is not set"), "whoever reaches it can settle: {logged}");
}
