//! What a webhook's data can look like.

use serde::{Deserialize, Serialize};

/// The names in a webhook's `data`: 1Shot has had two sets, and both are in its documentation.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WebhookShape {
    /// `transactionExecutionId` is the transaction and `transactionId` the contract method, as in 2025.
    #[default]
    Legacy,
    /// `transactionId` is the transaction and `contractMethodId` the contract method, as in 2026.
    Relayer,
}
