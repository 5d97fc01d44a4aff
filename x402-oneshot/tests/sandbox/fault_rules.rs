//! Which requests a rule strikes.

use std::time::Duration;

use reqwest::Method;
use x402_core::UnixSeconds;
use x402_oneshot::sandbox::Sandbox;
use x402_oneshot::sandbox::faults::{Answer, Fault, When};

use crate::harness::{Api, NOW};

const ROUTE: &str = "/x402/supported";

fn teapot() -> Fault {
    Fault::Answer(Answer::error(418, "Teapot"))
}

/// Which of so many requests were struck.
async fn struck(api: &Api, requests: usize) -> Vec<usize> {
    let mut struck = Vec::new();
    for request in 1..=requests {
        let (status, _) = api.ask(Method::GET, ROUTE, None).await;
        match status {
            418 => struck.push(request),
            status => assert_eq!(status, 200),
        }
    }
    struck
}

#[tokio::test]
async fn once_and_times_strike_the_first_and_are_gone() {
    let api = Api::start().await;
    let on = api.sandbox.faults().on("GET", ROUTE);
    on.once(teapot());
    on.times(2, teapot());
    assert_eq!(api.sandbox.faults().rules().len(), 2);
    assert_eq!(struck(&api, 5).await, [1, 2, 3]);
    assert!(api.sandbox.faults().rules().is_empty());
    assert_eq!(api.sandbox.requests().of("GET", ROUTE), 5, "struck requests are counted too");
}

#[tokio::test]
async fn every_nth_is_struck_and_the_rule_counts() {
    let api = Api::start().await;
    api.sandbox.faults().on("GET", ROUTE).every(3, teapot());
    assert_eq!(struck(&api, 7).await, [3, 6]);
    let [rule] = api.sandbox.faults().rules().try_into().unwrap();
    assert_eq!((rule.seen, rule.struck, rule.when), (7, 2, When::Every(3)));
}

#[tokio::test]
async fn chance_is_the_same_with_the_same_seed() {
    let strikes = async |seed| {
        let api = Api::with(Sandbox::builder().manual_mining().seed(seed)).await;
        api.sandbox.faults().on("GET", ROUTE).percent(50, teapot());
        struck(&api, 40).await
    };
    let first = strikes(1).await;
    assert_eq!(first, strikes(1).await);
    assert_ne!(first, strikes(2).await);
    assert!((8..=32).contains(&first.len()), "{first:?}");
}

#[tokio::test]
async fn a_schedule_goes_by_the_sandboxs_clock() {
    let api = Api::start().await;
    let after = |seconds| UnixSeconds::from_secs(NOW + seconds);
    api.sandbox.faults().on("GET", ROUTE).between(after(10), after(20), teapot());
    assert_eq!(struck(&api, 1).await, [0; 0]);
    api.clock.advance(Duration::from_secs(10));
    assert_eq!(struck(&api, 2).await, [1, 2]);
    api.clock.advance(Duration::from_secs(10));
    assert_eq!(struck(&api, 1).await, [0; 0]);
}

#[tokio::test]
async fn a_script_says_it_request_by_request() {
    let api = Api::start().await;
    api.sandbox.faults().on("GET", ROUTE).script([None, Some(teapot()), None, Some(teapot())]);
    assert_eq!(struck(&api, 6).await, [2, 4]);
}

#[tokio::test]
async fn other_methods_and_routes_are_left_alone_and_a_star_is_for_all() {
    let api = Api::start().await;
    api.sandbox.faults().on("POST", ROUTE).always(teapot());
    api.sandbox.faults().on("GET", "/transactions/{id}").always(teapot());
    assert_eq!(struck(&api, 1).await, [0; 0]);
    api.sandbox.faults().on("*", "*").once(teapot());
    assert_eq!(struck(&api, 2).await, [1]);
}

#[tokio::test]
async fn clearing_ends_them_all() {
    let api = Api::start().await;
    api.sandbox.faults().on("GET", ROUTE).always(teapot());
    assert_eq!(struck(&api, 1).await, [1]);
    api.sandbox.faults().clear();
    assert_eq!(struck(&api, 1).await, [0; 0]);
}

#[tokio::test]
#[should_panic(expected = "no more than 1000 faults")]
async fn a_loop_that_adds_faults_is_stopped() {
    let api = Api::start().await;
    for _ in 0..=1000 {
        api.sandbox.faults().on("GET", ROUTE).once(teapot());
    }
}
