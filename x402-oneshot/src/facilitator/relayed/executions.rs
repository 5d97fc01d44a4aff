//! The executions of payments, sent and looked for.

use std::time::Duration;

use alloy_primitives::Address;
use futures_util::TryStreamExt;
use x402_core::{UnixSeconds, exact::Authorization, facilitator::FacilitatorError};

use super::{super::failure::no_answer, account::Pinned, setup::Setup};
use crate::{
    Error,
    api::{Execute, Params, Transaction, TransactionStatus},
};

/// How far 1Shot's clock and ours may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// The memo by which the execution of one payment is found again: what the token marks as spent, and what was signed. A
/// payer can sign one nonce twice, and the transfer of a cent must not be found for that of a dollar.
fn memo(signed: &Authorization) -> String {
    format!("x402 payer={} nonce={} authorization={}", signed.from, signed.nonce, signed.struct_hash())
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
        (token, chain_id): (Address, Option<u64>),
        signed: &Authorization,
    ) -> Self {
        Self { setup, pinned, token, chain_id, memo: memo(signed) }
    }

    /// Executes the transfer, once, and returns the transaction that does it.
    pub(super) async fn execute(&self, params: Params) -> Result<Transaction, FacilitatorError> {
        let sent = self.setup.clock.now();
        let run = Execute::new(params).memo(self.memo.as_str()).wallet(self.pinned.wallet);
        let error = match self.setup.client.methods().execute(self.pinned.method, run).await {
            Ok(transaction) => return Ok(transaction),
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
        let listed = self.list(Some(since)).await.ok()?;
        let possible = listed.into_iter().filter(|found| {
            found.status != TransactionStatus::Failed && found.created_seconds.is_none_or(|created| created >= since)
        });
        // If there are several, the payment is settled by the one that is.
        possible.max_by_key(|found| (found.status == TransactionStatus::Completed, found.created_seconds))
    }

    /// The executions of this payment, by whatever method, wallet and process.
    pub(super) async fn all(&self) -> Result<Vec<Transaction>, Error> {
        self.list(None).await
    }

    async fn list(&self, sent_since: Option<u64>) -> Result<Vec<Transaction>, Error> {
        let mut list = self.setup.client.transactions().list(self.setup.business).memo(self.memo.as_str());
        if let Some(chain_id) = self.chain_id {
            list = list.chain(chain_id);
        }
        if let Some(since) = sent_since {
            // Those at the very second belong to it, whatever the API thinks of bounds.
            list = list.wallet(self.pinned.wallet).created_after(since.saturating_sub(1));
        }
        let mut listed: Vec<Transaction> = list.stream().try_collect().await?;
        listed.retain(|found| self.is_of_this_payment(found));
        Ok(listed)
    }

    /// How the API compares memos is not documented, and other tokens count their nonces themselves.
    fn is_of_this_payment(&self, found: &Transaction) -> bool {
        let calls_token = match found.contract_address {
            Some(contract) => contract == self.token,
            None => found.method_ids().any(|method| method == self.pinned.method),
        };
        calls_token && found.memo.as_deref() == Some(&self.memo) && self.chain_id.is_none_or(|id| id == found.chain_id)
    }
}
