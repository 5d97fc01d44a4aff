//! The ratios that the project promises, in one table from one run.
//!
//! `cargo bench -p benches --bench report`, and once more with `--features secp256k1`.

use std::{env::args, hint::black_box};

use axum::Router;
use benches::{
    bare,
    loopback::{Loopback, runtime},
    ratio::{Effort, Side, compare, plain, with_inputs},
    routes::{self, ask},
    shop::Shop,
};
use http::StatusCode;
use tokio::runtime::Runtime;
use x402_core::{
    X402Version, header,
    signature::{Signature, backend},
};

fn main() {
    let report = Report { effort: Effort::from_args(), only: args().skip(1).find(|arg| !arg.starts_with('-')) };
    if report.effort.is_smoke() {
        println!("Everything ran once; the numbers mean nothing.");
    }
    println!("{:<58} {:>12} {:>12} {:>9}   quartiles", "question", "ns", "baseline ns", "ratio");
    recovery(&report);
    checks(&report);
    unpaid(&report);
    paid(&report);
}

struct Report {
    effort: Effort,
    /// A part of the questions to answer, as criterion has it.
    only: Option<String>,
}

impl Report {
    fn row(&self, question: &str, mut subject: impl Side, mut baseline: impl Side) {
        if self.only.as_ref().is_some_and(|only| !question.contains(only)) {
            return;
        }
        let comparison = compare(self.effort, &mut subject, &mut baseline);
        println!("{question:<58} {comparison}");
    }
}

fn recovery(report: &Report) {
    let shop = Shop::open();
    let (hash, bytes) = shop.sign(&shop.authorization(0));
    let signature = Signature::from_bytes(&bytes).expect("it was just made");
    report.row(
        "recovery: k256 / bare k256",
        plain(|| backend::k256(black_box(&signature), black_box(hash))),
        plain(|| bare::k256(black_box(&hash.0), black_box(&bytes))),
    );
    #[cfg(feature = "secp256k1")]
    report.row(
        "recovery: libsecp256k1 / bare libsecp256k1",
        plain(|| backend::secp256k1(black_box(&signature), black_box(hash))),
        plain(|| bare::secp256k1(black_box(&hash.0), black_box(&bytes))),
    );
    #[cfg(feature = "secp256k1")]
    report.row(
        "recovery: libsecp256k1 / k256",
        plain(|| backend::secp256k1(black_box(&signature), black_box(hash))),
        plain(|| backend::k256(black_box(&signature), black_box(hash))),
    );
}

fn checks(report: &Report) {
    let shop = Shop::open();
    let authorization = shop.authorization(0);
    let domain = shop.asset().domain();
    let (hash, bytes) = shop.sign(&authorization);
    let bare = || plain(|| bare::compiled_in(black_box(&hash.0), black_box(&bytes)));
    let library = bare::COMPILED_IN;
    report.row(
        &format!("signing hash / bare recovery, {library}"),
        plain(|| black_box(&authorization).signing_hash(black_box(&domain))),
        bare(),
    );
    for version in [X402Version::V1, X402Version::V2] {
        let header = shop.header(version, 0);
        let payment = shop.payment(version, 0);
        report.row(
            &format!("header to payment, {version} / bare recovery, {library}"),
            plain(|| header::decode_payment(black_box(&header))),
            bare(),
        );
        report.row(
            &format!("whole local check, {version} / bare recovery, {library}"),
            plain(|| shop.offers().check(black_box(&payment), shop.opened()).expect("it is good").1.payer()),
            bare(),
        );
    }
}

fn unpaid(report: &Report) {
    let shop = Shop::open();
    let runtime = runtime();
    let asking = |routes: Router, status| {
        let length = routes::unpaid(&shop).body().len();
        with_inputs(routes::request, many(&runtime, routes, (status, length)))
    };
    report.row(
        "unpaid 402 / bare axum handler, static text of its size",
        asking(routes::sold(&shop), StatusCode::PAYMENT_REQUIRED),
        asking(routes::static_text(&shop), StatusCode::OK),
    );
    report.row(
        "unpaid 402 / bare axum handler, the same response",
        asking(routes::sold(&shop), StatusCode::PAYMENT_REQUIRED),
        asking(routes::static_402(&shop), StatusCode::PAYMENT_REQUIRED),
    );
    report.row(
        "unpaid 402 / a layer that does nothing but refuse",
        asking(routes::sold(&shop), StatusCode::PAYMENT_REQUIRED),
        asking(routes::shut(&shop), StatusCode::PAYMENT_REQUIRED),
    );
    report.row(
        "unpaid 402 over a socket / static text",
        over_a_socket(routes::sold(&shop)),
        over_a_socket(routes::static_text(&shop)),
    );
    report.row(
        "unpaid 402 over a socket / the same response",
        over_a_socket(routes::sold(&shop)),
        over_a_socket(routes::static_402(&shop)),
    );
}

fn paid(report: &Report) {
    let shop = Shop::open();
    let runtime = runtime();
    let length = runtime.block_on(ask(&mut routes::free(), routes::request())).1;
    let (hash, bytes) = shop.sign(&shop.authorization(0));
    for version in [X402Version::V1, X402Version::V2] {
        let paying = || {
            let mut number = 0;
            let shop = &shop;
            let request = move || {
                number += 1;
                routes::paying(header::payment_header(version), shop.header(version, number))
            };
            with_inputs(request, many(&runtime, routes::sold(shop), (StatusCode::OK, length)))
        };
        report.row(
            &format!("paid request, {version} / bare axum handler"),
            paying(),
            with_inputs(routes::request, many(&runtime, routes::free(), (StatusCode::OK, length))),
        );
        report.row(
            &format!("paid request, {version} / bare recovery, {}", bare::COMPILED_IN),
            paying(),
            plain(|| bare::compiled_in(black_box(&hash.0), black_box(&bytes))),
        );
    }
}

/// Asks all of these requests in the same process, and insists on the answer.
fn many(
    runtime: &Runtime,
    mut routes: Router,
    expected: (StatusCode, usize),
) -> impl FnMut(Vec<http::Request<axum::body::Body>>) {
    move |requests| {
        runtime.block_on(async {
            for request in requests {
                assert_eq!(ask(&mut routes, request).await, expected);
            }
        });
    }
}

fn over_a_socket(routes: Router) -> impl Side {
    let mut loopback = Loopback::serve(routes);
    with_inputs(|| (), move |times| loopback.ask(times.len()))
}
