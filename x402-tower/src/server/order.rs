//! When the money moves.

/// Whether a request is settled before, after or beside its handler.
///
/// | order | who loses what, when things go wrong |
/// |---|---|
/// | [`After`](Self::After) | the work is done and the payment then refused: the seller has worked for nothing, and the content is not handed over |
/// | [`Before`](Self::Before) | the payment is settled and the handler then fails: the payer has paid and can present the payment again until it expires |
/// | [`Background`](Self::Background) | the content is handed over and the payment then refused, or not even sent: the seller has given it away, once for each payment |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// Verify, handler, settle: nobody pays for a failure.
    #[default]
    After,
    /// Verify, handler, answer at once; settle in a task of its own, which
    /// [`Settlements::drain`](super::Settlements::drain) waits for. There is no receipt: the fastest answer, for prices
    /// that one can afford to lose.
    Background,
    /// Verify, settle, handler: for work that costs more than a lost payment. Verifying can then be
    /// [switched off](x402_core::server::Gate::verify), since settling is the check.
    Before,
}
