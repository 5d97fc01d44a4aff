//! How long does it take to find out who signed, and what do the bare libraries take?

use std::hint::black_box;

use benches::{bare, shop::Shop};
use criterion::Criterion;
use x402_core::signature::{Signature, backend};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    recover(&mut criterion);
    criterion.final_summary();
}

fn recover(criterion: &mut Criterion) {
    let shop = Shop::open();
    let (hash, bytes) = shop.sign(&shop.authorization(0));
    let signature = Signature::from_bytes(&bytes).expect("it was just made");
    assert_eq!(backend::k256(&signature, hash), Ok(shop.customer()));
    assert_eq!(bare::k256(&hash.0, &bytes), Some(shop.customer()));

    let mut group = criterion.benchmark_group("recover");
    group.bench_function("k256", |b| b.iter(|| backend::k256(black_box(&signature), black_box(hash))));
    group.bench_function("k256, bare", |b| b.iter(|| bare::k256(black_box(&hash.0), black_box(&bytes))));
    #[cfg(feature = "secp256k1")]
    {
        assert_eq!(backend::secp256k1(&signature, hash), Ok(shop.customer()));
        assert_eq!(bare::secp256k1(&hash.0, &bytes), Some(shop.customer()));
        group.bench_function("libsecp256k1", |b| {
            b.iter(|| backend::secp256k1(black_box(&signature), black_box(hash)));
        });
        group.bench_function("libsecp256k1, bare", |b| {
            b.iter(|| bare::secp256k1(black_box(&hash.0), black_box(&bytes)));
        });
    }
}
