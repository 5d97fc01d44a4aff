//! One call of the API, described before it is sent.

use std::fmt::{self, Display};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request};
use serde::Serialize;
use url::{Url, form_urlencoded};
use x402_core::facilitator::Reach;
use zeroize::Zeroizing;

use crate::base_url::BaseUrl;
use crate::credentials::Credentials;
use crate::decode::DecodeError;
use crate::error::{Error, ErrorKind};

const AGENT: HeaderValue = HeaderValue::from_static(concat!("x402-oneshot/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A call: method, path template with its values, query, body, and whether it acts.
#[derive(Clone)]
pub(crate) struct Call {
    method: Method,
    path: &'static str,
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<(HeaderValue, Bytes)>,
    acts: bool,
}

impl Call {
    /// A call that changes nothing, whatever its HTTP method: it may be repeated.
    pub(crate) const fn read(method: Method, path: &'static str) -> Self {
        Self { method, path, segments: Vec::new(), query: Vec::new(), body: None, acts: false }
    }

    /// A call that changes something: it is sent once.
    pub(crate) const fn act(method: Method, path: &'static str) -> Self {
        let mut call = Self::read(method, path);
        call.acts = true;
        call
    }

    /// The token call. A token more or less changes nothing, so it counts as a read.
    pub(crate) fn token(credentials: &Credentials) -> Self {
        let (key, secret) = (credentials.key().expose(), credentials.secret().expose());
        // Room for the worst case of escaping, so that no growth leaves a copy of the secret behind.
        let room = 96 + 3 * (key.len() + secret.len());
        let form = form_urlencoded::Serializer::new(String::with_capacity(room))
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", key)
            .append_pair("client_secret", secret)
            .finish();
        let body = Bytes::from_owner(Zeroizing::new(form.into_bytes()));
        let mut call = Self::read(Method::POST, "/token");
        call.body = Some((FORM, body));
        call
    }

    /// Fills the next `{…}` of the path template.
    pub(crate) fn segment(mut self, value: impl Display) -> Self {
        self.segments.push(value.to_string());
        self
    }

    /// Sets a query parameter, or leaves it out if there is no value for it.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        self.query.retain(|(other, _)| *other != name);
        if let Some(value) = value {
            self.query.push((name, value.to_string()));
        }
        self
    }

    /// Sets the body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(body).map_err(|error| self.unsendable().with_source(error))?;
        self.body = Some((JSON, bytes.into()));
        Ok(self)
    }

    /// Sets the body to JSON that is written already.
    pub(crate) fn json_text(mut self, text: Bytes) -> Self {
        self.body = Some((JSON, text));
        self
    }

    /// Whether the call changes something.
    pub(crate) const fn acts(&self) -> bool {
        self.acts
    }

    /// The answer to this call could not be read.
    pub(crate) fn undecodable(&self, error: DecodeError) -> Error {
        self.blame(Error::new(ErrorKind::Decode, Reach::Answered).with_source(error))
    }

    /// Names this call in an error.
    pub(crate) fn blame(&self, error: Error) -> Error {
        error.with_call(&self.method, self.path)
    }

    /// The method and the path template, for spans.
    #[cfg(feature = "tracing")]
    pub(crate) const fn name(&self) -> (&Method, &'static str) {
        (&self.method, self.path)
    }

    /// The request, without a token.
    pub(crate) fn request(&self, base: &BaseUrl) -> Result<Request<Bytes>, Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.url(base)?.as_str())
            .header(ACCEPT, JSON)
            .header(USER_AGENT, AGENT);
        let body = match &self.body {
            Some((content_type, body)) => {
                request = request.header(CONTENT_TYPE, content_type);
                body.clone()
            }
            None => Bytes::new(),
        };
        request.body(body).map_err(|error| self.unsendable().with_source(error))
    }

    fn url(&self, base: &BaseUrl) -> Result<Url, Error> {
        let mut url = base.as_url().clone();
        let mut values = self.segments.iter().map(String::as_str);
        {
            let mut path = url.path_segments_mut().map_err(|()| self.unsendable())?;
            path.pop_if_empty();
            for part in self.path.split('/').skip(1) {
                let part = if part.starts_with('{') { values.next().ok_or_else(|| self.unsendable())? } else { part };
                path.push(part);
            }
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    fn unsendable(&self) -> Error {
        self.blame(Error::new(ErrorKind::Request, Reach::NotSent))
    }
}

/// The method and the path template: ids, filters and above all bodies are none of a log's business.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(base: &str, call: &Call) -> String {
        let request = call.request(&base.parse().unwrap()).unwrap();
        request.uri().to_string()
    }

    #[test]
    fn paths_are_appended_to_the_base_and_values_are_escaped() {
        let call = Call::read(Method::GET, "/chains/{chainId}/contracts/{address}").segment(84532).segment("a/b c?d#e");
        for base in ["https://host/v0/", "https://host/v0"] {
            assert_eq!(uri(base, &call), "https://host/v0/chains/84532/contracts/a%2Fb%20c%3Fd%23e");
        }
        let bare = Call::read(Method::GET, "/chains");
        assert_eq!(uri("https://host", &bare), "https://host/chains");
    }

    #[test]
    fn query_values_are_escaped_and_absent_ones_left_out() {
        let call = Call::read(Method::GET, "/chains")
            .query("name", Some("a & b #1 é"))
            .query("page", None::<u64>)
            .query("methodType", Some("read"))
            .query("methodType", Some("write"));
        assert_eq!(uri("https://host/v0", &call), "https://host/v0/chains?name=a+%26+b+%231+%C3%A9&methodType=write");
    }

    #[test]
    fn a_template_without_its_value_is_an_error_and_not_a_wrong_path() {
        let call = Call::read(Method::GET, "/wallets/{walletId}");
        let error = call.request(&"https://host".parse().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert_eq!(error.reach(), Reach::NotSent);
    }

    #[test]
    fn the_token_call_is_an_escaped_form() {
        let call = Call::token(&Credentials::new("k&y", "s=cret+/ü"));
        let request = call.request(&"https://host/v0".parse().unwrap()).unwrap();
        assert_eq!(request.uri(), "https://host/v0/token");
        assert_eq!(request.headers()[CONTENT_TYPE], FORM);
        assert_eq!(request.body(), "grant_type=client_credentials&client_id=k%26y&client_secret=s%3Dcret%2B%2F%C3%BC");
    }
}
