//! What do 10,000 settlements that are under way at once need, and what do they do to clients that do not pay?
//!
//! All on one thread: the server, the clients, and the facilitator, which answers when it is told to.

use allocation_counter::measure;
use axum::{Router, body::Body};
use benches::{
    crowd::Crowd,
    held::{Held, HeldAnswers},
    latency::Latencies,
    loopback::{Loopback, runtime},
    ratio::Effort,
    routes::{self, ask},
    shop::Shop,
    verdicts::Verdicts,
};
use http::{HeaderValue, Request, StatusCode};
use tokio::time::Instant;
use x402_core::{X402Version, header::payment_header};
use x402_oneshot::facilitator::Remote;

fn main() {
    let effort = Effort::from_args();
    let scale = if effort.is_smoke() { Scale::SMOKE } else { Scale::FULL };
    if effort.is_smoke() {
        println!("Everything ran with few settlements; the numbers mean nothing.");
    }
    let shop = Shop::open();
    memory(&shop, &scale);
    println!();
    latency(&shop, &scale);
}

struct Scale {
    settlements: u32,
    /// How often it is the turn of each of those that are compared.
    turns: u32,
    /// Requests of a turn.
    requests: u32,
}

impl Scale {
    const FULL: Self = Self { settlements: 10_000, turns: 200, requests: 100 };
    const SMOKE: Self = Self { settlements: 20, turns: 2, requests: 20 };
}

/// So many payments.
fn payments(shop: &Shop, version: X402Version, number: u32) -> Vec<HeaderValue> {
    (0..number).map(|number| shop.header(version, number.into())).collect()
}

/// A request that owns all that it is made of.
fn paying(version: X402Version, payment: &HeaderValue) -> Request<Body> {
    let payment = HeaderValue::from_bytes(payment.as_bytes()).expect("it was a header");
    routes::paying(payment_header(version), payment)
}

fn memory(shop: &Shop, scale: &Scale) {
    println!(
        "{:<58} {:>12} {:>12}",
        format!("each of {} requests, waiting", scale.settlements),
        "bytes",
        "allocations"
    );
    let held = Held::default();
    let free = routes::free_after(held.clone());
    row("bare handler that waits as long", held, &free, (0..scale.settlements).map(|_| routes::request()));
    for version in [X402Version::V1, X402Version::V2] {
        let payments = payments(shop, version, scale.settlements);
        let requests = || payments.iter().map(|payment| paying(version, payment));

        let held = Held::default();
        let sold = routes::sold_by(shop, held.clone());
        row(&format!("settlement, {version}"), held, &sold, requests());

        let held = Held::default();
        let answers = HeldAnswers { held: held.clone(), verdicts: Verdicts::new(shop, version) };
        let remote = Remote::builder("http://127.0.0.1").expect("it is a URL").with_transport(answers);
        let sold = routes::sold_by(shop, remote);
        row(&format!("settlement, {version}, `Remote` before its connection"), held, &sold, requests());
    }
}

/// What is allocated, and not freed, when all requests wait; by each of them.
fn row(what: &str, held: Held, routes: &Router, requests: impl ExactSizeIterator<Item = Request<Body>>) {
    let runtime = runtime();
    let number = requests.len();
    let mut crowd = Crowd::with_capacity(held, number);
    let allocated = measure(|| crowd.gather(&runtime, routes, requests));
    crowd.leave(&runtime);
    let each = |live: i64| usize::try_from(live).unwrap_or_default() / number;
    println!("{what:<58} {:>12} {:>12}", each(allocated.bytes_current), each(allocated.count_current));
}

/// Two servers of the same routes, of which one is crowded.
fn latency(shop: &Shop, scale: &Scale) {
    let held = Held::default();
    let routes = routes::sold_by(shop, held.clone());
    let mut idle = Server::new(&routes, Held::default());
    let mut busy = Server::new(&routes, held);
    let comings = 2 * scale.turns * scale.requests / EVERY;
    let mut payments = payments(shop, VERSION, scale.settlements + comings);
    let coming = payments.split_off(scale.settlements as usize);
    busy.crowd.gather(busy.loopback.runtime(), &routes, payments.iter().map(|payment| paying(VERSION, payment)));

    println!("{:<58} {:>19} {:>19} {:>9}", "us", "idle: p50       p99", "busy: p50       p99", "p99 ratio");
    let question = format!("unpaid, {} settlements in flight", busy.crowd.len());
    compare(&question, scale, &mut idle, &mut busy, Server::ask_within);
    compare(&format!("{question}, over a socket"), scale, &mut idle, &mut busy, Server::ask_over_socket);
    busy.coming = coming.into_iter();
    compare(&format!("{question}, 1 in {EVERY} pays"), scale, &mut idle, &mut busy, Server::ask_within);
    compare("the same, over a socket", scale, &mut idle, &mut busy, Server::ask_over_socket);
    busy.crowd.leave(busy.loopback.runtime());
}

/// Where payments come and go, one comes and another is settled before each so many unpaid requests. Then the 99th
/// percentile is that of requests behind a payment, whose signature is recovered first: it is one thread.
const EVERY: u32 = 20;

const VERSION: X402Version = X402Version::V2;

fn compare(
    question: &str,
    scale: &Scale,
    idle: &mut Server,
    busy: &mut Server,
    ask: impl Fn(&mut Server, u32, &mut Latencies),
) {
    let mut took = [Latencies::default(), Latencies::default()];
    for turn in 0..scale.turns {
        let [by_idle, by_busy] = &mut took;
        // Whoever goes second finds the other's caches; so they take turns.
        if turn % 2 == 0 {
            ask(idle, scale.requests, by_idle);
            ask(busy, scale.requests, by_busy);
        } else {
            ask(busy, scale.requests, by_busy);
            ask(idle, scale.requests, by_idle);
        }
    }
    let [idle, busy] = took;
    let ratio = busy.ratio(&idle, 99);
    println!("{question:<58} {idle} {busy} {:>9}", format!("{}.{:03}", ratio / 1000, ratio % 1000));
}

struct Server {
    loopback: Loopback,
    routes: Router,
    held: Held,
    crowd: Crowd,
    coming: std::vec::IntoIter<HeaderValue>,
}

impl Server {
    fn new(routes: &Router, held: Held) -> Self {
        Self {
            loopback: Loopback::serve(routes.clone()),
            routes: routes.clone(),
            crowd: Crowd::with_capacity(held.clone(), 0),
            held,
            coming: Vec::new().into_iter(),
        }
    }

    /// Asks in the same process, in a task: a request waits for those that are before it.
    fn ask_within(&mut self, times: u32, latencies: &mut Latencies) {
        for time in 0..times {
            self.come_and_go(time);
            let mut routes = self.routes.clone();
            self.loopback.runtime().block_on(async {
                let start = Instant::now();
                let asking = tokio::spawn(async move { ask(&mut routes, routes::request()).await });
                let (status, _) = asking.await.expect("it did not panic");
                latencies.since(start);
                assert_eq!(status, StatusCode::PAYMENT_REQUIRED);
            });
        }
    }

    fn ask_over_socket(&mut self, times: u32, latencies: &mut Latencies) {
        for time in 0..times {
            self.come_and_go(time);
            let start = Instant::now();
            self.loopback.ask(1);
            latencies.since(start);
        }
    }

    /// If it is time, and there is somebody to come: one more pays, and one that waits is let go.
    fn come_and_go(&mut self, time: u32) {
        if time.is_multiple_of(EVERY)
            && let Some(payment) = self.coming.next()
        {
            let _within = self.loopback.runtime().enter();
            self.crowd.join(&self.routes, paying(VERSION, &payment));
            self.held.let_go(1);
        }
    }
}
