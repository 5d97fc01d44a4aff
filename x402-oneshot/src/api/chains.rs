//! The chain endpoints.

use alloy_primitives::Address;
use http::Method;

use crate::api::chain::{ChainInfo, ContractCode, GasFees};
use crate::api::paging::paging;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::page::Page;

impl Client {
    /// The chain endpoints.
    #[must_use]
    pub const fn chains(&self) -> Chains<'_> {
        Chains { client: self }
    }
}

/// The chain endpoints, from [`Client::chains`].
///
/// ```no_run
/// # async fn run(client: x402_oneshot::Client) -> Result<(), x402_oneshot::Error> {
/// for chain in client.chains().list().page_size(100).send().await?.response {
///     let fees = client.chains().fees(chain.chain_id).await?;
///     println!("{} {}: {:?}", chain.chain_id, chain.name, fees.max_fee_per_gas.or(fees.gas_price));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chains<'a> {
    client: &'a Client,
}

impl<'a> Chains<'a> {
    /// Lists the chains that 1Shot supports.
    pub const fn list(self) -> ListChains<'a> {
        ListChains { client: self.client, page: None, page_size: None }
    }

    /// What gas costs on a chain now.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn fees(self, chain_id: u64) -> Result<GasFees, Error> {
        let call = Call::read(Method::GET, "/chains/{chainId}/fees").segment(chain_id);
        self.client.send(call).await
    }

    /// Whether there is a contract at an address of a chain, and what the account delegates to.
    ///
    /// It counts against the account's monthly reads, as reading a contract method does.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn contract(self, chain_id: u64, address: Address) -> Result<ContractCode, Error> {
        let call = Call::read(Method::GET, "/chains/{chainId}/contracts/{contractAddress}");
        self.client.send(call.segment(chain_id).segment(address)).await
    }
}

/// A list of chains to be asked for.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `send`"]
pub struct ListChains<'a> {
    client: &'a Client,
    page: Option<u64>,
    page_size: Option<u64>,
}

impl ListChains<'_> {
    paging!();

    /// Asks for the page.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<Page<ChainInfo>, Error> {
        let call = Call::read(Method::GET, "/chains").query("page", self.page).query("pageSize", self.page_size);
        self.client.send(call).await
    }
}
