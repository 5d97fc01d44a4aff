//! Extensions are echoed, and a payment is named where the server wants it.

use http::HeaderMap;
use serde_json::{Value, json};
use x402_core::{
    client::{Offered, read_offer},
    header::PAYMENT_REQUIRED,
    server::{Identifiers, Offers, Refusal},
};

use crate::{
    pay, payer,
    support::{URL, base64, block_on, json as parse, offer, offers, unbase64},
};

fn of_server(offers: &Offers) -> Offered {
    let response = offers.refuse(&Refusal::unpaid());
    read_offer(response.headers(), response.body()).unwrap()
}

#[test]
fn a_declared_identifier_is_filled_and_the_server_that_requires_it_takes_it() {
    let offers = Offers::new(URL, [offer()]).unwrap().payment_identifiers(Identifiers::Required);
    let offered = of_server(&offers);
    let payer = payer();
    let [one, two] = [0, 1].map(|_| pay(&payer, &offered).unwrap());
    let id = |payment: &x402_core::client::SignedPayment| offers.identifier(payment.payload()).unwrap().unwrap();
    assert_ne!(id(&one).as_str(), id(&two).as_str(), "each payment has its own");
    let sent = parse(unbase64(&one.header().1).as_bytes());
    assert_eq!(sent["extensions"]["payment-identifier"]["info"]["required"], true);
}

#[test]
fn no_identifier_is_sent_where_none_is_declared() {
    let sent = parse(unbase64(&pay(&payer(), &of_server(&offers())).unwrap().header().1).as_bytes());
    assert_eq!(sent.get("extensions"), None);
}

#[test]
fn other_extensions_keep_their_text() {
    let offers = Offers::new(URL, [offer()]).unwrap().payment_identifiers(Identifiers::Optional);
    let mut header: Value =
        parse(unbase64(offers.refuse(&Refusal::unpaid()).headers().get(PAYMENT_REQUIRED).unwrap()).as_bytes());
    header["extensions"]["odd"] = json!("HERE");
    // Numbers that no ordinary reader keeps.
    let text = header.to_string().replace("\"HERE\"", r#"{"b":1.50, "a":123456789012345678901234567890.10}"#);
    let headers = HeaderMap::from_iter([(PAYMENT_REQUIRED, base64(&text))]);
    let Ok(offered) = read_offer(&headers, b"") else { panic!("{text}") };
    let payment = block_on(async {
        let payer = payer();
        payer.sign(&offered, payer.choose(&offered).unwrap()).await.unwrap()
    });
    let sent = unbase64(&payment.header().1);
    assert!(sent.contains(r#"{"b":1.50, "a":123456789012345678901234567890.10}"#), "{sent}");
    assert!(sent.contains(r#""id":""#), "{sent}");
}
