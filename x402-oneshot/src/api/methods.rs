//! The contract method endpoints.

use alloy_primitives::Address;
use http::Method;

use crate::api::contract_method::{ContractMethod, NewContractMethod};
use crate::api::open_enum::open_enum;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, MethodId};
use crate::page::Page;

open_enum! {
    /// Which methods a list has, by their state.
    MethodStatus {
        /// Those put away.
        Archived = "archived",
        /// Both.
        Both = "both",
        /// Those in use.
        Live = "live",
    }
}

open_enum! {
    /// Which methods a list has, by what they do.
    MethodKind {
        /// Those that read.
        Read = "read",
        /// Those that write.
        Write = "write",
    }
}

impl Client {
    /// The contract method endpoints.
    #[must_use]
    pub const fn methods(&self) -> Methods<'_> {
        Methods { client: self }
    }
}

/// The contract method endpoints, from [`Client::methods`].
#[derive(Clone, Copy, Debug)]
pub struct Methods<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Methods<'a> {
    /// Lists the contract methods of a business.
    pub const fn list(self, business: BusinessId) -> ListMethods<'a> {
        ListMethods {
            client: self.client,
            business,
            chain: None,
            name: None,
            status: None,
            contract: None,
            kind: None,
            page: None,
            page_size: None,
        }
    }

    /// Makes a contract method. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; after one that [may have acted](Error::may_have_acted), list before making it
    /// again, for the API makes a second one of the same name.
    pub async fn create(self, business: BusinessId, method: &NewContractMethod) -> Result<ContractMethod, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/methods").segment(business).json(method)?;
        self.client.send(call).await
    }

    /// One contract method.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: MethodId) -> Result<ContractMethod, Error> {
        let call = Call::read(Method::GET, "/methods/{id}").segment(id);
        self.client.send(call).await
    }
}

/// A list of contract methods to be asked for.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `send`"]
pub struct ListMethods<'a> {
    client: &'a Client,
    business: BusinessId,
    chain: Option<u64>,
    name: Option<String>,
    status: Option<MethodStatus>,
    contract: Option<Address>,
    kind: Option<MethodKind>,
    page: Option<u64>,
    page_size: Option<u64>,
}

impl ListMethods<'_> {
    /// Only those on this chain.
    pub const fn chain(mut self, chain_id: u64) -> Self {
        self.chain = Some(chain_id);
        self
    }

    /// Only those of this name. Whether the API compares whole names is not documented: look again.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only those in this state.
    pub fn status(mut self, status: MethodStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only those of this contract.
    pub const fn contract(mut self, address: Address) -> Self {
        self.contract = Some(address);
        self
    }

    /// Only those that read, or that write.
    pub fn kind(mut self, kind: MethodKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The page to return; the first is 1.
    pub const fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many rows a page has; 25 unless told.
    pub const fn page_size(mut self, rows: u64) -> Self {
        self.page_size = Some(rows);
        self
    }

    /// Asks for the page.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<Page<ContractMethod>, Error> {
        let call = Call::read(Method::GET, "/business/{businessId}/methods")
            .segment(self.business)
            .query("chainId", self.chain)
            .query("name", self.name)
            .query("status", self.status)
            .query("contractAddress", self.contract)
            .query("methodType", self.kind)
            .query("page", self.page)
            .query("pageSize", self.page_size);
        self.client.send(call).await
    }
}
