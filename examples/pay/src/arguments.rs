//! The command line.

use std::{io::Read as _, path::PathBuf, time::Duration};

use bytes::Bytes;
use clap::{Parser, ValueEnum};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE};
use url::Url;
use x402_core::{PaymentPayload, Price, error::chain, header::read_payment};

use crate::key::{self, Key};

/// Asks for a URL, and pays for it with x402 if it has a price.
///
/// The key is read from --key-file, or from PRIVATE_KEY. With neither, URLs on this machine are paid with the sandbox's
/// well-known test key, and others not at all.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// What to ask for.
    #[arg(value_parser = url)]
    url: Url,

    /// The method [default: GET, or POST with a body].
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<Method>,

    /// Follow redirects, ten at most; not with a payment, and not from https to http.
    #[arg(short = 'L', long)]
    location: bool,

    /// The body, a form unless a Content-Type is given; @FILE is read from a file, @- from stdin.
    #[arg(short, long, value_name = "DATA")]
    data: Option<String>,

    /// A header, as `Name: value`. Can be given more than once. With a payment that was made before, that one is
    /// presented, and none is made.
    #[arg(short = 'H', long = "header", value_name = "HEADER", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,

    /// The most to pay.
    #[arg(long, value_name = "PRICE", default_value = "$1")]
    max_amount: Price,

    /// A file with the private key: 64 hexadecimal digits, with or without 0x.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,

    /// The protocol version to pay in.
    #[arg(long, value_enum, default_value_t = Protocol::Auto)]
    protocol: Protocol,

    /// How long a payment whose outcome is open is presented again.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u32,

    /// Say what would be paid, and pay nothing.
    #[arg(long)]
    dry_run: bool,

    /// Pay over http to another machine too, where anyone on the way can change the offer.
    #[arg(long)]
    insecure_http: bool,

    /// Pay for a resource of another host than the URL's too.
    #[arg(long)]
    any_resource: bool,

    /// Print one JSON object to stdout instead.
    #[arg(long)]
    json: bool,
}

/// As curl sends a body, which some servers read in no other way.
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Which offer is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// What the server offers, v2 first.
    Auto,
    /// The offer in the body.
    V1,
    /// The offer in the header.
    V2,
}

/// What is to be done, checked.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) url: Url,
    pub(crate) location: bool,
    /// The payment among the headers.
    pub(crate) payment: Option<PaymentPayload>,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) max_amount: Price,
    pub(crate) key: Key,
    pub(crate) protocol: Protocol,
    pub(crate) wait: Duration,
    pub(crate) dry_run: bool,
    pub(crate) insecure_http: bool,
    pub(crate) any_resource: bool,
    pub(crate) json: bool,
}

impl Arguments {
    /// Reads what the arguments point to.
    pub(crate) fn plan(&self) -> Result<Plan, String> {
        let is_local = key::is_loopback(&self.url);
        let mut headers: HeaderMap = self.headers.iter().cloned().collect();
        if self.data.is_some() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, FORM);
        }
        let payment = read_payment(&headers, usize::MAX);
        Ok(Plan {
            url: self.url.clone(),
            location: self.location,
            payment: payment.map_err(|error| format!("the payment in -H cannot be read: {}", chain(&error)))?,
            method: match (&self.method, &self.data) {
                (Some(method), _) => method.clone(),
                (None, Some(_)) => Method::POST,
                (None, None) => Method::GET,
            },
            headers,
            body: self.data.as_deref().map(body).transpose()?.unwrap_or_default(),
            max_amount: self.max_amount.clone(),
            key: key::find(self.key_file.as_deref(), is_local)?,
            protocol: self.protocol,
            wait: Duration::from_secs(self.wait.into()),
            dry_run: self.dry_run,
            insecure_http: self.insecure_http,
            any_resource: self.any_resource,
            json: self.json,
        })
    }
}

fn url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // `localhost:8402` has the scheme `localhost`.
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => Err("a URL begins with http:// or https://".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("a header is written `Name: value`")?;
    let name = name.trim().parse().map_err(|_| format!("`{}` is no header name", name.escape_debug()))?;
    let value = HeaderValue::from_str(value.trim()).map_err(|_| format!("the value of `{name}` is no header value"))?;
    Ok((name, value))
}

/// The whole body is held in memory: it may have to be sent a second time, with the payment.
fn body(data: &str) -> Result<Bytes, String> {
    match data.strip_prefix('@') {
        None => Ok(data.to_owned().into()),
        Some("-") => {
            let mut all = Vec::new();
            std::io::stdin().read_to_end(&mut all).map_err(|error| format!("stdin cannot be read: {error}"))?;
            Ok(all.into())
        }
        Some(file) => std::fs::read(file).map(Bytes::from).map_err(|error| format!("`{file}` cannot be read: {error}")),
    }
}
