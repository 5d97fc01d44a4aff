//! The chain endpoints.

use alloy_primitives::Address;
use http::Method;

use crate::api::chain::{ChainInfo, ContractCode, GasFees};
use crate::api::list::List;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

/// A list of chains to be asked for.
pub type ListChains<'a> = List<'a, ChainInfo>;

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
        List::new(self.client, "/chains")
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
