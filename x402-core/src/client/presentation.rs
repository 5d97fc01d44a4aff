//! Presenting one payment until its outcome is known.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::{
    Offered, Patience, SignedPayment,
    verdict::{Earlier, Verdict, judge},
};
use crate::{
    settlement::{Receipt, SettleResponse, Settlement},
    time::UnixSeconds,
};

/// One payment on its way: judges each answer, and says whether the same payment is to be presented again.
///
/// It signs nothing, so that one request is never paid for twice: what is presented again is the payment it was made
/// with. It does no I/O and keeps no time; it is told.
/// What each answer means is a [`Verdict`].
#[derive(Debug)]
#[must_use]
pub struct Presentation {
    payment: SignedPayment,
    offered: Offered,
    patience: Patience,
    attempts: u32,
    earlier: Earlier,
    /// The last receipt of an answer that left the outcome open, if any.
    hint: Option<SettleResponse>,
}

/// What to do after an answer.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete by nature: go on, or end well or badly")]
pub enum Step {
    /// Present the same payment once more, after this pause.
    Again(Duration),
    /// It is over, and the answer is the response.
    Served(Box<Served>),
    /// It is over, without what was asked for.
    Failed(Box<PaymentFailure>),
}

/// What a response was paid with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Served {
    /// The payment.
    pub payment: SignedPayment,
    /// Proof that it settled. `None` if the server sent none: it may have served before it settles, or for nothing.
    pub receipt: Option<Receipt>,
}

/// A payment was made, and what it was made for did not come.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PaymentFailure {
    /// The receipt is of another payment than the one that was signed, or there are two.
    ///
    /// The payment may have been taken.
    #[error("the receipt contradicts the payment: {what}")]
    Contradiction {
        /// What does not fit.
        what: &'static str,
        /// What the server sent, if it can be read.
        receipt: Option<Box<SettleResponse>>,
        /// What was signed.
        payment: Box<SignedPayment>,
    },
    /// The server refused the payment, and says that it was not taken.
    ///
    /// Its word is no proof, so that the payment stays counted on a [`Budget`](super::Budget) until
    /// [it is returned](SignedPayment::returned).
    #[error("the server refused the payment with {status}{}", .reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    Refused {
        /// Its status.
        status: StatusCode,
        /// The protocol's code or the server's words, escaped and cut.
        reason: Option<String>,
        /// Whether it now asks for something else than what was paid: another price, or another recipient.
        asks_otherwise: bool,
        /// What was signed.
        payment: Box<SignedPayment>,
    },
    /// Nobody knows: the payment may have been taken.
    ///
    /// Do not pay again. Present this payment once more, or look its transfer up on the chain.
    #[error("the outcome of the payment is not known: {why}")]
    Unknown {
        /// What was seen last.
        why: String,
        /// What the server said of it, if anything.
        receipt: Option<Box<SettleResponse>>,
        /// What was signed.
        payment: Box<SignedPayment>,
    },
    /// The payment never left this process. Nothing was paid, and the budget has it back.
    #[error("the payment was not sent")]
    NotSent {
        /// What was signed.
        payment: Box<SignedPayment>,
    },
}

impl PaymentFailure {
    /// The payment it is about.
    pub fn payment(&self) -> &SignedPayment {
        match self {
            Self::Contradiction { payment, .. }
            | Self::Refused { payment, .. }
            | Self::Unknown { payment, .. }
            | Self::NotSent { payment } => payment,
        }
    }

    /// Whether the money may have moved.
    #[must_use]
    pub const fn may_have_paid(&self) -> bool {
        !matches!(self, Self::NotSent { .. })
    }
}

impl Presentation {
    /// Presents `payment`, which was signed for `offered`.
    pub const fn new(offered: Offered, payment: SignedPayment, patience: Patience) -> Self {
        Self { payment, offered, patience, attempts: 0, earlier: Earlier::None, hint: None }
    }

    /// The payment was presented before, by an earlier [`Presentation`] for example, and may have been taken then.
    pub const fn presented_before(mut self) -> Self {
        self.earlier = Earlier::Open;
        self
    }

    /// What is presented, each time the same.
    pub const fn payment(&self) -> &SignedPayment {
        &self.payment
    }

    /// Judges an answer. `body` is that of a 402, which is where v1 says why; it is not looked at otherwise.
    ///
    /// `waited` is the time since the first attempt.
    pub fn answered(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixSeconds,
        waited: Duration,
    ) -> Step {
        let (payload, offered) = (self.payment.payload(), &self.offered);
        let verdict = Verdict::of(payload, Some(offered), self.earlier, status, headers, body);
        self.earlier = verdict.then(status, self.earlier);
        match verdict {
            Verdict::Served { receipt } => {
                if receipt.is_some() {
                    self.payment.settled();
                }
                Step::Served(Box::new(Served { payment: self.payment.clone(), receipt }))
            }
            Verdict::Open { after, receipt } => {
                self.hint = receipt.or_else(|| self.hint.take());
                match self.open(&format!("the server answered {status}"), after, now, waited) {
                    Ok(pause) => Step::Again(pause),
                    Err(failure) => Step::Failed(failure),
                }
            }
            Verdict::Refused { reason, asks_otherwise } => {
                let payment = Box::new(self.payment.clone());
                Step::Failed(Box::new(PaymentFailure::Refused { status, reason, asks_otherwise, payment }))
            }
            Verdict::Unknown { why, receipt } => Step::Failed(self.unknown(why, receipt)),
            Verdict::Contradiction { what, receipt } => {
                let (receipt, payment) = (self.told(receipt), Box::new(self.payment.clone()));
                Step::Failed(Box::new(PaymentFailure::Contradiction { what, receipt, payment }))
            }
        }
    }

    /// There was no answer: how long to wait before the same payment is presented again. `was_sent` is false only if no
    /// byte of the request can have left.
    ///
    /// # Errors
    ///
    /// If it is over.
    pub fn failed(
        &mut self,
        why: &str,
        was_sent: bool,
        now: UnixSeconds,
        waited: Duration,
    ) -> Result<Duration, Box<PaymentFailure>> {
        if !was_sent && self.attempts == 0 && matches!(self.earlier, Earlier::None) {
            self.payment.returned();
            return Err(Box::new(PaymentFailure::NotSent { payment: Box::new(self.payment.clone()) }));
        }
        if self.earlier == Earlier::None {
            self.earlier = Earlier::Open;
        }
        self.open(why, None, now, waited)
    }

    fn open(
        &mut self,
        why: &str,
        after: Option<Duration>,
        now: UnixSeconds,
        waited: Duration,
    ) -> Result<Duration, Box<PaymentFailure>> {
        self.attempts += 1;
        let pause = self.patience.pause(self.attempts, after);
        let in_time = |pause: &Duration| waited.saturating_add(*pause) <= self.patience.deadline();
        // Expired, it can settle no more; if it has, nobody can tell us so.
        let lasts = |pause: &Duration| now.saturating_add(*pause) < self.payment.expires();
        match pause.filter(in_time).filter(lasts) {
            Some(pause) => Ok(pause),
            None => {
                let hint = self.hint.take();
                Err(self.unknown(why.to_owned(), hint))
            }
        }
    }

    fn unknown(&self, why: String, receipt: Option<SettleResponse>) -> Box<PaymentFailure> {
        let (receipt, payment) = (self.told(receipt), Box::new(self.payment.clone()));
        Box::new(PaymentFailure::Unknown { why, receipt, payment })
    }

    /// What the server says of the payment, for the caller; and for the budget, if it says that it was paid.
    fn told(&self, receipt: Option<SettleResponse>) -> Option<Box<SettleResponse>> {
        let receipt = receipt?;
        if matches!(judge(self.payment.payload(), &receipt), Settlement::Settled(_)) {
            self.payment.settled();
        }
        Some(Box::new(receipt))
    }
}
