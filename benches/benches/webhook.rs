//! How many webhooks are verified in a second, and what does it cost beyond the signature that has to be checked?
//!
//! `cargo bench -p benches --bench webhook`

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use benches::ratio::{Effort, compare, plain};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use x402_core::time::{Clock, UnixSeconds};
use x402_oneshot::webhook::{PublicKey, Signer, Verifier};

const SEED: [u8; 32] = [7; 32];
const SIGNED: UnixSeconds = UnixSeconds::from_secs(1_767_225_600);

/// Picoseconds in a second.
const SECOND: u128 = 1_000_000_000_000;

/// A clock that stopped when the webhooks were signed.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> UnixSeconds {
        SIGNED
    }
}

fn main() {
    let effort = Effort::from_args();
    if effort.is_smoke() {
        println!("Everything ran once; the numbers mean nothing.");
    }
    println!("{:<28} {:>9} {:>12} {:>12} {:>9}   quartiles", "webhook", "a second", "ns", "bare ns", "ratio");
    row(effort, "an event of nothing", &json!({}));
    row(effort, "a settlement", &settlement(2));
    row(effort, "a batch", &settlement(40));
}

/// One verification by our verifier, over one of the same text by the bare library, which gets the text, the key and
/// the signature ready for use.
fn row(effort: Effort, what: &str, data: &Value) {
    let event = json!({ "eventName": "TransactionExecutionSuccess", "timestamp": SIGNED.as_secs(), "data": data });
    let event = event.as_object().expect("it is one");
    let signer = Signer::from_seed(SEED);
    let body = signer.sign(event.clone()).expect("it is flat enough");
    let verifier = Verifier::builder(signer.public_key()).clock(Stopped).build();

    let text = Value::Object(event.clone()).to_string();
    let key = SigningKey::from_bytes(&SEED);
    let (signature, key) = (key.sign(text.as_bytes()), key.verifying_key());

    let comparison = compare(
        effort,
        &mut plain(|| verify(&verifier, black_box(&body))),
        &mut plain(|| black_box(&key).verify_strict(black_box(text.as_bytes()), black_box(&signature))),
    );
    let what = format!("{what}, {} bytes", body.len());
    println!("{what:<28} {:>9} {comparison}", SECOND / comparison.subject.max(1));
}

/// Verifies without I/O, so that it is done when it is polled; and insists that it is good.
fn verify(verifier: &Verifier<PublicKey, Stopped>, body: &str) -> bool {
    let verified = pin!(verifier.verify(body.as_bytes()));
    match verified.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(delivery)) => delivery.is_duplicate(),
        other => panic!("not verified: {other:?}"),
    }
}

/// What 1Shot says of a transaction that made so many events.
fn settlement(events: usize) -> Value {
    let log = json!({
        "_type": "log", "address": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "blockHash": "0x1111111111111111111111111111111111111111111111111111111111111111",
        "blockNumber": 21_000_001, "data": "0x00000000000000000000000000000000000000000000000000000000000000c8",
        "index": 7, "transactionIndex": 3,
        "topics": [
            "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
            "0x000000000000000000000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0x000000000000000000000000bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        ],
        "transactionHash": "0x2222222222222222222222222222222222222222222222222222222222222222",
    });
    let description = json!({
        "name": "Transfer", "signature": "Transfer(address,address,uint256)",
        "topic": "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
        "args": ["0xAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "0xBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", "200"],
    });
    json!({
        "transactionId": "4b4bab2d-673d-4b91-8e09-f1402962cd3e",
        "contractMethodId": "8a6e0804-2bd0-4672-b79d-d97027f90720",
        "businessId": "100d2e83-dddd-480d-88ad-74a71c214912", "chainId": 84532, "userId": null,
        "transactionMemo": "for the weather \u{2600}",
        "logs": vec![description; events],
        "transactionReceipt": {
            "_type": "TransactionReceipt", "blockNumber": 21_000_001, "status": 1, "gasUsed": "85432",
            "hash": "0x2222222222222222222222222222222222222222222222222222222222222222",
            "logs": vec![log; events], "logsBloom": format!("0x{}", "00".repeat(256)),
        },
    })
}
