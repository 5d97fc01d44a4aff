//! How a route's page looks, and whether it has one.

use std::{fmt, sync::Arc};

use x402_core::server::Offers;

use super::{PublicTestKey, Text, texts::Texts};

/// The page that browsers get with a 402.
///
/// Without a call the page is complete; the methods put a name and a colour on it, or other words, or replace it.
#[derive(Clone, Debug, Default)]
pub struct Paywall(pub(super) Source);

/// Whose page it is.
#[derive(Clone)]
pub(super) enum Source {
    Ours(Arc<Options>),
    Custom(Arc<Custom>),
}

type Custom = dyn Fn(&Offers, &str) -> String + Send + Sync;

/// What can be said of our own page.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) app_name: String,
    pub(super) logo: Option<String>,
    /// A rule of CSS.
    pub(super) accent: Option<String>,
    pub(super) language: String,
    pub(super) texts: Texts,
    pub(super) test_key: Option<PublicTestKey>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            app_name: String::new(),
            logo: None,
            accent: None,
            language: "en".to_owned(),
            texts: Texts::default(),
            test_key: None,
        }
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::Ours(Arc::default())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(options) => options.fmt(f),
            Self::Custom(_) => f.write_str("Custom"),
        }
    }
}

impl Paywall {
    /// The page as it is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another page altogether: it is asked for the HTML at each response, with the offers and with the response's
    /// nonce, which every `<script>` and `<style>` of it must carry.
    ///
    /// It is served under the policy of our own page: nothing from elsewhere, no inline handlers, no frames. The offer
    /// is in [`Offers::required`], and in the response's `PAYMENT-REQUIRED` header as ever. A script of yours that
    /// presents a payment with a header `x402-page` is told of a redirect that was bought in words that it can read:
    /// status 200, and where to in `x402-location`.
    ///
    /// ```
    /// use x402_tower::paywall::Paywall;
    ///
    /// Paywall::custom(|offers, nonce| {
    ///     let ways = offers.offers().len();
    ///     format!("<!doctype html><style nonce=\"{nonce}\">p {{ color: teal }}</style><p>There are {ways} ways to pay.</p>")
    /// });
    /// ```
    ///
    /// # Security
    ///
    /// What you interpolate, you escape: the resource's URL and description are as you gave them, which may be as
    /// somebody gave them to you.
    #[must_use]
    pub fn custom(page: impl Fn(&Offers, &str) -> String + Send + Sync + 'static) -> Self {
        Self(Source::Custom(Arc::new(page)))
    }

    /// Names the seller, in the page's head and title.
    #[must_use]
    pub fn app_name(self, name: impl Into<String>) -> Self {
        self.with(|options| options.app_name = name.into())
    }

    /// Shows a logo.
    ///
    /// # Errors
    ///
    /// If it is not a `data:image/…` URI: the page loads nothing from anywhere.
    pub fn logo(self, data_uri: impl Into<String>) -> Result<Self, PaywallError> {
        let uri = data_uri.into();
        if !uri.starts_with("data:image/") {
            return Err(PaywallError::Logo);
        }
        Ok(self.with(|options| options.logo = Some(uri)))
    }

    /// Colours the button and the links: `#` and six hexadecimal digits.
    ///
    /// The button's text is black or white, whichever is easier to read on it.
    ///
    /// # Errors
    ///
    /// If it is no such colour.
    pub fn accent_color(self, color: &str) -> Result<Self, PaywallError> {
        let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6);
        let Some(rgb) = digits.and_then(|digits| alloy_primitives::hex::decode_to_array::<_, 3>(digits).ok()) else {
            return Err(PaywallError::Color);
        };
        let [red, green, blue] = rgb.map(u32::from);
        // Perceived brightness in thousandths of 255 (W3C, techniques for accessibility evaluation).
        let is_bright = 299 * red + 587 * green + 114 * blue > 150_000;
        let on = if is_bright { "#000" } else { "#fff" };
        Ok(self.with(|options| options.accent = Some(format!(":root {{ --accent: {color}; --on-accent: {on}; }}\n"))))
    }

    /// The language of your [texts](Self::text), as HTML's `lang` has it: `en`, unless told otherwise. The page runs
    /// from right to left where the language does.
    #[must_use]
    pub fn language(self, tag: impl Into<String>) -> Self {
        self.with(|options| options.language = tag.into())
    }

    /// Says something in other words.
    #[must_use]
    pub fn text(self, text: Text, words: impl Into<String>) -> Self {
        self.with(|options| options.texts.set(text, words.into()))
    }

    /// Offers a clearly marked test wallet, so that one click pays with test money.
    ///
    /// # Security
    ///
    /// The key stands in the page for everybody to take. It must be a sandbox's and hold nothing anywhere else.
    #[must_use]
    pub fn dangerous_test_wallet(self, key: PublicTestKey) -> Self {
        self.with(|options| options.test_key = Some(key))
    }

    /// A custom page has none of our options; it stays as it is.
    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        if let Source::Ours(options) = &mut self.0 {
            change(Arc::make_mut(options));
        }
        self
    }
}

/// An option that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaywallError {
    /// The colour is not `#` and six hexadecimal digits.
    Color,
    /// The logo is not a `data:image/…` URI.
    Logo,
}

impl fmt::Display for PaywallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Color => "the accent colour is not `#` and six hexadecimal digits",
            Self::Logo => "the logo is not a `data:image/` URI",
        })
    }
}

impl std::error::Error for PaywallError {}
