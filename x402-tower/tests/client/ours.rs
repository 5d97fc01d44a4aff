//! Our client and our server, in both versions.

use std::{convert::Infallible, sync::Arc};

use alloy_primitives::Address;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};
use x402_core::{
    Asset, Network, Reason, SettleResponse, X402Version,
    client::{PaymentFailure, Served},
    server::{Gate, Identifiers, Offer, Offers, Payment},
    testing::ScriptedFacilitator,
};
use x402_tower::{
    PaymentLayer,
    client::{ClientError, PayLayer, Progress},
};

use crate::support::{URL, buyer, get, payer, text};

fn shop(
    facilitator: &ScriptedFacilitator,
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<Body>,
    Error = Infallible,
    Future = impl Future<Output = Result<Response<Body>, Infallible>> + Send,
> + Clone
+ Send
+ 'static {
    let usdc = Asset::usdc(&Network::BASE).unwrap();
    let offer = Offer::exact(&usdc, &"$0.05".parse().unwrap(), Address::repeat_byte(7)).unwrap();
    let offers = Offers::new(URL, [offer]).unwrap().payment_identifiers(Identifiers::Optional);
    let layer = PaymentLayer::new(Gate::new(facilitator.clone()), offers);
    let service = layer.layer(service_fn(|request: Request<Full<Bytes>>| async move {
        let payer = request.extensions().get::<Payment>().unwrap().payer;
        Ok::<_, Infallible>(Response::new(Full::from(format!("premium for {payer}"))))
    }));
    service.map_response(|response| response.map(Body::new))
}

#[tokio::test]
async fn it_pays_our_server_in_both_versions() {
    for version in [None, Some(X402Version::V1), Some(X402Version::V2)] {
        let facilitator = ScriptedFacilitator::willing();
        let layer = PayLayer::new(payer());
        let layer = match version {
            Some(version) => layer.only(version),
            None => layer,
        };
        let response = layer.layer(shop(&facilitator)).call(get()).await.unwrap();
        let served = response.extensions().get::<Served>().unwrap();
        assert_eq!(served.payment.payload().version(), version.unwrap_or(X402Version::V2));
        assert_eq!(served.receipt.as_ref().unwrap().payer, buyer().address());
        assert_eq!(text(response).await, format!("premium for {}", buyer().address()));
        assert_eq!(facilitator.settle_calls(), 1);
    }
}

#[tokio::test]
async fn a_refused_settlement_is_told_with_its_reason() {
    let facilitator = ScriptedFacilitator::willing();
    for version in [X402Version::V1, X402Version::V2] {
        facilitator.next_settle(Ok(SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE, None)));
        let error = PayLayer::new(payer()).only(version).layer(shop(&facilitator)).call(get()).await.unwrap_err();
        let ClientError::Payment(failure) = error else { panic!("{error:?}") };
        let PaymentFailure::Refused { reason, .. } = *failure else { panic!("{failure:?}") };
        assert_eq!(reason.as_deref(), Some(Reason::INSUFFICIENT_FUNDS.as_str()));
    }
}

#[tokio::test]
async fn whoever_watches_sees_the_choice_and_the_payment_before_it_is_sent() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let layer = PayLayer::new(payer()).watch({
        let seen = Arc::clone(&seen);
        move |progress| {
            seen.lock().unwrap().push(match progress {
                Progress::Chosen(choice) => format!("chosen {choice}"),
                Progress::Signed(_) => "signed".to_owned(),
                other => format!("{other:?}"),
            });
        }
    });
    layer.layer(shop(&ScriptedFacilitator::willing())).call(get()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["chosen 0.05 USDC on eip155:8453", "signed"]);
}

#[tokio::test]
async fn a_payment_of_the_callers_own_is_not_paid_for_again() {
    let facilitator = ScriptedFacilitator::willing();
    let mut client = PayLayer::new(payer()).layer(shop(&facilitator));
    let first = client.call(get()).await.unwrap();
    let (name, value) = first.extensions().get::<Served>().unwrap().payment.header();
    let mut again = get();
    again.headers_mut().insert(name, value);
    let response = client.call(again).await.unwrap();
    assert_eq!(response.status(), 200, "the server has it by its name");
    assert_eq!(facilitator.settle_calls(), 1);
    let Ok(_) = response.into_body().collect().await else { panic!("no body") };
}
