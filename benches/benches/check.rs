//! What does the whole local check of a payment cost beyond the recovery that it cannot do without?
//!
//! With feature `secp256k1` both are done with libsecp256k1, else with `k256`.

use std::hint::black_box;

use benches::{bare, shop::Shop};
use criterion::Criterion;
use x402_core::X402Version;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    check(&mut criterion);
    criterion.final_summary();
}

fn check(criterion: &mut Criterion) {
    let shop = Shop::open();
    let (hash, signature) = shop.sign(&shop.authorization(0));
    let mut group = criterion.benchmark_group(format!("check with {}", bare::COMPILED_IN));
    group.bench_function("bare recovery", |b| {
        b.iter(|| bare::compiled_in(black_box(&hash.0), black_box(&signature)));
    });
    for version in [X402Version::V1, X402Version::V2] {
        let payment = shop.payment(version, 0);
        assert!(shop.offers().check(&payment, shop.opened()).is_ok());
        group.bench_function(format!("whole check, {version}"), |b| {
            b.iter(|| shop.offers().check(black_box(&payment), shop.opened()).is_ok());
        });
    }
}
