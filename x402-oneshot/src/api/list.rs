//! A list to be asked for: one page, or row by row.

use std::fmt;
use std::fmt::Display;
use std::marker::PhantomData;

use futures_core::stream::BoxStream;
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::api::pages::Pages;
use crate::call::Call;
use crate::client::Client;
use crate::decode::DecodeError;
use crate::error::Error;
use crate::page::Page;

/// A list to be asked for, in pages or as a stream of rows.
///
/// Filters depend on what is listed: see [`ListMethods`](crate::api::ListMethods),
/// [`ListTransactions`](crate::api::ListTransactions) and their like.
///
/// A row is read leniently, but one without its id, say, cannot be read at all. What becomes of its neighbours is for
/// the caller to say, because a list that leaves a row out in silence seems to prove that it is not there:
///
/// | | an unreadable row |
/// |---|---|
/// | [`send`](Self::send) | fails the page |
/// | [`send_rows`](Self::send_rows) | is an `Err` in its place |
/// | [`stream`](Self::stream) | is an `Err` in its place, and the stream goes on |
///
/// ```no_run
/// use futures_util::StreamExt;
/// use x402_oneshot::{BusinessId, Client, Error};
///
/// # async fn run(client: Client, business: BusinessId) -> Result<(), Error> {
/// let mut transactions = client.transactions().list(business).chain(84532).stream();
/// while let Some(transaction) = transactions.next().await {
///     let transaction = transaction?;
///     println!("{} {}", transaction.id, transaction.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is asked before `send` or `stream`"]
pub struct List<'a, T> {
    client: &'a Client,
    call: Call,
    page: Option<u64>,
    page_size: Option<u64>,
    rows: PhantomData<fn() -> T>,
}

impl<'a, T> List<'a, T> {
    /// The list at this path.
    pub(crate) const fn new(client: &'a Client, path: &'static str) -> Self {
        Self { client, call: Call::read(Method::GET, path), page: None, page_size: None, rows: PhantomData }
    }

    /// Fills the next `{…}` of the path template.
    pub(crate) fn segment(mut self, value: impl Display) -> Self {
        self.call = self.call.segment(value);
        self
    }

    /// Sets a filter.
    pub(crate) fn filter(mut self, name: &'static str, value: impl Display) -> Self {
        self.call = self.call.query(name, Some(value));
        self
    }

    /// The page to return, or the one to begin with; the first is 1.
    pub const fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many rows a page has; 25 unless told.
    pub const fn page_size(mut self, rows: u64) -> Self {
        self.page_size = Some(rows);
        self
    }
}

impl<T: DeserializeOwned> List<'_, T> {
    /// Asks for one page.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`ErrorKind::Decode`](crate::ErrorKind::Decode), whose source names the place, if there is a row
    /// that cannot be read.
    pub async fn send(self) -> Result<Page<T>, Error> {
        self.client.send(call(self.call, self.page, self.page_size)).await
    }

    /// Asks for one page, in which a row that cannot be read costs no other.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send_rows(self) -> Result<Page<Result<T, DecodeError>>, Error> {
        let page: Page<Box<RawValue>> = self.client.send(call(self.call, self.page, self.page_size)).await?;
        Ok(page.map(|(index, row)| DecodeError::row(index, &row)))
    }

    /// The rows of all pages, from the one given by [`page`](Self::page) or the first.
    ///
    /// The next page is asked for when the rows of the last one have been taken. The stream ends after as many rows as
    /// the API says there are, and at an empty page whatever it says. An error of a whole page ends it; an unreadable
    /// row does not. A page that comes a second time is such an error: a server that forgets which page it was asked
    /// for, or lies about how many there are, is not read for ever.
    ///
    /// Pages are asked for one after another, so rows that are made or deleted meanwhile may be missed or come twice.
    #[must_use = "a stream asks nothing before it is polled"]
    pub fn stream(self) -> BoxStream<'static, Result<T, Error>>
    where
        T: Send + 'static,
    {
        let call = call(self.call, None, self.page_size);
        Pages::new(self.client.clone(), call, self.page.unwrap_or(1)).rows()
    }
}

fn call(call: Call, page: Option<u64>, page_size: Option<u64>) -> Call {
    call.query("page", page).query("pageSize", page_size)
}

impl<T> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("call", &self.call)
            .field("page", &self.page)
            .field("page_size", &self.page_size)
            .finish_non_exhaustive()
    }
}

/// Declares the filters of a list, each with the name it has in the query.
macro_rules! filters {
    ($row:ty { $($(#[$doc:meta])* $name:ident($value:ident: $type:ty) = $query:literal,)+ }) => {
        impl List<'_, $row> {
            $($(#[$doc])*
            pub fn $name(self, $value: $type) -> Self {
                self.filter($query, $value)
            })+
        }
    };
}

pub(crate) use filters;
