//! What each answer means for the money, and when the same payment is presented again.

use std::time::Duration;

use alloy_primitives::B256;
use http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER};
use x402_core::{
    Amount, Network, Reason, SettleResponse, X402Version,
    client::{Budget, Earlier, Offered, Patience, PaymentFailure, Presentation, Step, Verdict},
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, encode_payment_required, encode_receipt},
};

use crate::{
    STRANGER, cents, pay, payer,
    support::{buyer, now},
};

struct Case {
    presentation: Presentation,
    budget: Budget,
}

fn case() -> Case {
    let budget = Budget::new("$1".parse().unwrap()).unwrap();
    let offered = cents(1);
    let payment = pay(&payer().budget(budget.clone()), &offered).unwrap();
    Case { presentation: Presentation::new(offered, payment, Patience::default()), budget }
}

impl Case {
    fn answer(&mut self, status: u16, headers: &HeaderMap) -> Step {
        self.presentation.answered(StatusCode::from_u16(status).unwrap(), headers, b"", now(), Duration::ZERO)
    }

    /// What the budget has as settled and as open.
    fn counted(&self) -> [String; 2] {
        [self.budget.spending().settled(), self.budget.spending().open()]
    }
}

fn settled() -> SettleResponse {
    SettleResponse::settled(B256::repeat_byte(1), Network::BASE, buyer().address())
}

fn bent(bend: impl FnOnce(&mut SettleResponse)) -> SettleResponse {
    let mut receipt = settled();
    bend(&mut receipt);
    receipt
}

fn with_receipt(receipt: &SettleResponse) -> HeaderMap {
    HeaderMap::from_iter([(PAYMENT_RESPONSE, encode_receipt(receipt, X402Version::V2))])
}

fn asking(offered: &Offered, error: &str) -> HeaderMap {
    let required = offered.required.clone().with_error(error);
    HeaderMap::from_iter([(PAYMENT_REQUIRED, encode_payment_required(&required))])
}

fn failure(step: Step) -> PaymentFailure {
    match step {
        Step::Failed(failure) => *failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_receipt_that_fits_is_served_and_settled() {
    let mut case = case();
    let Step::Served(served) = case.answer(200, &with_receipt(&settled())) else { panic!("not served") };
    assert_eq!(served.receipt.unwrap().transaction, B256::repeat_byte(1));
    assert_eq!(case.counted(), ["0.01", "0"]);
}

#[test]
fn success_without_a_receipt_is_served_and_stays_counted_as_open() {
    for status in [200, 204, 302, 404] {
        let mut case = case();
        let Step::Served(served) = case.answer(status, &HeaderMap::new()) else { panic!("not served") };
        assert!(served.receipt.is_none());
        assert_eq!(case.counted(), ["0", "0.01"]);
    }
}

#[test]
fn a_receipt_that_contradicts_what_was_signed_is_an_error_that_carries_both() {
    let lies = [
        bent(|lie| lie.network = Some(Network::POLYGON)),
        bent(|lie| lie.payer = Some(STRANGER.into())),
        bent(|lie| lie.transaction = "0x".into()),
        bent(|lie| lie.amount = Some(Amount::from_atomic(10_001))),
    ];
    for lie in lies {
        let mut case = case();
        match failure(case.answer(200, &with_receipt(&lie))) {
            PaymentFailure::Contradiction { receipt, payment, .. } => {
                assert_eq!(*receipt.unwrap(), lie);
                assert_eq!(payment.header().1, case.presentation.payment().header().1);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(case.counted(), ["0", "0.01"]);
    }
}

#[test]
fn attack_25_two_receipts_are_a_contradiction_and_so_is_one_that_cannot_be_read() {
    let mut twice = with_receipt(&settled());
    twice.append(PAYMENT_RESPONSE, encode_receipt(&settled(), X402Version::V2));
    let mut both = with_receipt(&settled());
    both.insert(X_PAYMENT_RESPONSE, encode_receipt(&settled(), X402Version::V1));
    let garbage = HeaderMap::from_iter([(PAYMENT_RESPONSE, HeaderValue::from_static("%%%"))]);
    for headers in [twice, both, garbage] {
        assert!(matches!(failure(case().answer(200, &headers)), PaymentFailure::Contradiction { .. }));
    }
}

#[test]
fn a_refusal_names_its_reason_and_stays_counted_since_a_servers_word_is_no_proof() {
    let mut case = case();
    let mut headers = asking(&cents(1), "insufficient_funds");
    match failure(case.answer(402, &headers)) {
        PaymentFailure::Refused { reason, asks_otherwise, .. } => {
            assert_eq!(reason.as_deref(), Some("insufficient_funds"));
            assert!(!asks_otherwise);
        }
        other => panic!("{other:?}"),
    }
    // The receipt's code comes first.
    let refusal = SettleResponse::failed(Reason::VALUE, Network::BASE, None);
    headers.extend(with_receipt(&refusal));
    let told = failure(case.answer(402, &headers)).to_string();
    assert!(told.ends_with(Reason::VALUE.as_str()), "{told}");
    assert_eq!(case.counted(), ["0", "0.01"]);
    case.presentation.payment().returned();
    assert_eq!(case.counted(), ["0", "0"]);
}

#[test]
fn attack_22_a_402_that_does_not_say_why_is_unknown_since_servers_answer_a_lost_settlement_so() {
    let wordless = bent(|receipt| (receipt.success, receipt.transaction) = (false, String::new()));
    let answers = [
        // x402-express 1.2.0 and @x402/express 2.27.0.
        asking(&cents(1), "Failed to settle payment: 500 Internal Server Error"),
        HeaderMap::new(),
        asking(&cents(1), "settlement failed"),
        asking(&cents(1), Reason::UNEXPECTED_SETTLE_ERROR.as_str()),
        asking(&cents(1), Reason::NONCE_USED.as_str()),
        asking(&cents(1), "transaction_confirmation_timed_out"),
        with_receipt(&SettleResponse::failed(Reason::parse("facilitator_unavailable").unwrap(), Network::BASE, None)),
        with_receipt(&wordless),
    ];
    for headers in answers {
        let mut case = case();
        let end = failure(case.answer(402, &headers));
        assert!(matches!(end, PaymentFailure::Unknown { .. }), "{end:?}");
        assert_eq!(case.counted(), ["0", "0.01"]);
    }
}

#[test]
fn a_402_with_a_code_or_in_the_words_of_the_first_one_is_a_refusal() {
    let unseen = HeaderMap::from_iter([(PAYMENT_REQUIRED, encode_payment_required(&cents(1).required))]);
    let answers = [
        unseen,
        asking(&cents(1), "invalid_exact_evm_payload_signature"),
        asking(&cents(1), "Invalid payment: insufficient_funds"),
        with_receipt(&SettleResponse::failed(Reason::INVALID_TRANSACTION_STATE, Network::BASE, None)),
    ];
    for headers in answers {
        let end = failure(case().answer(402, &headers));
        assert!(matches!(end, PaymentFailure::Refused { .. }), "{end:?}");
    }
}

#[test]
fn attack_25_requirements_that_changed_between_two_402s_are_told_and_not_paid() {
    match failure(case().answer(402, &asking(&cents(2), "pay more"))) {
        PaymentFailure::Refused { asks_otherwise, .. } => assert!(asks_otherwise),
        other => panic!("{other:?}"),
    }
    // The same in another version is signed otherwise.
    let [in_v1, in_v2] = [X402Version::V1, X402Version::V2].map(|version| Offered::new(version, cents(1).required));
    assert!(in_v2.asks_the_same_as(&cents(1)) && !in_v1.asks_the_same_as(&cents(1)));
}

#[test]
fn attack_22_an_open_outcome_is_presented_again_with_the_same_payment_and_ends_unknown() {
    for status in [408, 409, 425, 429, 500, 502, 503, 504] {
        let mut case = case();
        let payment = case.presentation.payment().header();
        let mut pauses = Vec::new();
        let end = loop {
            match case.answer(status, &HeaderMap::new()) {
                Step::Again(pause) => pauses.push(pause.as_secs()),
                step => break failure(step),
            }
            assert_eq!(case.presentation.payment().header(), payment);
        };
        assert_eq!(pauses[..5], [1, 2, 4, 8, 8], "{status}");
        assert_eq!(pauses.len(), 15, "it ends");
        assert!(matches!(end, PaymentFailure::Unknown { .. }), "{status}: {end:?}");
        assert!(end.may_have_paid());
        assert_eq!(case.counted(), ["0", "0.01"]);
    }
}

#[test]
fn retry_after_is_honoured_up_to_the_deadline_and_to_the_payments_end() {
    let after = |seconds: &'static str| HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(seconds))]);
    assert!(matches!(case().answer(503, &after("7")), Step::Again(pause) if pause.as_secs() == 7));
    assert!(matches!(failure(case().answer(503, &after("121"))), PaymentFailure::Unknown { .. }));
    let mut late = case();
    let end = late.presentation.failed("reset", true, now(), Duration::from_secs(120)).unwrap_err();
    assert!(matches!(*end, PaymentFailure::Unknown { .. }));
    let mut expired = case();
    let after = expired.presentation.payment().expires();
    let end = expired.presentation.failed("reset", true, after, Duration::ZERO).unwrap_err();
    assert!(matches!(*end, PaymentFailure::Unknown { .. }));
}

#[test]
fn attack_22_a_nonce_spent_by_an_attempt_before_is_unknown_and_not_refused() {
    let mut case = case();
    let used = asking(&cents(1), Reason::NONCE_USED.as_str());
    assert!(case.presentation.failed("reset", true, now(), Duration::ZERO).is_ok());
    assert!(matches!(failure(case.answer(402, &used)), PaymentFailure::Unknown { .. }));
}

#[test]
fn attack_22_a_refusal_after_an_attempt_that_may_have_arrived_is_unknown_since_that_may_have_taken_the_funds() {
    let broke = with_receipt(&SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE, None));
    let mut lost = case();
    assert!(lost.presentation.failed("reset", true, now(), Duration::ZERO).is_ok());
    let mut failed = case();
    assert!(matches!(failed.answer(502, &HeaderMap::new()), Step::Again(_)));
    let mut before = case();
    before.presentation = Presentation::new(cents(1), before.presentation.payment().clone(), Patience::default());
    before.presentation = before.presentation.presented_before();
    for mut case in [lost, failed, before] {
        assert!(matches!(failure(case.answer(402, &broke)), PaymentFailure::Unknown { .. }));
    }
}

#[test]
fn a_refusal_with_a_receipt_is_how_a_payment_ended_that_the_server_keeps_track_of() {
    let refusal = with_receipt(&SettleResponse::failed(Reason::INVALID_TRANSACTION_STATE, Network::BASE, None));
    let pending = with_receipt(&SettleResponse::failed(Reason::SETTLEMENT_PENDING, Network::BASE, None));
    for (status, headers) in [(503, pending), (409, HeaderMap::new())] {
        let mut case = case();
        assert!(case.presentation.failed("reset", true, now(), Duration::ZERO).is_ok());
        assert!(matches!(case.answer(status, &headers), Step::Again(_)));
        assert!(matches!(failure(case.answer(402, &refusal)), PaymentFailure::Refused { .. }), "{status}");
    }
}

#[test]
fn attack_22_after_an_attempt_that_may_have_been_taken_words_refuse_nothing() {
    let first = HeaderMap::from_iter([(PAYMENT_REQUIRED, encode_payment_required(&cents(1).required))]);
    let words = [
        (402, asking(&cents(1), Reason::INSUFFICIENT_FUNDS.as_str())),
        (402, asking(&cents(2), "pay more")),
        (402, first),
        (400, asking(&cents(1), "x")),
    ];
    for (status, headers) in words {
        assert!(matches!(failure(case().answer(status, &headers)), PaymentFailure::Refused { .. }), "{headers:?}");
        let mut case = case();
        assert!(case.presentation.failed("reset", true, now(), Duration::ZERO).is_ok());
        let end = failure(case.answer(status, &headers));
        assert!(matches!(end, PaymentFailure::Unknown { .. }), "{end:?}");
        assert_eq!(case.counted(), ["0", "0.01"]);
    }
}

#[test]
fn a_payment_that_settled_and_is_asked_for_again_is_a_contradiction_and_settled_for_the_budget() {
    for status in [402, 400] {
        let mut case = case();
        let mut headers = asking(&cents(1), Reason::INSUFFICIENT_FUNDS.as_str());
        headers.extend(with_receipt(&settled()));
        match failure(case.answer(status, &headers)) {
            PaymentFailure::Contradiction { receipt, .. } => assert_eq!(*receipt.unwrap(), settled()),
            other => panic!("{other:?}"),
        }
        assert_eq!(case.counted(), ["0.01", "0"]);
    }
}

#[test]
fn a_payment_that_was_signed_elsewhere_is_judged_by_its_payload() {
    let payload = case().presentation.payment().payload().clone();
    let judge = |status: u16, headers: &HeaderMap| {
        Verdict::of(&payload, None, Earlier::None, StatusCode::from_u16(status).unwrap(), headers, b"")
    };
    let served = judge(404, &with_receipt(&settled()));
    assert!(
        matches!(&served, Verdict::Served { receipt: Some(receipt) } if receipt.transaction == B256::repeat_byte(1))
    );
    let after = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("7"))]);
    assert!(matches!(judge(503, &after), Verdict::Open { after: Some(after), .. } if after.as_secs() == 7));
    let refused = judge(402, &asking(&cents(1), "insufficient_funds"));
    assert!(matches!(&refused, Verdict::Refused { asks_otherwise: false, .. }), "{refused:?}");
    // Without the first 402, its words cannot be told from others.
    assert!(matches!(judge(402, &asking(&cents(1), "pay")), Verdict::Unknown { .. }));
    let lie = bent(|lie| lie.amount = Some(Amount::from_atomic(1)));
    assert!(matches!(judge(200, &with_receipt(&lie)), Verdict::Contradiction { .. }));
}

#[test]
fn what_is_served_with_a_receipt_that_says_no_is_the_response_and_stays_counted() {
    for reason in [Reason::INSUFFICIENT_FUNDS, Reason::SETTLEMENT_PENDING] {
        let mut case = case();
        let receipt = with_receipt(&SettleResponse::failed(reason, Network::BASE, None));
        let Step::Served(served) = case.answer(200, &receipt) else { panic!("not served") };
        assert!(served.receipt.is_none());
        assert_eq!(case.counted(), ["0", "0.01"]);
    }
}

#[test]
fn a_pause_may_end_at_the_deadline_and_ends_before_the_payment_does() {
    let failed = |now, waited| case().presentation.failed("reset", true, now, Duration::from_secs(waited));
    assert!(failed(now(), 119).is_ok());
    assert!(failed(now(), 120).is_err());
    let end = case().presentation.payment().expires();
    assert!(failed(end.saturating_sub(Duration::from_secs(2)), 0).is_ok());
    assert!(failed(end.saturating_sub(Duration::from_secs(1)), 0).is_err());
}

#[test]
fn attack_22_settled_and_then_500_is_unknown_to_the_caller_and_settled_for_the_budget() {
    let mut case = case();
    case.presentation = Presentation::new(cents(1), case.presentation.payment().clone(), Patience::none());
    match failure(case.answer(500, &with_receipt(&settled()))) {
        PaymentFailure::Unknown { receipt, .. } => assert_eq!(*receipt.unwrap(), settled()),
        other => panic!("{other:?}"),
    }
    assert_eq!(case.counted(), ["0.01", "0"]);
}

#[test]
fn what_never_left_is_returned_and_what_may_have_left_is_not() {
    let mut never = case();
    let end = never.presentation.failed("connection refused", false, now(), Duration::ZERO).unwrap_err();
    assert!(!end.may_have_paid());
    assert_eq!(never.counted(), ["0", "0"]);
    let mut second = case();
    assert!(second.presentation.failed("reset", true, now(), Duration::ZERO).is_ok());
    // That the second attempt did not leave says nothing of the first.
    assert!(second.presentation.failed("refused", false, now(), Duration::ZERO).is_ok());
    assert_eq!(second.counted(), ["0", "0.01"]);
}

#[test]
fn a_400_of_the_protocol_is_a_refusal_and_one_of_the_handler_is_the_response() {
    assert!(matches!(failure(case().answer(400, &asking(&cents(1), "x"))), PaymentFailure::Refused { .. }));
    assert!(matches!(case().answer(400, &HeaderMap::new()), Step::Served(_)));
}

#[test]
fn attack_26_a_strangers_words_are_cut_and_made_harmless() {
    let words = format!("pay me\u{1b}[2J\n{}", "x".repeat(1000));
    let told = failure(case().answer(402, &asking(&cents(1), &words))).to_string();
    assert!(told.len() < 300 && !told.contains(['\u{1b}', '\n']), "{told}");
}

#[test]
fn nothing_shown_for_debugging_holds_the_signature() {
    let case = case();
    let signature = case.presentation.payment().payload().exact().unwrap().signature.to_string();
    let shown = format!("{:?}", case.presentation);
    assert!(!shown.contains(&signature[2..40]), "{shown}");
}
