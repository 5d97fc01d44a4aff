//! What does the payment layer cost: to a client that does not pay, and to one that does?

use benches::{
    loopback::{Loopback, runtime},
    routes::{self, ask},
    shop::Shop,
};
use criterion::{BatchSize, Criterion};
use http::StatusCode;
use x402_core::{X402Version, header::payment_header};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    unpaid(&mut criterion);
    over_a_socket(&mut criterion);
    paid(&mut criterion);
    criterion.final_summary();
}

fn unpaid(criterion: &mut Criterion) {
    let shop = Shop::open();
    let runtime = runtime();
    let mut group = criterion.benchmark_group("layer, unpaid");
    for (name, routes) in [
        ("402", routes::sold(&shop)),
        ("bare handler, a text of that size", routes::static_text(&shop)),
        ("bare handler, the same response", routes::static_402(&shop)),
    ] {
        group.bench_function(name, |b| {
            b.to_async(&runtime).iter_batched(
                || (routes.clone(), routes::request()),
                |(mut routes, request)| async move { ask(&mut routes, request).await },
                BatchSize::SmallInput,
            );
        });
    }
}

fn over_a_socket(criterion: &mut Criterion) {
    let shop = Shop::open();
    let mut group = criterion.benchmark_group("layer, unpaid, over a socket");
    for (name, routes) in [
        ("402", routes::sold(&shop)),
        ("bare handler, a text of that size", routes::static_text(&shop)),
        ("bare handler, the same response", routes::static_402(&shop)),
    ] {
        let mut loopback = Loopback::serve(routes);
        group.bench_function(name, |b| b.iter(|| loopback.ask(1)));
    }
}

fn paid(criterion: &mut Criterion) {
    let shop = Shop::open();
    let runtime = runtime();
    let mut group = criterion.benchmark_group("layer, paid");
    let free = routes::free();
    group.bench_function("bare handler", |b| {
        b.to_async(&runtime).iter_batched(
            || (free.clone(), routes::request()),
            |(mut routes, request)| async move { ask(&mut routes, request).await },
            BatchSize::SmallInput,
        );
    });
    for version in [X402Version::V1, X402Version::V2] {
        let sold = routes::sold(&shop);
        let mut number = 0;
        group.bench_function(version.to_string(), |b| {
            b.to_async(&runtime).iter_batched(
                || {
                    number += 1;
                    (sold.clone(), routes::paying(payment_header(version), shop.header(version, number)))
                },
                |(mut routes, request)| async move {
                    let (status, _) = ask(&mut routes, request).await;
                    assert_eq!(status, StatusCode::OK);
                },
                BatchSize::SmallInput,
            );
        });
    }
}
