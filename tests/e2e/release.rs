//! `reverie release` at a terminal, on the morning after, by somebody who is still tired.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reverie_client::CircleChange;
use reverie_journal::{Kind, Session, SessionState, SessionType};
use reverie_protocol::ids::{AccountId, DocumentId};
use reverie_tests::{Person, Practice, World};

use crate::shell::{at_a_terminal, at_a_terminal_of, flat, goes_home, ok, reverie, reverie_at, shown_until, terminal};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// After a dose: what she wrote that day, and one thing that she shared that day after all, an hour too early to be asked.
async fn after_a_dose(words: &[&str]) -> (World, Person, Person, Vec<DocumentId>, DocumentId) {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let dose = Session::new(SessionType::Dosing, SessionState::Completed, world.clock.now());
    quill.record_session(heron.account(), dose).await.unwrap();
    heron.sync().await.unwrap();
    let mut held = Vec::new();
    for words in words {
        world.clock.advance(60);
        held.push(heron.writes(Kind::Fragment, words).await.unwrap().document);
    }
    let shared = heron.writes(Kind::Fragment, "A door, ajar.").await.unwrap().document;
    world.clock.advance(5 * 3600);
    let circle = heron.share_target(None).unwrap();
    heron.share_during_guard(shared, &circle).await.unwrap();
    world.clock.advance(2 * 86_400);
    (world, quill, heron, held, shared)
}

fn short(id: DocumentId) -> String {
    reverie_journal::short_id(id.uuid())
}

/// Tells whether a clinician can read an entry.
fn reads(clinician: &Person, patient: AccountId, entry: DocumentId) -> bool {
    clinician.view(patient).entry(entry).is_some_and(|view| view.state.is_shared())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_card_is_answered_once_and_only_a_clear_answer_shares_or_withdraws() {
    let (world, mut quill, heron, held, shared) = after_a_dose(&["salt", "stones", "stairs"]).await;
    goes_home(&world, "heron-41", heron);
    // None of the first three is an answer, and Enter alone decides nothing.
    let (screen, _) = ok(at_a_terminal(&world, "heron-41", &["release"], "yes\nsorry no\nks\n\n\n\n\n"));
    assert!(screen.contains("You made 3 captures. Nobody but you can read them until you say so."), "{screen}");
    assert!(screen.contains("If you share it, quill will be able to read all of it, with its files."), "{screen}");
    assert_eq!(screen.matches("One of the letters in brackets.").count(), 3, "{screen}");
    assert_eq!(screen.matches("It stays held, and nobody but you can read it.").count(), 3, "{screen}");
    assert!(screen.contains("It stays shared until you decide."), "{screen}");
    quill.sync().await.unwrap();
    assert_eq!(quill.queue()[0].unread, 1, "only what was shared before");

    let (screen, _) = ok(at_a_terminal(&world, "heron-41", &["release"], "K\n Share \n\nw\n"));
    let [kept, released, later] = held[..] else { panic!("three were held") };
    assert!(screen.contains(&format!("{} stays private.", short(kept))), "{screen}");
    assert!(screen.contains(&format!("{} is shared with quill.", short(released))), "{screen}");
    assert!(screen.contains(&format!("{} is withdrawn.", short(shared))), "{screen}");
    let (cards, said) = ok(reverie(&world, "heron-41", &["release"]));
    assert!(cards.contains(&short(later)) && !cards.contains(&short(kept)), "{cards}");
    assert!(said.contains("You made 1 capture."), "{said}");
    let heron = quill.queue()[0].patient;
    quill.sync().await.unwrap();
    assert!(reads(&quill, heron, released) && !reads(&quill, heron, shared));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_nothing_is_called_shared_or_withdrawn_before_it_is() {
    let (world, mut quill, heron, held, shared) = after_a_dose(&["salt"]).await;
    goes_home(&world, "heron-41", heron);
    let (screen, _) = ok(at_a_terminal_of(&world, NOWHERE, "heron-41", &["release"], "s\nw\n"));
    assert!(screen.contains("not on the server yet"), "{screen}");
    assert!(!screen.contains("is shared with quill"), "{screen}");
    assert!(screen.contains(&format!("{} is not withdrawn yet", short(shared))), "{screen}");
    let (list, _) = ok(reverie_at(&world, NOWHERE, "heron-41", &["list"]));
    assert!(list.contains("taken back on this device alone: until that is sent, it is shared as it was"), "{list}");
    quill.sync().await.unwrap();
    assert_eq!(quill.queue()[0].unread, 1, "the server has what it had");
    // The next command that reaches the server does both.
    let (cards, said) = ok(reverie(&world, "heron-41", &["release"]));
    assert!(!cards.contains(&short(held[0])) && said.contains("Nothing waits for your answer."), "{cards} {said}");
    quill.sync().await.unwrap();
    let heron = quill.queue()[0].patient;
    assert!(reads(&quill, heron, held[0]) && !reads(&quill, heron, shared));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_reads_any_more_it_can_be_kept_and_later_is_answered() {
    let (world, quill, mut heron, held, shared) = after_a_dose(&["salt", "stones"]).await;
    let circle = heron.share_target(None).unwrap();
    let proposal = heron.propose(circle.journal, CircleChange::Remove { account: quill.account() }).await.unwrap();
    heron.enact(&proposal).await.unwrap();
    goes_home(&world, "heron-41", heron);
    let (screen, _) = ok(at_a_terminal(&world, "heron-41", &["release"], "s\nl\nk\nshared\n"));
    assert!(screen.contains("Nobody but you reads the journal that you share any more"), "{screen}");
    assert!(screen.contains("[k]eep it private, or decide [l]ater?"), "{screen}");
    assert!(screen.contains("One of the letters in brackets."), "nobody is there to share with: {screen}");
    assert!(screen.contains("Later, then. It stays held"), "{screen}");
    assert!(screen.contains(&format!("{} stays private.", short(held[1]))), "{screen}");
    assert!(screen.contains(&format!("{} stays shared.", short(shared))), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_may_take_her_time_to_answer() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    let (id, _) = ok(reverie(&world, "heron-41", &["write", "salt"]));
    let mut terminal = terminal(&world, &format!("http://{}", world.addr), "heron-41", &["share", &id]);
    shown_until(&mut terminal, "Share with quill? [y/N]");
    // By then the server has closed every connection on which it was asked nothing, that of the program first.
    let mut quiet = TcpStream::connect(world.addr).unwrap();
    assert_eq!(quiet.read(&mut [0; 1024]).unwrap(), 0);
    terminal.stdin.take().unwrap().write_all(b"y\n").unwrap();
    let output = terminal.wait_with_output().unwrap();
    assert!(flat(&output.stdout).contains("is shared with quill."), "{}", flat(&output.stdout));
}
