//! The transaction endpoints.

use http::Method;

use crate::api::list::List;
use crate::api::transaction::Transaction;
use crate::api::transaction_list::ListTransactions;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, TransactionId};

impl Client {
    /// The transaction endpoints.
    #[must_use]
    pub const fn transactions(&self) -> Transactions<'_> {
        Transactions { client: self }
    }
}

/// The transaction endpoints, from [`Client::transactions`].
#[derive(Clone, Copy, Debug)]
pub struct Transactions<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Transactions<'a> {
    /// One transaction.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: TransactionId) -> Result<Transaction, Error> {
        let call = Call::read(Method::GET, "/transactions/{id}").segment(id);
        self.client.send(call).await
    }

    /// Lists the transactions of a business.
    pub fn list(self, business: BusinessId) -> ListTransactions<'a> {
        List::new(self.client, "/business/{businessId}/transactions").segment(business)
    }
}
