//! What the page says.

use serde::Serialize;

macro_rules! texts {
    ($($(#[$doc:meta])* $variant:ident $key:literal $default:literal;)*) => {
        /// A text of the page, to say in other words or in another language with [`Paywall::text`](super::Paywall::text).
        ///
        /// A word in braces stands for a value, and may be left out: `{price}`, `{token}`, `{network}`, `{wallet}`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Text {
            $($(#[$doc])* $variant,)*
        }

        impl Text {
            /// Every text.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The text, unless it was replaced.
            #[must_use]
            pub const fn default_text(self) -> &'static str {
                match self { $(Self::$variant => $default,)* }
            }

            /// What the page's script calls it.
            const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }
        }
    };
}

texts! {
    /// The page's title and heading.
    Heading "heading" "Payment required";
    /// Above the ways to pay.
    Offers "offers" "What you pay";
    /// Names the price.
    Price "price" "Price";
    /// Names the token and its contract.
    Token "token" "Token";
    /// Names the chain.
    Network "network" "Network";
    /// Names who is paid.
    Recipient "recipient" "Paid to";
    /// Names what is sold.
    Resource "resource" "For";
    /// Above what the wallet will show. Values: `wallet`.
    Signed "signed" "What you will sign";
    /// Says what the signature does.
    SignedNote "signed_note" "A transfer of exactly this price to this recipient, once. It allows nothing else, and costs you no gas.";
    /// Above the wallets.
    Wallets "wallets" "Wallet";
    /// There is no wallet.
    NoWallet "no_wallet" "No wallet was found in this browser. Install one (MetaMask, Coinbase Wallet and Rabby are known to work with pages like this), then load the page again. On a phone, open it in a wallet's own browser.";
    /// None of the offers can be paid here.
    NoOffer "no_offer" "This page cannot pay any of these offers. Ask for it with an x402 client.";
    /// Without script.
    NoScript "no_script" "To pay on this page, allow its script. Or ask for it with an x402 client, which reads the offer in this response's PAYMENT-REQUIRED header.";
    /// The wallet without an extension. Only with a test wallet.
    TestWallet "test_wallet" "Test wallet";
    /// Says that this is a sandbox. Only with a test wallet.
    Sandbox "sandbox" "Sandbox: this is test money. The test wallet pays with one click, and everybody knows its key.";
    /// The button. Values: `price`, `wallet`.
    Pay "pay" "Pay {price}";
    /// Waiting for an account. Values: `wallet`.
    Connecting "connecting" "{wallet} asks you for an account…";
    /// No account was given. Values: `wallet`.
    NoAccount "no_account" "{wallet} gave no account. Unlock it, then pay again.";
    /// Waiting for the chain. Values: `wallet`, `network`.
    Switching "switching" "{wallet} asks you to switch to {network}…";
    /// On another chain. Values: `wallet`, `network`.
    WrongNetwork "wrong_network" "{wallet} is on another network. Switch it to {network}, then pay again.";
    /// Waiting for the balance.
    Balance "balance" "Looking at the balance…";
    /// Too little. Values: `token`, `balance`, `price`.
    Poor "poor" "Not enough {token}: the account holds {balance}, the price is {price}. Nothing was signed.";
    /// The facilitator says: too little. Values: `token`.
    PoorAtSettling "poor_at_settling" "The account does not hold enough {token}. You were not charged.";
    /// The link to a faucet. Values: `token`, `network`.
    Faucet "faucet" "Get free test {token} for {network}";
    /// Waiting for the signature. Values: `wallet`.
    Signing "signing" "{wallet} shows you what to sign…";
    /// The person said no.
    Rejected "rejected" "You declined in the wallet. Nothing was paid.";
    /// The wallet has another request open. Values: `wallet`.
    Busy "busy" "{wallet} still waits for your answer to an earlier question. Open it, then pay again.";
    /// The wallet failed. Values: `wallet`, `reason`.
    WalletFailed "wallet_failed" "{wallet} could not do that: {reason}";
    /// Waiting for the server.
    Sending "sending" "Paying…";
    /// The signature took longer than it is good for. Values: `wallet`.
    Slow "slow" "The answer in {wallet} came after the time that the signature was good for. Nothing was sent, and nothing was paid. Pay again.";
    /// The answer is here, and not yet all of what was bought.
    Arriving "arriving" "What you paid for is arriving…";
    /// The connection was lost in the middle of a stream.
    Cut "cut" "The rest did not come: the connection was lost.";
    /// The settlement takes its time.
    Pending "pending" "The payment is being settled. This page asks again with the same payment: you will not be charged twice.";
    /// No answer.
    Unreachable "unreachable" "The server cannot be reached. This page asks again with the same payment: you will not be charged twice.";
    /// A payment from before the page was loaded again.
    Resumed "resumed" "A payment that you signed here is not finished. Asking for it again with the same payment…";
    /// The button that does not wait.
    Again "again" "Ask again now";
    /// The payment was refused. Values: `reason`.
    Refused "refused" "The payment was refused ({reason}). You were not charged. If the price has changed, load the page again.";
    /// The payment had expired. It may be a wrong clock.
    Late "late" "The payment came too late or too early. You were not charged. Is this device's clock right?";
    /// The payment was used.
    Used "used" "This payment was already used. You were not charged again. If you did not get what it bought, ask the seller, and name the transfer that the wallet shows.";
    /// No outcome until the payment expired.
    Expired "expired" "The payment expired before it was known what became of it. It may have been charged: look in the wallet before you pay again.";
    /// A refusal that says nothing of earlier attempts. Values: `reason`.
    Unclear "unclear" "The server now refuses the payment ({reason}), but may have charged it before: look in the wallet. To ask again sends the same payment, which can be charged only once.";
    /// Paid, and yet not served. Values: `status`.
    Owed "owed" "You have paid, but the server answered {status}. Ask again: the same payment will do.";
    /// Not served, and not charged by a server that keeps to the protocol. Values: `status`.
    NotServed "not_served" "The server answered {status} instead of what you paid for, and should not have charged you. To ask again sends the same payment, which can be charged only once.";
    /// It is paid.
    Paid "paid" "Paid. Thank you.";
    /// Paid, and the settlement goes on.
    Settling "settling" "Thank you. The payment is being settled.";
    /// What was bought is a page, which comes next.
    Opening "opening" "The page opens in a moment.";
    /// The button that opens it at once.
    Open "open" "Open it now";
    /// Above the receipt.
    Receipt "receipt" "Receipt";
    /// Names the transaction.
    Transaction "transaction" "Transaction";
    /// Names the payer.
    Payer "payer" "Paid by";
    /// The link to the transaction. Values: `network`.
    Explorer "explorer" "See the transfer on {network}'s explorer";
    /// The link to a download. Values: `file`.
    Save "save" "Save {file}";
}

/// A text and what the page's script calls it.
#[derive(Serialize)]
pub(super) struct Said<'a>(&'static str, &'a str);

/// The texts of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(Vec<(Text, String)>);

impl Texts {
    pub(super) fn set(&mut self, text: Text, words: String) {
        self.0.retain(|(known, _)| *known != text);
        self.0.push((text, words));
    }

    pub(super) fn of(&self, text: Text) -> &str {
        self.0.iter().find(|(known, _)| *known == text).map_or(text.default_text(), |(_, words)| words)
    }

    pub(super) fn all(&self) -> Vec<Said<'_>> {
        Text::ALL.iter().map(|text| Said(text.key(), self.of(*text))).collect()
    }
}
