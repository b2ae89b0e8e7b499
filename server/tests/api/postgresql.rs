//! What PostgreSQL alone can do to a server: other servers on the same database, refusing, restarting.

use std::process::Output;
use std::slice;

use futures_util::future::join_all;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Account, Accounts, Appended, RecordPage};
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_server::init::{InitError, Initialised, init};
use reverie_server::{Clock, OpenError, RunningServer, Server};

use crate::command::command;
use crate::home::Home;
use crate::world::{Log, Person, Refusal, World, ok, refusal, rng};

/// A server, and a second one on the same database.
pub async fn neighbours() -> (World, Home, RunningServer) {
    let world = World::at(Home::on_postgresql(), |config| config).await;
    let home = world.folder.beside();
    std::fs::create_dir_all(home.path().join("keys")).unwrap();
    let key = "keys/opaque-setup";
    std::fs::copy(world.folder.path().join(key), home.path().join(key)).unwrap();
    let server = world.start_at(&home).await;
    (world, home, server)
}

/// Returns somebody as a client of another server.
pub fn at(person: &Person, server: &RunningServer) -> Person {
    Person { base: format!("http://{}", server.addr), ..person.clone() }
}

/// Appends a record, building it anew whenever another came first.
async fn append_somehow(author: &Person, log: &mut Log, words: &[u8]) {
    loop {
        let record = log.clone().write(author, words, vec![]);
        let response = log.try_append(author, &[record]).await;
        if response.status() == 200 {
            let head = ok::<Appended>(response).await.head;
            (log.seq, log.head) = (Some(head.seq), Some(head.hash));
            return;
        }
        let problem: Problem = response.json().await.unwrap();
        assert_eq!(problem.code, ProblemCode::StaleHead, "{problem:?}");
        let head = problem.head.unwrap();
        (log.seq, log.head) = (Some(head.seq), Some(head.hash));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_misses_no_record_however_many_write_on_however_many_servers() {
    const WRITERS: usize = 6;
    const EACH: usize = 20;
    let (world, _home, other) = neighbours().await;
    let heron = world.patient().await;
    let log = heron.opens_journal(&[]).await;
    let mut writing = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let author = if number % 2 == 0 { heron.clone() } else { at(&heron, &other) };
        let mut log = log.clone();
        writing.spawn(async move {
            for _ in 0..EACH {
                append_somehow(&author, &mut log, b"sealed").await;
            }
        });
    }
    let readers = [at(&heron, &other), heron];
    let mut reading = tokio::task::JoinSet::new();
    for reader in readers {
        let path = log.path();
        reading.spawn(async move {
            let mut last = 0;
            while last < (WRITERS * EACH) as u64 {
                let page: RecordPage = ok(reader.get(&format!("{path}?after={last}&limit=7")).await).await;
                for record in &page.records {
                    let seq = record.parse().unwrap().seq;
                    assert_eq!(seq, last + 1, "whoever reads on never finds a gap");
                    last = seq;
                }
                assert!(page.more || page.head.is_some_and(|head| head.seq <= last), "what is acknowledged is there");
            }
        });
    }
    writing.join_all().await;
    reading.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_that_are_given_the_same_place_one_says_that_it_is_taken() {
    let (world, _home, other) = neighbours().await;
    let heron = world.patient().await;
    let there = at(&heron, &other);
    for _ in 0..10 {
        // The same journal opened twice, and then extended twice.
        let empty = Log::new(JournalId::make(&mut rng()));
        let opens = [&heron, &there].map(|author| {
            let mut log = empty.clone();
            let record = log.open(author, &[]);
            (author, log, record)
        });
        let sent = join_all(opens.iter().map(|(author, log, record)| log.try_append(author, slice::from_ref(record))));
        let statuses = statuses(sent.await);
        let log = match statuses[..] {
            [200, 409] => &opens[0].1,
            [409, 200] => &opens[1].1,
            _ => panic!("{statuses:?}"),
        };
        let writes = [&heron, &there].map(|author| (author, log.clone().write(author, b"sealed", vec![])));
        let sent = join_all(writes.iter().map(|(author, record)| log.try_append(author, slice::from_ref(record))));
        let mut statuses = self::statuses(sent.await);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(log.read(&there).await.records.len(), 2);
    }
}

fn statuses(responses: Vec<reqwest::Response>) -> Vec<u16> {
    responses.iter().map(|response| response.status().as_u16()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_used_once_on_however_many_servers() {
    let (world, _home, other) = neighbours().await;
    for handle in ["heron-41", "cedar-07", "lantern-19", "willow-33"] {
        let key = world.admin.invites(AccountRole::Patient, Some(handle)).await;
        let mut finishing = Vec::new();
        for base in [&world.base(), &format!("http://{}", other.addr)] {
            let (finish, _) = crate::world::registration(base, &key).await;
            finishing.push(world.admin.http.post(format!("{base}/v1/registration/finish")).json(&finish));
        }
        let finished = join_all(finishing.into_iter().map(|request| tokio::spawn(request.send()))).await;
        let mut statuses = statuses(finished.into_iter().map(|sent| sent.unwrap().unwrap()).collect());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410]);
    }
    let list: Accounts = ok(world.admin.get("/v1/admin/accounts").await).await;
    assert_eq!(list.accounts.len(), 5);
}

#[tokio::test]
async fn connections_that_postgresql_closed_are_made_anew() {
    let world = World::at(Home::on_postgresql(), |config| config).await;
    let heron = world.patient().await;
    let mut log = heron.opens_journal(&[]).await;
    world.folder.postgresql().shut();
    world.folder.postgresql().open();
    ok::<Account>(heron.get("/v1/accounts/me").await).await;
    let write = log.write(&heron, b"sealed", vec![]);
    assert_eq!(log.append(&heron, &[write]).await.seq, 1);
    heron.invites(AccountRole::Clinician, None).await;
}

#[tokio::test]
async fn a_server_whose_database_went_away_says_that_it_is_busy_and_not_ready() {
    let world = World::at(Home::on_postgresql(), |config| config).await;
    let mut log = world.admin.opens_journal(&[]).await;
    world.folder.postgresql().shut();
    let busy = Refusal(503, ProblemCode::Busy);
    assert_eq!(refusal(world.admin.get("/v1/accounts/me").await).await, busy);
    let ready = world.admin.http.get(format!("{}/readyz", world.base())).send().await.unwrap();
    assert_eq!(refusal(ready).await, busy);
    world.folder.postgresql().open();
    let write = log.write(&world.admin, b"sealed", vec![]);
    assert_eq!(log.append(&world.admin, &[write]).await.seq, 1);
}

#[tokio::test]
async fn a_data_folder_that_does_not_belong_to_the_database_is_refused() {
    let world = World::at(Home::on_postgresql(), |config| config).await;
    let other = world.folder.beside();
    let refused = init(other.path(), &other.database(), &Clock::system(), &mut rng()).await;
    assert!(matches!(refused, Err(InitError::KeyMissing)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = Server::start(other.config(), listener).await.unwrap_err();
    assert!(error.to_string().contains("reverie-server init"), "{error}");
}

#[tokio::test]
async fn two_servers_that_are_set_up_at_once_make_one_set_of_tables() {
    let (one, clock) = (Home::on_postgresql(), Clock::system());
    let other = one.beside();
    let (database, mut first, mut second) = (one.database(), rng(), rng());
    let (here, there) = tokio::join!(
        init(one.path(), &database, &clock, &mut first),
        init(other.path(), &database, &clock, &mut second),
    );
    for initialised in [here, there] {
        assert!(matches!(initialised.unwrap(), Initialised::FirstAdministrator { .. }));
    }
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn what_is_wrong_with_the_database_is_told_with_what_to_do_and_without_the_password() {
    let home = Home::on_postgresql();
    let url = home.url().unwrap().replace("reverie@", "reverie:hunter2@");
    home.postgresql().sql("CREATE ROLE poor LOGIN");
    let nowhere = home.path().join("nowhere").display().to_string().replace('/', "%2F");
    for (url, told) in [
        (url.replace("/test", "/none"), "createdb --owner"),
        (url.replace("reverie:", "nobody:"), "check user and password"),
        (url.replace("reverie:", "poor:"), "ALTER DATABASE name OWNER TO user"),
        (format!("postgres://reverie:hunter2@{nowhere}/reverie"), "is it running"),
        ("postgres://reverie:hunter2@127.0.0.1:1/reverie".into(), "is it running"),
        (format!("{url}?sslmod=hunter2"), "no parameter"),
        ("mysql://reverie:hunter2@localhost/reverie".into(), "postgres://USER@HOST/DATABASE"),
    ] {
        let said = said(
            &command(&["init"]).arg("--data").arg(home.path()).env("REVERIE_DATABASE_URL", &url).output().unwrap(),
        );
        assert!(said.contains(told), "{url}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_server_is_left_alone() {
    let home = Home::on_postgresql();
    init(home.path(), &home.database(), &Clock::system(), &mut rng()).await.unwrap();
    home.postgresql().sql("INSERT INTO seaql_migrations VALUES ('9999_from_the_future', 0)");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = Server::start(home.config(), listener).await.unwrap_err();
    assert!(matches!(error, reverie_server::StartError::Open(OpenError::Newer)), "{error}");
}
