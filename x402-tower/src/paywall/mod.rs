//! The page that a person meets: it says what is asked, and pays with a wallet of the browser.
//!
//! A browser that asks for a sold page without payment gets this one with the 402: self-contained, with no request to
//! any other server. It finds wallets ([EIP-6963](https://eips.ethereum.org/EIPS/eip-6963) and `window.ethereum`),
//! switches the chain, looks at the balance, has the transfer signed, sends the same request again with the payment,
//! and gives way to what was bought: a page, a picture, text, or a download, with the receipt.
//!
//! It is on without a call. Give it a name and a colour, or other words, or leave it away:
//!
//! ```
//! use x402_core::{Asset, Network, server::{Gate, Offer, Offers}, testing::ScriptedFacilitator};
//! use x402_tower::{PaymentLayer, paywall::{Paywall, Text}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let usdc = Asset::usdc(&Network::BASE).ok_or("not in the table")?;
//! # let pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse()?;
//! # let offers = Offers::new("https://api.example.com/weather", [Offer::exact(&usdc, &"$0.01".parse()?, pay_to)?])?;
//! # let gate = Gate::new(ScriptedFacilitator::willing());
//! let paywall = Paywall::new()
//!     .app_name("The Weather Office")
//!     .accent_color("#0b6e4f")?
//!     .text(Text::Heading, "Tomorrow's weather, for a cent");
//! let layer = PaymentLayer::new(gate, offers).paywall(paywall);
//!
//! let json_for_all = layer.clone().without_paywall();
//! # Ok(())
//! # }
//! ```
//!
//! # A payment that is not answered
//!
//! The page never signs a second payment for a first one that it has no answer to. It asks again with the same one, as
//! often as the server says, until there is an outcome or the payment has expired, and also after a reload of the tab.
//! An expired payment can settle no more, but it may have settled: the page says so, and asks once more what became of
//! it before it has anything else signed. What is no proof (a server error, or a refusal after an attempt without an
//! answer) is not told as one.
//!
//! # What was bought
//!
//! The browser takes in the whole answer before it is shown, and the page says meanwhile that it is arriving. Only a
//! stream of events or of lines of JSON is shown as it comes, and the last four megabytes of it. Browsers hold large
//! answers on disk, and documents in memory; a text of more than four megabytes is saved and not shown. A redirect is
//! told to the page's script in a header of the layer's, `x402-location`, with status 200, since a script cannot read
//! it otherwise: the receipt is shown, and then the browser goes there, without the payment.
//!
//! # Security
//!
//! Every value is escaped for the place it stands in. The policy allows the page's own script and style by a nonce that
//! is new for each response, no handlers in attributes, no other origin, and no frame around it. A bought HTML document
//! is not written into the page, whose policy would stay in force: a service worker, registered for the moment, hands
//! it over as the answer to a reload, with its own headers, and is gone. Where there are no service workers (plain HTTP
//! on other hosts than this machine) the document is written into the page and keeps to its policy.

mod chains;

mod escape;

mod nonce;

mod template;

mod texts;
pub use texts::Text;

mod wallet;
pub use wallet::PublicTestKey;

mod options;
pub use options::{Paywall, PaywallError};

mod shown;

mod page;

mod served;
pub(crate) use served::Served;
