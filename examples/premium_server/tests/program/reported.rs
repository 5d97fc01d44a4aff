//! With an account at 1Shot, played by a sandbox in another process, which looks on: what 1Shot is asked, what it
//! reports to `/1shot`, and that its reports finish the settlements.

use x402_core::header::read_receipt;
use x402_oneshot::{
    Client, Config, Credentials,
    api::ContractMethod,
    sandbox::{
        DeliveryStatus, Sandbox,
        faults::{Answer, Fault},
    },
};

use crate::{
    buyer::Buyer,
    server::{Server, refusal},
};

const RECIPIENT: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// 1Shot, as the server sees it.
struct Oneshot {
    sandbox: Sandbox,
    business: String,
}

impl Oneshot {
    async fn start() -> Self {
        let sandbox = Sandbox::builder().block_time(std::time::Duration::from_millis(50)).start().await.unwrap();
        let business = sandbox.business_id().to_string();
        Self { sandbox, business }
    }

    /// The variables of a server with this account.
    fn account(&self) -> Vec<(&str, &str)> {
        vec![
            ("ONESHOT_API_URL", self.sandbox.base_url()),
            ("ONESHOT_API_KEY", self.sandbox.api_key()),
            ("ONESHOT_API_SECRET", self.sandbox.api_secret()),
            ("ONESHOT_BUSINESS_ID", &self.business),
            ("RECIPIENT_ADDRESS", RECIPIENT),
        ]
    }

    /// Whoever asks what became of a transaction is not answered: only a report can tell.
    fn tell_by_webhook_only(&self) {
        let unavailable = Answer::error(503, "InternalServerError");
        self.sandbox.faults().on("GET", "/transactions/{id}").always(Fault::Answer(unavailable));
    }

    fn buyer(&self) -> Buyer {
        Buyer::with_key(&self.sandbox.buyer_key().to_hex())
    }

    fn asked(&self, method: &str, route: &str) -> u64 {
        self.sandbox.requests().of(method, route)
    }

    async fn methods(&self) -> Vec<ContractMethod> {
        let credentials = Credentials::new(self.sandbox.api_key(), self.sandbox.api_secret());
        let config = Config::new(credentials).base_url(self.sandbox.base_url()).unwrap();
        let client = Client::new(config).unwrap();
        client.methods().list(self.sandbox.business_id()).send().await.unwrap().response
    }
}

#[tokio::test]
async fn a_settlement_is_finished_by_the_webhook_and_not_asked_about() {
    let oneshot = Oneshot::start().await;
    let shop = Server::start(&oneshot.account()).await;
    assert_eq!(oneshot.methods().await[0].callback_url, Some(shop.url("/1shot")));

    let url = shop.url("/premium");
    let buyer = oneshot.buyer();
    let payment = buyer.sign(&url).await;
    oneshot.tell_by_webhook_only();
    let served = buyer.present(&url, &payment).await;
    assert_eq!(served.status(), 200);
    let receipt = read_receipt(served.headers()).unwrap().expect("a receipt comes with the page");
    assert!(served.text().await.unwrap().contains("Premium content"));

    let transactions = oneshot.sandbox.transactions();
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].hash.unwrap().to_string(), receipt.transaction);
    let reports = oneshot.sandbox.webhooks().settled().await;
    assert!(!reports.is_empty());
    for report in reports {
        assert_eq!(report.status, DeliveryStatus::Success, "{report:?}");
        assert_eq!(report.attempts.len(), 1, "{report:?}");
    }
    assert_eq!(oneshot.sandbox.balance_of(RECIPIENT.parse().unwrap()).to::<u64>(), 50_000);
    // For the payment: one test, one execution, and no question.
    for (method, route, count) in
        [("POST", "/methods/{id}/test", 1), ("POST", "/methods/{id}/execute", 1), ("GET", "/transactions/{id}", 0)]
    {
        assert_eq!(oneshot.asked(method, route), count, "{method} {route}");
    }
}

#[tokio::test]
async fn started_twice_it_makes_the_method_once_and_a_changed_tunnel_moves_its_callback() {
    let oneshot = Oneshot::start().await;
    let one = Server::start(&[oneshot.account(), vec![("TUNNEL_BASE_URL", "https://old.example/shop")]].concat()).await;
    let made = oneshot.methods().await;
    assert_eq!(made[0].callback_url.as_deref(), Some("https://old.example/shop/1shot"));
    one.signal("TERM");
    one.ended().await;

    // The same again changes nothing.
    let same =
        Server::start(&[oneshot.account(), vec![("TUNNEL_BASE_URL", "https://old.example/shop/")]].concat()).await;
    assert_eq!(oneshot.asked("PUT", "/methods/{id}"), 0);
    same.signal("TERM");
    same.ended().await;

    let moved = Server::start(&oneshot.account()).await;
    let now = oneshot.methods().await;
    assert_eq!(now.len(), 1, "one method, whatever the number of starts");
    assert_eq!((now[0].id, &now[0].callback_url), (made[0].id, &Some(moved.url("/1shot"))));
    assert_eq!((oneshot.asked("POST", "/business/{id}/methods"), oneshot.asked("PUT", "/methods/{id}")), (1, 1));

    // And the new callback is one that works.
    oneshot.tell_by_webhook_only();
    let (page, _) = oneshot.buyer().buy(&moved.url("/premium")).await;
    assert!(page.contains("Premium content"));
}

#[tokio::test]
async fn the_wallet_that_pays_the_gas_is_named_at_the_start_in_whole_units() {
    let oneshot = Oneshot::start().await;
    let wallet = oneshot.sandbox.wallets()[0].address.to_string();
    for (wei, said) in [(1_000_000_000_000_000_000_u64, "1 ETH"), (9_000_000_000_000, "0.000009 ETH")] {
        oneshot.sandbox.faults().set_wallet_balance(oneshot.sandbox.wallet_id(), alloy_primitives::U256::from(wei));
        for kind in ["relayed", "native"] {
            let shop = Server::start(&[oneshot.account(), vec![("ONESHOT_FACILITATOR", kind)]].concat()).await;
            shop.signal("TERM");
            let (_, _, stderr) = shop.ended().await;
            let line = stderr.lines().find(|line| line.contains(&wallet)).expect("it says which wallet");
            assert!(line.contains("eip155:84532") && line.contains(said), "{kind}: {line}");
            assert_eq!(line.contains("WARN"), wei < 10_000_000_000_000, "{kind}: {line}");
        }
    }

    oneshot.sandbox.faults().set_wallet_balance(oneshot.sandbox.wallet_id(), alloy_primitives::U256::ZERO);
    let (status, lines) = refusal(&[oneshot.account(), vec![("RUST_LOG", "off")]].concat()).await;
    assert_eq!(status, Some(1));
    assert!(lines.len() == 1 && lines[0].contains(&wallet) && lines[0].contains("eip155:84532"), "{lines:?}");
}

#[tokio::test]
async fn in_the_sandbox_settlements_are_reported_too_whatever_the_public_url() {
    for tunnel in ["", "https://shop.example"] {
        let server = Server::start(&[("TUNNEL_BASE_URL", tunnel)]).await;
        Buyer::of(&server).buy(&server.url("/premium")).await;
        server.signal("TERM");
        let (_, _, stderr) = server.ended().await;
        assert!(stderr.contains("1Shot reports") && stderr.contains("TransactionExecutionSuccess"), "{stderr}");
    }
}
