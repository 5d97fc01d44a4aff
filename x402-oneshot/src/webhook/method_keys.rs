//! The keys of our own contract methods, as 1Shot has them.

use crate::client::Client;
use crate::id::MethodId;
use crate::webhook::keys::{KeySource, KeysError};
use crate::webhook::public_key::PublicKey;

/// Looks up the keys of contract methods that were named beforehand.
///
/// It takes one call for each method. Webhooks about other methods are refused, whoever signed them.
///
/// ```no_run
/// use x402_oneshot::webhook::{MethodKeys, Verifier};
/// use x402_oneshot::{Client, Config, Credentials, MethodId};
///
/// # #[cfg(feature = "reqwest")]
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(Config::new(Credentials::new("key", "secret")))?;
/// let transfer: MethodId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let verifier = Verifier::new(MethodKeys::new(client, transfer));
/// # let _ = verifier;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MethodKeys {
    client: Client,
    methods: Vec<MethodId>,
}

impl MethodKeys {
    /// The key of this method, which needs a callback URL to have one.
    #[must_use]
    pub fn new(client: Client, method: MethodId) -> Self {
        Self { client, methods: vec![method] }
    }

    /// And of this one.
    #[must_use]
    pub fn and(mut self, method: MethodId) -> Self {
        self.methods.push(method);
        self
    }
}

impl KeySource for MethodKeys {
    /// A method that is gone, or has no key, has none; any other failure is one of the whole.
    async fn fetch(&self) -> Result<Vec<PublicKey>, KeysError> {
        let mut keys = Vec::with_capacity(self.methods.len());
        for &method in &self.methods {
            let found = match self.client.methods().get(method).await {
                Ok(found) => found,
                Err(error) if error.is_not_found() => continue,
                Err(source) => return Err(KeysError::Lookup { method, source }),
            };
            if let Some(key) = found.public_key {
                keys.push(key.parse().map_err(|source| KeysError::Unusable { method, source })?);
            }
        }
        if keys.is_empty() { Err(KeysError::NoKey) } else { Ok(keys) }
    }

    fn owns(&self, method: MethodId) -> bool {
        self.methods.contains(&method)
    }
}
