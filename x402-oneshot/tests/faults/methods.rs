//! Contract methods that are not there, are there twice, or go away.

use x402_core::Facilitator as _;
use x402_core::facilitator::{FacilitatorErrorKind, Reach};
use x402_oneshot::api::{MethodParam, NewContractMethod, ParamType};
use x402_oneshot::sandbox::Sandbox;
use x402_oneshot::sandbox::faults::{Answer, Fault};
use x402_oneshot::{Client, MethodId};

use crate::support::{EXECUTE, Shop, connect, ready, relayed, said, start, struck, usdc};

const METHODS: &str = "/business/{id}/methods";

fn created(sandbox: &Sandbox) -> u64 {
    sandbox.requests().of("POST", METHODS)
}

/// A method of the name that the facilitator's own has, which does something else.
async fn decoy(client: &Client, sandbox: &Sandbox, name: &str) -> MethodId {
    let method = NewContractMethod::new(84532, usdc().address(), sandbox.wallet_id(), "approve")
        .name(name)
        .description("")
        .input(MethodParam::new("spender", ParamType::Address))
        .input(MethodParam::new("value", ParamType::Uint));
    client.methods().create(sandbox.business_id(), &method).await.unwrap().id
}

/// The name of the method that a facilitator makes for itself.
async fn name_of_its_method() -> String {
    let shop = Shop::open().await;
    let client = ready(&shop.sandbox).await;
    client.methods().get(shop.method()).await.unwrap().name
}

#[tokio::test]
async fn a_method_that_is_not_there_is_made_once_and_found_the_next_time() {
    let shop = Shop::open().await;
    assert_eq!(created(&shop.sandbox), 1);
    let again = relayed(&shop.sandbox).await;
    assert_eq!(created(&shop.sandbox), 1);
    assert_eq!(again.method(&x402_core::Network::BASE_SEPOLIA, usdc().address()), Some(shop.method()));
    // A list that says nothing makes another; the payments of both go through.
    shop.sandbox.faults().on("GET", METHODS).always(Fault::nothing_listed());
    let other = relayed(&shop.sandbox).await;
    assert_eq!(created(&shop.sandbox), 2);
    assert!(other.settle(&shop.payment).await.unwrap().success);
    shop.assert_paid_once();
}

#[tokio::test]
async fn of_methods_with_one_name_the_one_that_fits_is_used_on_whatever_page_it_is() {
    let name = name_of_its_method().await;
    for decoys in [1, 26] {
        let sandbox = start().await;
        let client = ready(&sandbox).await;
        let mut others = Vec::new();
        for _ in 0..decoys {
            others.push(decoy(&client, &sandbox, &name).await);
        }
        let first = relayed(&sandbox).await;
        let made = first.method(&x402_core::Network::BASE_SEPOLIA, usdc().address()).unwrap();
        assert!(!others.contains(&made), "a name proves nothing");
        let before = created(&sandbox);
        let second = relayed(&sandbox).await;
        assert_eq!(second.method(&x402_core::Network::BASE_SEPOLIA, usdc().address()), Some(made), "{decoys} decoys");
        assert_eq!(created(&sandbox), before, "{decoys} decoys");
    }
}

#[tokio::test]
async fn a_method_that_was_deleted_since_executes_nothing_and_is_an_error_of_configuration() {
    let shop = Shop::open().await;
    shop.sandbox.faults().forget_method(shop.method());
    let error = shop.relayed.verify(&shop.payment).await.unwrap_err();
    assert_eq!(said(&error).0, FacilitatorErrorKind::Configuration);
    let error = shop.settle().await.unwrap_err();
    assert_eq!(said(&error), (FacilitatorErrorKind::Configuration, Reach::NotSent));
    assert_eq!(shop.executions(), 1);
    shop.assert_unpaid();
    // Connecting again makes another.
    let again = relayed(&shop.sandbox).await;
    assert!(again.settle(&shop.payment).await.unwrap().success);
    shop.assert_paid_once();
}

#[tokio::test]
async fn an_unknown_method_may_be_a_403_as_well_as_a_404() {
    for status in [403, 404] {
        let shop = Shop::open().await;
        let fault = Fault::Answer(Answer::error(status, "UnknownEntityError"));
        let (outcome, sent) = struck(&shop.sandbox, ("POST", EXECUTE), fault, shop.settle()).await;
        let error = outcome.unwrap_err();
        assert_eq!((said(&error), sent), ((FacilitatorErrorKind::Configuration, Reach::NotSent), 1));
    }
}

#[tokio::test]
async fn a_method_whose_making_was_not_answered_is_not_made_twice_in_one_start() {
    let sandbox = start().await;
    let (outcome, sent) = struck(&sandbox, ("POST", METHODS), Fault::Reset { after: true }, connect(&sandbox)).await;
    assert!(outcome.is_err());
    assert_eq!(sent, 1);
    // The next start finds it.
    connect(&sandbox).await.unwrap();
    assert_eq!(created(&sandbox), 1);
}
