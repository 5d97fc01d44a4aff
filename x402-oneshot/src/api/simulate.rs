//! Running a contract method without changing anything: tests, estimates, encodings and reads.

use alloy_primitives::Bytes;
use http::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::estimate::ContractMethodEstimate;
use crate::api::methods::Methods;
use crate::api::outcome::TestOutcome;
use crate::api::params::Params;
use crate::api::run::{Options, setters};
use crate::call::Call;
use crate::error::Error;
use crate::id::MethodId;

macro_rules! run {
    ($(#[$doc:meta])* $name:ident, $article:literal, [$($setter:ident),+]) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct $name {
            params: Params,
            #[serde(flatten)]
            options: Options,
        }

        impl $name {
            #[doc = concat!($article, " with these values.")]
            #[must_use]
            pub const fn new(params: Params) -> Self {
                Self { params, options: Options::new() }
            }

            setters!($($setter),+);
        }

        impl From<Params> for $name {
            fn from(params: Params) -> Self {
                Self::new(params)
            }
        }
    };
}

run! {
    /// A test run: a static call that changes nothing on the chain.
    Test, "A test run", [authorization, contract_address, gas_limit, value, wallet]
}

run! {
    /// A question what a run would cost.
    Estimate, "An estimate", [authorization, contract_address, value, wallet]
}

run! {
    /// Values to be encoded as the data of a transaction.
    Encode, "An encoding", [authorization, value]
}

#[derive(Deserialize)]
struct Encoded {
    data: Bytes,
}

#[derive(Serialize)]
struct Read {
    params: Params,
}

impl Methods<'_> {
    /// Runs a contract method as a static call.
    ///
    /// It changes nothing, so it is repeated like a read. A call that would fail is an answer, not an
    /// error: see [`TestOutcome::success`].
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn test(self, id: MethodId, run: impl Into<Test>) -> Result<TestOutcome, Error> {
        let call = Call::read(Method::POST, "/methods/{id}/test").segment(id).json(&run.into())?;
        self.client.send(call).await
    }

    /// Estimates what a run would cost.
    ///
    /// # Errors
    ///
    /// See [`Error`]; a run that would fail is one.
    pub async fn estimate(self, id: MethodId, run: impl Into<Estimate>) -> Result<ContractMethodEstimate, Error> {
        let call = Call::read(Method::POST, "/methods/{id}/estimate").segment(id).json(&run.into())?;
        self.client.send(call).await
    }

    /// Encodes values as the data of a transaction, with which anybody can call the contract without 1Shot.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn encode(self, id: MethodId, run: impl Into<Encode>) -> Result<Bytes, Error> {
        let call = Call::read(Method::POST, "/methods/{id}/encode").segment(id).json(&run.into())?;
        let encoded: Encoded = self.client.send(call).await?;
        Ok(encoded.data)
    }

    /// Reads from the chain by a contract method that is `view` or `pure`.
    ///
    /// What it returns is bare JSON, whose shape depends on the function: one result stands alone, several are an array
    /// or an object. Ask for the type that fits, [`U256`](alloy_primitives::U256) for a balance, or for a
    /// [`Value`](serde_json::Value) to see for yourself.
    ///
    /// ```no_run
    /// use alloy_primitives::{U256, address};
    /// use x402_oneshot::api::Params;
    ///
    /// # async fn run(client: x402_oneshot::Client, balance_of: x402_oneshot::MethodId)
    /// #     -> Result<(), x402_oneshot::Error> {
    /// let account = address!("63c0c19a282a1B52b07dD5a65b58948A07DAE32B");
    /// let params = Params::new().address("account", account);
    /// let balance: U256 = client.methods().read(balance_of, params).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the result is not a `T`.
    pub async fn read<T: DeserializeOwned>(self, id: MethodId, params: Params) -> Result<T, Error> {
        let call = Call::read(Method::POST, "/methods/{id}/read").segment(id).json(&Read { params })?;
        self.client.send(call).await
    }
}
