//! The key pair of an account, kept out of logs and wiped from memory.

use std::fmt;

use zeroize::Zeroizing;

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// `Debug` shows no part of it, there is no `Display`, and the memory is wiped on drop.
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Takes over the text.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(Zeroizing::new(text.into()))
            }

            /// The text itself.
            ///
            /// # Security
            ///
            /// What you do with the returned text is no longer redacted: do not log it, and do not
            /// keep copies.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

secret! {
    /// The API key, which OAuth2 calls the client id.
    ApiKey
}

secret! {
    /// The API secret, which OAuth2 calls the client secret.
    ApiSecret
}

/// An API key with its secret, as the 1Shot console hands them out.
///
/// ```
/// use x402_oneshot::Credentials;
///
/// let credentials = Credentials::new("key", "secret");
/// assert_eq!(
///     format!("{credentials:?}"),
///     "Credentials { key: ApiKey([redacted]), secret: ApiSecret([redacted]) }",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    key: ApiKey,
    secret: ApiSecret,
}

impl Credentials {
    /// Pairs a key with its secret.
    #[must_use]
    pub fn new(key: impl Into<ApiKey>, secret: impl Into<ApiSecret>) -> Self {
        Self { key: key.into(), secret: secret.into() }
    }

    /// The API key.
    #[must_use]
    pub const fn key(&self) -> &ApiKey {
        &self.key
    }

    /// The API secret.
    #[must_use]
    pub const fn secret(&self) -> &ApiSecret {
        &self.secret
    }
}
