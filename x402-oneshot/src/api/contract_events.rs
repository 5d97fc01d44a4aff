//! The contract event endpoints.

use std::fmt::Display;

use alloy_primitives::Address;
use http::Method;

use crate::api::contract_event::{ContractEvent, NewContractEvent, UpdateContractEvent};
use crate::api::event_search::{EventSearch, FoundEvents};
use crate::api::list::{List, filters};
use crate::api::open_enum::open_enum;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, ContractEventId};

open_enum! {
    /// Which contract events a list has, by their state.
    EventStatus {
        /// Those in use.
        Active = "active",
        /// Both.
        All = "all",
        /// Those deleted.
        Deleted = "deleted",
    }
}

impl Client {
    /// The contract event endpoints.
    #[must_use]
    pub const fn contract_events(&self) -> ContractEvents<'_> {
        ContractEvents { client: self }
    }
}

/// The contract event endpoints, from [`Client::contract_events`].
///
/// ```no_run
/// use alloy_primitives::address;
/// use x402_oneshot::api::{EventSearch, NewContractEvent};
///
/// # async fn run(client: x402_oneshot::Client, business: x402_oneshot::BusinessId)
/// #     -> Result<(), x402_oneshot::Error> {
/// let usdc = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let transfers = NewContractEvent::new(84532, usdc, "Transfer");
/// let transfers = client.contract_events().create(business, &transfers).await?;
/// let found = client.contract_events().search(transfers.id, &EventSearch::new().from_block(31_000_000)).await?;
/// for log in &found.logs {
///     println!("{}: {:?}", log.transaction_hash, log.topics);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ContractEvents<'a> {
    client: &'a Client,
}

impl<'a> ContractEvents<'a> {
    /// Lists the contract events of a business.
    pub fn list(self, business: BusinessId) -> ListContractEvents<'a> {
        List::new(self.client, "/business/{businessId}/events").segment(business)
    }

    /// Makes a contract event. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn create(self, business: BusinessId, event: &NewContractEvent) -> Result<ContractEvent, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/events").segment(business).json(event)?;
        self.client.send(call).await
    }

    /// One contract event.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: ContractEventId) -> Result<ContractEvent, Error> {
        let call = Call::read(Method::GET, "/events/{contractEventId}").segment(id);
        self.client.send(call).await
    }

    /// Changes a contract event, and returns it as it is now. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn update(self, id: ContractEventId, update: &UpdateContractEvent) -> Result<ContractEvent, Error> {
        let call = Call::act(Method::PUT, "/events/{contractEventId}").segment(id).json(update)?;
        self.client.send(call).await
    }

    /// Deletes a contract event. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn delete(self, id: ContractEventId) -> Result<(), Error> {
        let call = Call::act(Method::DELETE, "/events/{contractEventId}").segment(id);
        self.client.perform(call).await
    }

    /// Searches the chain for the logs of a contract event.
    ///
    /// Too many logs are an answer, not an error: see [`FoundEvents::is_complete`].
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn search(self, id: ContractEventId, search: &EventSearch) -> Result<FoundEvents, Error> {
        let call = Call::read(Method::POST, "/events/{contractEventId}/search").segment(id).json(search)?;
        self.client.send(call).await
    }
}

/// A list of contract events to be asked for.
pub type ListContractEvents<'a> = List<'a, ContractEvent>;

filters! {
    ContractEvent {
        /// Only those on this chain.
        chain(chain_id: u64) = "chainId",
        /// Only those of this name.
        name(name: impl Display) = "name",
        /// Only those in this state; those in use unless told.
        status(status: EventStatus) = "status",
        /// Only those of this contract.
        contract(address: Address) = "contractAddress",
        /// Only those of this name in the contract.
        event_name(name: impl Display) = "eventName",
    }
}
