//! The server cannot read, and what is private cannot be counted.

use reverie_client::native::ExportFolder;
use reverie_journal::measure::{Answered, Pack, Taking};
use reverie_journal::{
    Away, Coverage, Hours, Kind, Mark, Outcome, Person as Contact, PersonName, Phone, Relation, Session, SessionState,
    SessionType, Talk,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::database::Look;
use reverie_tests::media::file;
use reverie_tests::memory;
use reverie_tests::person::{PASSWORD, entry_with};
use reverie_tests::postgresql;
use reverie_tests::search::{all_files, contains};
use reverie_tests::{Person, Practice, ServerProcess, StoryClock, Wire};

use crate::sees::{headers_are_declared, log_is_declared};

/// Planted wherever somebody can write something. All begin alike, so that one search finds any of them.
const CANARY: &str = "heliotrope-nightjar";

fn canary(place: &str) -> String {
    format!("{CANARY} {place}")
}

/// A number that stands in statements and plans alone.
const PHONE: &str = "617-555-0183";

/// A session's documents carry no words; this time stands nowhere else.
const SESSION_AT: &str = "2031-05-06T03:17:43-04:00";

#[tokio::test]
async fn nothing_that_anybody_writes_reaches_database_files_memory_logs_or_wire() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let code = ServerProcess::init(&data).await;
    let server = ServerProcess::serve(&data).await;
    let clock = StoryClock::at("2031-05-01T09:00:00-04:00");
    let wires = [Wire::to(server.addr).await, Wire::to(server.addr).await, Wire::to(server.addr).await];
    let join = async |handle: &str, wire: &Wire, code: &str| {
        Person::join(&folder.path().join(handle), wire.clone(), &clock, code).await.unwrap()
    };
    let mut admin = join("admin", &wires[0], &code).await;
    let code = admin.invite(AccountRole::Clinician, Some("quill"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut quill = join("quill", &wires[1], &code).await;
    let code = quill.invite(AccountRole::Patient, Some("heron-41"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut heron = join("heron-41", &wires[2], &code).await;
    quill.collect_guests().await.unwrap();
    heron.confirm("quill").await.unwrap();
    quill.confirm("heron-41").await.unwrap();
    heron.consents().await.unwrap();
    quill.sync().await.unwrap();

    plant(&mut quill, &mut heron).await;
    // The clinician reads all of it: the canaries are really there, for those who hold keys.
    quill.sync().await.unwrap();
    let brief = serde_json::to_string(&quill.brief(heron.account(), None, None).unwrap()).unwrap();
    for place in ["title", "words", "attachment", "layer", "theme", "label", "proposal"] {
        assert!(brief.contains(&canary(place)), "{place}");
    }
    heron.sync().await.unwrap();
    let patient = heron.account();
    let mut sink = ExportFolder::create(&folder.path().join("export")).unwrap();
    heron.export(patient, false, &mut sink, &mut |_, _| {}).await.unwrap();
    assert!(
        contains(&all_files(&folder.path().join("export")), &canary("inside")),
        "positive control: the search works"
    );

    let recovery = heron.recovery.clone().unwrap();
    drop((admin, quill, heron));
    let cells = Look::into(&data).await.cells().await;
    let running = [all_files(&data), postgresql::files(&data)].concat();
    let memory = memory::of(server.process());
    let log = server.stop().await;
    let stopped = [all_files(&data), postgresql::files(&data)].concat();

    let tokens: Vec<String> = wires.iter().flat_map(tokens).collect();
    let secrets = [
        PHONE,
        // With its quotes: in base64, five characters turn up by chance.
        "\"PHQ-9\"",
        "measure_response",
        CANARY,
        "2031-05-06T03:17:43",
        PASSWORD,
        &recovery,
        "application/x-heliotrope",
    ];
    let mut found = Vec::new();
    for secret in secrets {
        let mut look = |place: &str, bytes: &[u8]| {
            if contains(bytes, secret) {
                found.push(format!("`{secret}` in {place}"));
            }
        };
        cells.iter().for_each(|cell| look(&cell.place, &cell.bytes));
        look("the files of the running server", &running);
        look("the files of the stopped server", &stopped);
        look("the server's memory", &memory);
        look("the log", log.as_bytes());
        wires.iter().for_each(|wire| look("the wire", &wire.bytes()));
    }
    assert_eq!(found, Vec::<String>::new());

    // Positive controls: the same searches find what must be there, encoded or not.
    assert!(cells.iter().any(|cell| cell.place == "account.handle" && contains(&cell.bytes, "heron-41")));
    assert!(cells.iter().any(|cell| cell.place == "record.body" && contains(&cell.bytes, "age-encryption.org/v1")));
    assert!(contains(&memory, "heron-41") && contains(&memory, "/v1/journals/{journal}/records"));
    let own = memory::of(std::process::id());
    assert!(contains(&own, &canary("words")), "who wrote it holds it: the search through memory works");
    assert!(contains(&running, "heron-41") && contains(&stopped, "heron-41"));
    assert!(contains(&wires[2].bytes(), "age-encryption.org/v1"), "inside JSON, as base64");
    assert!(contains(log.as_bytes(), "/v1/journals/{journal}/records"), "{log}");
    assert!(!tokens.is_empty());
    log_is_declared(&log);
    wires.iter().for_each(headers_are_declared);

    // Logs go further afield than the rest: nobody is named there, and nobody's token stands in them.
    for said in tokens.iter().map(String::as_str).chain(["heron-41", "quill"]) {
        assert!(!contains(log.as_bytes(), said), "`{said}` is in the log");
    }
}

/// Puts a canary into every field that takes words, in every type of document.
async fn plant(quill: &mut Person, heron: &mut Person) {
    let memo =
        file(&format!("{CANARY} attachment.bin"), "application/x-heliotrope", canary("inside").into_bytes(), None);
    let kept = heron.write(entry_with(Kind::Image, &canary("title"), &canary("words"), vec![memo])).await.unwrap();
    let entry = kept.document;
    heron.elaborate(entry, canary("layer"), vec![], false).await.unwrap();
    heron.mark(Mark { entry, talk: Talk::WantToTalk, rank: Some(1), tender: true }).await.unwrap();
    heron.writes(Kind::Conflict, &canary("private")).await.unwrap();
    let with = heron.share_target(None).unwrap();
    heron.share(entry, &with).await.unwrap();
    heron.elaborate(entry, canary("private layer"), vec![], true).await.unwrap();
    heron.put_in_theme(&canary("theme"), &[entry], false).await.unwrap();
    heron.label_person(&canary("label"), &[entry], false).await.unwrap();
    let taken_back = heron.shares(Kind::Dream, &canary("taken back")).await.unwrap();
    heron.withdraw(taken_back).await.unwrap();

    measured(quill, heron).await;
    quill.sync().await.unwrap();
    let (session_type, state) = (SessionType::Integration, SessionState::Scheduled);
    let session = Session::new(session_type, state, SESSION_AT.parse().unwrap());
    quill.record_session(heron.account(), session).await.unwrap();
    quill.reply(entry, canary("reply"), true).await.unwrap();
    quill.propose_theme(&canary("proposal"), &[entry]).await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    quill.receipt(&brief).await.unwrap().unwrap();
}

/// The same for measures: a statement, a pack, a plan, an answer, a disposition.
async fn measured(quill: &mut Person, heron: &mut Person) {
    let phone = Phone::new(PHONE).unwrap();
    let person = || Contact { name: PersonName::new(canary("person")).unwrap(), phone: phone.clone() };
    let away = Away { from: "2032-01-01T00:00:00-05:00".parse().unwrap(), until: None, covering: Some(person()) };
    let hours = Some(Hours::new(canary("hours")).unwrap());
    let coverage = Coverage { within_business_days: 1, phone: phone.clone(), hours, away: Some(away) };
    quill.state_coverage(heron.account(), coverage).await.unwrap();
    let pack =
        include_str!("../../shared/journal/packs/core-10.toml").replacen("Clinical Outcomes", &canary("pack"), 1);
    quill.offer_pack(heron.account(), Pack::load(pack).unwrap()).await.unwrap();
    heron.keep_safety_plan(vec![person()]).await.unwrap();
    heron.sync().await.unwrap();
    let taken = private_or_shared(heron, false).await;
    quill.sync().await.unwrap();
    quill.dispose(taken, Outcome::Seen, Some(canary("note"))).await.unwrap();
}

/// Answers PHQ-9, item 9 included.
async fn private_or_shared(heron: &mut Person, private: bool) -> DocumentId {
    let setting = heron.measure_setting(None, private).unwrap();
    let pack = setting.instruments.find("PHQ-9").unwrap().clone();
    let mut taking = Taking::new(pack.clone()).unwrap();
    while taking.item().is_some_and(|(number, _)| number <= 9) {
        taking = match taking.answer(Some(1)).unwrap() {
            Answered::Next(next) => next,
            Answered::Help(helping) => helping.leave(),
        };
    }
    let kept = heron.keep_measure(&setting, &pack, &taking.finish().unwrap()).await.unwrap();
    kept.document
}

/// Returns the session tokens that passed on a wire.
fn tokens(wire: &Wire) -> Vec<String> {
    wire.passed(|passed| {
        let headers = passed.iter().filter_map(|passed| passed.asked.headers.get("authorization")?.to_str().ok());
        let tokens = headers.filter_map(|header| header.strip_prefix("Bearer ")).map(str::to_owned);
        tokens.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    })
}

#[tokio::test]
async fn what_a_patient_keeps_private_changes_not_one_byte_for_her_clinician() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let phone = Phone::new(PHONE).unwrap();
    let coverage = Coverage { within_business_days: 1, phone, hours: None, away: None };
    quill.state_coverage(heron.account(), coverage).await.unwrap();
    heron.sync().await.unwrap();
    quill.sync().await.unwrap();
    let before = everything_that_quill_gets(&mut quill, &heron).await;

    for words in ["For me alone.", "And this.", "And all of this."] {
        heron.writes(Kind::Conflict, words).await.unwrap();
    }
    heron.elaborate(entry, "A private thought beside a shared entry.".into(), vec![], true).await.unwrap();
    let kept = heron.writes(Kind::Symbol, "A key in a tin.").await.unwrap().document;
    heron.put_in_theme("for me alone", &[entry, kept], true).await.unwrap();
    heron.label_person("Mum", &[entry], true).await.unwrap();
    heron.link(kept, Relation::Echoes, entry, false).await.unwrap();
    let gone = heron.writes(Kind::Fragment, "Written and erased.").await.unwrap();
    heron.withdraw(gone.document).await.unwrap();
    private_or_shared(&mut heron, true).await;
    heron.keep_safety_plan(Vec::new()).await.unwrap();
    assert_eq!(everything_that_quill_gets(&mut quill, &heron).await, before);

    // Positive control: one shared entry changes it.
    heron.shares(Kind::Feeling, "Waiting.").await.unwrap();
    assert_ne!(everything_that_quill_gets(&mut quill, &heron).await, before);
}

/// Returns the raw answers to everything that quill's device asks, and what quill's screens make of it.
async fn everything_that_quill_gets(quill: &mut Person, heron: &Person) -> Vec<String> {
    let passed = quill.wire.count(|_| true);
    quill.sync().await.unwrap();
    quill.verify(&mut |_, _| {}).await.unwrap();
    quill.access_logs().await.unwrap();
    let mut got: Vec<String> = quill.wire.passed(|all| {
        let answers = all[passed..].iter().map(|passed| {
            let answer = passed.answer.as_ref().unwrap();
            format!("{} {} {}", passed.asked.path, answer.status, String::from_utf8_lossy(&answer.body))
        });
        answers.collect()
    });
    got.push(serde_json::to_string(&quill.queue()).unwrap());
    got.push(serde_json::to_string(&quill.brief(heron.account(), None, None).unwrap()).unwrap());
    got
}
