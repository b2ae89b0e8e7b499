//! A server that was restored from a backup, and devices that have seen more than it has.

use std::path::PathBuf;

use reverie_client::{CircleChange, ClientError, Notice, Standing};
use reverie_journal::Kind;
use reverie_protocol::ids::DocumentId;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::media::voice_memo;
use reverie_tests::person::{PASSWORD, entry_with};
use reverie_tests::{Answer, Asked, Fate, Person, Practice};

use crate::shell::{flat, goes_home, ok, reverie};

fn diverged(notices: &[Notice]) -> bool {
    matches!(notices, [Notice::Failed { error: ClientError::HistoryDiverged(_), .. }, ..])
}

/// Sends everything again, and returns how many records and files were lacking.
async fn resends(person: &mut Person) -> (u64, usize) {
    let compared = person.compare_with_server().await.unwrap();
    assert!(compared.iter().all(|comparison| comparison.standing != Standing::Diverged), "{compared:?}");
    let (mut records, mut files) = (0, 0);
    for comparison in compared {
        let sent = person.resend(comparison.journal, &mut |_, _| {}).await.unwrap();
        assert_eq!(sent.lost, []);
        (records, files) = (records + sent.records, files + sent.files);
    }
    (records, files)
}

async fn is_whole(person: &mut Person) {
    assert!(person.compare_with_server().await.unwrap().is_empty());
    let flushed = person.flush().await.unwrap();
    assert_eq!(flushed.waiting, 0, "{:?}", flushed.stopped_by);
    let notices = person.sync().await.unwrap();
    assert!(notices.is_empty(), "{notices:?}");
    assert_eq!(person.verify(&mut |_, _| {}).await.unwrap().findings, []);
}

/// The practice after a restore: heron wrote, shared and withdrew after the backup, and quill has read and answered it.
async fn restored() -> (Practice, DocumentId) {
    let Practice { mut world, mut quill, mut heron } = Practice::open().await;
    let shared_before = heron.shares(Kind::Image, "A greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    let backup = world.backup().await;
    for person in [&mut quill, &mut heron] {
        person.wire.reroute(world.addr);
    }
    let memo = entry_with(Kind::Body, "Said aloud", "Warm hands.", vec![voice_memo("said.wav", 1)]);
    let memo = heron.write(memo).await.unwrap();
    let circle = heron.share_target(None).unwrap();
    assert!(heron.share(memo.document, &circle).await.unwrap().stopped_by.is_none());
    quill.sync().await.unwrap();
    quill.reply(memo.document, "Tell me more.".into(), false).await.unwrap();
    heron.sync().await.unwrap();
    heron.withdraw(shared_before).await.unwrap();
    quill.sync().await.unwrap();
    world.restore(backup).await;
    for person in [&mut quill, &mut heron] {
        person.wire.reroute(world.addr);
    }
    (Practice { world, quill, heron }, memo.document)
}

/// The practice after a restore that the server went on from: heron did this after the backup, and quill, who has seen
/// nothing of it, answered in good faith in its place.
async fn forked(deed: impl AsyncFnOnce(&mut Person)) -> Practice {
    let Practice { mut world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "A greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    let backup = world.backup().await;
    heron.wire.reroute(world.addr);
    deed(&mut heron).await;
    world.restore(backup).await;
    for person in [&mut quill, &mut heron] {
        person.wire.reroute(world.addr);
    }
    quill.login(PASSWORD).await.unwrap();
    quill.reply(entry, "Tell me more.".into(), false).await.unwrap();
    heron.login_after_restore(PASSWORD).await.unwrap();
    heron.sync().await.unwrap();
    Practice { world, quill, heron }
}

#[tokio::test]
async fn a_restored_server_gets_everything_again_from_the_devices_that_have_it_and_work_goes_on() {
    let (Practice { world: _world, mut quill, mut heron }, memo) = restored().await;
    // Nobody is told that all is well: the password alone does not make an older account acceptable.
    assert!(matches!(heron.login(PASSWORD).await, Err(ClientError::OlderAccount)));
    heron.login_after_restore(PASSWORD).await.unwrap();
    assert!(diverged(&heron.sync().await.unwrap()));
    // What is written meanwhile waits, and is not lost.
    assert_eq!(heron.writes(Kind::Fragment, "Meanwhile.").await.unwrap().flushed.waiting, 1);

    let (records, files) = resends(&mut heron).await;
    assert!(records >= 6, "the entry, its shared copy, two withdrawals, the reply, another withdrawal: {records}");
    assert_eq!(files, 1, "the memo in the shared journal; the private one was withdrawn");
    is_whole(&mut heron).await;

    quill.login_after_restore(PASSWORD).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(resends(&mut quill).await, (0, 0), "nothing is lacking any more");
    is_whole(&mut quill).await;
    quill.reply(memo, "Still here.".into(), false).await.unwrap();
    heron.sync().await.unwrap();
    let view = heron.view(heron.account());
    let shared = &view.shared[0];
    assert_eq!(shared.entries.len(), 1, "what was withdrawn after the backup is withdrawn again");
    assert_eq!(shared.entries[0].replies.len(), 2);
    // The account goes on from here too: no device ever again takes the backup's state for the newest.
    heron.login(PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_it_is_said_what_the_server_lacks_and_sent_again() {
    let (Practice { world, quill: _quill, heron }, _) = restored().await;
    goes_home(&world, "heron-41", heron);
    let heron = |line: &str| reverie(&world, "heron-41", &line.split(' ').collect::<Vec<_>>());
    let refused = heron("login");
    assert!(!refused.status.success());
    let said = flat(&refused.stderr);
    assert!(said.contains("older state of this account") && said.contains("`reverie login --after-restore`"), "{said}");
    let (_, said) = ok(heron("login --after-restore"));
    assert!(said.contains("Next: `reverie resend`"), "{said}");
    let (_, said) = ok(heron("resend --yes"));
    assert!(said.contains("(private): the server has") && said.contains("(shared): the server has"), "{said}");
    assert!(said.contains("and 1 file sent again."), "{said}");
    assert!(!said.contains("contradicts"), "no alarm about what is being mended: {said}");
    let (_, said) = ok(heron("resend"));
    assert!(said.contains("There is nothing to send."), "{said}");
    ok(heron("verify"));
}

#[tokio::test]
async fn a_clinician_who_is_back_first_sends_again_what_the_patient_wrote_and_her_recordings_follow() {
    let (Practice { world: _world, mut quill, mut heron }, _) = restored().await;
    quill.login_after_restore(PASSWORD).await.unwrap();
    quill.sync().await.unwrap();
    let compared = quill.compare_with_server().await.unwrap();
    assert_eq!(compared.len(), 1);
    let sent = quill.resend(compared[0].journal, &mut |_, _| {}).await.unwrap();
    assert!(sent.records >= 3, "{sent:?}");
    assert_eq!((sent.files, sent.lost.len()), (0, 1), "the recording is on heron's device alone");

    heron.login_after_restore(PASSWORD).await.unwrap();
    heron.sync().await.unwrap();
    resends(&mut heron).await;
    is_whole(&mut heron).await;
    resends(&mut quill).await;
    is_whole(&mut quill).await;
}

#[tokio::test]
async fn sending_again_that_is_cut_off_anywhere_goes_on_where_it_was() {
    for cut in 1.. {
        let (Practice { world: _world, quill: _quill, mut heron }, _) = restored().await;
        heron.login_after_restore(PASSWORD).await.unwrap();
        heron.sync().await.unwrap();
        let mut asked = 0;
        heron.wire.answers(move |request: &Asked, _| {
            asked += usize::from(request.method != "GET");
            if asked == cut { Fate::HangUp } else { Fate::Pass }
        });
        let mut cut_off = false;
        for comparison in heron.compare_with_server().await.unwrap() {
            cut_off |= heron.resend(comparison.journal, &mut |_, _| {}).await.is_err();
        }
        heron.wire.is_honest();
        resends(&mut heron).await;
        is_whole(&mut heron).await;
        if !cut_off {
            assert!(cut > 3, "two journals and a file are at least three requests");
            return;
        }
    }
}

#[tokio::test]
async fn a_server_that_says_for_ever_that_the_journal_moved_on_has_not_got_it_back() {
    let (Practice { world: _world, quill: _quill, mut heron }, _) = restored().await;
    heron.login_after_restore(PASSWORD).await.unwrap();
    heron.sync().await.unwrap();
    let journal = heron.compare_with_server().await.unwrap()[0].journal;
    let moved_on = Problem::new(ProblemCode::StaleHead, "Another record came first.");
    let moved_on = Answer::json(409, &moved_on);
    heron.wire.requests(
        move |asked| {
            if asked.is("POST", "/resend") { Fate::Answer(moved_on.clone()) } else { Fate::Pass }
        },
    );
    let refused = heron.resend(journal, &mut |_, _| {}).await.unwrap_err();
    assert!(matches!(refused, ClientError::KeepsMoving(_)), "{refused}");
    heron.wire.is_honest();
    assert!(diverged(&heron.sync().await.unwrap()), "nothing is written there as if all were well");
    resends(&mut heron).await;
    is_whole(&mut heron).await;
}

#[tokio::test]
async fn where_the_server_went_on_with_another_history_a_person_takes_it_and_hers_is_written_again() {
    let deed = async |heron: &mut Person| {
        heron.shares(Kind::Dream, "Buttons.").await.unwrap();
    };
    let Practice { world: _world, mut quill, mut heron } = forked(deed).await;
    let compared = heron.compare_with_server().await.unwrap();
    let forked: Vec<_> = compared.iter().filter(|compared| compared.standing == Standing::Diverged).collect();
    assert_eq!(forked.len(), 1, "{compared:?}");
    let refused = heron.resend(forked[0].journal, &mut |_, _| {}).await.unwrap_err();
    assert!(matches!(refused, ClientError::HistoryDiverged(_)), "{refused}");
    assert_eq!(heron.view(heron.account()).shared[0].entries.len(), 2, "everything stays on the device");
    assert!(!heron.evidence().await.unwrap().is_empty());

    // She takes it, and her own comes after it.
    let taken = heron.take_theirs(forked[0].journal).await.unwrap();
    assert_eq!((taken.again, taken.of_others), (1, 0));
    resends(&mut heron).await;
    is_whole(&mut heron).await;
    let shared = heron.view(heron.account()).shared[0].clone();
    assert_eq!(shared.entries.len(), 2);
    assert_eq!(shared.entries.iter().map(|entry| entry.replies.len()).sum::<usize>(), 1, "quill's answer is there too");
    is_whole(&mut quill).await;
    assert_eq!(quill.view(heron.account()).shared[0].entries.len(), 2);
    assert!(!heron.evidence().await.unwrap().is_empty(), "the evidence of both stays");
}

#[tokio::test]
async fn a_history_that_would_undo_a_removal_is_not_taken() {
    // He is back in, for the server; and what he writes stands in the removal's place.
    let deed = async |heron: &mut Person| {
        let circle = heron.circles().remove(0);
        let gone = CircleChange::Remove { account: circle.readers[0] };
        let proposal = heron.propose(circle.journal, gone).await.unwrap();
        heron.enact(&proposal).await.unwrap();
    };
    let Practice { world: _world, quill: _quill, mut heron } = forked(deed).await;
    let journal = heron.view(heron.account()).shared[0].journal;
    let refused = heron.take_theirs(journal).await.unwrap_err();
    assert!(refused.to_string().contains("who reads this journal was changed"), "{refused}");
    assert!(diverged(&heron.sync().await.unwrap()), "nothing more is written to it");
}

/// heron-41 changed her password after the backup, and has words that the restored server lacks. Returns the files with the
/// password from before it, and with her kit.
async fn restored_to_another_password() -> (Practice, PathBuf, PathBuf) {
    const BEFORE: &str = "the stairs smell of snow";
    let Practice { mut world, quill, mut heron } = Practice::open().await;
    let kit = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&kit).await.unwrap();
    heron.change_password(PASSWORD, BEFORE).await.unwrap();
    let backup = world.backup().await;
    heron.wire.reroute(world.addr);
    heron.change_password(BEFORE, PASSWORD).await.unwrap();
    heron.writes(Kind::Fragment, "After the backup.").await.unwrap();
    world.restore(backup).await;
    let (before, sheet) = (world.home("before"), world.home("sheet"));
    std::fs::write(&before, BEFORE).unwrap();
    std::fs::write(&sheet, &kit).unwrap();
    (Practice { world, quill, heron }, before, sheet)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changed_the_password_after_the_backup_comes_back_with_the_one_before_it_or_by_the_kit() {
    for by_kit in [false, true] {
        let (Practice { world, quill: _quill, heron }, before, sheet) = restored_to_another_password().await;
        goes_home(&world, "heron", heron);
        let login = ["login", "--new-passphrase-file", before.to_str().unwrap()];
        let recover = ["recover", "--handle", "heron-41", "--words-file", sheet.to_str().unwrap()];
        let command = if by_kit { &recover[..] } else { &login };
        let refused = reverie(&world, "heron", command);
        let told = flat(&refused.stderr);
        assert!(!refused.status.success() && told.contains("add `--after-restore` to the same command"), "{told}");
        ok(reverie(&world, "heron", &[command, &["--after-restore"]].concat()));
        if !by_kit {
            // The shell knows the other password only; the kit gives it back.
            ok(reverie(&world, "heron", &recover));
        }
        let (listed, _) = ok(reverie(&world, "heron", &["list"]));
        assert!(listed.contains("After the backup."), "{listed}");
    }
}
