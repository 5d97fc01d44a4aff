//! The transaction endpoints.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::account::Account;
use super::dialect::Dialect;
use super::extract::{Id, OwnBusiness, Query};
use super::failure::Failure;
use super::page::Page;
use super::shared::{Shared, State as World};
use super::transaction::{SandboxStatus, Transaction};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    chain_id: Option<u64>,
    status: Option<SandboxStatus>,
    wallet_id: Option<Uuid>,
    contract_method_id: Option<Uuid>,
    api_credential_id: Option<Uuid>,
    user_id: Option<Uuid>,
    memo: Option<String>,
    created_after: Option<u64>,
    created_before: Option<u64>,
}

impl Filter {
    /// A memo matches if it contains the filter's; the bounds in time belong to the range.
    fn matches(&self, transaction: &Transaction, account: &Account) -> bool {
        let (view, created) = (&transaction.view, transaction.created);
        let memo = view.memo.as_deref().unwrap_or_default();
        self.chain_id.is_none_or(|chain| chain == view.chain_id)
            && self.status.is_none_or(|status| status == view.status)
            && self.wallet_id.is_none_or(|wallet| wallet == view.wallet_id)
            && self.contract_method_id.is_none_or(|method| view.method_ids.contains(&method))
            && self.api_credential_id.is_none_or(|id| id == account.credentials.id)
            && self.user_id.is_none()
            && self.memo.as_deref().is_none_or(|wanted| memo.contains(wanted))
            && self.created_after.is_none_or(|after| created >= after)
            && self.created_before.is_none_or(|before| created <= before)
    }
}

/// `GET /business/{businessId}/transactions`, newest first.
pub(super) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let newest_first = state.transactions.iter().rev();
    let matching: Vec<&Transaction> =
        newest_first.filter(|transaction| filter.matches(transaction, &shared.account)).collect();
    page.of(&matching, |transaction| transaction.to_json(&shared.account))
}

/// `GET /business/{businessId}/transactions/transactions`: not in the API, but where the published Python client looks.
pub(super) async fn list_misplaced(
    business: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    filter: Query<Filter>,
    page: Query<Page>,
) -> Result<Json<Value>, Failure> {
    if shared.account.dialect == Dialect::Strict {
        return Err(Failure::unknown_endpoint());
    }
    list(business, State(shared), filter, page).await
}

/// `GET /transactions/{id}`: what scripts count as a question, unless they go by blocks.
pub(super) async fn get(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let World { chains, transactions, .. } = &mut *state;
    let transaction = transactions.iter_mut().find(|transaction| transaction.view.id == id);
    let transaction = transaction.ok_or_else(|| Failure::unknown_entity("no transaction has this id"))?;
    let chain = chains.get_mut(transaction.view.chain_id).filter(|_| !transaction.is_awaited());
    let Some(chain) = chain else {
        return Ok(Json(transaction.to_json(&shared.account)));
    };
    transaction.speak(chain, now);
    let json = transaction.to_json(&shared.account);
    if transaction.resume(chain, now) {
        shared.queued.notify_one();
    }
    Ok(Json(json))
}
