//! Connecting.

use std::{error::Error, net::TcpListener, time::Duration};

use tokio::time::Instant;
use x402_core::claim::ClaimStore as _;
use x402_tower::store::redis::{ConnectError, RedisClaims};

use crate::{
    server::Server,
    support::{fresh, take},
};

/// An error and all its causes, as anybody could see them.
fn shown(error: &dyn Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        shown = format!("{shown} {error} {error:?}");
        cause = error.source();
    }
    shown
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_at_once_that_shows_no_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let began = Instant::now();
    let error = RedisClaims::connect(&format!("redis://alice:s3cret@127.0.0.1:{port}")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unavailable(_)), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(!shown(&error).contains("s3cret"), "{}", shown(&error));
}

#[tokio::test]
async fn a_server_that_takes_connections_and_says_nothing_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://:s3cret@{}", silent.local_addr().unwrap()).parse().unwrap();
    let began = Instant::now();
    let builder = RedisClaims::builder(url).timeout(Duration::from_millis(100));
    assert!(!format!("{builder:?}").contains("s3cret"));
    let error = builder.connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::Unavailable(_)), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_wrong_password_is_an_error_that_does_not_show_it_and_a_right_one_opens() {
    let Some(server) = Server::start_with(&["--requirepass", "s3cret"]) else { return };
    let error = RedisClaims::connect(&format!("{}?pass=wr0ng", server.url())).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unavailable(_)), "{error:?}");
    assert!(!shown(&error).contains("wr0ng"), "{}", shown(&error));
    let store = RedisClaims::connect(&format!("{}?pass=s3cret", server.url())).await.unwrap();
    take(&store, &fresh()).await;
    assert!(!format!("{store:?}").contains("s3cret"), "{store:?}");
}

/// What the documentation says a user needs is all that it needs.
#[tokio::test]
async fn a_user_who_may_do_no_more_than_is_said_is_enough() {
    let Some(server) = Server::start() else { return };
    let rules =
        "ACL SETUSER claims on >pw ~x402:claim:* -@all +evalsha +script|load +hmget +hset +hdel +del +pexpire +time";
    // Redis 6 has no subcommands in rules that take away first.
    let allowed = server.ask(rules);
    assert!(allowed.starts_with("+OK"), "{allowed}");
    let url = format!("{}?user=claims&pass=pw", server.url());
    let store = RedisClaims::connect(&url).await.unwrap();
    let ticket = take(&store, &fresh()).await;
    store.release(&ticket).await.unwrap();
    let elsewhere = RedisClaims::builder(url.parse().unwrap()).prefix("other:").connect().await;
    assert!(matches!(elsewhere, Err(ConnectError::Unavailable(_))), "a prefix that the user may not touch");
}

#[tokio::test]
async fn prefixes_keep_shops_apart() {
    let Some(server) = Server::start() else { return };
    let one = RedisClaims::builder(server.url().parse().unwrap()).prefix("one:").connect().await.unwrap();
    let two = RedisClaims::builder(server.url().parse().unwrap()).prefix("two:").connect().await.unwrap();
    let claim = fresh();
    take(&one, &claim).await;
    take(&two, &claim).await;
}

#[tokio::test]
async fn a_lease_that_cannot_be_renewed_in_time_is_refused() {
    let url = "redis://127.0.0.1:1".parse().unwrap();
    let refused = RedisClaims::builder(url).lease(Duration::from_millis(99)).connect().await;
    assert!(matches!(refused, Err(ConnectError::Lease { .. })), "{refused:?}");
}
