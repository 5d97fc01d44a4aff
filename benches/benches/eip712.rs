//! How long do the hashes of an authorization take?

use std::hint::black_box;

use benches::shop::Shop;
use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    eip712(&mut criterion);
    criterion.final_summary();
}

fn eip712(criterion: &mut Criterion) {
    let shop = Shop::open();
    let authorization = shop.authorization(0);
    let domain = shop.asset().domain();
    let mut group = criterion.benchmark_group("eip712");
    group.bench_function("struct hash", |b| b.iter(|| black_box(&authorization).struct_hash()));
    group.bench_function("signing hash", |b| b.iter(|| black_box(&authorization).signing_hash(black_box(&domain))));
    group.bench_function("domain", |b| b.iter(|| black_box(shop.asset()).domain()));
}
