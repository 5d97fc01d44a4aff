//! An answer of success is not believed until the account's own transactions bear it out.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response};
use tokio::time::{Instant, sleep};
use x402_core::{
    Facilitator as _, FacilitatorRequest, Network, Reason, Settlement, UnixSeconds, testing::ManualClock, wire,
};
use x402_oneshot::{
    Client, Config, Credentials, RetryPolicy,
    api::WaitPolicy,
    facilitator::Native,
    transport::{Sending, Transport},
};

use crate::support::{BUSINESS, usdc};

const NOW: u64 = 1_760_000_000;
const HASH: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";
const OTHER: &str = "0xabababababababababababababababababababababababababababababababab";

/// Says of every settlement that it succeeded, and of the transactions one row after another, the last for ever.
#[derive(Clone)]
struct Ledger {
    rows: Arc<Mutex<Vec<String>>>,
    looks: Arc<Mutex<Vec<String>>>,
    /// How many rows there are, if each is a page of its own and they do not follow one another in time.
    paged: Option<usize>,
    /// How long an answer takes.
    pause: Duration,
}

fn row(status: &str, hash: &str, reason: &str) -> String {
    format!(
        r#"{{"id":"4b4bab2d-673d-4b91-8e09-f1402962cd3e","status":"{status}","chainId":84532,
            "transactionHash":"{hash}","failureReason":"{reason}"}}"#
    )
}

impl Ledger {
    fn new(rows: impl IntoIterator<Item = String>) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.reverse();
        Self { rows: Arc::new(Mutex::new(rows)), looks: Arc::default(), paged: None, pause: Duration::ZERO }
    }

    fn paged(mut self, rows: usize) -> Self {
        self.paged = Some(rows);
        self
    }

    fn slow(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The list, with the row in it if there is one.
    fn look(&self) -> String {
        let mut rows = self.rows.lock().unwrap();
        let row = if rows.len() > 1 { rows.pop() } else { rows.last().cloned() };
        let row = row.unwrap_or_default();
        let total = self.paged.unwrap_or(usize::from(!row.is_empty()));
        format!(r#"{{"response":[{row}],"page":1,"pageSize":25,"totalResults":{total}}}"#)
    }

    async fn native(&self) -> Native {
        let config = Config::new(Credentials::new("key", "secret")).retry(RetryPolicy::none()).random(|| u64::MAX);
        let wait = WaitPolicy::for_block_time(Duration::from_secs(4)).deadline(Duration::from_secs(20));
        let client = Client::with_transport(config, self.clone());
        let clock = ManualClock::at(UnixSeconds::from_secs(NOW));
        let builder = Native::builder(client, BUSINESS.parse().unwrap()).token(usdc());
        builder.wait(wait).clock(clock).connect().await.unwrap()
    }

    fn looks(&self) -> usize {
        self.looks.lock().unwrap().len()
    }
}

impl Transport for Ledger {
    fn send(&self, request: Request<bytes::Bytes>) -> Sending<'_> {
        let uri = request.uri();
        let mut pause = Duration::ZERO;
        let body = match uri.path() {
            "/v0/token" => r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#.to_owned(),
            "/v0/x402/supported" => include_str!("../fixtures/x402/supported.json").to_owned(),
            "/v0/x402/settle" => include_str!("../fixtures/x402/settle-v2.json").to_owned(),
            _ => {
                self.looks.lock().unwrap().push(uri.path_and_query().unwrap().to_string());
                pause = self.pause;
                self.look()
            }
        };
        Box::pin(async move {
            sleep(pause).await;
            Ok(Response::new(body.into()))
        })
    }
}

fn request() -> FacilitatorRequest {
    wire::decode_facilitator_request(include_bytes!("../fixtures/facilitator/request-v2.json")).unwrap()
}

async fn settle(ledger: &Ledger) -> Settlement {
    let request = request();
    let answer = ledger.native().await.settle(&request).await.unwrap();
    Settlement::judge(&answer, &Network::BASE_SEPOLIA, request.exact().unwrap().authorization.from)
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_was_only_sent_counts_when_it_is_mined() {
    let ledger = Ledger::new([String::new(), row("Submitted", HASH, ""), row("Completed", HASH, "")]);
    let start = Instant::now();
    let outcome = settle(&ledger).await;
    let Settlement::Settled(receipt) = outcome else { panic!("{outcome:?}") };
    assert_eq!(receipt.transaction.to_string(), HASH);
    assert_eq!((ledger.looks(), start.elapsed()), (3, Duration::from_secs(5)), "at once, and each half a block");
    let looks = ledger.looks.lock().unwrap();
    let path = format!("/v0/business/{BUSINESS}/transactions?chainId=84532&createdAfter=");
    assert!(looks[0].starts_with(&path), "{looks:?}");
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_was_said_to_succeed_and_reverts_is_refused() {
    let ledger =
        Ledger::new([row("Submitted", HASH, ""), row("Failed", HASH, "ERC20: transfer amount exceeds balance")]);
    assert_eq!(settle(&ledger).await, Settlement::Refused(Reason::INSUFFICIENT_FUNDS));
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_was_given_up_after_it_was_sent_is_unknown() {
    for reason in ["", "connect ECONNRESET"] {
        let ledger = Ledger::new([row("Failed", HASH, reason)]);
        assert_eq!(settle(&ledger).await, Settlement::Unknown(Some(HASH.parse().unwrap())), "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn attack_2_a_settlement_that_reverts_on_a_spent_nonce_is_unknown() {
    let ledger = Ledger::new([row("Failed", HASH, "FiatTokenV2: authorization is used or canceled")]);
    assert_eq!(settle(&ledger).await, Settlement::Unknown(Some(HASH.parse().unwrap())));
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_is_never_seen_mined_is_unknown_at_the_deadline() {
    for row in [String::new(), row("Submitted", HASH, ""), row("Completed", OTHER, ""), row("Completed", "", "")] {
        let ledger = Ledger::new([row]);
        let start = Instant::now();
        assert_eq!(settle(&ledger).await, Settlement::Unknown(Some(HASH.parse().unwrap())));
        assert!(start.elapsed() <= Duration::from_secs(20), "bounded");
    }
}

/// One row a page, and the one that is looked for on the third.
#[tokio::test(start_paused = true)]
async fn a_settlement_behind_other_peoples_pages_is_found() {
    let ledger =
        Ledger::new([row("Failed", OTHER, ""), row("Submitted", OTHER, ""), row("Completed", HASH, "")]).paged(3);
    assert!(matches!(settle(&ledger).await, Settlement::Settled(_)));
    let looks = ledger.looks.lock().unwrap();
    assert_eq!(looks.len(), 3);
    assert!((1..).zip(looks.iter()).all(|(page, look)| look.ends_with(&format!("&page={page}"))), "{looks:?}");
}

/// 1Shot names a transaction that paid for something else.
#[tokio::test(start_paused = true)]
async fn a_transaction_that_spent_another_nonce_or_called_another_contract_settles_nothing() {
    let signed = request().exact().unwrap().authorization.clone();
    let with = |more: String| row("Completed", HASH, "").replacen('{', &format!("{{{more},"), 1);
    let spent = |from: &str, nonce: &str| {
        with(format!(r#""logs":[{{"name":"AuthorizationUsed","args":["{from}","{nonce}"]}}]"#))
    };
    let moved = |from: &str, value: &str| {
        with(format!(r#""logs":[{{"name":"Transfer","args":["{from}","{}","{value}"]}}]"#, signed.to))
    };
    let (from, nonce) = (signed.from.to_string(), signed.nonce.to_string());
    for (row, settles) in [
        (spent(&from, &nonce), true),
        (spent(&from, OTHER), false),
        (spent("0x0000000000000000000000000000000000000001", &nonce), false),
        (moved(&from, "10000"), true),
        (moved(&from, "9999"), false),
        (moved(OTHER, "9999"), true),
        (with(r#""contractAddress":"0x036CbD53842c5426634e7929541eC2318f3dCF7e""#.to_owned()), true),
        (with(r#""contractAddress":"0x808456652fdb597867f38412077A9182bf77359F""#.to_owned()), false),
    ] {
        let outcome = settle(&Ledger::new([row.clone()])).await;
        assert_eq!(matches!(outcome, Settlement::Settled(_)), settles, "{row}");
        assert!(!matches!(outcome, Settlement::Refused(_)), "{row}");
    }
}

#[tokio::test(start_paused = true)]
async fn reconciling_looks_the_transaction_up_once_and_without_one_not_at_all() {
    let request = request();
    let judge =
        |answer| Settlement::judge(&answer, &Network::BASE_SEPOLIA, request.exact().unwrap().authorization.from);
    let hash = HASH.parse().unwrap();
    let ledger = Ledger::new([row("Submitted", HASH, ""), row("Completed", HASH, "")]);
    let native = ledger.native().await;
    assert_eq!(judge(native.reconcile(&request, None).await.unwrap()), Settlement::Unknown(None));
    assert_eq!(ledger.looks(), 0);
    assert_eq!(judge(native.reconcile(&request, Some(hash)).await.unwrap()), Settlement::Unknown(Some(hash)));
    assert!(matches!(judge(native.reconcile(&request, Some(hash)).await.unwrap()), Settlement::Settled(_)));
    assert_eq!(ledger.looks(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_question_is_asked_at_the_deadline_nor_one_that_lasts_beyond_it() {
    let ledger = Ledger::new([row("Submitted", HASH, "")]);
    let start = Instant::now();
    assert!(matches!(settle(&ledger).await, Settlement::Unknown(_)));
    // The ninth would be due at the very deadline.
    assert_eq!((ledger.looks(), start.elapsed()), (8, Duration::from_millis(17_500)));

    // The answer to the second would come after it.
    let ledger = Ledger::new([row("Submitted", HASH, ""), row("Completed", HASH, "")]).slow(Duration::from_secs(9));
    let start = Instant::now();
    assert_eq!(settle(&ledger).await, Settlement::Unknown(Some(HASH.parse().unwrap())));
    assert_eq!((ledger.looks(), start.elapsed()), (2, Duration::from_secs(20)));
}

#[tokio::test(start_paused = true)]
async fn a_settlement_is_looked_for_since_it_began_or_a_day_ago_and_clocks_differ_by_five_minutes() {
    let ledger = Ledger::new([row("Completed", HASH, "")]);
    assert!(matches!(settle(&ledger).await, Settlement::Settled(_)));
    let native = ledger.native().await;
    native.reconcile(&request(), Some(HASH.parse().unwrap())).await.unwrap();
    let looks = ledger.looks.lock().unwrap();
    for (look, since) in looks.iter().zip([NOW - 300, NOW - 300 - 24 * 60 * 60]) {
        assert!(look.contains(&format!("createdAfter={since}&")), "{look}");
    }
    assert_eq!(looks.len(), 2);
}

/// Of an API that grows: what cannot be read is another's, or can be read the next time.
#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_read_hides_no_other() {
    let good = row("Completed", HASH, "");
    for rows in [format!(r#"{{"id":"?"}},{good}"#), format!(r#"7,{good}"#), format!(r#"{good},{{"id":"?"}}"#)] {
        let outcome = settle(&Ledger::new([rows.clone()]).paged(2)).await;
        assert!(matches!(outcome, Settlement::Settled(_)), "{rows}");
    }
}
