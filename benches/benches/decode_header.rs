//! How long does it take to read a payment header, and to write one?

use std::hint::black_box;

use benches::shop::Shop;
use criterion::Criterion;
use x402_core::{X402Version, header};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decode_header(&mut criterion);
    criterion.final_summary();
}

fn decode_header(criterion: &mut Criterion) {
    let shop = Shop::open();
    let mut group = criterion.benchmark_group("decode_header");
    for version in [X402Version::V1, X402Version::V2] {
        let header = shop.header(version, 0);
        let payment = shop.payment(version, 0);
        group.bench_function(format!("decode {version}"), |b| b.iter(|| header::decode_payment(black_box(&header))));
        group.bench_function(format!("encode {version}"), |b| b.iter(|| header::encode_payment(black_box(&payment))));
    }
}
