//! The wallet endpoints that change something, and what they are told.

use alloy_primitives::{Address, U256};
use http::Method;
use serde::Serialize;

use crate::api::transaction::Transaction;
use crate::api::wallet::Wallet;
use crate::api::wallets::Wallets;
use crate::call::Call;
use crate::codec::{maybe_text, text};
use crate::error::Error;
use crate::id::{BusinessId, WalletId};

macro_rules! setters {
    () => {
        /// Sets the description.
        #[must_use]
        pub fn description(mut self, text: impl Into<String>) -> Self {
            self.description = Some(text.into());
            self
        }

        /// Sets the balance, in wei, below which 1Shot warns of a low one.
        #[must_use]
        pub const fn low_balance_threshold(mut self, wei: U256) -> Self {
            self.low_balance_threshold = Some(wei);
            self
        }
    };
}

/// A wallet to be made.
///
/// ```
/// use x402_oneshot::api::NewWallet;
///
/// let wallet = NewWallet::new(84532, "till").description("pays the gas");
/// assert_eq!(
///     serde_json::to_string(&wallet)?,
///     r#"{"chainId":84532,"name":"till","description":"pays the gas"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWallet {
    chain_id: u64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    low_balance_threshold: Option<U256>,
}

impl NewWallet {
    /// A wallet of this name on this chain. Its low balance threshold is 0.01 of the native token unless set.
    #[must_use]
    pub fn new(chain_id: u64, name: impl Into<String>) -> Self {
        Self { chain_id, name: name.into(), description: None, low_balance_threshold: None }
    }

    setters!();
}

/// Changes of a wallet; what is not set stays as it is.
///
/// ```
/// use alloy_primitives::U256;
/// use x402_oneshot::api::UpdateWallet;
///
/// let warned_later = UpdateWallet::new().low_balance_threshold(U256::from(1_000_000_000_000_000_u64));
/// assert_eq!(serde_json::to_string(&warned_later)?, r#"{"lowBalanceThreshold":"1000000000000000"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateWallet {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    low_balance_threshold: Option<U256>,
}

impl UpdateWallet {
    /// No changes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    setters!();
}

/// A transfer of the chain's native token out of a wallet.
///
/// ```
/// use alloy_primitives::{U256, address};
/// use x402_oneshot::api::NativeTransfer;
///
/// let owner = address!("209693Bc6afc0C5328bA36FaF03C514EF312287C");
/// let back = NativeTransfer::new(owner, U256::from(1_000_000)).memo("back to the owner");
/// assert_ne!(back, NativeTransfer::everything(owner));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeTransfer {
    #[serde(serialize_with = "text")]
    destination_account_address: Address,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    transfer_amount: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memo: Option<String>,
}

impl NativeTransfer {
    /// A transfer of so many wei.
    #[must_use]
    pub const fn new(to: Address, wei: U256) -> Self {
        Self { destination_account_address: to, transfer_amount: Some(wei), memo: None }
    }

    /// A transfer of all there is but the gas: afterwards the wallet can pay for nothing more.
    ///
    /// The API does this where no amount is given, so that it has a name of its own here.
    #[must_use]
    pub const fn everything(to: Address) -> Self {
        Self { destination_account_address: to, transfer_amount: None, memo: None }
    }

    /// Sets a memo, by which the transaction can be found again in the list of transactions.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }
}

/// All of these are sent once, whatever happens.
impl Wallets<'_> {
    /// Makes a wallet for a business.
    ///
    /// # Errors
    ///
    /// See [`Error`]; after one that [may have acted](Error::may_have_acted), list before making it again, for the
    /// API makes a second one of the same name.
    pub async fn create(self, business: BusinessId, wallet: &NewWallet) -> Result<Wallet, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/wallets").segment(business).json(wallet)?;
        self.client.send(call).await
    }

    /// Changes a wallet's name, description or threshold, and returns it as it is then.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn update(self, id: WalletId, changes: &UpdateWallet) -> Result<Wallet, Error> {
        let call = Call::act(Method::PUT, "/wallets/{walletId}").segment(id).json(changes)?;
        self.client.send(call).await
    }

    /// Deletes a wallet, which must be near empty; it takes a credential of an administrator.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    ///
    /// # Security
    ///
    /// 1Shot alone has the key: what is left in the wallet, tokens included, is lost.
    pub async fn delete(self, id: WalletId) -> Result<(), Error> {
        let call = Call::act(Method::DELETE, "/wallets/{walletId}").segment(id);
        self.client.perform(call).await
    }

    /// Sends native tokens from a wallet; returns the transaction, which is still pending.
    ///
    /// [Wait](crate::api::Transactions::wait) for its end: no webhook reports native transfers. There is no idempotency
    /// key.
    ///
    /// # Errors
    ///
    /// See [`Error`]; after one that [may have acted](Error::may_have_acted), look the transaction up by its memo
    /// before trying again.
    pub async fn transfer(self, id: WalletId, transfer: &NativeTransfer) -> Result<Transaction, Error> {
        let call = Call::act(Method::POST, "/wallets/{walletId}/transfer").segment(id).json(transfer)?;
        self.client.send(call).await
    }

    /// Lets [Permit2](https://github.com/Uniswap/permit2) move a token out of a wallet, by a transaction on the chain
    /// that the wallet pays for.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn authorize_permit2(self, id: WalletId, token: Address) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Token {
            #[serde(serialize_with = "text")]
            contract_address: Address,
        }

        let call = Call::act(Method::PUT, "/wallets/{walletId}/authorizePermit2").segment(id);
        let call = call.json(&Token { contract_address: token })?;
        self.client.perform(call).await
    }
}
