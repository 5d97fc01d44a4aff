//! What a webhook's data can look like.

/// The names in a webhook's `data`: 1Shot has had two sets, and both are in its documentation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum WebhookShape {
    /// `transactionExecutionId` is the transaction and `transactionId` the contract method, as in 2025.
    #[default]
    Legacy,
    /// `transactionId` is the transaction and `contractMethodId` the contract method, as in 2026.
    Relayer,
}
