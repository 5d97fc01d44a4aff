//! The wallet endpoints that read.

use std::fmt::Display;

use http::Method;

use crate::api::list::{List, filters};
use crate::api::wallet::Wallet;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, WalletId};

/// A list of wallets to be asked for.
pub type ListWallets<'a> = List<'a, Wallet>;

filters! {
    Wallet {
        /// Only those on this chain.
        chain(chain_id: u64) = "chainId",
        /// Only those of this name. Whether the API compares whole names is not documented: look again.
        name(name: impl Display) = "name",
    }
}

impl Client {
    /// The wallet endpoints.
    #[must_use]
    pub const fn wallets(&self) -> Wallets<'_> {
        Wallets { client: self }
    }
}

/// The wallet endpoints, from [`Client::wallets`].
///
/// ```no_run
/// use x402_oneshot::api::NewWallet;
/// use x402_oneshot::{BusinessId, Client, Error};
///
/// # async fn run(client: Client, business: BusinessId) -> Result<(), Error> {
/// let made = client.wallets().create(business, &NewWallet::new(84532, "till")).await?;
/// println!("send it some ether for gas: {}", made.account_address);
///
/// let now = client.wallets().get_with_balances(made.id).await?;
/// println!("it has {:?} wei", now.balance.and_then(|balance| balance.atomic()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Wallets<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Wallets<'a> {
    /// Lists the wallets of a business.
    pub fn list(self, business: BusinessId) -> ListWallets<'a> {
        List::new(self.client, "/business/{businessId}/wallets").segment(business)
    }

    /// One wallet.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: WalletId) -> Result<Wallet, Error> {
        let call = Call::read(Method::GET, "/wallets/{walletId}").segment(id);
        self.client.send(call).await
    }

    /// One wallet with its balance of the native token, which the API looks up on the chain.
    ///
    /// # Errors
    ///
    /// As [`Wallets::get`].
    pub async fn get_with_balances(self, id: WalletId) -> Result<Wallet, Error> {
        let call = Call::read(Method::GET, "/wallets/{walletId}").segment(id).query("includeBalances", Some(true));
        self.client.send(call).await
    }
}
