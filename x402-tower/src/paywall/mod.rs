//! The page that a browser gets with a 402.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{
    HeaderValue, Response,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use x402_core::{Asset, PaymentRequirements, server::Offers};

/// Nothing is loaded from anywhere, nothing runs, nobody may frame it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const TEMPLATE: &str = include_str!("page.html");

/// The page, written once for a route.
#[derive(Clone, Debug)]
pub(crate) struct Page(Bytes);

impl Page {
    pub(crate) fn for_offers(offers: &Offers) -> Self {
        let resource = offers.resource();
        let mut rows = String::new();
        for offer in offers.offers() {
            let requirements: &PaymentRequirements = offer.requirements();
            let row = [price(requirements), requirements.network.to_string(), requirements.pay_to.to_string()];
            // Writing to a string cannot fail.
            let _ = write!(rows, "<tr>{}</tr>", row.map(|cell| format!("<td>{}</td>", escaped(&cell))).concat());
        }
        let page = TEMPLATE
            .split("<!--rows-->")
            .map(|part| {
                part.replace("{{url}}", &escaped(&resource.url))
                    .replace("{{description}}", &escaped(resource.description.as_deref().unwrap_or_default()))
            })
            .collect::<Vec<_>>()
            .join(&rows);
        Self(page.into())
    }

    /// The same refusal, as a page.
    pub(crate) fn response(&self, refusal: Response<Bytes>) -> Response<Bytes> {
        let mut response = refusal.map(|_| self.0.clone());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
        response
    }
}

/// The price in whole tokens where the token is known, else in atomic units of its contract.
fn price(of: &PaymentRequirements) -> String {
    match of.asset.evm().and_then(|address| Asset::known(&of.network, address)) {
        Some(asset) => format!("{} {}", of.amount.to_decimal(asset.decimals()), asset.symbol()),
        None => format!("{} units of {}", of.amount, of.asset),
    }
}

/// For text and quoted attributes. The braces are those of the template.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '{' => out.push_str("&#123;"),
            '}' => out.push_str("&#125;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use x402_core::{Network, ResourceInfo, server::Offer};

    use super::*;

    fn page(resource: ResourceInfo) -> String {
        let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
        let offer = Offer::exact(&usdc, &"$0.05".parse().unwrap(), alloy_primitives::Address::ZERO).unwrap();
        let offers = Offers::new(resource, [offer]).unwrap();
        String::from_utf8(Page::for_offers(&offers).0.to_vec()).unwrap()
    }

    #[test]
    fn it_says_what_is_sold_and_for_how_much() {
        let mut resource = ResourceInfo::new("https://x.example/premium");
        resource.description = Some("News".to_owned());
        let page = page(resource);
        for text in ["https://x.example/premium", "News", "0.05 USDC", "eip155:84532"] {
            assert!(page.contains(text), "{text}");
        }
    }

    #[test]
    fn attack_11_a_hostile_description_is_inert() {
        let mut resource = ResourceInfo::new("https://x.example/\"><script>1</script>{{description}}");
        resource.description = Some("</p><script>alert(1)</script><!--rows-->{{url}}\u{2028}".to_owned());
        let page = page(resource);
        assert!(!page.contains("<script"));
        assert_eq!(page.matches("<tr>").count(), 2, "the head's row and the offer's");
        assert!(!page.contains("{{"), "{page}");
    }
}
