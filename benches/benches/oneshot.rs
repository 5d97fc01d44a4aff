//! What does settling through 1Shot cost beyond its two HTTP requests, and how soon after the block is it known?
//!
//! First on a sandbox that mines at once: the facilitator against the bare requests, which are built beforehand, sent
//! over a socket, and hardly read. The sandbox's own work, the transfer in its EVM included, is on both sides. Then at
//! Base's block time, with webhooks: the settlement against the block. All of it shares one thread.

use std::{
    cell::Cell,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use benches::{
    account::Account,
    latency::Latencies,
    loopback::{listen, runtime},
    ratio::{Effort, compare, with_inputs},
};
use tokio::time::Instant;
use x402_core::{Facilitator, FacilitatorRequest};
use x402_oneshot::{
    api::WaitPolicy,
    facilitator::{Listener, Relayed},
    sandbox::Sandbox,
};

fn main() {
    let effort = Effort::from_args().long();
    if effort.is_smoke() {
        println!("Everything ran once; the numbers mean nothing.");
    }
    overhead(effort);
    latency(effort);
}

/// The facilitator against the bare requests.
fn overhead(effort: Effort) {
    let runtime = runtime();
    let account = runtime.block_on(Account::open(Sandbox::builder().manual_mining()));
    let relayed = runtime.block_on(account.relayed_at_once().connect()).expect("the sandbox's account can be set up");
    let method = relayed.methods().next().expect("there is a token");
    let mut bare = runtime.block_on(account.bare(method));
    let forms = runtime.block_on(account.bare(method));

    let numbers = Cell::new(0);
    let payment = || account.payment(numbers.replace(numbers.get() + 1));
    let mut facilitator = with_inputs(payment, |payments: Vec<FacilitatorRequest>| {
        runtime.block_on(async {
            for payment in &payments {
                let answer = relayed.settle(payment).await.expect("the sandbox answers");
                assert!(answer.success, "a payment settles");
            }
        });
    });
    let mut bare = with_inputs(
        || forms.execution(&payment()),
        |executions: Vec<String>| {
            runtime.block_on(async {
                for execution in &executions {
                    bare.settle(execution).await;
                }
            });
        },
    );
    println!("{:<42} {:>12} {:>12} {:>9}   quartiles", "nanoseconds a settlement", "facilitator", "bare", "ratio");
    let times = compare(effort, &mut facilitator, &mut bare);
    println!("{:<42} {times}", "`Relayed`, mined at once");
}

/// Settlements against the block time.
fn latency(effort: Effort) {
    let (settlements, block) =
        if effort.is_smoke() { (1, Duration::from_millis(20)) } else { (10, Duration::from_secs(2)) };
    let (times, questions) = runtime().block_on(async {
        let account = Account::open(Sandbox::builder().block_time(block)).await;
        let relayed = listening(&account, block).await;
        let mut times = Latencies::default();
        for number in 0..=settlements {
            let payment = account.payment(number);
            let start = Instant::now();
            assert!(relayed.settle(&payment).await.expect("the sandbox answers").success, "a payment settles");
            // The first one fetches the key that webhooks are verified with.
            if number > 0 {
                times.since(start);
            }
        }
        (times, account.sandbox().requests().of("GET", "/transactions/{id}"))
    });
    let over = |percent| {
        let thousandths = times.percentile(percent).as_nanos() * 1000 / block.as_nanos();
        format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
    };
    println!();
    println!("{:<42} {:>12} {:>12} {:>9}", "settlement time over block time", "median", "slowest", "questions");
    let question = format!("`Relayed`, blocks of {} ms, webhooks", block.as_millis());
    println!("{question:<42} {:>12} {:>12} {questions:>9}", over(50), over(100));
}

/// A facilitator behind a server that takes its webhooks.
async fn listening(account: &Account, block: Duration) -> Relayed {
    let slot = Arc::new(OnceLock::new());
    let routes = Router::new().route("/1shot", post(hear)).with_state(Arc::clone(&slot));
    let url = format!("http://{}/1shot", listen(routes).await);
    let builder = account.relayed().callback_url(url).wait(WaitPolicy::for_block_time(block));
    let relayed = builder.connect().await.expect("the sandbox's account can be set up");
    slot.set(relayed.listener().expect("there is a token")).expect("it is set once");
    relayed
}

async fn hear(State(listener): State<Arc<OnceLock<Listener>>>, body: Bytes) -> StatusCode {
    let Some(listener) = listener.get() else { return StatusCode::SERVICE_UNAVAILABLE };
    listener.hear(&body).await.map_or_else(|error| error.status(), |_| StatusCode::OK)
}
