//! The keys that webhooks are signed with.

use std::collections::BTreeMap;

use super::target::Target;
use crate::sandbox::entropy::Entropy;
use crate::webhook::{PublicKey, Signer};

/// One key pair for each URL, whoever has webhooks sent to it. A URL keeps it even while nobody uses it.
#[derive(Default)]
pub(super) struct Keys(BTreeMap<String, Signer>);

impl Keys {
    /// The URL's key pair, made now if it has none.
    pub(super) fn of(&mut self, target: &Target, entropy: &mut Entropy) -> &Signer {
        self.0.entry(target.normal().to_owned()).or_insert_with(|| fresh(entropy))
    }

    /// Gives the URL another key pair; the one before is forgotten.
    pub(super) fn rotate(&mut self, target: &Target, entropy: &mut Entropy) -> PublicKey {
        let signer = fresh(entropy);
        let public_key = signer.public_key();
        self.0.insert(target.normal().to_owned(), signer);
        public_key
    }
}

/// A key pair that nobody was told of.
pub(super) fn fresh(entropy: &mut Entropy) -> Signer {
    Signer::from_seed(entropy.word().0)
}
