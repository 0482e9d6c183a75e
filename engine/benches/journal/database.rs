//! The same in PostgreSQL, beside a bare COPY of the same texts: where `BENCH_DATABASE` is the
//! address of a database for it. What it makes there it takes away again.

use std::path::Path;
use std::pin::pin;
use std::time::Instant;

use plaudit_engine::journal::{Access, Batch, Journal, Postgres, Taken};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};

use super::batches;

/// Events a commit: as an import makes them.
const COMMIT: usize = 10_000;
/// What the tables stand in.
const SCHEMA: &str = "plaudit_bench";

/// The address of the database, where there is one.
pub(crate) fn address() -> Option<String> {
    std::env::var("BENCH_DATABASE").ok()
}

fn in_schema() -> String {
    let address = address().expect("BENCH_DATABASE");
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}schema={SCHEMA}")
}

/// Copies texts and nothing else, a transaction each.
pub(crate) fn bare_copy(folder: &Path) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = runtime.block_on(connected());
    runtime
        .block_on(client.batch_execute(
            "DROP TABLE IF EXISTS plaudit_bench_bare;
             CREATE TABLE plaudit_bench_bare (place bigint PRIMARY KEY, event text NOT NULL)",
        ))
        .unwrap();
    let (mut seconds, mut place) = (0.0, 0_i64);
    batches(folder, COMMIT, |events| {
        let texts: Vec<String> =
            events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let start = Instant::now();
        runtime.block_on(async {
            let sql = "COPY plaudit_bench_bare FROM STDIN (FORMAT binary)";
            let sink = client.copy_in(sql).await.unwrap();
            let mut writer = pin!(BinaryCopyInWriter::new(sink, &[Type::INT8, Type::TEXT]));
            for text in &texts {
                place += 1;
                writer.as_mut().write(&[&place, text]).await.unwrap();
            }
            writer.finish().await.unwrap();
        });
        seconds += start.elapsed().as_secs_f64();
    });
    runtime.block_on(client.batch_execute("DROP TABLE plaudit_bench_bare")).unwrap();
    seconds
}

/// Puts the events on record.
pub(crate) fn append(folder: &Path) -> f64 {
    let journal = Postgres::open(&in_schema(), Access::Create).unwrap();
    let mut seconds = 0.0;
    batches(folder, COMMIT, |events| {
        let start = Instant::now();
        let receipts = journal.append(&events, Batch::Each).unwrap();
        seconds += start.elapsed().as_secs_f64();
        assert!(receipts.iter().all(|receipt| receipt.result == Taken::Recorded));
    });
    drop(journal);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = connected().await;
        client.batch_execute(&format!("DROP SCHEMA {SCHEMA} CASCADE")).await.unwrap();
    });
    seconds
}

async fn connected() -> Client {
    let address = address().expect("BENCH_DATABASE");
    let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
