//! The rules for facilitators.

use alloy_primitives::{Address, B256};

use super::join::join;
use crate::{
    facilitator::{Facilitator, FacilitatorError, FacilitatorRequest},
    reason::{Reason, ReasonKind},
    requirements::Scheme,
    settlement::{SettleResponse, Settlement},
};

/// The payments that a facilitator is tried with.
///
/// ```
/// use x402_core::{FacilitatorRequest, reason::ReasonKind, testing::conformance::facilitator::Fixture};
///
/// # fn fixture(make: impl Fn(&str) -> FacilitatorRequest) -> Fixture {
/// Fixture::new()
///     .payable(make("v1"))
///     .payable(make("v2"))
///     .contested(make("another one"))
///     .invalid(make("of a payer without money"), [ReasonKind::InsufficientFunds])
///     .invalid(make("with a spent nonce"), [ReasonKind::NonceUsed, ReasonKind::Simulation])
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fixture {
    payable: Vec<FacilitatorRequest>,
    contested: Vec<FacilitatorRequest>,
    invalid: Vec<(FacilitatorRequest, Vec<ReasonKind>)>,
}

impl Fixture {
    /// No payments yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A payment that can be settled, and will be.
    #[must_use]
    pub fn payable(mut self, request: FacilitatorRequest) -> Self {
        self.payable.push(request);
        self
    }

    /// A payment that can be settled, and will be, with copies of it under way at once.
    #[must_use]
    pub fn contested(mut self, request: FacilitatorRequest) -> Self {
        self.contested.push(request);
        self
    }

    /// A payment that must be refused, for one of these reasons; for any if there are none.
    #[must_use]
    pub fn invalid(mut self, request: FacilitatorRequest, reasons: impl IntoIterator<Item = ReasonKind>) -> Self {
        self.invalid.push((request, reasons.into_iter().collect()));
        self
    }
}

/// Every rule, for every payment.
///
/// # Panics
///
/// When the facilitator breaks a rule.
pub async fn all(facilitator: &impl Facilitator, fixture: &Fixture) {
    for request in fixture.payable.iter().chain(&fixture.contested) {
        supports(facilitator, request).await;
        verifies(facilitator, request).await;
        reconciles_without_settling(facilitator, request).await;
    }
    for (request, reasons) in &fixture.invalid {
        refuses(facilitator, request, reasons).await;
        if !reasons.contains(&ReasonKind::NonceUsed) {
            believes_no_transaction(facilitator, request).await;
        }
    }
    for request in &fixture.payable {
        settles_once(facilitator, request).await;
    }
    for request in &fixture.contested {
        settles_copies_once(facilitator, request).await;
    }
}

fn payer(request: &FacilitatorRequest) -> Address {
    request.exact().map(|exact| exact.authorization.from).expect("the suite's payments are EIP-3009 ones")
}

fn judge(answer: &SettleResponse, request: &FacilitatorRequest) -> Settlement {
    Settlement::judge(answer, &request.requirements().network, payer(request))
}

async fn settle(facilitator: &impl Facilitator, request: &FacilitatorRequest, rule: &str) -> Settlement {
    match facilitator.settle(request).await {
        Ok(answer) => judge(&answer, request),
        Err(error) => panic!("{rule}: no answer: {error}"),
    }
}

/// What is paid is among the kinds that the facilitator says it supports.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn supports(facilitator: &impl Facilitator, request: &FacilitatorRequest) {
    let supported = facilitator.supported().await;
    let supported = supported.unwrap_or_else(|error| panic!("a facilitator says what it supports: {error}"));
    let (version, network) = (request.payload().version(), &request.requirements().network);
    assert!(
        supported.supports(version, &Scheme::EXACT, network),
        "a facilitator says that it supports what it settles: `exact` in {version} on {network}, not {:?}",
        supported.kinds
    );
}

/// A good payment is valid, of its payer, and verifying it does not use it up.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn verifies(facilitator: &impl Facilitator, request: &FacilitatorRequest) {
    for _ in 0..2 {
        let answer = facilitator.verify(request).await;
        let answer = answer.unwrap_or_else(|error| panic!("a good payment is verified: {error}"));
        assert!(answer.is_valid, "a good payment is valid, as often as it is verified: {answer:?}");
        if let Some(named) = answer.payer {
            assert!(named == payer(request), "the payer is who signed, not {named}");
        }
    }
}

/// A bad payment is invalid, with a reason, and is not settled.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn refuses(facilitator: &impl Facilitator, request: &FacilitatorRequest, reasons: &[ReasonKind]) {
    let fits = |reason: &Reason| reasons.is_empty() || reasons.contains(&reason.kind());
    let answer = facilitator.verify(request).await;
    let answer = answer.unwrap_or_else(|error| panic!("a bad payment is answered, not an error: {error}"));
    assert!(!answer.is_valid, "a bad payment is invalid ({reasons:?}): {answer:?}");
    match answer.invalid_reason {
        Some(reason) => assert!(fits(&reason), "a bad payment is invalid for {reasons:?}, not {reason}"),
        None => panic!("a bad payment is invalid for a reason ({reasons:?})"),
    }
    let answer = facilitator.settle(request).await;
    let answer = answer.unwrap_or_else(|error| panic!("a bad payment is refused: no answer: {error}"));
    assert!(!answer.success, "a bad payment is refused ({reasons:?}), not {answer:?}");
    // That a nonce is spent is said of a bad payment too, although a gate asks on (`Settlement::judge`).
    let reason = answer.error_reason.unwrap_or(Reason::UNEXPECTED_SETTLE_ERROR);
    let pending = reason.kind() == ReasonKind::Pending;
    assert!(!pending && fits(&reason), "a bad payment is refused for {reasons:?}, not {reason}");
}

/// A good payment settles, and settles once: asked again, the facilitator names the same transaction or refuses, and
/// it [knows](reconciles_what_settled), or does not say, what became of it.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn settles_once(facilitator: &impl Facilitator, request: &FacilitatorRequest) {
    let first = match settle(facilitator, request, "a good payment settles").await {
        Settlement::Settled(receipt) => receipt.transaction,
        other => panic!("a good payment settles, with its network, payer and transaction: {other:?}"),
    };
    if let Settlement::Settled(again) = settle(facilitator, request, "a settled payment is answered").await {
        assert_eq!(again.transaction, first, "a payment settles in one transaction");
    }
    reconciles_what_settled(facilitator, request, first).await;
}

/// Of copies that are settled at once, one moves the money: all that say they settled name the same transaction.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn settles_copies_once(facilitator: &impl Facilitator, request: &FacilitatorRequest) {
    const RULE: &str = "copies of a payment that are settled at once settle once";
    let answers = join((0..5).map(|_| facilitator.settle(request))).await;
    let mut transactions: Vec<B256> = answers.iter().filter_map(|answer| transaction(answer, request)).collect();
    transactions.sort_unstable();
    transactions.dedup();
    assert_eq!(transactions.len(), 1, "{RULE}: {answers:?}");
    if let Settlement::Settled(again) = settle(facilitator, request, RULE).await {
        assert!(transactions.contains(&again.transaction), "{RULE}: {again:?}");
    }
    for transaction in transactions {
        reconciles_what_settled(facilitator, request, transaction).await;
    }
}

/// Asking what became of a payment that was never settled does not settle it: no success is said, and the payment is as
/// good as before.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn reconciles_without_settling(facilitator: &impl Facilitator, request: &FacilitatorRequest) {
    const RULE: &str = "asking what became of a payment does not settle it";
    // Without a transaction: one that is named says that a settlement was made.
    // A facilitator that has no answer keeps a gate waiting, and says nothing wrong.
    if let Ok(answer) = facilitator.reconcile(request, None).await {
        assert!(!answer.success, "{RULE}: {answer:?}");
    }
    let answer = facilitator.verify(request).await;
    let answer = answer.unwrap_or_else(|error| panic!("{RULE}: no answer to verify: {error}"));
    assert!(answer.is_valid, "{RULE}: {answer:?}");
}

/// Asked about a payment that cannot have settled, a facilitator does not say that it has because a transaction is named.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn believes_no_transaction(facilitator: &impl Facilitator, request: &FacilitatorRequest) {
    const RULE: &str = "a transaction is not believed because it is named";
    if let Ok(answer) = facilitator.reconcile(request, Some(B256::repeat_byte(0xee))).await {
        assert!(!answer.success, "{RULE}: {answer:?}");
    }
}

/// A payment that has settled is never said not to have: asked what became of it, with and without its transaction, the
/// facilitator names that transaction or does not know.
///
/// # Panics
///
/// When the facilitator breaks the rule.
pub async fn reconciles_what_settled(facilitator: &impl Facilitator, request: &FacilitatorRequest, transaction: B256) {
    const RULE: &str = "a settled payment is not said to have failed, nor to be in another transaction";
    for named in [None, Some(transaction)] {
        let Ok(answer) = facilitator.reconcile(request, named).await else { continue };
        match judge(&answer, request) {
            Settlement::Settled(receipt) => assert_eq!(receipt.transaction, transaction, "{RULE}"),
            Settlement::Unknown(_) => {}
            Settlement::Refused(reason) => panic!("{RULE}: {reason}"),
        }
    }
}

fn transaction(answer: &Result<SettleResponse, FacilitatorError>, request: &FacilitatorRequest) -> Option<B256> {
    match answer.as_ref().map(|answer| judge(answer, request)) {
        Ok(Settlement::Settled(receipt)) => Some(receipt.transaction),
        _ => None,
    }
}
