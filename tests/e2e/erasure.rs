//! Somebody leaves: what goes, what is said before and after, and that nobody but her can make it go.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reverie_client::native::system::randomness;
use reverie_client::{ClientError, Newcomer, Notice, Removal, Unlocked};
use reverie_journal::{Kind, Session, SessionState, SessionType};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{EraseAccount, Invitation};
use reverie_protocol::ids::DocumentId;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::database::Look;
use reverie_tests::person::{PASSWORD, environment};
use reverie_tests::{Answer, Fate, Person, Practice, World};

use crate::shell::{device_goes_home, flat, goes_home, ok, reverie, reverie_at};

/// heron shares what quill then opens; something else stays private.
async fn story() -> (Practice, DocumentId) {
    let mut practice = Practice::open().await;
    let shared = practice.heron.shares(Kind::Image, "The locked greenhouse.").await.unwrap();
    practice.heron.writes(Kind::Feeling, "Salt on the lips.").await.unwrap();
    practice.quill.sync().await.unwrap();
    let heron = practice.heron.account();
    let brief = practice.quill.brief(heron, None, None).unwrap();
    practice.quill.receipt(&brief).await.unwrap();
    practice.heron.sync().await.unwrap();
    (practice, shared)
}

/// One more device of hers, by a code from this one.
async fn another_device(world: &World, heron: &mut Person, name: &str) -> Unlocked {
    let code = heron.hand_over().await.unwrap();
    let url = format!("http://{}", world.addr);
    let there = environment(&world.home(name), &url, &world.clock, Box::new(randomness())).unwrap();
    Newcomer::take(there, &code).await.unwrap().login(PASSWORD).await.unwrap()
}

/// Returns what a device keeps, but for the file by which one program keeps others out.
fn kept(home: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.flat_map(|path| if path.is_dir() { kept(&path) } else { vec![path] });
    files.filter(|path| !path.ends_with(".reverie-lock")).collect()
}

fn shows_nothing_of(quill: &Person, heron: &Person) -> bool {
    quill.view(heron.account()).shared.iter().all(|shared| shared.entries.is_empty())
}

#[tokio::test]
async fn she_leaves_and_takes_everything_along_but_what_was_read() {
    let (Practice { world, mut quill, mut heron }, entry) = story().await;
    let mut phone = another_device(&world, &mut heron, "phone").await;
    phone.sync().await.unwrap();
    let leaving = heron.if_erased().unwrap();
    assert_eq!((leaving.private, leaving.shared, leaving.unopened), (1, 1, 0));
    assert_eq!(leaving.held.len(), 1);
    assert_eq!((leaving.held[0].by, leaving.held[0].opened), (quill.account(), 1));

    // A reply that quill wrote meanwhile waits on quill's device.
    quill.wire.requests(|_| Fate::HangUp);
    quill.reply(entry, "I am here.".into(), false).await.unwrap();
    quill.wire.is_honest();
    let (account, home) = (heron.account(), heron.home.clone());
    let Person { account: unlocked, .. } = heron;
    let erased = unlocked.erase_account().await.unwrap();
    assert_eq!((erased.journals, erased.files), (2, 0));
    assert_eq!(kept(&home), [] as [PathBuf; 0], "her device keeps nothing");

    let stopped = quill.flush().await.unwrap().stopped_by;
    assert!(stopped.is_some(), "nobody takes the reply any more");
    let notices = quill.sync().await.unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Erased { handle, undelivered: 1, .. }] if handle == "heron-41"),
        "{notices:?}"
    );
    assert!(quill.view(account).shared.is_empty());
    assert_eq!(quill.sync().await.unwrap().len(), 0, "it is told once");
    // After a restart too: the cache is gone.
    drop(quill);
    let mut quill = world.unlocks("quill").await;
    assert!(quill.view(account).shared.is_empty());
    assert_eq!((quill.sync().await.unwrap().len(), quill.waiting_count()), (0, 0));

    let error = phone.sync().await.unwrap_err();
    assert!(
        matches!(&error, ClientError::DeviceRevoked { why: Removal::Erased, said } if said.contains("This account was deleted on")),
        "{error}"
    );
    let look = Look::into(&world.data()).await;
    // Wherever an id stands: in a column of its own, in a header, in a card.
    let (id, text) = (*account.as_bytes(), account.to_string());
    let names_her = |bytes: &[u8]| {
        let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|part| part == wanted);
        has(&id) || has(text.as_bytes())
    };
    let cells = look.cells().await;
    let places: BTreeSet<_> = cells.iter().filter(|cell| names_her(&cell.bytes)).map(|cell| &*cell.place).collect();
    let told = ["audit.actor", "audit.subject", "ended_session.account", "erased_journal.erasure"];
    assert_eq!(places, BTreeSet::from(told));
}

#[tokio::test]
async fn a_server_that_says_that_she_left_is_not_believed_without_her_signature() {
    let (Practice { world, mut quill, heron }, _) = story().await;
    let cedar = world.home("cedar");
    // Signed, but by somebody else: what the server can make by itself.
    let stranger = {
        let mut admin = world.unlocks("admin").await;
        let code = admin.invite(AccountRole::Patient, Some("cedar-07"), 900).await.unwrap();
        Person::join(&cedar, world.wire().await, &world.clock, &code).await.unwrap()
    };
    let wire = stranger.wire.clone();
    let Person { account: unlocked, .. } = stranger;
    unlocked.erase_account().await.unwrap();
    let forged = wire.passed(|passed| {
        let asked = passed.iter().find(|passed| passed.asked.is("POST", "/me/erase")).unwrap();
        serde_json::from_slice::<EraseAccount>(&asked.asked.body).unwrap().account
    });
    quill.wire.lies(move |asked, answer| {
        if asked.is("GET", "/v1/journals") {
            let mut listed: reverie_protocol::api::Journals = answer.parse();
            listed.journals.clear();
            return Some(Answer::json(200, &listed));
        }
        asked.is("GET", "/erasure").then(|| Answer::json(200, &forged))
    });
    let notices = quill.sync().await.unwrap();
    assert!(matches!(notices.as_slice(), [Notice::Hidden { .. }]), "{notices:?}");
    assert!(!shows_nothing_of(&quill, &heron), "what was read stays, as evidence");
    quill.wire.is_honest();
    assert_eq!(quill.sync().await.unwrap().len(), 0);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_told_by_the_next_start() {
    let (Practice { world, heron, .. }, _) = story().await;
    heron.wire.answers(|asked, _| if asked.is("POST", "/me/erase") { Fate::HangUp } else { Fate::Pass });
    let Person { account: unlocked, .. } = heron;
    assert!(unlocked.erase_account().await.unwrap_err().is_offline());
    let mut heron = world.unlocks("heron-41").await;
    let error = heron.sync().await.unwrap_err();
    assert!(
        matches!(&error, ClientError::DeviceRevoked { why: Removal::Erased, said } if said.contains("This account was deleted on")),
        "{error}"
    );
    let Person { account: unlocked, home, .. } = heron;
    unlocked.erase_device().await.unwrap();
    assert_eq!(kept(&home), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn leaving_waits_for_the_day_after_a_dose_and_is_for_patients() {
    let (Practice { world, mut quill, mut heron }, _) = story().await;
    assert!(matches!(quill.if_erased(), Err(ClientError::NotPossible(_))));
    let dose = Session::new(SessionType::Dosing, SessionState::Completed, world.clock.now());
    quill.record_session(heron.account(), dose).await.unwrap();
    heron.sync().await.unwrap();
    assert!(matches!(heron.if_erased(), Err(ClientError::Guarded(_))));
    world.clock.advance(86_400);
    heron.if_erased().unwrap();
}

/// What the program says, from the question to the receipt.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_asks_for_the_handle_and_shows_a_receipt() {
    let (Practice { world, heron, quill }, _) = story().await;
    goes_home(&world, "heron", heron);
    drop(quill);
    let kept = reverie(&world, "heron", &["delete-account", "--confirm", "heron"]);
    assert_eq!(kept.status.code(), Some(1));
    assert!(flat(&kept.stderr).contains("Nothing was deleted"), "{}", flat(&kept.stderr));
    ok(reverie(&world, "heron", &["list"]));
    let (receipt, said) = ok(reverie(&world, "heron", &["delete-account", "--confirm", "heron-41"]));
    assert!(
        said.contains("1 entry or measure is private and 1 shared. Of what is shared, everything was opened."),
        "{said}"
    );
    assert!(receipt.contains("heron-41 was deleted on"), "{receipt}");
    assert!(
        receipt.contains("2 journals with") && receipt.contains("quill has read 1 of your entries and measures."),
        "{receipt}"
    );
    let after = reverie(&world, "heron", &["list"]);
    assert!(flat(&after.stderr).contains("There is no account in profile `heron` yet"), "{}", flat(&after.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_can_forget_the_account_and_the_account_lives_on() {
    let (Practice { world, mut heron, quill }, _) = story().await;
    drop(quill);
    drop(another_device(&world, &mut heron, "phone").await);
    device_goes_home(&world, "phone", &world.home("phone"));
    let (_, said) = ok(reverie(&world, "phone", &["logout", "--erase", "--yes"]));
    assert!(said.contains("This device holds nothing of heron-41 any more."), "{said}");
    assert_eq!(kept(&world.home("shells").join("phone/store")), [] as [PathBuf; 0]);
    heron.sync().await.unwrap();
    assert_eq!(heron.devices().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_a_deleted_account_says_so_and_keeps_what_it_has() {
    let (Practice { world, mut heron, quill: _quill }, _) = story().await;
    let mut phone = another_device(&world, &mut heron, "phone").await;
    phone.sync().await.unwrap();
    drop(phone);
    device_goes_home(&world, "phone", &world.home("phone"));
    let nowhere = "http://127.0.0.1:9";
    let (waits, _) = ok(reverie_at(&world, nowhere, "phone", &["write", "Said into the wind."]));
    let Person { account, .. } = heron;
    account.erase_account().await.unwrap();

    // The password is right, and no password is said to be wrong.
    let refused = reverie(&world, "phone", &["login"]);
    let said = flat(&refused.stderr);
    assert!(!refused.status.success() && said.contains("This account was deleted on 2031-05-01"), "{said}");
    assert!(said.contains("`reverie logout --erase`") && !said.contains("password does not"), "{said}");
    let (shown, said) = ok(reverie(&world, "phone", &["list"]));
    assert!(shown.contains(&waits) && shown.contains("Salt on the lips."), "what is here can be read: {shown}");
    assert!(
        said.contains("1 thing that you did is on this device alone") && said.contains("`reverie export`"),
        "{said}"
    );
    assert!(!said.contains("reverie login"), "{said}");
    // It may be the server that lies: words are kept whatever it says.
    let (_, said) = ok(reverie(&world, "phone", &["write", "And this?"]));
    assert!(said.contains("This account was deleted on 2031-05-01") && said.contains("`reverie export`"), "{said}");
    let (shown, said) = ok(reverie(&world, "phone", &["list"]));
    assert!(shown.contains("And this?") && said.contains("2 things that you did are on this device alone"), "{said}");
    let (shown, _) = ok(reverie(&world, "phone", &["whoami"]));
    assert!(shown.contains("none: the account was deleted"), "{shown}");
    let folder = world.home("exported");
    ok(reverie(&world, "phone", &["export", folder.to_str().unwrap()]));
    let (_, said) = ok(reverie(&world, "phone", &["logout", "--erase", "--yes"]));
    assert!(said.contains("The server says that the account was deleted"), "{said}");
    assert_eq!(kept(&world.home("shells").join("phone/store")), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_handle_whose_account_was_deleted_can_be_somebody_elses() {
    let (Practice { world, mut quill, heron }, shared) = story().await;
    let before = heron.account();
    let Person { account, .. } = heron;
    account.erase_account().await.unwrap();
    // Invited before this device has heard that she left, and met before it looks at her journal. A reply waits for her.
    quill.wire.requests(|_| Fate::HangUp);
    quill.reply(shared, "I am here.".into(), false).await.unwrap();
    quill.wire.is_honest();
    let code = quill.invite(AccountRole::Patient, Some("heron-41"), 900).await.unwrap();
    let home = world.home("another-heron");
    let mut another = Person::join(&home, world.wire().await, &world.clock, &code).await.unwrap();
    let notices = quill.sync().await.unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Erased { handle, undelivered: 1, .. }] if handle == "heron-41"),
        "{notices:?}"
    );
    assert_ne!(another.account(), before);
    assert_eq!(quill.contact_of("heron-41").unwrap().account, another.account());
    assert_eq!(quill.pairings().iter().filter(|pairing| pairing.contact.handle == "heron-41").count(), 1);
    quill.confirm("heron-41").await.unwrap();
    another.confirm("quill").await.unwrap();
    another.consents().await.unwrap();
    another.shares(Kind::Image, "A bell, twice.").await.unwrap();
    assert!(quill.sync().await.unwrap().is_empty());
    assert_eq!(quill.queue()[0].unread, 1);
    // What was written of the one before is still told apart, also on another device.
    assert_eq!(quill.names().of(before), "heron-41 (deleted)");
    quill.login(PASSWORD).await.unwrap();
    let phone = another_device(&world, &mut quill, "phone").await;
    assert_eq!(phone.names().of(before), "heron-41 (deleted)");
    assert_eq!(phone.contact_of("heron-41").unwrap().account, another.account());
}

/// Somebody accepts an invitation of quill's.
async fn comes(world: &World, quill: &mut Person, handle: &str, home: &str) -> Person {
    let code = quill.invite(AccountRole::Patient, Some(handle), 900).await.unwrap();
    Person::join(&world.home(home), world.wire().await, &world.clock, &code).await.unwrap()
}

#[tokio::test]
async fn of_somebody_who_was_only_met_the_servers_word_is_enough_and_of_nobody_else() {
    let (Practice { world, mut quill, heron }, _) = story().await;
    let first = comes(&world, &mut quill, "cedar-07", "cedar").await;
    quill.sync().await.unwrap();
    let Person { account, .. } = first;
    account.erase_account().await.unwrap();
    let second = comes(&world, &mut quill, "cedar-07", "another-cedar").await;
    assert_eq!(quill.sync().await.unwrap().len(), 0);
    assert_eq!(quill.contact_of("cedar-07").unwrap().account, second.account());

    // A server that says of somebody whom quill knows that she is gone, and calls a guest by her handle.
    let lantern = comes(&world, &mut quill, "lantern-19", "lantern").await;
    quill.wire.lies(|asked, answer| {
        if asked.is("GET", "/card") {
            let gone = Problem::new(ProblemCode::NotFound, "There is no such account.");
            return Some(Answer::json(404, &gone));
        }
        let named = asked.method == "GET" && asked.path.contains("/invitations/") && answer.status == 200;
        named.then(|| {
            let mut invitation: Invitation = answer.parse();
            invitation.guest.iter_mut().for_each(|guest| guest.handle = "heron-41".into());
            Answer::json(200, &invitation)
        })
    });
    let told = quill.collect_guests().await.unwrap_err();
    assert!(matches!(told, ClientError::PairingForged), "{told}");
    assert_eq!(quill.contact_of("heron-41").unwrap().account, heron.account());
    assert!(quill.pairings().iter().any(|pairing| pairing.contact.account == heron.account()));
    assert!(quill.pairings().iter().all(|pairing| pairing.contact.account != lantern.account()));
}

#[tokio::test]
async fn a_line_that_breaks_while_a_handle_is_looked_into_costs_no_invitation() {
    let (Practice { world, mut quill, heron: _heron }, _) = story().await;
    let first = comes(&world, &mut quill, "cedar-07", "cedar").await;
    quill.sync().await.unwrap();
    let Person { account, .. } = first;
    account.erase_account().await.unwrap();
    let second = comes(&world, &mut quill, "cedar-07", "another-cedar").await;
    quill.wire.requests(|asked| if asked.is("GET", "/card") { Fate::HangUp } else { Fate::Pass });
    assert!(quill.collect_guests().await.unwrap_err().is_offline());
    quill.wire.is_honest();
    quill.sync().await.unwrap();
    assert_eq!(quill.contact_of("cedar-07").unwrap().account, second.account());
}
