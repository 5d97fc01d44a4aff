//! The signer.

use alloy_primitives::{Address, Bytes, U256};
use x402_core::exact::{Authorization, ExactPayload};
use x402_core::signer::{PaymentSigner, SignerError, Transfer};
use x402_core::{Network, Signature, TokenDomain};

use super::WalletSignerError;
use super::signed;
use crate::api::{Erc3009Transfer, Wallet, WalletSignature};
use crate::client::Client;
use crate::error::Error;
use crate::id::WalletId;

/// Signs payments with a 1Shot server wallet. See the [module](super).
///
/// It pays in tokens on the wallet's own chain only. The nonce is 1Shot's: the one that it is given is ignored.
///
/// # Security
///
/// Recipient, value, window and token of what was signed are compared with what was asked, and the signature with the
/// wallet's account, before it is handed on. What 1Shot itself does with its key is beyond this crate.
#[derive(Clone, Debug)]
pub struct WalletSigner {
    client: Client,
    wallet: WalletId,
    account: Address,
    chain_id: u64,
}

impl WalletSigner {
    /// Asks 1Shot for the wallet's account and chain, once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is no such wallet.
    pub async fn connect(client: Client, wallet: WalletId) -> Result<Self, Error> {
        let wallet = client.wallets().get(wallet).await?;
        Ok(Self::new(client, &wallet))
    }

    /// Signs with a wallet that is known already.
    #[must_use]
    pub const fn new(client: Client, wallet: &Wallet) -> Self {
        Self { client, wallet: wallet.id, account: wallet.account_address, chain_id: wallet.chain_id }
    }

    /// The wallet.
    #[must_use]
    pub const fn wallet(&self) -> WalletId {
        self.wallet
    }

    /// The network that it can pay on: a payer should be limited to it, so as not to choose another.
    #[must_use]
    pub const fn network(&self) -> Network {
        Network::eip155(self.chain_id)
    }

    async fn signed(&self, transfer: &Transfer) -> Result<ExactPayload, WalletSignerError> {
        if transfer.asset.network() != self.network() {
            return Err(WalletSignerError::Network(self.network()));
        }
        let request = Erc3009Transfer::new(transfer.asset.address(), transfer.to, transfer.value)
            .valid_after(seconds(transfer.valid_after)?)
            .valid_until(seconds(transfer.valid_before)?);
        let answer = self.client.wallets().sign_erc3009(self.wallet, &request).await;
        let answer = answer.map_err(WalletSignerError::Api)?;
        checked(&answer, &transfer.authorization(self.account), &transfer.asset.domain())
    }
}

impl PaymentSigner for WalletSigner {
    fn payer(&self) -> Address {
        self.account
    }

    async fn sign(&self, transfer: &Transfer) -> Result<ExactPayload, SignerError> {
        self.signed(transfer).await.map_err(SignerError::new)
    }
}

fn seconds(time: U256) -> Result<u64, WalletSignerError> {
    time.try_into().map_err(|_| WalletSignerError::Window)
}

/// What was signed, if it is what was asked for and the payer's own signature.
fn checked(
    answer: &WalletSignature,
    asked: &Authorization,
    domain: &TokenDomain,
) -> Result<ExactPayload, WalletSignerError> {
    let authorization = signed::authorization(&answer.data, asked)?;
    let mismatch = if authorization.from != asked.from {
        "from another account"
    } else if authorization.to != asked.to {
        "to another recipient"
    } else if authorization.value != asked.value {
        "another value"
    } else if authorization.valid_after < asked.valid_after || authorization.valid_before > asked.valid_before {
        "a wider window"
    } else {
        let signature = Signature::from_bytes(&answer.signature).map_err(WalletSignerError::Signature)?;
        let signer = signature.recover(authorization.signing_hash(domain)).map_err(WalletSignerError::Signature)?;
        if signer == asked.from {
            // With v 27 or 28: the one form that every token takes.
            let signature = Bytes::copy_from_slice(&signature.to_bytes());
            return Ok(ExactPayload { authorization, signature });
        }
        "the signature is another account's, or for another token"
    };
    Err(WalletSignerError::Mismatch(mismatch))
}
