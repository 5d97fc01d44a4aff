//! What a wallet signs is what it says it signed, and is good on the chain.

use alloy_primitives::{Address, B256, U256, eip191_hash_message};
use alloy_sol_types::{SolStruct, eip712_domain, sol};
use reqwest::Method;
use serde_json::{Value, json};
use x402_core::Signature;

use crate::harness::{Api, NOW, Overload, SELLER};

const KINDS: [&str; 4] = ["erc3009", "permit2", "erc712", "erc191"];

sol! {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        address spender;
        uint256 nonce;
        uint256 deadline;
    }

    struct Person {
        string name;
        address wallet;
    }

    struct Mail {
        Person from;
        Person[] to;
        string contents;
    }
}

fn path(api: &Api, kind: &str) -> String {
    format!("/wallets/{}/signature/{kind}", api.sandbox.wallet_id())
}

/// Asks by GET; objects go as JSON in strings.
async fn get(api: &Api, kind: &str, request: &Value) -> Value {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members = request.as_object().unwrap().iter().map(|(name, value)| (name, text(value)));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
    let path = format!("{}?{query}", path(api, kind));
    let (status, answer) = Api::send(api.authorized(Method::GET, &path)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn signer(answer: &Value, hash: B256) -> Address {
    let signature: Signature = answer["signature"].as_str().unwrap().parse().unwrap();
    signature.recover(hash).unwrap()
}

fn data(answer: &Value) -> Value {
    serde_json::from_str(answer["data"].as_str().unwrap()).unwrap()
}

/// Executes what an `erc3009` answer holds.
async fn execute(api: &Api, answer: &Value) -> Value {
    let method = api.create_overload(Overload::Bytes).await;
    let mut params = data(answer);
    params["signature"] = answer["signature"].clone();
    api.execute(&method, params).await
}

#[tokio::test]
async fn an_erc3009_signature_pays_whether_it_was_got_or_posted() {
    let api = Api::start().await;
    let (token, wallet) = (api.sandbox.token_address(), api.sandbox.wallets()[0].address);
    api.sandbox.mint(84532, token, wallet, U256::from(100_000)).unwrap();
    let request = json!({"contractAddress": token, "destinationAddress": SELLER, "amount": "50000"});
    let got = get(&api, "erc3009", &request).await;
    let posted = api.post(&path(&api, "erc3009"), request).await;
    assert_ne!(data(&got)["nonce"], data(&posted)["nonce"]);
    for answer in [got, posted] {
        let done = execute(&api, &answer).await;
        assert_eq!(done["status"], "Completed", "{done}");
    }
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(100_000));
}

#[tokio::test]
async fn an_erc3009_signature_says_what_was_asked_and_is_good_for_an_hour_otherwise() {
    let api = Api::start().await;
    let token = api.sandbox.token_address();
    let mut request = json!({"contractAddress": token, "destinationAddress": SELLER, "amount": 7});
    let signed = data(&api.post(&path(&api, "erc3009"), request.clone()).await);
    let wallet = api.sandbox.wallets()[0].address;
    assert_eq!(
        (&signed["from"], &signed["to"], &signed["value"]),
        (&json!(wallet.to_string()), &json!(SELLER.to_string()), &json!("7"))
    );
    let valid = (&signed["validAfter"], &signed["validBefore"]);
    assert_eq!(valid, (&json!("0"), &json!((NOW + 3600).to_string())));

    request["validAfter"] = json!(NOW);
    request["validUntil"] = json!((NOW + 60).to_string());
    let signed = data(&api.post(&path(&api, "erc3009"), request).await);
    let valid = (&signed["validAfter"], &signed["validBefore"]);
    assert_eq!(valid, (&json!(NOW.to_string()), &json!((NOW + 60).to_string())));
}

#[tokio::test]
async fn a_wallet_that_owns_a_smart_contract_wallet_signs_for_it() {
    let api = Api::start().await;
    let payer = api.sandbox.smart_wallet(api.sandbox.wallets()[0].address);
    let token = api.sandbox.token_address();
    let request =
        json!({"contractAddress": token, "destinationAddress": SELLER, "amount": "50000", "fromAddress": payer});
    let done = execute(&api, &get(&api, "erc3009", &request).await).await;
    assert_eq!(done["status"], "Completed", "{done}");
    assert_eq!(api.sandbox.balance_of(payer), U256::from(999_950_000));
}

#[tokio::test]
async fn a_permit2_signature_is_over_its_typed_data() {
    let api = Api::start().await;
    let token = api.sandbox.token_address();
    let request = json!({
        "contractAddress": token, "destinationAddress": SELLER, "amount": "50000", "validUntil": NOW + 60,
    });
    let answer = get(&api, "permit2", &request).await;
    let signed = data(&answer);
    let permit = PermitTransferFrom {
        permitted: TokenPermissions { token, amount: U256::from(50_000) },
        spender: SELLER,
        nonce: signed["nonce"].as_str().unwrap().parse().unwrap(),
        deadline: U256::from(NOW + 60),
    };
    let domain = eip712_domain! {
        name: "Permit2",
        chain_id: 84532,
        verifying_contract: alloy_primitives::address!("0x000000000022D473030F116dDEE9F6B43aC78BA3"),
    };
    assert_eq!(signer(&answer, permit.eip712_signing_hash(&domain)), api.sandbox.wallets()[0].address);
    assert_eq!(signed["permitted"], json!({"token": token.to_string(), "amount": "50000"}));

    let mut early = request;
    early["validAfter"] = json!(NOW);
    assert_eq!(api.ask(Method::POST, &path(&api, "permit2"), Some(early)).await.0, 422);
}

#[tokio::test]
async fn a_text_is_signed_as_eip_191_has_it() {
    let api = Api::start().await;
    for text in ["hello", "", "caf\u{e9} & #1 +", "{\"json\":1}"] {
        let request = json!({"message": text});
        let (got, posted) =
            (get(&api, "erc191", &request).await, api.post(&path(&api, "erc191"), request.clone()).await);
        assert_eq!(got, posted);
        assert_eq!(got["data"], text);
        assert_eq!(signer(&got, eip191_hash_message(text)), api.sandbox.wallets()[0].address);
    }
}

/// The example of [EIP-712](https://eips.ethereum.org/EIPS/eip-712), with more than one recipient.
fn mail() -> (Mail, Value) {
    let person = |name: &str, byte| Person { name: name.to_owned(), wallet: Address::repeat_byte(byte) };
    let mail = Mail {
        from: person("Cow", 1),
        to: vec![person("Bob", 2), person("Eve", 3)],
        contents: "Hello, Bob!".to_owned(),
    };
    let json = |person: &Person| json!({"name": person.name, "wallet": person.wallet});
    let request = json!({
        "domain": {"name": "Ether Mail", "version": "1", "chainId": 84532},
        "types": {
            "EIP712Domain": [{"name": "anything", "type": "string"}],
            "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
            "Mail": [
                {"name": "from", "type": "Person"}, {"name": "to", "type": "Person[]"},
                {"name": "contents", "type": "string"},
            ],
        },
        "message": {
            "primaryType": "Mail",
            "message": {
                "from": json(&mail.from), "to": mail.to.iter().map(json).collect::<Vec<_>>(),
                "contents": mail.contents,
            },
        },
    });
    (mail, request)
}

#[tokio::test]
async fn typed_data_is_signed_as_eip_712_has_it_as_objects_and_as_strings() {
    let api = Api::start().await;
    let (mail, request) = mail();
    let domain = eip712_domain! { name: "Ether Mail", version: "1", chain_id: 84532, };
    let (got, posted) = (get(&api, "erc712", &request).await, api.post(&path(&api, "erc712"), request).await);
    assert_eq!(got, posted);
    assert_eq!(signer(&got, mail.eip712_signing_hash(&domain)), api.sandbox.wallets()[0].address);
    let signed = data(&got);
    assert_eq!((&signed["primaryType"], &signed["message"]["contents"]), (&json!("Mail"), &json!(mail.contents)));
    assert_eq!(signed["types"].get("EIP712Domain"), None);
}

#[tokio::test]
async fn typed_data_that_is_none_or_too_much_is_refused() {
    let api = Api::start().await;
    let (_, good) = mail();
    let changed = |pointer: &str, value: Value| {
        let mut request = good.clone();
        *request.pointer_mut(pointer).unwrap() = value;
        request
    };
    // Each refers to the next twice: 2^40 fields in forty lines.
    let bomb: Value = {
        let kind = |index| format!("Mail{}", if index == 0 { String::new() } else { format!("{index}") });
        let fields = |index| {
            let next = kind(index + 1);
            json!([{"name": "a", "type": next}, {"name": "b", "type": next}])
        };
        (0..40).map(|index| (kind(index), fields(index))).collect::<serde_json::Map<_, _>>().into()
    };
    let field = |kind: String| json!([{"name": "a", "type": kind}]);
    for request in [
        changed("/types", bomb),
        changed("/types/Person", field("Mail".to_owned())),
        changed("/types/Mail", field(format!("uint256{}", "[]".repeat(20_000)))),
        changed("/types/Mail", field("uint257".to_owned())),
        changed("/types/Mail", field("Unheard".to_owned())),
        changed("/types", json!("not json")),
        changed("/types", json!([])),
        changed("/domain", json!({"chainId": "base"})),
        changed("/domain", json!(1)),
        changed("/message", json!("not json")),
        changed("/message", json!({"primaryType": "Mail"})),
        changed("/message/primaryType", json!("Unheard")),
        changed("/message/primaryType", json!("")),
        changed("/message/message/to", json!([{"name": "Bob"}])),
        changed("/message/message", json!(null)),
    ] {
        let (status, answer) = api.ask(Method::POST, &path(&api, "erc712"), Some(request.clone())).await;
        assert_eq!((status, &answer["type"]), (422, &json!("InvalidApiParametersError")), "{request:.300}");
    }
}

#[tokio::test]
async fn what_is_missing_unknown_or_no_number_is_refused() {
    let api = Api::start().await;
    let token = api.sandbox.token_address();
    for kind in KINDS {
        let (status, answer) = api.ask(Method::POST, &path(&api, kind), Some(json!({}))).await;
        assert_eq!((status, &answer["type"]), (422, &json!("InvalidApiParametersError")), "{kind}");
        assert_eq!(api.ask(Method::GET, &path(&api, kind), None).await.0, 422, "{kind}");
        let nobody = format!("/wallets/{}/signature/{kind}", api.sandbox.business_id());
        assert_eq!(api.ask(Method::POST, &nobody, Some(json!({}))).await.0, 404, "{kind}");
    }
    let good = json!({"contractAddress": token, "destinationAddress": SELLER, "amount": "1"});
    for (member, value) in [
        ("contractAddress", json!(SELLER)),
        ("contractAddress", json!("0x1")),
        ("amount", json!("1.5")),
        ("amount", json!(-1)),
        ("amount", json!("1".repeat(80))),
        ("validUntil", json!(1.5)),
        ("validAfter", json!("soon")),
    ] {
        let mut request = good.clone();
        request[member] = value;
        let (status, answer) = api.ask(Method::POST, &path(&api, "erc3009"), Some(request)).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!(member)));
    }
    assert_eq!(api.ask(Method::POST, &path(&api, "erc1"), Some(good)).await.0, 422);
}

#[tokio::test]
async fn an_authorization_of_permit2_is_an_approval_on_the_chain() {
    let api = Api::start().await;
    let (token, wallet) = (api.sandbox.token_address(), api.sandbox.wallets()[0].clone());
    let path = format!("/wallets/{}/authorizePermit2", wallet.id);
    let request = async || {
        let mined = async {
            let before = api.sandbox.transactions().len();
            while api.sandbox.transactions().len() == before {
                tokio::task::yield_now().await;
            }
            api.sandbox.mine();
        };
        tokio::join!(api.put(&path, json!({"contractAddress": token})), mined).0
    };
    // The second changes nothing.
    for _ in 0..2 {
        assert_eq!(request().await, json!({"success": true}));
        let shown = api.get(&format!("/wallets/{}", wallet.id)).await;
        assert_eq!(shown["permit2AuthorizedContractAddresses"], json!([token.to_string()]));
    }

    let mut declaration = api.declaration(
        "allowance",
        json!([{"name": "owner", "type": "address", "index": 0}, {"name": "spender", "type": "address", "index": 1}]),
    );
    declaration["stateMutability"] = json!("view");
    declaration["outputs"] = json!([{"name": "value", "type": "uint", "index": 0}]);
    let method = api.create(declaration).await;
    let params = json!({"owner": wallet.address, "spender": "0x000000000022D473030F116dDEE9F6B43aC78BA3"});
    let answer = api.post(&format!("/methods/{method}/test"), json!({"params": params})).await;
    assert_eq!(answer["result"]["value"], U256::MAX.to_string());

    let (status, answer) = api.ask(Method::PUT, &path, Some(json!({"contractAddress": SELLER}))).await;
    assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!("contractAddress")));
}
