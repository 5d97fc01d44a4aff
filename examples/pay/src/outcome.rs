//! How it ended.

use alloy_primitives::B256;
use bytes::Bytes;
use http::StatusCode;
use x402_core::{
    PaymentPayload, Receipt, SettleResponse, Settlement, X402Version,
    client::{Choice, SignedPayment},
};

/// How it ended.
pub(crate) enum Outcome {
    /// The content came: for the price, or for nothing.
    Served { status: StatusCode, body: Bytes, told: Told },
    /// What it would cost; nothing was paid.
    Priced { choice: Box<Choice>, version: X402Version },
    /// The server answered, and did not serve.
    NotServed { status: StatusCode, reason: Option<String>, body: Bytes, told: Told },
    /// It could not be asked, or not be paid.
    Failed { why: String },
    /// A payment was sent, and nobody says what became of it. Ours, unless the user gave one in a header.
    Unknown { why: String, payment: Option<Box<SignedPayment>>, told: Told },
}

/// What is known of the payment, if one was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// Whether one was sent, and not refused.
    pub(crate) sent: bool,
    /// What was paid for, if it was chosen here.
    pub(crate) choice: Option<Box<Choice>>,
    /// Proof that it settled.
    pub(crate) receipt: Option<Receipt>,
    /// A transaction that the server names without proof.
    pub(crate) named: Option<B256>,
}

impl Told {
    /// Of a payment that was sent, and nothing more.
    pub(crate) fn of(payment: &SignedPayment) -> Self {
        Self { choice: Some(Box::new(payment.choice().clone())), ..Self::sent() }
    }

    /// Of a payment that the user gave.
    pub(crate) fn sent() -> Self {
        Self { sent: true, ..Self::default() }
    }

    pub(crate) fn receipt(self, receipt: Option<Receipt>) -> Self {
        Self { receipt, ..self }
    }

    /// What the server says of a payment whose content did not come.
    pub(crate) fn answer(mut self, payload: &PaymentPayload, answer: Option<&SettleResponse>) -> Self {
        let payer = payload.exact().map(|exact| exact.authorization.from).unwrap_or_default();
        match answer.map(|answer| Settlement::judge(answer, payload.network(), payer)) {
            Some(Settlement::Settled(receipt)) => self.receipt = Some(receipt),
            Some(Settlement::Unknown(named)) => self.named = named,
            Some(Settlement::Refused(_)) | None => {}
        }
        self
    }
}
