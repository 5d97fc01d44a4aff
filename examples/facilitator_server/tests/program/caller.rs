//! Whoever asks a facilitator, over sockets.

use reqwest::{RequestBuilder, redirect};
use serde_json::Value;

use crate::server::Server;

/// An HTTP client that knows the facilitator's URL.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) http: reqwest::Client,
    url: String,
}

impl Caller {
    pub(crate) fn of(server: &Server) -> Self {
        // Another test of the process may have been first; plain HTTP only wants that there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { http, url: server.url().to_owned() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Asks, and gives the status and the JSON of the answer.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(self.http.post(self.url(path)).body(body.to_string())).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(self.url(path))).await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], "application/json");
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }
}
