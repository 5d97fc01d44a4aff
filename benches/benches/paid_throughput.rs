//! How many paid requests does a server answer, beside a bare axum handler?
//!
//! Over sockets, from some clients at once. The clients, the server and the facilitator share one thread, and the
//! server is charged with the work of all three.

use axum::Router;
use benches::{
    customers::{self, Customers},
    loopback::{listen, runtime},
    ratio::{Effort, Side, compare, with_inputs},
    routes,
    shop::{InstantFacilitator, Shop},
    verdicts::Verdicts,
};
use tokio::runtime::Runtime;
use x402_core::{Facilitator, X402Version, header::payment_header};
use x402_oneshot::facilitator::Remote;

/// How many clients ask at once.
const CUSTOMERS: usize = 16;

fn main() {
    let effort = Effort::from_args().long();
    if effort.is_smoke() {
        println!("Everything ran once; the numbers mean nothing.");
    }
    let shop = Shop::open();
    println!("{:<42} {:>10} {:>10} {:>9}   quartiles", "requests in a second", "paid", "bare", "ratio");
    for version in [X402Version::V1, X402Version::V2] {
        row(
            effort,
            &format!("{version}, facilitator in this process"),
            paid(&shop, version, runtime(), InstantFacilitator),
        );
        let runtime = runtime();
        let address = runtime.block_on(listen(Verdicts::new(&shop, version).routes()));
        let remote = Remote::new(&format!("http://{address}")).expect("it is a URL");
        row(effort, &format!("{version}, `Remote` facilitator over sockets"), paid(&shop, version, runtime, remote));
    }
}

fn row(effort: Effort, question: &str, mut paid: impl Side) {
    let mut bare = asking(runtime(), routes::free(), customers::asking);
    // A ratio of rates is the other way round than one of times.
    let times = compare(effort, &mut bare, &mut paid);
    let rate = |picoseconds: u128| 1_000_000_000_000 / picoseconds.max(1);
    let decimal = |thousandths: u128| format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    let (low, high) = times.quartiles;
    println!(
        "{question:<42} {:>10} {:>10} {:>9}   {}..{}",
        rate(times.baseline),
        rate(times.subject),
        decimal(times.ratio),
        decimal(low),
        decimal(high),
    );
}

/// Sells the page, each time for a payment that was never seen.
fn paid<F: Facilitator + 'static>(
    shop: &Shop,
    version: X402Version,
    runtime: Runtime,
    facilitator: F,
) -> impl Side + use<'_, F> {
    let mut number = 0;
    let request = move || {
        number += 1;
        customers::paying(&payment_header(version), &shop.header(version, number))
    };
    asking(runtime, routes::sold_by(shop, facilitator), request)
}

fn asking<R: FnMut() -> String>(runtime: Runtime, routes: Router, mut request: R) -> impl Side + use<R> {
    let mut customers = Customers::of(runtime, routes, CUSTOMERS, &request());
    with_inputs(request, move |requests| customers.ask(requests))
}
