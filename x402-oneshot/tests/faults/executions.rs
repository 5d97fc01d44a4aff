//! Executions whose answer is an error, unreadable, or lost.

use x402_core::facilitator::{FacilitatorErrorKind, Reach};
use x402_oneshot::sandbox::faults::{Answer, Edit, Fault};

use crate::support::{EXECUTE, Shop, TRANSACTION, all_final, is_pending, ready, said, struck};

/// What hides that the execution was recorded.
fn hidden() -> [Fault; 8] {
    [
        Fault::Answer(Answer::error(500, "QueueError").after()),
        Fault::Answer(Answer::error(503, "ERR_DATABASE").retryable().after()),
        Fault::Answer(Answer::html(502).after()),
        Fault::Answer(Answer::html(504).after()),
        Fault::CutBody,
        Fault::EmptyBody,
        Fault::Reset { after: true },
        Fault::TruncatedBody,
    ]
}

#[tokio::test]
async fn an_execution_is_sent_once_and_may_have_acted_unless_a_4xx_proves_that_it_did_not() {
    let refused = [
        Answer::error(400, "INVALID_PARAMETERS_ERROR"),
        Answer::error(403, "UnauthorizedError"),
        Answer::error(404, "UnknownEntityError"),
        Answer::error(422, "InvalidApiParametersError").retryable(),
        Answer::error(429, "RateLimitError").retryable().retry_after_seconds(1),
        Answer::html(429),
    ];
    let unknown = [
        Fault::Answer(Answer::error(500, "BLOCKCHAIN_UNAVAILABLE")),
        Fault::Answer(Answer::error(500, "RetryError").retryable()),
        Fault::Answer(Answer::html(502)),
        Fault::Answer(Answer::empty(503)),
        Fault::Answer(Answer::html(504)),
        Fault::Reset { after: false },
    ];
    let shop = Shop::open().await;
    let client = ready(&shop.sandbox).await;
    let refused = refused.into_iter().map(|answer| (Fault::Answer(answer), false));
    for (fault, may_have_acted) in refused.chain(unknown.into_iter().map(|fault| (fault, true))) {
        let (outcome, sent) = struck(&shop.sandbox, ("POST", EXECUTE), fault.clone(), shop.execute(&client)).await;
        assert_eq!((outcome.unwrap_err().may_have_acted(), sent), (may_have_acted, 1), "{fault:?}");
        assert!(shop.sandbox.transactions().is_empty(), "{fault:?}");
    }
    for fault in hidden() {
        let (outcome, sent) = struck(&shop.sandbox, ("POST", EXECUTE), fault.clone(), shop.execute(&client)).await;
        assert_eq!((outcome.unwrap_err().may_have_acted(), sent), (true, 1), "{fault:?}");
    }
    assert_eq!(shop.sandbox.transactions().len(), hidden().len());
    all_final(&shop.sandbox).await;
    // Each of them was an execution of its own. The token's nonce is what keeps the money from moving again.
    shop.assert_paid_once();
}

#[tokio::test]
async fn a_settlement_whose_execution_was_recorded_and_hidden_is_found_by_its_memo() {
    for fault in hidden() {
        let shop = Shop::open().await;
        let (answer, sent) = struck(&shop.sandbox, ("POST", EXECUTE), fault.clone(), shop.settle()).await;
        let answer = answer.unwrap();
        assert!(answer.success, "{fault:?}");
        assert_eq!(answer.transaction, shop.sandbox.transactions()[0].hash.unwrap().to_string());
        assert_eq!((sent, shop.sandbox.transactions().len()), (1, 1), "{fault:?}");
        shop.assert_paid_once();
    }
}

#[tokio::test]
async fn a_settlement_whose_execution_never_arrived_is_unknown_and_not_sent_again() {
    for fault in [
        Fault::Reset { after: false },
        Fault::Answer(Answer::error(500, "BLOCKCHAIN_UNAVAILABLE")),
        Fault::Answer(Answer::html(502)),
        Fault::Answer(Answer::empty(503)),
    ] {
        let shop = Shop::open().await;
        let (answer, sent) = struck(&shop.sandbox, ("POST", EXECUTE), fault.clone(), shop.settle()).await;
        let error = answer.unwrap_err();
        assert!(error.may_have_settled(), "{fault:?}");
        assert_eq!((error.kind(), sent), (FacilitatorErrorKind::Unavailable, 1), "{fault:?}");
        assert!(is_pending(&shop.reconcile().await), "{fault:?}");
        shop.assert_unpaid();
    }
}

#[tokio::test]
async fn a_settlement_that_was_refused_with_4xx_was_not_sent_and_can_be_made_again() {
    for (answer, kind) in [
        (Answer::error(422, "InvalidApiParametersError").retryable(), FacilitatorErrorKind::Unavailable),
        (Answer::error(429, "RateLimitError").retryable().retry_after_seconds(1), FacilitatorErrorKind::Unavailable),
        (Answer::html(429), FacilitatorErrorKind::Unavailable),
        (Answer::error(403, "UnknownEntityError"), FacilitatorErrorKind::Configuration),
    ] {
        let shop = Shop::open().await;
        let (outcome, sent) = struck(&shop.sandbox, ("POST", EXECUTE), Fault::Answer(answer), shop.settle()).await;
        let error = outcome.unwrap_err();
        assert_eq!((said(&error), sent), ((kind, Reach::NotSent), 1));
        assert!(!error.may_have_settled());
        shop.assert_unpaid();
        assert!(shop.settle().await.unwrap().success);
        shop.assert_paid_once();
    }
}

#[tokio::test]
async fn polls_that_fail_every_other_time_only_take_longer() {
    for fault in [
        Fault::Answer(Answer::error(500, "RedisError").retryable()),
        Fault::Answer(Answer::html(502)),
        Fault::Answer(Answer::html(429)),
        Fault::Reset { after: false },
        Fault::CutBody,
        Fault::TruncatedBody,
        Fault::EmptyBody,
    ] {
        let shop = Shop::open().await;
        shop.sandbox.faults().on("GET", TRANSACTION).script([Some(fault.clone()), None, Some(fault.clone())]);
        assert!(shop.settle().await.unwrap().success, "{fault:?}");
        assert_eq!(shop.executions(), 1);
        shop.assert_paid_once();
    }
}

#[tokio::test]
async fn polls_that_always_fail_leave_the_outcome_unknown_until_somebody_can_tell() {
    let shop = Shop::impatient().await;
    shop.sandbox.faults().on("GET", TRANSACTION).always(Fault::Answer(Answer::html(502)));
    let error = shop.settle().await.unwrap_err();
    assert_eq!(said(&error), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
    shop.sandbox.faults().clear();
    assert!(shop.reconcile().await.success);
    assert_eq!(shop.executions(), 1);
    shop.assert_paid_once();
}

#[tokio::test]
async fn either_form_of_the_methods_id_will_do_and_none_of_the_members_that_clients_can_do_without() {
    let bare = ["memo", "completed", "failureReason", "gasUsed", "logs", "apiKey", "userId", "from", "to", "updated"];
    let bare = bare.map(|member| Edit::remove(format!("/{member}")));
    for fault in [Fault::method_id_once(true), Fault::method_id_once(false), Fault::Edit(bare.to_vec())] {
        let shop = Shop::open().await;
        shop.executing().always(fault.clone());
        shop.sandbox.faults().on("GET", TRANSACTION).always(fault);
        assert!(shop.settle().await.unwrap().success);
        shop.assert_paid_once();
    }
}
