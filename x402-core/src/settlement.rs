//! How a payment ended.

use alloy_primitives::{Address, B256};

use crate::{
    address::ChainAddress,
    amount::Amount,
    network::Network,
    reason::{Reason, ReasonKind},
    requirements::Extra,
};

/// A facilitator's answer to `/settle`, and the content of `PAYMENT-RESPONSE` and `X-PAYMENT-RESPONSE`.
///
/// As it stands it proves nothing; [`Settlement::judge`] compares it with what was asked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SettleResponse {
    /// Whether the transfer is said to have happened.
    pub success: bool,
    /// Why not. Free text from the facilitator is not kept: it must not reach a client.
    pub error_reason: Option<Reason>,
    /// The transaction hash; empty if there is none.
    pub transaction: String,
    /// The network that it happened on.
    pub network: Option<Network>,
    /// Who paid.
    pub payer: Option<ChainAddress>,
    /// How much was settled, where a scheme says it.
    pub amount: Option<Amount>,
    /// What extensions add.
    pub extensions: Option<Extra>,
}

impl SettleResponse {
    /// The transfer happened.
    #[must_use]
    pub fn settled(transaction: B256, network: Network, payer: Address) -> Self {
        Self {
            success: true,
            error_reason: None,
            transaction: transaction.to_string(),
            network: Some(network),
            payer: Some(payer.into()),
            amount: None,
            extensions: None,
        }
    }

    /// The transfer did not happen, or is not known to have.
    #[must_use]
    pub fn failed(reason: Reason, network: Network, payer: Option<Address>) -> Self {
        Self {
            success: false,
            error_reason: Some(reason),
            transaction: String::new(),
            network: Some(network),
            payer: payer.map(Into::into),
            amount: None,
            extensions: None,
        }
    }
}

/// Proof that a payment settled: a successful answer that fits what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The transaction that moved the money.
    pub transaction: B256,
    /// The network that it is on.
    pub network: Network,
    /// Who paid.
    pub payer: Address,
}

impl Receipt {
    /// A receipt that was kept, by a claim store for example. New ones come of [`Settlement::judge`].
    #[must_use]
    pub const fn new(transaction: B256, network: Network, payer: Address) -> Self {
        Self { transaction, network, payer }
    }

    /// As the protocol writes it.
    #[must_use]
    pub fn to_response(&self) -> SettleResponse {
        SettleResponse::settled(self.transaction, self.network.clone(), self.payer)
    }
}

/// The three ways a settlement can end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete by nature: yes, no, and not known")]
pub enum Settlement {
    /// The money moved.
    Settled(Receipt),
    /// The money did not move, and will not by this attempt.
    Refused(Reason),
    /// The money may have moved. The transaction, if one was named, can be looked up.
    Unknown(Option<B256>),
}

impl Settlement {
    /// Judges an answer by what was asked.
    ///
    /// A success for another network or payer, or without a well-formed hash, is not believed, and is no proof of the
    /// opposite either: it is unknown. A failure is a refusal, unless its reason is one that proves nothing:
    /// `settlement_pending`, and [what means the same](ReasonKind::Pending); that the nonce is spent, by our payment
    /// perhaps, which somebody else put on chain; and `unexpected_settle_error`, a transfer that could not be sent, or no
    /// reason, which implementations say of any exception, also after they have sent the transaction. So does a code of a
    /// facilitator's own that says that it does not know, such as `transaction_confirmation_timed_out`.
    #[must_use]
    pub fn judge(answer: &SettleResponse, network: &Network, payer: Address) -> Self {
        let transaction = parse_hash(&answer.transaction);
        if !answer.success {
            let reason = answer.error_reason.clone().unwrap_or(Reason::UNEXPECTED_SETTLE_ERROR);
            // A spent nonce proves that the authorization was used, and not that we were not paid by it: whoever sees it
            // can put it on chain (attack 2).
            let proves_nothing = matches!(reason.kind(), ReasonKind::Pending | ReasonKind::NonceUsed)
                || reason == Reason::UNEXPECTED_SETTLE_ERROR
                || reason.as_str() == "invalid_exact_evm_failed_to_execute_transfer"
                || is_vague(&reason);
            return if proves_nothing { Self::Unknown(transaction) } else { Self::Refused(reason) };
        }
        // v2 makes the payer optional; if it is named it must be ours.
        let fits =
            answer.network.as_ref() == Some(network) && answer.payer.as_ref().is_none_or(|named| *named == payer);
        match transaction {
            Some(transaction) if fits => Self::Settled(Receipt { transaction, network: network.clone(), payer }),
            _ => Self::Unknown(transaction),
        }
    }
}

/// Whether a code that the protocol does not know says that the facilitator does not know either.
fn is_vague(reason: &Reason) -> bool {
    const VAGUE: [&str; 7] = ["internal", "pending", "timed_out", "timeout", "unavailable", "unconfirmed", "unknown"];
    reason.kind() == ReasonKind::Other && VAGUE.iter().any(|word| reason.as_str().contains(word))
}

/// A transaction hash: `0x` and 64 hexadecimal digits, not all zero.
fn parse_hash(text: &str) -> Option<B256> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64)?;
    let hash: B256 = digits.parse().ok()?;
    (!hash.is_zero()).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYER: Address = Address::repeat_byte(7);
    const HASH: B256 = B256::repeat_byte(1);

    fn settled() -> SettleResponse {
        SettleResponse::settled(HASH, Network::BASE, PAYER)
    }

    fn judge(answer: &SettleResponse) -> Settlement {
        Settlement::judge(answer, &Network::BASE, PAYER)
    }

    #[test]
    fn a_fitting_success_is_settled_also_without_a_payer() {
        assert!(matches!(judge(&settled()), Settlement::Settled(_)));
        assert!(matches!(judge(&SettleResponse { payer: None, ..settled() }), Settlement::Settled(_)));
    }

    #[test]
    fn attack_21_a_success_that_does_not_fit_is_unknown() {
        for transaction in ["", "0x", "0x12", &"0".repeat(66), &format!("0x{}", "0".repeat(64)), &HASH.to_string()[2..]]
        {
            let lie = SettleResponse { transaction: transaction.to_owned(), ..settled() };
            assert_eq!(judge(&lie), Settlement::Unknown(None), "{transaction}");
        }
        let elsewhere = SettleResponse { network: Some(Network::POLYGON), ..settled() };
        assert_eq!(judge(&elsewhere), Settlement::Unknown(Some(HASH)));
        assert_eq!(judge(&SettleResponse { network: None, ..settled() }), Settlement::Unknown(Some(HASH)));
        let stranger = SettleResponse { payer: Some(Address::ZERO.into()), ..settled() };
        assert_eq!(judge(&stranger), Settlement::Unknown(Some(HASH)));
    }

    #[test]
    fn a_failure_is_a_refusal_unless_its_reason_proves_nothing() {
        let failed = |reason| SettleResponse::failed(reason, Network::BASE, None);
        assert_eq!(judge(&failed(Reason::INSUFFICIENT_FUNDS)), Settlement::Refused(Reason::INSUFFICIENT_FUNDS));
        assert_eq!(judge(&failed(Reason::SETTLEMENT_PENDING)), Settlement::Unknown(None));
        let wordless = SettleResponse { error_reason: None, ..failed(Reason::VALUE) };
        assert_eq!(judge(&wordless), Settlement::Unknown(None));
        assert_eq!(judge(&failed(Reason::UNEXPECTED_SETTLE_ERROR)), Settlement::Unknown(None));
        assert_eq!(judge(&failed(Reason::NONCE_USED)), Settlement::Unknown(None));
    }

    #[test]
    fn attack_22_what_other_facilitators_say_when_they_do_not_know_is_unknown() {
        for code in [
            "duplicate_settlement",
            "invalid_exact_evm_failed_to_get_receipt",
            "invalid_exact_evm_failed_to_execute_transfer",
            "transaction_confirmation_timed_out",
            "internal_error",
            "rpc_unavailable",
        ] {
            let failed = SettleResponse::failed(Reason::parse(code).unwrap(), Network::BASE, None);
            assert_eq!(judge(&failed), Settlement::Unknown(None), "{code}");
            let named = SettleResponse { transaction: HASH.to_string(), ..failed };
            assert_eq!(judge(&named), Settlement::Unknown(Some(HASH)), "{code}");
        }
    }
}
