//! The page, written once for its offers.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use x402_core::{header::encode_payment_required, server::Offers};

use super::{
    escape,
    nonce::Nonce,
    options::Options,
    shown::Shown,
    template::fill,
    texts::{Said, Text},
};

const TEMPLATE: &str = include_str!("page.html");

const STYLE: &str = include_str!("style.css");

/// One script: its files share one scope, and are apart to be read.
const SCRIPT: &str = concat!(
    include_str!("script/page.js"),
    include_str!("script/wallets.js"),
    include_str!("script/payment.js"),
    include_str!("script/present.js"),
    include_str!("script/content.js"),
    include_str!("script/main.js"),
);

/// Signs without a wallet. Only pages with a test wallet have it.
const TEST_WALLET: &str = concat!(include_str!("script/curve.js"), include_str!("script/test_wallet.js"));

/// Where the nonce goes.
const HOLE: &str = "{{nonce}}";

/// A page, ready but for the nonce, which is new for each response.
#[derive(Clone, Debug)]
pub(super) struct Page(Arc<[Box<str>]>);

/// What the page's script is told.
#[derive(Serialize)]
struct Data<'a> {
    /// The value of `PAYMENT-REQUIRED`, as it is.
    required: &'a str,
    offers: &'a [Shown],
    texts: Vec<Said<'a>>,
    test_key: Option<String>,
}

impl Page {
    pub(super) fn write(options: &Options, offers: &Offers) -> Self {
        // The template's own holes for the nonce are where it is cut; the rest is filled piece by piece, so that
        // nothing that is filled in can make such a hole.
        Self(TEMPLATE.split(HOLE).map(|piece| fill(piece, |name| value(name, options, offers)).into()).collect())
    }

    pub(super) fn with(&self, nonce: &Nonce) -> Bytes {
        self.0.join(nonce.as_str()).into()
    }
}

/// What goes into the template under this name.
fn value(name: &str, options: &Options, offers: &Offers) -> String {
    let texts = &options.texts;
    let text = |text: Text| escape::html(texts.of(text));
    let resource = offers.resource();
    match name {
        "language" => escape::html(&options.language),
        "direction" => direction(&options.language).to_owned(),
        "heading" => text(Text::Heading),
        "title" => [texts.of(Text::Heading), &options.app_name]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(escape::html)
            .collect::<Vec<_>>()
            .join(" · "),
        "style" => format!("{}{}", dense(STYLE), options.accent.as_deref().unwrap_or_default()),
        "app" => escape::html(&options.app_name),
        "logo" => match &options.logo {
            Some(uri) => format!("<img class=\"logo\" src=\"{}\" alt=\"\">", escape::html(uri)),
            None => String::new(),
        },
        "sandbox" if options.test_key.is_some() => format!("<p class=\"sandbox\">{}</p>", text(Text::Sandbox)),
        "description" => escape::html(resource.description.as_deref().unwrap_or_default()),
        "resource_label" => text(Text::Resource),
        "url" => escape::html(&resource.url),
        "offers_label" => text(Text::Offers),
        "offers" => items(options, offers),
        "signed" => text(Text::Signed),
        "signed_note" => text(Text::SignedNote),
        "wallets" => text(Text::Wallets),
        "no_script" => text(Text::NoScript),
        "again" => text(Text::Again),
        "data" => data(options, offers),
        "script" if options.test_key.is_some() => dense(SCRIPT) + &dense(TEST_WALLET),
        "script" => dense(SCRIPT),
        _ => String::new(),
    }
}

/// Which way a language is written, by its primary subtag.
fn direction(language: &str) -> &'static str {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let is_rtl = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"].contains(&primary.as_str());
    if is_rtl { "rtl" } else { "ltr" }
}

fn items(options: &Options, offers: &Offers) -> String {
    let shown = Shown::of(offers);
    let both = (0..).zip(shown.iter().zip(offers.offers()));
    both.map(|(index, (shown, offer))| shown.item(index, offer.requirements(), &options.texts)).collect()
}

fn data(options: &Options, offers: &Offers) -> String {
    let required = encode_payment_required(&offers.required().clone().with_error("Payment required"));
    let data = Data {
        required: required.to_str().unwrap_or_default(),
        offers: &Shown::of(offers),
        texts: options.texts.all(),
        test_key: options.test_key.as_ref().map(super::PublicTestKey::to_hex),
    };
    let json = serde_json::to_string(&data).expect("strings and small numbers are JSON");
    escape::json_in_script(&json)
}

/// Without indentation and lines of comment. Our scripts and styles have no text that spans lines.
fn dense(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    let is_comment = |line: &str| line == "*" || ["//", "/*", "* ", "*/"].iter().any(|start| line.starts_with(start));
    lines.filter(|line| !is_comment(line)).fold(String::with_capacity(source.len()), |mut dense, line| {
        dense.push_str(line);
        dense.push('\n');
        dense
    })
}
