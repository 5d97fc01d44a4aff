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
///
/// ```no_run
/// use x402_oneshot::api::WaitPolicy;
/// use x402_oneshot::{BusinessId, Client, Error};
///
/// # async fn run(client: Client, business: BusinessId) -> Result<(), Error> {
/// // After an execution whose answer was lost: was it queued?
/// let page = client.transactions().list(business).memo("order 17").send().await?;
/// for queued in page.response.iter().filter(|found| found.memo.as_deref() == Some("order 17")) {
///     let done = client.transactions().wait(queued.id, &WaitPolicy::new()).await?;
///     println!("{} {:?} {:?}", done.status, done.transaction_hash, done.failure_reason);
/// }
/// # Ok(())
/// # }
/// ```
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
