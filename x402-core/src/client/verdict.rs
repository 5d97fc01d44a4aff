//! What an answer says about a payment.

use std::time::Duration;

use alloy_primitives::Address;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use super::{Offered, read_offer};
use crate::{
    header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, read_receipt},
    payload::PaymentPayload,
    reason::Reason,
    settlement::{Receipt, SettleResponse, Settlement},
};

/// What the answer to a request with a payment means for the payment.
///
/// A [`Presentation`](super::Presentation) judges by it, and adds patience and a budget. By itself it is for whoever
/// presents a payment that was signed elsewhere or before: its payload is all that is needed.
///
/// | answer | what it means |
/// |---|---|
/// | a receipt that fits | served and settled |
/// | success without a receipt | served |
/// | a receipt that contradicts the payment, or two receipts | a contradiction |
/// | 402 that says why in a code of the protocol, or asks as at first or for something else | refused |
/// | 400 and 431 of the protocol | refused |
/// | either, after an attempt that [may have arrived](Earlier::Open) | unknown |
/// | any other 402: servers send it when they lose the facilitator's answer | unknown |
/// | 408, 409, 425, 429, 5xx | open: present the same payment again |
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "complete by nature: go on, or end in one of four ways")]
pub enum Verdict {
    /// The answer is the response, whatever its status.
    Served {
        /// Proof that the payment settled. `None` if the server sent none.
        receipt: Option<Receipt>,
    },
    /// The same payment is to be presented again.
    Open {
        /// The server's `Retry-After`, where it is a number of seconds.
        after: Option<Duration>,
        /// What the server says of the payment, if anything.
        receipt: Option<SettleResponse>,
    },
    /// The payment was refused, and by the server's word not taken.
    Refused {
        /// The protocol's code or the server's words, escaped and cut.
        reason: Option<String>,
        /// Whether it now asks for something else than what was paid.
        asks_otherwise: bool,
    },
    /// Nobody knows, and presenting the payment again will not tell.
    Unknown {
        /// What was seen.
        why: String,
        /// What the server says of the payment, if anything.
        receipt: Option<SettleResponse>,
    },
    /// The receipt is not of this payment, or there are two.
    Contradiction {
        /// What does not fit.
        what: &'static str,
        /// What the server sent, if it can be read.
        receipt: Option<SettleResponse>,
    },
}

/// What came of the attempts before this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Earlier {
    /// There were none.
    #[default]
    None,
    /// One may have arrived and been taken. Then a refusal of this one proves nothing: the nonce may be spent, and the
    /// funds gone, by our own payment.
    Open,
    /// The server answered one with 409, or with a receipt that leaves the outcome open: it keeps track of the payment,
    /// and a refusal with a receipt is how it ended.
    Tracked,
}

impl Verdict {
    /// Judges an answer. `signed_for` is the offer that the payment was made for, where it is known; without it only a
    /// code tells a refusal. `body` is that of a 402, which is where v1 says why; it is not looked at otherwise.
    pub fn of(
        payload: &PaymentPayload,
        signed_for: Option<&Offered>,
        earlier: Earlier,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let answer = Answer { payload, signed_for, earlier, status, headers, body };
        let count = headers.get_all(PAYMENT_RESPONSE).iter().chain(headers.get_all(X_PAYMENT_RESPONSE)).count();
        let receipt = match read_receipt(headers) {
            Ok(receipt) if count > 1 => return Self::Contradiction { what: "there are two receipts", receipt },
            Ok(receipt) => receipt,
            Err(_) => return Self::Contradiction { what: "it cannot be read", receipt: None },
        };
        match status {
            StatusCode::PAYMENT_REQUIRED => answer.refused(receipt),
            // Also the handler's own; it is the protocol's if it asks again.
            StatusCode::BAD_REQUEST | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
                if read_offer(headers, body).is_ok() =>
            {
                answer.refused(receipt)
            }
            status if is_open(status) => Self::Open { after: retry_after(headers), receipt },
            _ => answer.served(receipt),
        }
    }

    /// What the next answer is to be judged by, after this one to an attempt that was judged by `earlier`.
    #[must_use]
    pub fn then(&self, status: StatusCode, earlier: Earlier) -> Earlier {
        match self {
            Self::Open { receipt, .. } if receipt.is_some() || status == StatusCode::CONFLICT => Earlier::Tracked,
            Self::Open { .. } if earlier == Earlier::None => Earlier::Open,
            _ => earlier,
        }
    }
}

/// An answer, and what it is to be judged by.
struct Answer<'a> {
    payload: &'a PaymentPayload,
    signed_for: Option<&'a Offered>,
    earlier: Earlier,
    status: StatusCode,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl Answer<'_> {
    fn served(&self, receipt: Option<SettleResponse>) -> Verdict {
        let Some(answer) = receipt else { return Verdict::Served { receipt: None } };
        match judge(self.payload, &answer) {
            Settlement::Settled(receipt) => Verdict::Served { receipt: Some(receipt) },
            _ if answer.success => {
                let what = "it is of another payment, or names no transaction";
                Verdict::Contradiction { what, receipt: Some(answer) }
            }
            // The server served, and says that it was not paid, or not yet.
            _ => Verdict::Served { receipt: None },
        }
    }

    fn refused(&self, receipt: Option<SettleResponse>) -> Verdict {
        let again = read_offer(self.headers, self.body).or_else(|_| Offered::from_v1_body(self.body)).ok();
        let reason = receipt.as_ref().and_then(|receipt| receipt.error_reason.clone());
        let said = reason.as_ref().map(ToString::to_string);
        let said = said.or_else(|| again.as_ref().and_then(|again| again.required.error.clone()));
        let judged = match &receipt {
            Some(receipt) => Some(judge(self.payload, receipt)),
            None => said.as_deref().and_then(code).map(|code| self.judge_code(code)),
        };
        if let Some(Settlement::Settled(_)) = judged {
            // Paid, and not served: it contradicts itself.
            return Verdict::Contradiction { what: "the payment settled, and is asked for again", receipt };
        }
        let asks_otherwise = match (&again, self.signed_for) {
            (Some(again), Some(signed_for)) => !again.asks_the_same_as(signed_for),
            _ => false,
        };
        let may_be_ours = match self.earlier {
            Earlier::None => false,
            Earlier::Open => true,
            Earlier::Tracked => receipt.is_none(),
        };
        let is_refusal = match judged {
            Some(judged) => matches!(judged, Settlement::Refused(_)),
            // The words of the first 402 say that no payment was seen, and a 400 that it could not be read.
            None => again.is_some_and(|again| {
                asks_otherwise
                    || self.status != StatusCode::PAYMENT_REQUIRED
                    || self.signed_for.is_some_and(|first| again.required.error == first.required.error)
            }),
        };
        if may_be_ours || !is_refusal {
            let words = said.map(|said| format!(" ({})", shown(&said))).unwrap_or_default();
            return Verdict::Unknown { why: format!("the server answered {}{words}", self.status), receipt };
        }
        Verdict::Refused { reason: said.as_deref().map(shown), asks_otherwise }
    }

    /// Judges what a receipt would say for which a server gives a code only.
    fn judge_code(&self, code: Reason) -> Settlement {
        judge(self.payload, &SettleResponse::failed(code, self.payload.network().clone(), None))
    }
}

/// Judges a receipt by what was signed.
pub(super) fn judge(payload: &PaymentPayload, answer: &SettleResponse) -> Settlement {
    let signed = payload.exact().map(|exact| &exact.authorization);
    let payer = signed.map_or(Address::ZERO, |signed| signed.from);
    // Where an amount is named, it is the one that was signed.
    let is_other = answer.amount.is_some_and(|named| signed.is_none_or(|signed| named.as_u256() != signed.value));
    match Settlement::judge(answer, payload.network(), payer) {
        Settlement::Settled(receipt) if is_other => Settlement::Unknown(Some(receipt.transaction)),
        judged => judged,
    }
}

/// Whether a status leaves open what became of the payment.
fn is_open(status: StatusCode) -> bool {
    let is_passing = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    status.is_server_error() || is_passing
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
