//! Bodies that can be sent twice, and bodies that cannot.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};
use x402_core::{
    Amount,
    client::{Limits, PayError, PaymentFailure, Served},
};
use x402_tower::client::{ClientError, PayLayer, ReplayBody};

use crate::support::{Reply, Reset, Server, URL, asks, payer, price, served, status_only, text};

type Stream = ReplayBody<Full<Bytes>>;

/// The server behind a client whose bodies may be streams.
fn over(
    server: &Server,
) -> impl Service<
    Request<Stream>,
    Response = Response<Full<Bytes>>,
    Error = Reset,
    Future = impl Future<Output = Result<Response<Full<Bytes>>, Reset>> + Send,
> + Clone
+ Send
+ 'static {
    let server = server.http();
    service_fn(move |request: Request<Stream>| {
        let server = server.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body: Result<_, Infallible> = body.collect().await;
            let body = Full::new(body.unwrap_or_default().to_bytes());
            server.oneshot(Request::from_parts(parts, body)).await
        }
    })
}

fn shop() -> Server {
    Server::new(|_, payment| if payment.is_some() { served() } else { asks([price(10_000)]) })
}

fn post(body: Stream) -> Request<Stream> {
    Request::post(URL).body(body).unwrap()
}

#[tokio::test]
async fn a_body_of_bytes_is_sent_with_both_requests() {
    let server = shop();
    let mut client = PayLayer::new(payer()).layer(server.http());
    let request = Request::post(URL).body(Full::from("a question")).unwrap();
    assert!(client.call(request).await.is_ok());
    assert_eq!(server.bodies(), ["a question", "a question"]);
}

#[tokio::test]
async fn a_factory_makes_the_body_anew() {
    let server = shop();
    let mut client = PayLayer::new(payer()).layer(over(&server));
    assert!(client.call(post(ReplayBody::factory(|| Full::from("made")))).await.is_ok());
    assert_eq!(server.bodies(), ["made", "made"]);
}

#[tokio::test]
async fn a_stream_is_refused_before_anything_is_signed() {
    let server = shop();
    let mut client = PayLayer::new(payer()).layer(over(&server));
    let error = client.call(post(ReplayBody::once(Full::from("once")))).await.unwrap_err();
    assert!(matches!(error, ClientError::NotReplayable) && !error.may_have_paid(), "{error:?}");
    assert_eq!((server.payments(), server.bodies()), (0, vec![Bytes::from("once")]));
}

#[tokio::test]
async fn a_stream_to_a_free_resource_is_sent() {
    let server = Server::new(|_, _| status_only(200));
    let mut client = PayLayer::new(payer()).layer(over(&server));
    let response = client.call(post(ReplayBody::once(Full::from("once")))).await.unwrap();
    assert!(response.extensions().get::<Served>().is_none());
    assert_eq!(text(response).await, "a body");
}

#[tokio::test]
async fn a_probe_learns_the_price_without_a_body_and_the_stream_is_then_sent_once_and_paid() {
    let server = shop();
    let mut client = PayLayer::new(payer()).layer(over(&server));
    let mut request = post(ReplayBody::once(Full::from("once")));
    let quote = client.probe(&request).await.unwrap().unwrap();
    assert_eq!(quote.choice().amount(), Amount::from_atomic(10_000));
    assert_eq!(server.payments(), 0, "asking is free");
    request.extensions_mut().insert(quote);
    let response = client.call(request).await.unwrap();
    assert!(response.extensions().get::<Served>().unwrap().receipt.is_some());
    assert_eq!((server.payments(), server.bodies()), (1, vec![Bytes::new(), Bytes::from("once")]));
}

#[tokio::test]
async fn a_free_resource_has_no_quote() {
    let server = Server::new(|_, _| status_only(204));
    let mut client = PayLayer::new(payer()).layer(over(&server));
    assert!(client.probe(&post(ReplayBody::default())).await.unwrap().is_none());
}

#[tokio::test]
async fn attack_25_a_price_that_changed_since_the_probe_is_refused() {
    let server = Server::new(|_, payment| asks([price(if payment.is_some() { 20_000 } else { 10_000 })]));
    let mut client = PayLayer::new(payer()).layer(over(&server));
    let mut request = post(ReplayBody::once(Full::from("once")));
    let quote = client.probe(&request).await.unwrap().unwrap();
    request.extensions_mut().insert(quote);
    let ClientError::Payment(failure) = client.call(request).await.unwrap_err() else { panic!("not paid") };
    assert!(matches!(*failure, PaymentFailure::Refused { asks_otherwise: true, .. }), "{failure:?}");
    assert_eq!(server.payments(), 1);
}

#[tokio::test]
async fn attack_25_a_quote_of_one_server_is_no_offer_of_another() {
    let server = shop();
    let mut client = PayLayer::new(payer().limits(Limits::default().any_resource())).layer(over(&server));
    let quote = client.probe(&post(ReplayBody::default())).await.unwrap().unwrap();
    let mut elsewhere = Request::post("https://other.example/").body(ReplayBody::once(Full::from("once"))).unwrap();
    elsewhere.extensions_mut().insert(quote);
    let error = client.call(elsewhere).await.unwrap_err();
    assert!(matches!(error, ClientError::NotReplayable), "{error:?}");
    assert_eq!(server.payments(), 0);
}

#[tokio::test]
async fn attack_25_a_quote_is_paid_within_the_limits_of_who_pays_only() {
    let server = Server::new(|_, _| asks([price(5_000_000)]));
    let generous = payer().limits(Limits::default().max_per_payment("$5".parse().unwrap()));
    let quote = PayLayer::new(generous).layer(over(&server)).probe(&post(ReplayBody::default())).await.unwrap();
    let mut request = post(ReplayBody::once(Full::from("once")));
    request.extensions_mut().insert(quote.unwrap());
    let error = PayLayer::new(payer()).layer(over(&server)).call(request).await.unwrap_err();
    assert!(matches!(error, ClientError::Sign(PayError::NotAllowed(_))), "{error:?}");
    assert_eq!(server.payments(), 0);
}

#[tokio::test]
async fn a_request_with_a_payment_of_the_callers_own_is_not_paid_by_a_quote_too() {
    let server = shop();
    let mut client = PayLayer::new(payer()).layer(server.http());
    let get = || Request::get(URL).body(Full::default()).unwrap();
    let (name, value) = {
        let response = client.call(get()).await.unwrap();
        response.extensions().get::<Served>().unwrap().payment.header()
    };
    let mut again = get();
    again.headers_mut().insert(name, value);
    // What is asked for a price is shown no payment.
    let quote = client.probe(&again).await.unwrap().unwrap();
    again.extensions_mut().insert(quote);
    assert!(client.call(again).await.is_ok());
    assert_eq!((server.payments(), server.presented()), (1, 2));
}

#[tokio::test]
async fn a_stream_whose_answer_is_lost_is_unknown_at_once_since_it_cannot_be_sent_again() {
    let server = Server::new(|_, payment| match payment {
        None => Reply::from(asks([price(10_000)])),
        Some(_) => Reply::Reset,
    });
    let mut client = PayLayer::new(payer()).layer(over(&server));
    let mut request = post(ReplayBody::once(Full::from("once")));
    let quote = client.probe(&request).await.unwrap().unwrap();
    request.extensions_mut().insert(quote);
    let error = client.call(request).await.unwrap_err();
    assert!(error.may_have_paid());
    assert!(error.payment().unwrap().header().1.is_sensitive());
    assert_eq!(server.presented(), 1);
}
