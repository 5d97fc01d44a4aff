//! Whose money it is.

use std::path::Path;

use alloy_primitives::keccak256;
use alloy_signer_local::PrivateKeySigner;
use url::{Host, Url};

/// The key to pay with: from the file, else from `PRIVATE_KEY`, else, on this machine, the sandbox's.
///
/// No message repeats any of it.
pub(crate) fn signer(file: Option<&Path>, is_local: bool) -> Result<Option<PrivateKeySigner>, String> {
    if let Some(file) = file {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| format!("--key-file {name}: {error}"))?;
        return parse(&text).map(Some).ok_or_else(|| format!("--key-file {name}: {NOT_A_KEY}"));
    }
    match std::env::var("PRIVATE_KEY") {
        Ok(text) if !text.trim().is_empty() => {
            parse(&text).map(Some).ok_or_else(|| format!("PRIVATE_KEY: {NOT_A_KEY}"))
        }
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("PRIVATE_KEY: {NOT_A_KEY}")),
        _ if is_local => Ok(Some(sandbox_buyer())),
        _ => Ok(None),
    }
}

const NOT_A_KEY: &str = "this is not a private key: 64 hexadecimal digits";

fn parse(text: &str) -> Option<PrivateKeySigner> {
    text.trim().parse().ok()
}

/// The buyer of every x402 sandbox: `x402_oneshot::sandbox::BuyerKey`. Everybody knows it.
fn sandbox_buyer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256("x402 sandbox buyer")).expect("this hash is a key")
}

/// Whether the URL is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_key_is_for_this_machine_only() {
        for (url, is_local) in [
            ("http://127.0.0.1:8402/", true),
            ("http://localhost/", true),
            ("http://[::1]/", true),
            ("http://127.0.0.1.example/", false),
            ("http://localhost.example/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), is_local, "{url}");
        }
        assert!(sandbox_buyer().address() != alloy_primitives::Address::ZERO);
    }
}
