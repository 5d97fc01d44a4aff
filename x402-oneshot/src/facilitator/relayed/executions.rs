//! The executions of payments, sent and looked for.

use std::time::Duration;

use alloy_primitives::Address;
use futures_util::StreamExt;
use http::Method;
use tokio::time::timeout;
use x402_core::{
    FacilitatorRequest, UnixSeconds,
    exact::Authorization,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

use super::{super::failure::no_answer, account::Pinned, memo::memo, setup::Setup};
use crate::{
    Error, ErrorKind,
    api::{Execute, Params, Transaction, TransactionStatus},
};

/// How far 1Shot's clock and ours may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// How long a search may take. Mostly it is one page.
const SEARCH: Duration = Duration::from_secs(60);

/// What was found of a payment's executions.
#[derive(Default)]
pub(super) struct Found {
    pub(super) executions: Vec<Transaction>,
    /// Why there may be more of them.
    pub(super) gap: Option<Error>,
}

/// One payment and what settles it.
pub(super) struct Executions<'a> {
    setup: &'a Setup,
    pinned: &'a Pinned,
    token: Address,
    chain_id: Option<u64>,
    memo: String,
}

impl<'a> Executions<'a> {
    pub(super) fn of(
        setup: &'a Setup,
        pinned: &'a Pinned,
        token: Address,
        signed: &Authorization,
        request: &FacilitatorRequest,
    ) -> Self {
        let chain_id = request.requirements().network.chain_id();
        Self { setup, pinned, token, chain_id, memo: memo(signed, request) }
    }

    /// Executes the transfer, once, and returns the transaction that does it.
    pub(super) async fn execute(&self, params: Params) -> Result<Transaction, FacilitatorError> {
        let sent = self.setup.clock.now();
        let run = Execute::new(params).memo(self.memo.as_str()).wallet(self.pinned.wallet);
        let error = match self.setup.client.methods().execute(self.pinned.method, run).await {
            Ok(transaction) if self.may_call_token(&transaction) => return Ok(transaction),
            // Somebody has changed our method since it was looked at: what moves is not what was signed.
            Ok(_) => return Err(FacilitatorError::new(FacilitatorErrorKind::BadAnswer, Reach::Answered)),
            Err(error) => error,
        };
        if error.may_have_acted()
            && let Some(found) = self.lost(sent).await
        {
            return Ok(found);
        }
        Err(no_answer(error))
    }

    /// Looks for an execution whose answer was lost. Not finding it proves nothing: it may still be on its way.
    ///
    /// Nor does one that failed: it may be an earlier one of the same payment, while the one that was lost moves money.
    async fn lost(&self, sent: UnixSeconds) -> Option<Transaction> {
        let since = sent.saturating_sub(SKEW).as_secs();
        let possible = self.search(Some(since)).await.executions.into_iter().filter(|found| {
            found.status != TransactionStatus::Failed && found.created_seconds.is_none_or(|created| created >= since)
        });
        // If there are several, the payment is settled by the one that is.
        possible.max_by_key(|found| (found.status == TransactionStatus::Completed, found.created_seconds))
    }

    /// The executions of this payment, by whatever method, wallet and process.
    pub(super) async fn all(&self) -> Found {
        self.search(None).await
    }

    /// Reads the account's list, and not for ever: should the API take no notice of the memo, it is the list of all
    /// transactions there are.
    async fn search(&self, sent_since: Option<u64>) -> Found {
        let mut list = self.setup.client.transactions().list(self.setup.business).memo(self.memo.as_str());
        if let Some(chain_id) = self.chain_id {
            list = list.chain(chain_id);
        }
        if let Some(since) = sent_since {
            // Those at the very second belong to it, whatever the API thinks of bounds.
            list = list.wallet(self.pinned.wallet).created_after(since.saturating_sub(1));
        }
        let mut rows = list.stream();
        let mut found = Found::default();
        let reading = async {
            while let Some(row) = rows.next().await {
                match row {
                    Ok(row) if self.is_of_this_payment(&row) => found.executions.push(row),
                    Ok(_) => {}
                    Err(error) => found.gap = Some(error),
                }
            }
        };
        if timeout(SEARCH, reading).await.is_err() {
            let late = Error::new(ErrorKind::Timeout, Reach::MaybeSent);
            found.gap = Some(late.with_call(&Method::GET, "/business/{businessId}/transactions"));
        }
        found
    }

    /// How the API compares memos is not documented, and other tokens count their nonces themselves.
    fn is_of_this_payment(&self, found: &Transaction) -> bool {
        let names_token = found.contract_address.is_some();
        let is_ours = names_token || found.method_ids().any(|method| method == self.pinned.method);
        is_ours && self.may_call_token(found) && found.memo.as_deref() == Some(&self.memo)
    }

    /// Whether a transaction calls the token, on its chain, as far as it says what it calls.
    fn may_call_token(&self, made: &Transaction) -> bool {
        made.contract_address.is_none_or(|contract| contract == self.token)
            && self.chain_id.is_none_or(|id| id == made.chain_id)
    }
}
