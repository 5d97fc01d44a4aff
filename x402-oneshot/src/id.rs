//! Identifiers of 1Shot objects: one type per kind of object, so that two kinds cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an identifier.
///
/// It names the kind of identifier that was expected and never repeats the text, which may be
/// anything, a secret pasted into the wrong variable included.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} is not a UUID")]
pub struct ParseIdError {
    kind: &'static str,
    source: uuid::Error,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        ///
        /// A UUID of any version. `Display` writes it lower case with hyphens, as the API does, and
        /// `FromStr` reads that back.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|source| ParseIdError { kind: $kind, source })
            }
        }

        impl TryFrom<&str> for $name {
            type Error = ParseIdError;

            fn try_from(text: &str) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.as_hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id! {
    /// The organisation that owns wallets, contract methods and transactions.
    ///
    /// ```
    /// use x402_oneshot::BusinessId;
    ///
    /// let id: BusinessId = "d5f4e3a1-85ad-42fa-8e21-75545145c7cb".parse()?;
    /// assert_eq!(id.to_string(), "d5f4e3a1-85ad-42fa-8e21-75545145c7cb");
    /// # Ok::<(), x402_oneshot::ParseIdError>(())
    /// ```
    BusinessId, "business id"
}

id! {
    /// A contract method: one function of one contract, as it is known to 1Shot.
    ///
    /// One kind of identifier does not pass for another:
    ///
    /// ```compile_fail
    /// use x402_oneshot::{MethodId, TransactionId};
    ///
    /// fn execute(_: MethodId) {}
    /// let transaction: TransactionId = "d5f4e3a1-85ad-42fa-8e21-75545145c7cb".parse().unwrap();
    /// execute(transaction);
    /// ```
    MethodId, "contract method id"
}

id! {
    /// An API credential, the pair of a key and a secret; not the key itself.
    CredentialId, "credential id"
}

id! {
    /// Leave for a server wallet to act for another account, as it is known to 1Shot.
    DelegationId, "delegation id"
}

id! {
    /// One attempt to deliver a webhook.
    DeliveryAttemptId, "delivery attempt id"
}

id! {
    /// An event that a contract emits, as it is known to 1Shot.
    ContractEventId, "contract event id"
}

id! {
    /// A URL that webhooks are delivered to, and the key they are signed with.
    EndpointId, "webhook endpoint id"
}

id! {
    /// A parameter of a contract method or of a struct.
    ParamId, "parameter id"
}

id! {
    /// A description of a contract, of which contract methods can be made.
    PromptId, "prompt id"
}

id! {
    /// A struct of a contract; the parameters of a contract method are one too.
    StructId, "struct id"
}

id! {
    /// One execution of a contract method, from the queue to the chain.
    TransactionId, "transaction id"
}

id! {
    /// What ties an endpoint to the events and contract methods it hears of.
    TriggerId, "webhook trigger id"
}

id! {
    /// A person with an account at 1Shot.
    UserId, "user id"
}

id! {
    /// A server wallet, which pays the gas and signs transactions on one chain.
    WalletId, "wallet id"
}

id! {
    /// A webhook: one message about one event to one endpoint, however often it is sent.
    WebhookId, "webhook id"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_id_survives_text_and_json(bits: u128) {
            let id = WalletId::new(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<WalletId>(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(&json, &format!("\"{id}\""));
            prop_assert_eq!(serde_json::from_str::<WalletId>(&json).unwrap(), id);
        }

        #[test]
        fn no_text_makes_parsing_panic_or_is_repeated_by_the_error(text in "\\PC{0,60}") {
            if let Err(error) = text.parse::<TransactionId>() {
                prop_assert_eq!(error.to_string(), "transaction id is not a UUID");
            }
        }
    }

    #[test]
    fn debug_names_the_kind() {
        let id = MethodId::new(Uuid::nil());
        assert_eq!(format!("{id:?}"), "MethodId(00000000-0000-0000-0000-000000000000)");
    }
}
