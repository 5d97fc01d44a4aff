//! The signature endpoint of wallets.

use std::fmt;

use alloy_primitives::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::api::token_transfer::{Erc3009Transfer, Permit2Transfer};
use crate::api::typed_data::{Envelope, TypedData};
use crate::api::wallets::Wallets;
use crate::call::Call;
use crate::codec::{parsed, text_or_json};
use crate::error::Error;
use crate::id::WalletId;

/// What a wallet signed, and how.
///
/// # Security
///
/// Signature and data together can be worth money to whoever holds them: `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct WalletSignature {
    /// The signature.
    #[serde(deserialize_with = "parsed")]
    pub signature: Bytes,
    /// What was signed, as the API writes it: the text itself of a message, else JSON whose members are not documented.
    #[serde(default, deserialize_with = "text_or_json")]
    pub data: String,
}

impl fmt::Debug for WalletSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalletSignature")
            .field("signature_bytes", &self.signature.len())
            .field("data_bytes", &self.data.len())
            .finish()
    }
}

/// Signatures of a wallet's key.
///
/// They are asked for like reads, and so repeated when an answer is lost, although each EIP-3009 and Permit2 signature
/// has a nonce of its own. Signing changes nothing at 1Shot or on the chain; the API offers it by GET too. A signature
/// whose answer was lost is in nobody's hands and cannot be asked for again: all that a caller could do is what is done
/// here. What must not happen twice is handing one on, and at most one comes back.
impl Wallets<'_> {
    /// Signs a token transfer that anybody who holds the signature can put on the chain
    /// ([EIP-3009](https://eips.ethereum.org/EIPS/eip-3009)).
    ///
    /// # Errors
    ///
    /// See [`Error`].
    ///
    /// # Security
    ///
    /// The answer is as good as money until it expires. Check what was signed, as `WalletSigner` (feature `signer`)
    /// does.
    pub async fn sign_erc3009(self, id: WalletId, transfer: &Erc3009Transfer) -> Result<WalletSignature, Error> {
        self.sign(id, "erc3009", transfer).await
    }

    /// Signs a token transfer through [Permit2](https://github.com/Uniswap/permit2), which the wallet must have
    /// [authorised](Self::authorize_permit2) for the token.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn sign_permit2(self, id: WalletId, transfer: &Permit2Transfer) -> Result<WalletSignature, Error> {
        self.sign(id, "permit2", transfer).await
    }

    /// Signs typed data ([EIP-712](https://eips.ethereum.org/EIPS/eip-712)).
    ///
    /// # Errors
    ///
    /// See [`Error`].
    ///
    /// # Security
    ///
    /// Typed data can be a token transfer: never have signed what somebody else sent.
    pub async fn sign_erc712(self, id: WalletId, data: &TypedData) -> Result<WalletSignature, Error> {
        self.sign(id, "erc712", &Envelope::from(data)).await
    }

    /// Signs a text ([EIP-191](https://eips.ethereum.org/EIPS/eip-191)), as wallets do for a login.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn sign_erc191(self, id: WalletId, message: &str) -> Result<WalletSignature, Error> {
        #[derive(Serialize)]
        struct Text<'a> {
            message: &'a str,
        }

        self.sign(id, "erc191", &Text { message }).await
    }

    async fn sign(self, id: WalletId, kind: &'static str, request: &impl Serialize) -> Result<WalletSignature, Error> {
        let call = Call::read(Method::POST, "/wallets/{walletId}/signature/{type}").segment(id).segment(kind);
        self.client.send(call.json(request)?).await
    }
}
