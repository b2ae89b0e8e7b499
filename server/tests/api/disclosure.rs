//! A disclosure is complete: whatever of the database names an account is in it, byte for byte, and nobody else's is.

use opaque_ke::ClientLogin;
use reqwest::StatusCode;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{SessionStart, SessionStarted, StoredAttachment};
use reverie_protocol::audit::{AccessLog, AuditAct};
use reverie_protocol::bytes::B64;
use reverie_protocol::disclosure::{DisclosedCell, DisclosedRow, DisclosurePage};
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{AttachmentRef, MemberRole};
use reverie_protocol::ids::{AccountId, AttachmentId};
use reverie_protocol::opaque::{OpaqueRng, Suite};
use reverie_protocol::problem::ProblemCode;
use reverie_server::sees::{Handed, TABLES};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::world::{Log, PASSWORD, Person, Refusal, World, ok, refusal, rng};

/// A row as it is stored: its table, and the bytes of each column.
type Row = (&'static str, Vec<(&'static str, Option<Vec<u8>>)>);

/// Reads every row of every table, with nothing of ours but the names in between.
async fn stored(world: &World) -> Vec<Row> {
    let db = world.folder.connect().await;
    let bytes = match db.get_database_backend() {
        // As SQLite has them: an id is 16 bytes, a number is text, a flag is 0 or 1.
        DbBackend::Postgres => {
            "CASE pg_typeof(COLUMN)::text WHEN 'bytea' THEN decode(substr(COLUMN::text, 3), 'hex') \
             WHEN 'uuid' THEN decode(replace(COLUMN::text, '-', ''), 'hex') \
             WHEN 'boolean' THEN CASE COLUMN::text WHEN 'true' THEN '1'::bytea ELSE '0'::bytea END \
             ELSE convert_to(COLUMN::text, 'UTF8') END"
        }
        _ => "CAST(COLUMN AS BLOB)",
    };
    let mut rows = Vec::new();
    for table in TABLES {
        let column = |name: &str| format!("{} AS \"{name}\"", bytes.replace("COLUMN", &format!("\"{name}\"")));
        let columns: Vec<_> = table.columns.iter().map(|it| column(it.name)).collect();
        let sql = format!("SELECT {} FROM \"{}\"", columns.join(", "), table.name);
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap() {
            let cell = |name| (name, row.try_get::<Option<Vec<u8>>>("", name).unwrap());
            rows.push((table.name, table.columns.iter().map(|column| cell(column.name)).collect()));
        }
    }
    rows
}

fn contains(row: &Row, needle: &[u8]) -> bool {
    let held = row.1.iter().filter_map(|(_, bytes)| bytes.as_ref());
    held.into_iter().any(|bytes| bytes.windows(needle.len()).any(|part| part == needle))
}

/// Tells whether a row holds an id, as bytes or as text.
fn holds(row: &Row, id: uuid::Uuid) -> bool {
    contains(row, id.as_bytes()) || contains(row, id.to_string().as_bytes())
}

/// Tells whether a disclosed row is a stored row, column by column.
fn same(disclosed: &DisclosedRow, (table, cells): &Row) -> bool {
    let declared = TABLES.iter().find(|declared| declared.name == *table).unwrap();
    disclosed.table == *table
        && disclosed.cells.len() == cells.len()
        && disclosed.cells.iter().zip(cells).zip(declared.columns).all(|((told, (name, stored)), column)| {
            let stored = stored.as_deref();
            let is_hash = stored.is_some_and(|stored| told.sha256 == Some(Hash::of(stored)));
            told.column == *name
                && if column.handed == Handed::AsHash { is_hash } else { bytes_of(told).as_deref() == stored }
        })
}

/// Returns the bytes that a column has in SQLite, where an id is 16 bytes and a number is text when it is cast.
fn bytes_of(cell: &DisclosedCell) -> Option<Vec<u8>> {
    let text = |text: &String| {
        text.parse::<uuid::Uuid>().map_or_else(|_| text.as_bytes().to_vec(), |id| id.as_bytes().to_vec())
    };
    let flag = |flag: bool| u8::from(flag).to_string().into_bytes();
    let number = |number: i64| number.to_string().into_bytes();
    cell.bytes
        .as_ref()
        .map(|bytes| bytes.0.clone())
        .or(cell.text.as_ref().map(text))
        .or(cell.number.map(number))
        .or(cell.flag.map(flag))
}

async fn disclose(administrator: &Person, account: AccountId) -> Vec<DisclosedRow> {
    let path = format!("/v1/admin/accounts/{account}/disclosure");
    let (mut rows, mut asked) = (Vec::new(), path.clone());
    loop {
        let page: DisclosurePage = ok(administrator.get(&asked).await).await;
        rows.extend(page.rows);
        let Some(next) = page.next else { return rows };
        asked = format!("{path}?table={}&skip={}", next.table, next.skip);
    }
}

/// heron-41 shares a journal with quill and keeps another; wren keeps one of her own.
async fn practice() -> (World, Person, Person, Log, Log, AttachmentRef) {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let wren = world.person(AccountRole::Patient, "wren").await;
    let mut shared = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let named = AttachmentRef { id: AttachmentId::make(&mut rng()), sha256: Hash::of("sealed file"), size: 11 };
    ok::<StoredAttachment>(heron.upload(&shared.attachment_path(named.id), "sealed file").await).await;
    for number in 0..70 {
        let author = if number % 3 == 0 { &quill } else { &heron };
        let files = if number == 1 { vec![named] } else { vec![] };
        let record = shared.write(author, b"sealed", files);
        shared.append(author, &[record]).await;
    }
    shared.read(&quill).await;
    let mut own = wren.opens_journal(&[]).await;
    let record = own.write(&wren, b"sealed", vec![]);
    own.append(&wren, &[record]).await;
    let login = ClientLogin::<Suite>::start(&mut OpaqueRng(&mut rng()), PASSWORD).unwrap();
    let start = SessionStart { handle: "heron-41".into(), request: B64(login.message.serialize().to_vec()) };
    ok::<SessionStarted>(heron.post("/v1/sessions/start", &start).await).await;
    (world, heron, quill, shared, own, named)
}

#[tokio::test]
async fn every_row_that_names_an_account_is_handed_over_byte_for_byte_and_no_other() {
    let (world, heron, quill, shared, wrens, _) = practice().await;
    for person in [&heron, &quill] {
        let rows = disclose(&world.admin, person.account).await;
        let stored = stored(&world).await;
        let owns = |row: &Row| person.account == heron.account && holds(row, shared.journal.uuid());
        let handle: &[u8] = if person.account == heron.account { b"heron-41" } else { b"quill" };
        let about: Vec<_> = stored
            .iter()
            .filter(|row| holds(row, person.account.uuid()) || contains(row, handle) || owns(row))
            .collect();
        for row in &about {
            assert!(rows.iter().any(|told| same(told, row)), "{row:?}");
        }
        let tables: std::collections::BTreeSet<_> = about.iter().map(|row| row.0).collect();
        assert!(tables.len() >= 7, "positive control: {tables:?}");
        let text = serde_json::to_string(&rows).unwrap();
        assert!(!text.contains(&wrens.journal.to_string()), "somebody else's journal was handed over");
        for told in &rows {
            assert!(stored.iter().any(|row| same(told, row)), "made up: {told:?}");
        }
    }
}

#[tokio::test]
async fn a_login_under_way_is_not_handed_to_an_administrator_who_could_finish_it() {
    let (world, heron, ..) = practice().await;
    let text = serde_json::to_string(&disclose(&world.admin, heron.account).await).unwrap();
    let rows = stored(&world).await;
    let attempt = rows.iter().find(|row| row.0 == "login_attempt").unwrap();
    let state = attempt.1.iter().find(|(name, _)| *name == "state").and_then(|(_, state)| state.clone()).unwrap();
    assert!(text.contains(&Hash::of(&state).to_string()));
    assert!(!text.contains(&B64(state).encode()));
}

#[tokio::test]
async fn sealed_files_are_handed_over_as_they_are_and_only_those_of_the_account() {
    let (world, heron, _, shared, wrens, named) = practice().await;
    let path = |journal: &Log, account: AccountId| {
        format!("/v1/admin/accounts/{account}/disclosure/{}/{}", journal.journal, named.id)
    };
    let answer = world.admin.get(&path(&shared, heron.account)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.bytes().await.unwrap(), "sealed file");
    for strange in [path(&wrens, heron.account), path(&shared, world.admin.account)] {
        assert_eq!(refusal(world.admin.get(&strange).await).await, Refusal(404, ProblemCode::NotFound));
    }
}

#[tokio::test]
async fn only_administrators_disclose_and_the_person_sees_it() {
    let (world, heron, quill, ..) = practice().await;
    let path = format!("/v1/admin/accounts/{}/disclosure", heron.account);
    for person in [&heron, &quill] {
        assert_eq!(refusal(person.get(&path).await).await, Refusal(403, ProblemCode::NotPermitted));
    }
    assert_eq!(refusal(world.admin.get(&format!("{path}?table=secrets")).await).await.0, 400);
    let told = async |reader: &Person| {
        let log: AccessLog = ok(reader.get("/v1/accounts/me/access-log").await).await;
        log.entries.into_iter().filter(|entry| entry.act == AuditAct::DiscloseAccount).collect::<Vec<_>>()
    };
    disclose(&world.admin, heron.account).await;
    let hers = told(&heron).await;
    assert_eq!(hers.len(), 1);
    assert_eq!((hers[0].actor, hers[0].handle.as_deref()), (Some(world.admin.account), Some("admin")));
    assert!(told(&quill).await.is_empty(), "what is done about an account is told to it, not to its clinician");
    // Whatever part is asked for first, it is entered.
    let part = format!("/v1/admin/accounts/{}/disclosure?table=record", quill.account);
    ok::<DisclosurePage>(world.admin.get(&part).await).await;
    assert_eq!(told(&quill).await.len(), 1);
}
