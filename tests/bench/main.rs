//! `make bench`: what Reverie costs, each figure beside a ceiling that is measured in the same run on the same bytes.
//!
//! Release builds, a real server process, real sockets and disks. Figures move with the machine, ratios hardly.

mod account;
mod appends;
mod chain;
mod measure;
mod reading;

use std::path::Path;
use std::time::{Duration, Instant};

use reverie_test_database::TestDatabase;
use reverie_tests::{ServerProcess, postgresql};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::appends::{CLIENTS, EACH};
use crate::chain::{Chain, Owner};
use crate::measure::{against, resident, row};

/// Entries of the journal that a fresh client pulls.
pub const PULLED: u64 = 10_000;
const ROUNDS: usize = 3;
const MB: f64 = 1e6;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("the system has room for temporary files");
    idle(&folder.path().join("idle")).await;
    appending(&folder.path().join("sqlite"), "SQLite with synchronous=FULL").await;
    let postgresql = folder.path().join("postgresql");
    for data in [OURS, RAW] {
        let database = TestDatabase::empty();
        database.make_durable();
        postgresql::give(&postgresql.join(data), database);
    }
    appending(&postgresql, "PostgreSQL with fsync and synchronous_commit").await;
    pulling(folder.path()).await;
}

/// How soon a server answers, and what it holds while nobody asks.
async fn idle(data: &Path) {
    ServerProcess::init(data).await;
    let (mut soonest, mut least) = (Duration::MAX, u64::MAX);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let server = ServerProcess::serve(data).await;
        measure::ready(server.addr).await;
        soonest = soonest.min(start.elapsed());
        least = least.min(resident(server.process()));
        server.stop().await;
    }
    println!("an idle server (SQLite), best of {ROUNDS}");
    let start = soonest.as_secs_f64() * 1e3;
    against("from start to the first 200 on /readyz", start, " ms", "at most 50", start <= 50.0);
    let held = least as f64 / MB;
    against("resident", held, " MB", "at most 20", held <= 20.0);
}

/// The data folder of the server that is measured, and of the one whose tables alone are used.
const OURS: &str = "ours";
const RAW: &str = "raw";

async fn appending(folder: &Path, durability: &str) {
    eprintln!("Sealing {CLIENTS} × {EACH} entries, {ROUNDS} times …");
    let data = folder.join(OURS);
    let code = ServerProcess::init(&data).await;
    let server = ServerProcess::serve(&data).await;
    let url = format!("http://{}", server.addr);
    let owner = Owner::make();
    let rounds: Vec<Vec<Chain>> =
        (0..ROUNDS).map(|_| (0..CLIENTS).map(|_| Chain::of_entries(&owner, EACH)).collect()).collect();
    let (token, _) = account::register(&url, &code, owner).await;
    ServerProcess::init(&folder.join(RAW)).await;
    let raw = raw_database(&folder.join(RAW)).await;
    let (mut ours, mut ceiling) = (Duration::MAX, Duration::MAX);
    let server_time = || measure::processor_time_of(server.process());
    let (servers, clients) = (server_time(), measure::processor_time());
    let mut raw_time = Duration::ZERO;
    for chains in &rounds {
        let before = measure::processor_time();
        ceiling = ceiling.min(appends::raw(&raw, chains).await);
        raw_time += measure::processor_time() - before;
        ours = ours.min(appends::through_server(server.addr, &token, chains).await);
    }
    let (servers, clients) = (server_time() - servers, measure::processor_time() - clients - raw_time);
    println!("durable appends of 2 KB, {CLIENTS} clients, {durability}, best of {ROUNDS}");
    let rate = |took: Duration| format!("{:.0}/s", (CLIENTS as u64 * EACH) as f64 / took.as_secs_f64());
    row("ceiling: the same rows inserted raw, 64 in a transaction", rate(ceiling));
    row("ours: HTTP, session, signature, check, group commit", rate(ours));
    let ratio = ceiling.as_secs_f64() / ours.as_secs_f64();
    against("ratio", ratio, "", "at least 0.45", ratio >= 0.45);
    let each =
        |took: Duration| format!("{:.0} µs", took.as_secs_f64() * 1e6 / (ROUNDS as u64 * CLIENTS as u64 * EACH) as f64);
    row("processor time of an append: the server's, on all cores", each(servers));
    row("the clients', which share them", each(clients));
    server.stop().await;
}

async fn raw_database(data: &Path) -> DatabaseConnection {
    let file = data.join("database").join("reverie.sqlite");
    let mut options = ConnectOptions::new(postgresql::url(data).unwrap_or_else(|| "sqlite:raw".into()));
    options
        .max_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite.filename(&file).pragma("journal_mode", "WAL").pragma("synchronous", "FULL")
        })
        .map_sqlx_postgres_opts(|postgres| postgres.options([("synchronous_commit", "on")]));
    Database::connect(options).await.expect("the server made the database")
}

async fn pulling(folder: &Path) {
    eprintln!("Sealing a journal of {PULLED} entries …");
    let data = folder.join("pull");
    let code = ServerProcess::init(&data).await;
    let server = ServerProcess::serve(&data).await;
    let url = format!("http://{}", server.addr);
    let owner = Owner::make();
    let (account, key) = (owner.account, owner.keys.verifying_key());
    let chain = Chain::of_entries(&owner, PULLED);
    let (token, kit) = account::register(&url, &code, owner).await;
    reading::upload(&url, &token, &chain).await;
    let before = resident(server.process());
    let (mut ours, mut ceiling) = (Duration::MAX, Duration::MAX);
    for round in 0..ROUNDS {
        ceiling = ceiling.min(reading::unavoidable(&chain, &key));
        ours = ours.min(reading::pull(&url, &folder.join(format!("device-{round}")), &kit, account).await);
    }
    let grown = resident(server.process()).saturating_sub(before) as f64 / MB;
    println!("a fresh client pulls {PULLED} records of 2 KB, processor time of one core, best of {ROUNDS}");
    let each = |took: Duration| format!("{:.1} µs", took.as_secs_f64() * 1e6 / PULLED as f64);
    row("ceiling: verify_strict and age decryption, in memory", each(ceiling));
    row("ours: fetched, verified, chained, kept, opened, parsed, folded", each(ours));
    let ratio = ceiling.as_secs_f64() / ours.as_secs_f64();
    against("ratio", ratio, "", "at least 0.80", ratio >= 0.8);
    against("the server's memory grew by", grown, " MB", "at most 50", grown <= 50.0);
    server.stop().await;
}
