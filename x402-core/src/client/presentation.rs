//! Presenting one payment until its outcome is known.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use super::{Offered, Patience, SignedPayment, read_offer};
use crate::{
    header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, read_receipt},
    reason::Reason,
    settlement::{Receipt, SettleResponse, Settlement},
    time::UnixSeconds,
};

/// One payment on its way: judges each answer, and says whether the same payment is to be presented again.
///
/// It signs nothing, so that one request is never paid for twice: what is presented again is the payment it was made
/// with. It does no I/O and keeps no time; it is told.
///
/// | answer | what it means |
/// |---|---|
/// | a receipt that fits | served and settled |
/// | success without a receipt | served |
/// | a receipt that contradicts the payment, or two receipts | an error that carries both |
/// | 402 that says why in a code of the protocol, or asks as at first or for something else | refused |
/// | 400 and 431 of the protocol | refused |
/// | any other 402: servers send it when they lose the facilitator's answer | unknown |
/// | 409, 425, 429, 5xx, or no answer | open: the same payment again, in the end unknown |
#[derive(Debug)]
#[must_use]
pub struct Presentation {
    payment: SignedPayment,
    offered: Offered,
    patience: Patience,
    attempts: u32,
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
        Self { payment, offered, patience, attempts: 0, hint: None }
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
        let receipt = match self.receipt(headers) {
            Ok(receipt) => receipt,
            Err(step) => return step,
        };
        match status {
            StatusCode::PAYMENT_REQUIRED => self.refused(status, headers, body, receipt),
            // Also the handler's own; it is the protocol's if it asks again.
            StatusCode::BAD_REQUEST | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if self.asks(headers, body) => {
                self.refused(status, headers, body, receipt)
            }
            status if is_open(status) => {
                self.hint = receipt.or_else(|| self.hint.take());
                let after = retry_after(headers);
                match self.open(&format!("the server answered {status}"), after, now, waited) {
                    Ok(pause) => Step::Again(pause),
                    Err(failure) => Step::Failed(failure),
                }
            }
            _ => self.served(receipt),
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
        if !was_sent && self.attempts == 0 {
            self.payment.returned();
            return Err(Box::new(PaymentFailure::NotSent { payment: Box::new(self.payment.clone()) }));
        }
        self.open(why, None, now, waited)
    }

    /// The one receipt of an answer, if there is one.
    fn receipt(&self, headers: &HeaderMap) -> Result<Option<SettleResponse>, Step> {
        let count = headers.get_all(PAYMENT_RESPONSE).iter().chain(headers.get_all(X_PAYMENT_RESPONSE)).count();
        match read_receipt(headers) {
            Ok(receipt) if count > 1 => Err(self.contradiction("there are two receipts", receipt)),
            Ok(receipt) => Ok(receipt),
            Err(_) => Err(self.contradiction("it cannot be read", None)),
        }
    }

    fn served(&self, receipt: Option<SettleResponse>) -> Step {
        let Some(answer) = receipt else {
            return self.is_served(None);
        };
        match self.judge(&answer) {
            Settlement::Settled(receipt) => {
                self.payment.settled();
                self.is_served(Some(receipt))
            }
            _ if answer.success => {
                self.contradiction("it is of another payment, or names no transaction", Some(answer))
            }
            // The server served, and says that it was not paid, or not yet.
            _ => self.is_served(None),
        }
    }

    fn is_served(&self, receipt: Option<Receipt>) -> Step {
        Step::Served(Box::new(Served { payment: self.payment.clone(), receipt }))
    }

    fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8], receipt: Option<SettleResponse>) -> Step {
        let again = read_offer(headers, body).or_else(|_| Offered::from_v1_body(body)).ok();
        let reason = receipt.as_ref().and_then(|receipt| receipt.error_reason.clone());
        let said = reason.as_ref().map(ToString::to_string);
        let said = said.or_else(|| again.as_ref().and_then(|again| again.required.error.clone()));
        let judged = match &receipt {
            Some(receipt) => Some(self.judge(receipt)),
            None => said.as_deref().and_then(code).map(|code| self.judge(&self.failure(code))),
        };
        if let Some(Settlement::Settled(_)) = judged {
            // Paid, and not served: it contradicts itself.
            self.payment.settled();
            return self.contradiction("the payment settled, and is asked for again", receipt);
        }
        let asks_otherwise = again.as_ref().is_some_and(|again| !again.asks_the_same_as(&self.offered));
        // An attempt before this one may have been taken.
        let may_be_ours = self.attempts > 0 && receipt.is_none();
        let is_refusal = match judged {
            Some(judged) => matches!(judged, Settlement::Refused(_)),
            // The words of the first 402 say that no payment was seen, and a 400 that it could not be read.
            None => again.is_some_and(|again| {
                asks_otherwise
                    || status != StatusCode::PAYMENT_REQUIRED
                    || again.required.error == self.offered.required.error
            }),
        };
        if may_be_ours || !is_refusal {
            let words = said.map(|said| format!(" ({})", shown(&said))).unwrap_or_default();
            return Step::Failed(self.unknown(format!("the server answered {status}{words}"), receipt));
        }
        Step::Failed(Box::new(PaymentFailure::Refused {
            status,
            reason: said.as_deref().map(shown),
            asks_otherwise,
            payment: Box::new(self.payment.clone()),
        }))
    }

    /// What a receipt would say for which a server gives a code only.
    fn failure(&self, reason: Reason) -> SettleResponse {
        SettleResponse::failed(reason, self.payment.payload().network().clone(), None)
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
        if receipt.as_ref().is_some_and(|answer| matches!(self.judge(answer), Settlement::Settled(_))) {
            self.payment.settled();
        }
        let (receipt, payment) = (receipt.map(Box::new), Box::new(self.payment.clone()));
        Box::new(PaymentFailure::Unknown { why, receipt, payment })
    }

    fn contradiction(&self, what: &'static str, receipt: Option<SettleResponse>) -> Step {
        let (receipt, payment) = (receipt.map(Box::new), Box::new(self.payment.clone()));
        Step::Failed(Box::new(PaymentFailure::Contradiction { what, receipt, payment }))
    }

    fn judge(&self, answer: &SettleResponse) -> Settlement {
        let payload = self.payment.payload();
        let payer = payload.exact().map(|exact| exact.authorization.from).unwrap_or_default();
        let judged = Settlement::judge(answer, payload.network(), payer);
        // Where an amount is named, it is the one that was signed.
        match judged {
            Settlement::Settled(receipt)
                if answer.amount.is_some_and(|named| named != self.payment.choice().amount()) =>
            {
                Settlement::Unknown(Some(receipt.transaction))
            }
            judged => judged,
        }
    }

    /// Whether an answer asks for a payment.
    fn asks(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        read_offer(headers, body).is_ok()
    }
}

/// Whether a status leaves open what became of the payment.
fn is_open(status: StatusCode) -> bool {
    let passing = matches!(status, StatusCode::CONFLICT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
    status.is_server_error() || passing
}

/// `Retry-After` in seconds ([RFC 9110 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)); a date is not
/// read.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The code in a server's words: all of them, or the last one, as in `Invalid payment: insufficient_funds`.
fn code(said: &str) -> Option<Reason> {
    let last = said.rsplit(' ').next().unwrap_or_default();
    Reason::parse(last).filter(|code| code.as_str().contains('_'))
}

/// A stranger's words: cut, and without control characters.
fn shown(text: &str) -> String {
    const MOST: usize = 200;
    text.chars().take(MOST).flat_map(char::escape_debug).collect()
}
