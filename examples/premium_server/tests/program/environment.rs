//! Variables, and what is said of those that make no sense.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    buyer::http,
    help::{help, listed},
    server::{Server, command, refusal},
};

const ACCOUNT: [(&str, &str); 4] = [
    ("ONESHOT_API_KEY", "k"),
    ("ONESHOT_API_SECRET", "s"),
    ("ONESHOT_BUSINESS_ID", "3b2c5e0a-8d0e-4f6e-9a51-7c1f6a0c2d11"),
    ("RECIPIENT_ADDRESS", "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
];

/// Values that make no sense, of every variable.
const MALFORMED: [(&str, &[&str]); 19] = [
    ("ONESHOT_API_KEY", &[""]),
    ("ONESHOT_API_SECRET", &[""]),
    ("ONESHOT_BUSINESS_ID", &["7", "None", ""]),
    ("ONESHOT_API_URL", &["api", "http://api.1shotapi.com/v0"]),
    ("ONESHOT_FACILITATOR", &["both", "RELAYED"]),
    ("FACILITATOR_URL", &["facilitator.example", "http://facilitator.example", "https://u:s3cret@f.example"]),
    ("TUNNEL_BASE_URL", &["shop.example", "ftp://x", "https://u:s3cret@x", "https://x/?a=1", "https://"]),
    (
        "RECIPIENT_ADDRESS",
        &[
            "0x12",
            "None",
            "0x0000000000000000000000000000000000000000",
            "0x209693Cc6afc0C5328bA36FaF03C514EF312287C",
            "",
        ],
    ),
    ("PAYMENT_TOKEN_ADDRESS", &["USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"]),
    ("MAX_AMOUNT_REQUIRED", &["0", "0.05", "$0.05", "-1", "1e18"]),
    ("PORT", &["http", "-1", "65536", "8402.0"]),
    ("LISTEN_ADDRESS", &["localhost", "127.0.0.1:8402"]),
    ("SETTLE", &["later", "AFTER"]),
    ("REDIS_URL", &["localhost", "http://:s3cret@127.0.0.1", "rediss://:s3cret@127.0.0.1"]),
    ("REDIS_LEASE_MS", &["30s", "99", "3600001"]),
    ("SANDBOX_PORT", &["65536"]),
    ("SANDBOX_BLOCK_TIME_MS", &["2s", "-5", "18446744073709551615"]),
    ("RUST_LOG", &["premium_server=loud"]),
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
        let output = command(&[]).env(name, OsStr::from_bytes(b"8402\xff")).output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {stderr}");
        assert!(stderr.starts_with(&format!("{name}: ")) && stderr.lines().count() == 1, "{stderr}");
    }
}

#[tokio::test]
async fn an_argument_is_one_line_and_status_2() {
    for argument in ["nonsense", "--port=8402"] {
        let output = command(&[]).arg(argument).output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.lines().count() == 1 && stderr.contains(argument.split('=').next().unwrap()), "{stderr}");
    }
}

#[tokio::test]
async fn help_and_version_go_to_stdout() {
    for (argument, said) in [("--help", "MAX_AMOUNT_REQUIRED"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let output = command(&[("PORT", "nonsense")]).arg(argument).output().await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{argument}");
        assert!(String::from_utf8(output.stdout).unwrap().contains(said), "{argument}");
    }
}

#[tokio::test]
async fn it_listens_where_it_is_told_and_says_so() {
    for (address, host) in [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")] {
        let server = Server::start(&[("LISTEN_ADDRESS", address)]).await;
        assert!(server.fact("listening on").starts_with(&format!("http://{host}:")), "{:?}", server.facts());
        assert_eq!(http().get(server.url("/healthcheck")).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn json_logs_are_an_object_a_line() {
    let server = Server::start(&[("LOG_FORMAT", "json")]).await;
    server.signal("TERM");
    let (_, _, stderr) = server.ended().await;
    let lines: Vec<Value> = stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["message"] == "stopped" && line["level"] == "INFO"), "{stderr}");
}

#[tokio::test]
async fn the_sandbox_prints_one_fact_a_line() {
    let server = Server::sandboxed().await;
    let names: Vec<_> = server.facts().iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(
        names,
        [
            "listening on",
            "facilitator: sandbox at",
            "buyer key:",
            "api key:",
            "api secret:",
            "business id:",
            "pay with: cargo run -p pay --",
        ]
    );
    assert_eq!(server.fact("pay with: cargo run -p pay --"), server.url("/premium"));
}
