//! The contract method endpoints.

use http::Method;

use crate::api::contract_method::{ContractMethod, NewContractMethod};
use crate::api::list::List;
use crate::api::method_list::ListMethods;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, MethodId};

impl Client {
    /// The contract method endpoints.
    #[must_use]
    pub const fn methods(&self) -> Methods<'_> {
        Methods { client: self }
    }
}

/// The contract method endpoints, from [`Client::methods`].
///
/// ```no_run
/// use alloy_primitives::{U256, address};
/// use x402_oneshot::api::{Execute, MethodParam, NewContractMethod, ParamType, Params};
/// use x402_oneshot::{BusinessId, Client, Error, WalletId};
///
/// # async fn run(client: Client, business: BusinessId, wallet: WalletId) -> Result<(), Error> {
/// let usdc = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let transfer = NewContractMethod::new(84532, usdc, wallet, "transfer")
///     .input(MethodParam::new("to", ParamType::Address))
///     .input(MethodParam::new("value", ParamType::Uint));
/// let transfer = client.methods().create(business, &transfer).await?;
///
/// let shop = address!("209693Bc6afc0C5328bA36FaF03C514EF312287C");
/// let params = Params::new().address("to", shop).uint("value", U256::from(50_000));
/// if client.methods().test(transfer.id, params.clone()).await?.success {
///     let queued = client.methods().execute(transfer.id, Execute::new(params).memo("order 17")).await?;
///     println!("{} {}", queued.id, queued.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Methods<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Methods<'a> {
    /// Lists the contract methods of a business.
    pub fn list(self, business: BusinessId) -> ListMethods<'a> {
        List::new(self.client, "/business/{businessId}/methods").segment(business)
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

    /// Deletes a contract method. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn delete(self, id: MethodId) -> Result<(), Error> {
        let call = Call::act(Method::DELETE, "/methods/{id}").segment(id);
        self.client.perform(call).await
    }
}
