//! Whose money it is.

use std::{io::ErrorKind, path::Path};

use alloy_primitives::{Address, keccak256};
use alloy_signer_local::PrivateKeySigner;
use url::{Host, Url};
use x402_core::{
    PaymentSigner,
    exact::ExactPayload,
    signer::{SignerError, Transfer},
};

/// The key to pay with, if there is one: what a thing costs can be asked without.
#[derive(Clone)]
pub(crate) struct Key {
    signer: Option<PrivateKeySigner>,
    is_sandbox: bool,
}

impl Key {
    /// The key of the buyer of every x402 sandbox: `x402_oneshot::sandbox::BuyerKey`. Everybody knows it.
    pub(crate) fn sandbox() -> Self {
        let key = PrivateKeySigner::from_bytes(&keccak256("x402 sandbox buyer")).expect("this hash is a key");
        Self { signer: Some(key), is_sandbox: true }
    }

    /// Whether it is the sandbox's.
    pub(crate) const fn is_sandbox(&self) -> bool {
        self.is_sandbox
    }
}

/// Not the key.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.payer()).finish()
    }
}

impl PaymentSigner for Key {
    fn payer(&self) -> Address {
        self.signer.as_ref().map(PrivateKeySigner::address).unwrap_or_default()
    }

    async fn sign(&self, transfer: &Transfer) -> Result<ExactPayload, SignerError> {
        match &self.signer {
            Some(key) => PaymentSigner::sign(key, transfer).await,
            None => Err(SignerError::new("there is no key to pay with")),
        }
    }
}

/// The key to pay with: from the file, else from `PRIVATE_KEY`, else, on this machine, the sandbox's.
///
/// No message repeats any of it.
pub(crate) fn find(file: Option<&Path>, is_local: bool) -> Result<Key, String> {
    if let Some(file) = file {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => format!("--key-file {name}: {NOT_A_KEY}"),
            _ => format!("--key-file {name}: {error}"),
        })?;
        return parse(&text).map(Key::from).ok_or_else(|| format!("--key-file {name}: {NOT_A_KEY}"));
    }
    match std::env::var("PRIVATE_KEY") {
        Ok(text) if !text.trim().is_empty() => {
            parse(&text).map(Key::from).ok_or_else(|| format!("PRIVATE_KEY: {NOT_A_KEY}"))
        }
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("PRIVATE_KEY: {NOT_A_KEY}")),
        _ if is_local => Ok(Key::sandbox()),
        _ => Ok(Key { signer: None, is_sandbox: false }),
    }
}

impl From<PrivateKeySigner> for Key {
    fn from(key: PrivateKeySigner) -> Self {
        Self { signer: Some(key), is_sandbox: false }
    }
}

const NOT_A_KEY: &str = "this is not a private key: 64 hexadecimal digits";

fn parse(text: &str) -> Option<PrivateKeySigner> {
    text.trim().parse().ok()
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
        assert_ne!(Key::sandbox().payer(), Address::ZERO);
    }
}
