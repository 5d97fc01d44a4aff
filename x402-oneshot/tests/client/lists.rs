//! Lists: one page, row by row, and as a stream.

use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use x402_oneshot::api::Transaction;
use x402_oneshot::{BusinessId, Error, ErrorKind};

use crate::support::{ID, Script, Step, answer};

fn business() -> BusinessId {
    ID.parse().unwrap()
}

fn row(n: u64) -> Value {
    json!({"id": format!("00000000-0000-4000-8000-{n:012}"), "status": "Completed", "chainId": 84532})
}

fn page(rows: &[Value], number: u64, size: u64, total: u64) -> Step {
    answer(200, json!({"response": rows, "page": number, "pageSize": size, "totalResults": total}).to_string())
}

/// What a stream of transactions gives: the last digit of each id, or the kind of the error.
async fn read(script: &Script) -> Vec<Result<u64, ErrorKind>> {
    let stream = script.client().transactions().list(business()).page_size(2).stream();
    let told = |row: Result<Transaction, Error>| match row {
        Ok(transaction) => Ok(transaction.id.as_uuid().as_u128().to_be_bytes()[15].into()),
        Err(error) => Err(error.kind()),
    };
    stream.map(told).collect().await
}

fn pages_asked_for(script: &Script) -> Vec<String> {
    let lines = script.api_calls().into_iter().map(|call| call.line);
    lines.map(|line| line.split_once('?').unwrap().1.to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_asks_for_every_page_once_and_keeps_the_filters() {
    let script = Script::new()
        .call(page(&[row(1), row(2)], 1, 2, 5))
        .call(page(&[row(3), row(4)], 2, 2, 5))
        .call(page(&[row(5)], 3, 2, 5));
    let list = script.client().transactions().list(business()).memo("a & b").page_size(2).stream();
    let rows: Vec<Transaction> = list.try_collect().await.unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(
        pages_asked_for(&script),
        ["memo=a+%26+b&pageSize=2&page=1", "memo=a+%26+b&pageSize=2&page=2", "memo=a+%26+b&pageSize=2&page=3"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_asks_for_nothing_before_it_has_to() {
    let script = Script::new().call(page(&[row(1), row(2)], 1, 2, 4));
    let mut stream = script.client().transactions().list(business()).stream();
    assert_eq!(script.api_calls().len(), 0);
    for _ in 0..2 {
        stream.next().await.unwrap().unwrap();
    }
    assert_eq!(script.api_calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_may_begin_in_the_middle() {
    let script = Script::new().call(page(&[row(3)], 2, 2, 3));
    let list = script.client().transactions().list(business()).page(2).page_size(2).stream();
    assert_eq!(list.count().await, 1);
    assert_eq!(pages_asked_for(&script), ["pageSize=2&page=2"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hands_out_smaller_pages_is_read_to_the_end() {
    let script = Script::new().call(page(&[row(1), row(2)], 1, 100, 3)).call(page(&[row(3)], 2, 100, 3));
    assert_eq!(read(&script).await, [Ok(1), Ok(2), Ok(3)]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_ends_a_stream_whatever_the_total_says() {
    for total in [0, 1, u64::MAX] {
        let script = Script::new().call(page(&[row(1), row(2)], 1, 2, total)).call(page(&[], 2, 2, total));
        assert_eq!(read(&script).await, [Ok(1), Ok(2)]);
        assert_eq!(script.api_calls().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_that_is_too_small_hides_no_rows() {
    let script = Script::new().call(page(&[row(1), row(2)], 1, 2, 1)).call(page(&[row(3)], 2, 2, 3));
    assert_eq!(read(&script).await, [Ok(1), Ok(2), Ok(3)]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_twice_ends_a_stream_with_an_error() {
    let first = || page(&[row(1), row(2)], 1, 2, u64::MAX);
    let script = Script::new().calls([first(), page(&[row(3)], 2, 2, u64::MAX), first()]);
    assert_eq!(read(&script).await, [Ok(1), Ok(2), Ok(3), Err(ErrorKind::Decode)]);
    assert_eq!(script.api_calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_ends_a_stream_with_its_error() {
    let script = Script::new().call(page(&[row(1), row(2)], 1, 2, 9)).call(answer(403, ""));
    assert_eq!(read(&script).await, [Ok(1), Ok(2), Err(ErrorKind::Status)]);
}

#[tokio::test(start_paused = true)]
async fn pages_are_asked_for_again_like_any_read() {
    let script = Script::new().call(answer(503, "")).call(page(&[row(1)], 1, 2, 1));
    assert_eq!(read(&script).await, [Ok(1)]);
    assert_eq!(script.api_calls().len(), 2);
}

fn mixed() -> Step {
    let odd = json!({"status": "Completed", "chainId": 84532, "memo": "secret"});
    page(&[row(1), odd, json!("text"), row(4)], 1, 4, 4)
}

#[tokio::test(start_paused = true)]
async fn an_odd_row_is_an_error_in_its_place_and_a_stream_goes_on() {
    let script = Script::new().call(mixed());
    assert_eq!(read(&script).await, [Ok(1), Err(ErrorKind::Decode), Err(ErrorKind::Decode), Ok(4)]);
}

#[tokio::test(start_paused = true)]
async fn an_odd_row_is_named_by_its_place_and_never_quoted() {
    let script = Script::new().call(mixed()).call(mixed()).call(mixed());
    let client = script.client();
    let list = || client.transactions().list(business());

    let rows = list().send_rows().await.unwrap();
    assert_eq!((rows.page, rows.page_size, rows.total_results), (1, 4, 4));
    let readable: Vec<_> = rows.response.iter().map(Result::is_ok).collect();
    assert_eq!(readable, [true, false, false, true]);
    let paths: Vec<_> = rows.response.iter().filter_map(|row| row.as_ref().err()).map(|e| e.path()).collect();
    assert_eq!(paths, ["response[1]", "response[2]"]);

    let error = list().stream().skip(1).next().await.unwrap().unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("GET /business/{businessId}/transactions: the answer could not be read"), "{said}");
    assert!(said.contains("response[1]") && !said.contains("secret"), "{said}");

    let error = list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "a whole page without one row would seem to prove its absence");
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_is_set_twice_has_its_last_value() {
    let script = Script::new().call(page(&[], 1, 25, 0));
    let client = script.client();
    client.transactions().list(business()).chain(1).chain(2).send().await.unwrap();
    assert_eq!(pages_asked_for(&script), ["chainId=2"]);
}

#[tokio::test(start_paused = true)]
async fn totals_may_be_texts() {
    let body = json!({"response": [row(1)], "page": "1", "pageSize": "25", "totalResults": "1"}).to_string();
    let script = Script::new().call(answer(200, body));
    let page = script.client().transactions().list(business()).send().await.unwrap();
    assert_eq!((page.page, page.page_size, page.total_results), (1, 25, 1));
}

#[tokio::test(start_paused = true)]
async fn what_a_list_shows_of_itself_is_no_filter() {
    let client = Script::new().client();
    let list = client.transactions().list(business()).memo("secret").page(2);
    let shown = format!("{list:?}");
    assert!(shown.contains("GET /business/{businessId}/transactions") && !shown.contains("secret"), "{shown}");
}
