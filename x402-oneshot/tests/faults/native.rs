//! 1Shot's own facilitator endpoints, going wrong.

use std::time::Duration;

use x402_core::facilitator::{FacilitatorErrorKind, Reach};
use x402_core::{Facilitator as _, Reason, Settlement, X402Version};
use x402_oneshot::facilitator::{Native, ProvisionError};
use x402_oneshot::sandbox::Sandbox;
use x402_oneshot::sandbox::faults::{Answer, Edit, Fault, Lifecycle};

use crate::support::{
    PRICE, VERSIONS, all_final, builder, is_pending, native, native_builder, paid, payment, said, start, struck, usdc,
};

const SUPPORTED: &str = "/x402/supported";
const VERIFY: (&str, &str) = ("POST", "/x402/verify");
const SETTLE: (&str, &str) = ("POST", "/x402/settle");

/// The codes of the protocol's first version, and three of facilitators.
const REASONS: [&str; 16] = [
    "insufficient_funds",
    "invalid_exact_evm_payload_authorization_valid_after",
    "invalid_exact_evm_payload_authorization_valid_before",
    "invalid_exact_evm_payload_authorization_value",
    "invalid_exact_evm_payload_signature",
    "invalid_exact_evm_payload_recipient_mismatch",
    "invalid_network",
    "invalid_payload",
    "invalid_payment_requirements",
    "invalid_scheme",
    "unsupported_scheme",
    "invalid_x402_version",
    "invalid_transaction_state",
    "invalid_exact_evm_payload_authorization_value_mismatch",
    "invalid_exact_evm_transaction_simulation_failed",
    "a_code_of_its_own",
];

fn refusal(reason: &str) -> Fault {
    Fault::Refusal(reason.to_owned())
}

/// A payment in each version, with a sandbox of its own.
async fn each_version() -> [(Sandbox, Native, x402_core::FacilitatorRequest); 2] {
    let one = async |version: X402Version| {
        let sandbox = start().await;
        let facilitator = native(&sandbox).await;
        let payment = payment(&sandbox, version).await;
        (sandbox, facilitator, payment)
    };
    [one(VERSIONS[0]).await, one(VERSIONS[1]).await]
}

#[tokio::test]
async fn each_reason_gets_through_in_both_versions_and_nothing_moves() {
    for (sandbox, facilitator, payment) in each_version().await {
        for reason in REASONS {
            let code = Reason::parse(reason);
            let (answer, sent) = struck(&sandbox, VERIFY, refusal(reason), facilitator.verify(&payment)).await;
            let answer = answer.unwrap();
            assert_eq!((answer.is_valid, &answer.invalid_reason, sent), (false, &code, 1));
            let (answer, sent) = struck(&sandbox, SETTLE, refusal(reason), facilitator.settle(&payment)).await;
            let answer = answer.unwrap();
            assert_eq!((answer.success, &answer.error_reason, sent), (false, &code, 1));
        }
        assert!(sandbox.transactions().is_empty());
    }
}

#[tokio::test]
async fn reasons_that_prove_nothing_are_no_refusals_and_texts_get_through_to_nobody() {
    for (sandbox, facilitator, payment) in each_version().await {
        for reason in ["invalid_exact_evm_nonce_already_used", "settlement_pending"] {
            let (answer, sent) = struck(&sandbox, SETTLE, refusal(reason), facilitator.settle(&payment)).await;
            assert!(is_pending(&answer.unwrap()), "{reason}");
            assert_eq!(sent, 1);
        }
        for text in ["unexpected_settle_error", "connect ECONNREFUSED 10.0.0.7:5432", ""] {
            let (answer, _) = struck(&sandbox, SETTLE, refusal(text), facilitator.settle(&payment)).await;
            let answer = answer.unwrap();
            assert_eq!(answer.error_reason, Some(Reason::UNEXPECTED_SETTLE_ERROR), "{text}");
            let payer = payment.exact().unwrap().authorization.from;
            let judged = Settlement::judge(&answer, &payment.requirements().network, payer);
            assert!(matches!(judged, Settlement::Unknown(None)), "{text}");
        }
        assert!(sandbox.transactions().is_empty());
    }
}

#[tokio::test]
async fn an_account_that_lists_nothing_or_another_network_is_told_so_at_the_start() {
    for fault in [Fault::no_kinds(), Fault::kinds_on("eip155:1"), Fault::kinds_on("nowhere")] {
        let sandbox = start().await;
        sandbox.faults().on("GET", SUPPORTED).always(fault);
        let error = native_builder(&sandbox).token(usdc()).connect().await.unwrap_err();
        assert!(matches!(error, ProvisionError::NothingListed | ProvisionError::NotListed { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_slow_settlement_is_waited_for_within_the_deadline() {
    for (sandbox, facilitator, payment) in each_version().await {
        let slow = Fault::Latency(Duration::from_millis(1100));
        let (answer, sent) = struck(&sandbox, SETTLE, slow, facilitator.settle(&payment)).await;
        assert!(answer.unwrap().success);
        assert_eq!((sent, paid(&sandbox)), (1, PRICE));
    }
}

#[tokio::test]
async fn a_settlement_that_is_never_answered_may_have_settled_and_is_not_sent_again() {
    for (fault, kind) in [
        (Fault::Hang { after: false }, FacilitatorErrorKind::Timeout),
        (Fault::Hang { after: true }, FacilitatorErrorKind::Timeout),
        (Fault::Reset { after: false }, FacilitatorErrorKind::Unavailable),
        (Fault::Reset { after: true }, FacilitatorErrorKind::Unavailable),
        (Fault::CutBody, FacilitatorErrorKind::Unavailable),
        (Fault::TruncatedBody, FacilitatorErrorKind::BadAnswer),
        (Fault::EmptyBody, FacilitatorErrorKind::BadAnswer),
    ] {
        let sandbox = start().await;
        let facilitator = native(&sandbox).await;
        let payment = payment(&sandbox, X402Version::V2).await;
        let settled = !matches!(fault, Fault::Hang { after: false } | Fault::Reset { after: false });
        let (outcome, sent) = struck(&sandbox, SETTLE, fault.clone(), facilitator.settle(&payment)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), sent), (kind, 1), "{fault:?}");
        assert!(error.may_have_settled(), "{fault:?}");
        assert_eq!(paid(&sandbox), if settled { PRICE } else { 0 }, "{fault:?}");
        // Presented again, it is settled if it was not, and moves nothing if it was.
        let again = facilitator.settle(&payment).await.unwrap();
        assert_eq!(again.success, !settled, "{fault:?}");
        assert_eq!(paid(&sandbox), PRICE, "{fault:?}");
    }
}

#[tokio::test]
async fn a_settlement_that_never_ends_is_given_up_at_the_deadline() {
    let sandbox = start().await;
    let facilitator = native(&sandbox).await;
    let payment = payment(&sandbox, X402Version::V2).await;
    sandbox.faults().next_transaction(&Lifecycle::new().submitted(1).forever());
    let error = facilitator.settle(&payment).await.unwrap_err();
    assert_eq!(said(&error), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
    assert_eq!(sandbox.requests().of(SETTLE.0, SETTLE.1), 1);
    assert_eq!(paid(&sandbox), 0);
}

#[tokio::test]
async fn a_settlement_that_lingers_and_is_sent_again_is_one_with_its_last_hash() {
    for life in [Lifecycle::new().pending(3), Lifecycle::new().pending(1).retrying(2).saying("Dropped", 1).submitted(1)]
    {
        for (sandbox, facilitator, payment) in each_version().await {
            sandbox.faults().next_transaction(&life);
            let answer = facilitator.settle(&payment).await.unwrap();
            assert!(answer.success, "{life:?}");
            let [settled] = sandbox.transactions().try_into().unwrap();
            assert_eq!((answer.transaction, paid(&sandbox)), (settled.hash.unwrap().to_string(), PRICE), "{life:?}");
        }
    }
}

#[tokio::test]
async fn success_false_with_200_is_an_answer_and_not_believed_where_it_names_a_transaction_without_a_reason() {
    for (sandbox, facilitator, payment) in each_version().await {
        let liar = Fault::settled_but_denied("unexpected_settle_error");
        let (answer, sent) = struck(&sandbox, SETTLE, liar, facilitator.settle(&payment)).await;
        assert!(is_pending(&answer.unwrap()));
        all_final(&sandbox).await;
        assert_eq!((sent, paid(&sandbox)), (1, PRICE), "which it did settle");
    }
}

#[tokio::test]
async fn a_transaction_that_failed_is_a_refusal_with_its_reason() {
    for (life, reason) in [
        (Lifecycle::new().failed("Transaction reverted"), Reason::INVALID_TRANSACTION_STATE),
        (Lifecycle::new().failed("ERC20InsufficientBalance(0x1, 0, 1)"), Reason::INSUFFICIENT_FUNDS),
        (Lifecycle::new().failed_without_reason(), Reason::INVALID_TRANSACTION_STATE),
    ] {
        for (sandbox, facilitator, payment) in each_version().await {
            sandbox.faults().next_transaction(&life);
            let answer = facilitator.settle(&payment).await.unwrap();
            assert_eq!((answer.success, answer.error_reason.as_ref()), (false, Some(&reason)));
            assert_eq!(paid(&sandbox), 0);
        }
    }
}

#[tokio::test]
async fn an_error_response_is_no_verdict_and_a_4xx_proves_that_nothing_was_done() {
    use FacilitatorErrorKind::{Configuration, Unavailable};
    for (status, kind, expected) in [
        (400, "INVALID_PARAMETERS_ERROR", Unavailable),
        (403, "UnauthorizedError", Unavailable),
        (403, "UnknownEntityError", Configuration),
        (404, "ERR_UNKNOWN_FUNCTION", Configuration),
        (422, "InvalidApiParametersError", Unavailable),
        (429, "RateLimitError", Unavailable),
        (500, "EthereumWriteError", Unavailable),
        (502, "ExternalApiError", Unavailable),
        (503, "ERR_DATABASE", Unavailable),
    ] {
        let sandbox = start().await;
        let facilitator = native(&sandbox).await;
        let payment = payment(&sandbox, X402Version::V2).await;
        let fault = Fault::Answer(Answer::error(status, kind));
        let (outcome, sent) = struck(&sandbox, SETTLE, fault.clone(), facilitator.settle(&payment)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), sent), (expected, 1), "{status} {kind}");
        assert_eq!(error.may_have_settled(), status >= 500, "{status} {kind}");
        assert_eq!(paid(&sandbox), 0);

        sandbox.faults().on(VERIFY.0, VERIFY.1).always(fault);
        assert_eq!(facilitator.verify(&payment).await.unwrap_err().kind(), expected, "{status} {kind}");
    }
}

#[tokio::test]
async fn answers_in_the_names_of_the_protocol_are_read_as_well_as_in_1shots() {
    let sandbox = start().await;
    let facilitator = native(&sandbox).await;
    let payment = payment(&sandbox, X402Version::V1).await;
    let (answer, _) = struck(&sandbox, SETTLE, Fault::names_of_the_protocol(), facilitator.settle(&payment)).await;
    let answer = answer.unwrap();
    assert!(answer.success);
    assert_eq!(answer.transaction, sandbox.transactions()[0].hash.unwrap().to_string());
}

#[tokio::test]
async fn a_success_without_its_transaction_or_on_another_network_is_not_believed() {
    for edit in [
        Edit::replace("/transaction", None::<()>),
        Edit::replace("/transaction", ""),
        Edit::replace("/network", "eip155:1"),
        Edit::replace("/payer", "0x0000000000000000000000000000000000000001"),
    ] {
        let sandbox = start().await;
        let facilitator = native(&sandbox).await;
        let payment = payment(&sandbox, X402Version::V2).await;
        let fault = Fault::Edit(vec![edit.clone()]);
        let (answer, _) = struck(&sandbox, SETTLE, fault, facilitator.settle(&payment)).await;
        let payer = payment.exact().unwrap().authorization.from;
        let judged = Settlement::judge(&answer.unwrap(), &payment.requirements().network, payer);
        assert!(matches!(judged, Settlement::Unknown(_)), "{edit:?}");
        assert_eq!(paid(&sandbox), PRICE);
    }
}

#[tokio::test]
async fn a_sandbox_that_mines_by_hand_keeps_a_settlement_waiting_until_it_does() {
    let sandbox = builder().manual_mining().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    let payment = payment(&sandbox, X402Version::V2).await;
    let settling = tokio::spawn(async move { facilitator.settle(&payment).await });
    while sandbox.transactions().is_empty() {
        tokio::task::yield_now().await;
    }
    sandbox.mine();
    assert!(settling.await.unwrap().unwrap().success);
    assert_eq!(paid(&sandbox), PRICE);
}
