//! Durable appends: 64 clients, each on a journal of its own, against the same rows inserted raw.
//!
//! The ceiling is what the database alone can do with the same rows at the same durability: multi-row INSERTs of 64, as
//! many as 64 waiting clients can ever fill, each in a transaction of its own, on an idle database with the same tables.
//! Ours is the real server: HTTP, session, signature, `check`, group commit. Both run in turns; the best of each counts.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reverie_protocol::api::Append;
use reverie_protocol::header::SignedRecord;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, TransactionTrait as _, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::chain::Chain;

/// Clients at once.
pub const CLIENTS: usize = 64;
/// Appends of each client in a round.
pub const EACH: u64 = 100;

/// A client: its connection, and its requests as the bytes that go over it.
struct Client {
    stream: TcpStream,
    requests: Vec<Vec<u8>>,
}

/// Opens the journals and appends their entries, and returns how long the appending took.
pub async fn through_server(addr: SocketAddr, token: &str, chains: &[Chain]) -> Duration {
    let mut clients = Vec::with_capacity(chains.len());
    for chain in chains {
        let request = |record: &SignedRecord| request(chain, token, record);
        let mut requests = chain.records.iter().map(request);
        let mut stream = TcpStream::connect(addr).await.expect("the server listens");
        stream.set_nodelay(true).expect("it is a socket");
        let open = requests.next().expect("a journal starts with its opening");
        ask(&mut stream, &open, &mut Vec::new()).await;
        clients.push(Client { stream, requests: requests.collect() });
    }
    let start = Instant::now();
    let appending = clients.into_iter().map(|mut client| {
        tokio::spawn(async move {
            let mut answer = Vec::new();
            for request in &client.requests {
                ask(&mut client.stream, request, &mut answer).await;
            }
        })
    });
    for client in appending.collect::<Vec<_>>() {
        client.await.expect("every append is accepted");
    }
    start.elapsed()
}

fn request(chain: &Chain, token: &str, record: &SignedRecord) -> Vec<u8> {
    let body = serde_json::to_vec(&Append { records: vec![record.clone()] }).expect("a record is JSON");
    let mut request = format!(
        "POST /v1/journals/{}/records HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        chain.id,
        body.len()
    )
    .into_bytes();
    request.extend(body);
    request
}

/// Sends a request and reads its answer whole. The least that a client can do, so that the server has the processor.
async fn ask(stream: &mut TcpStream, request: &[u8], answer: &mut Vec<u8>) {
    stream.write_all(request).await.expect("the server reads");
    answer.clear();
    loop {
        let read = stream.read_buf(answer).await.expect("the server answers");
        assert!(read > 0, "the server closed the connection");
        let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("answers have a length");
        if answer.len() >= end + 4 + length {
            assert!(head.starts_with("http/1.1 200"), "{}", String::from_utf8_lossy(answer));
            return;
        }
    }
}

/// Inserts the rows of the same appends, as they would be stored, and returns how long it took.
pub async fn raw(db: &DatabaseConnection, chains: &[Chain]) -> Duration {
    let rows: Vec<Vec<Value>> = (1..=EACH)
        .flat_map(|seq| chains.iter().map(move |chain| row(chain, usize::try_from(seq).expect("it is small"))))
        .collect();
    let backend = db.get_database_backend();
    let columns = rows[0].len();
    let start = Instant::now();
    for batch in rows.chunks(CLIENTS) {
        let mut sql = "INSERT INTO record (journal, seq, id, author, action, header, signature, body, withdrawn, \
                       chain_hash, received_day) VALUES "
            .to_owned();
        for at in 0..batch.len() {
            let places = (1..=columns).map(|column| match backend {
                sea_orm::DbBackend::Postgres => format!("${}", at * columns + column),
                _ => "?".to_owned(),
            });
            sql.push_str(if at == 0 { "(" } else { ", (" });
            sql.push_str(&places.collect::<Vec<_>>().join(", "));
            sql.push(')');
        }
        let values: Vec<_> = batch.iter().flatten().cloned().collect();
        let tx = db.begin().await.expect("nobody else writes");
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.expect("the rows are new");
        tx.commit().await.expect("there is room");
    }
    start.elapsed()
}

fn row(chain: &Chain, seq: usize) -> Vec<Value> {
    let record = &chain.records[seq];
    let header = record.parse().expect("we made it");
    vec![
        chain.id.uuid().into(),
        i64::try_from(seq).expect("it is small").into(),
        header.record.uuid().into(),
        header.author.uuid().into(),
        "write".into(),
        record.header.0.clone().into(),
        record.signature.0.clone().into(),
        record.body.as_ref().map(|body| body.0.clone()).into(),
        false.into(),
        record.chain_hash().0.to_vec().into(),
        22_400.into(),
    ]
}
