//! Removed and off-boarded: 404 from the server, and nothing to open even with its database in hand.

use reverie_client::{CircleChange, Notice, Past};
use reverie_crypto::{Binding, DeviceCopy, EpochKey, open_body, open_grant};
use reverie_journal::Kind;
use reverie_protocol::check::{JournalState, check};
use reverie_protocol::header::{Action, SignedRecord};
use reverie_protocol::keyring::Keyring;
use reverie_tests::json::text;
use reverie_tests::person::PASSWORD;
use reverie_tests::{Asked, Person, Practice, World};

use crate::shell::{flat, goes_home, ok, reverie};

use super::{Care, change_circle, reads, shares_in, syncs};

/// Returns every record of a journal as it lies in the server's database, bodies included.
async fn in_the_database(care: &Care) -> Vec<SignedRecord> {
    let look = reverie_tests::database::Look::into(&care.world.data()).await;
    let of = format!("FROM record WHERE journal = {} ORDER BY seq", look.id(care.journal));
    let column = |name: &str| format!("SELECT {name} AS cell {of}");
    let (headers, signatures) = (look.column(&column("header")).await, look.column(&column("signature")).await);
    let bodies = look.column(&column("body")).await;
    assert!(!headers.is_empty() && headers.len() == bodies.len(), "nothing was withdrawn here");
    let records = headers.into_iter().zip(signatures).zip(bodies);
    records
        .map(|((header, signature), body)| SignedRecord {
            header: header.into(),
            signature: signature.into(),
            body: Some(body.into()),
        })
        .collect()
}

/// Opens what can be opened of the records with all the keys on somebody's device, current and old. Returns the places of
/// the writes that opened.
fn opened_by(reader: &Person, records: &[SignedRecord]) -> Vec<u64> {
    let keys = std::fs::read(reader.home.join("keys.age")).unwrap();
    let keys = DeviceCopy::open(PASSWORD, &keys).ok().unwrap().bundle.keys;
    let mut state: Option<JournalState> = None;
    let headers: Vec<_> = records.iter().map(|record| check(&mut state, record).unwrap()).collect();
    let state = state.unwrap();
    let mut epochs: Vec<EpochKey> = Vec::new();
    for (header, record) in headers.iter().zip(records).filter(|(header, _)| header.action.changes_members()) {
        let keyring: Keyring = serde_json::from_slice(&record.body.as_ref().unwrap().0).unwrap();
        for grant in keyring.grants {
            // Whomever a grant names: the attacker tries it.
            let commitment = state.commitments[grant.epoch as usize];
            let own = reader.account();
            epochs.extend(open_grant(&grant, &keys, header.journal, own, &commitment).map(|opened| opened.key));
        }
    }
    let opens = |(header, record): &(&reverie_protocol::header::Header, &SignedRecord)| {
        let binding = Binding { journal: header.journal, record: header.record, author: header.author };
        let body = &record.body.as_ref().unwrap().0;
        header.action == Action::Write && epochs.iter().any(|key| open_body(key, &binding, body).is_ok())
    };
    headers.iter().zip(records).filter(opens).map(|(header, _)| header.seq).collect()
}

#[tokio::test]
async fn a_removed_clinician_gets_404_and_opens_nothing_written_afterwards_even_with_the_database_in_hand() {
    let mut care = Care::of_three(Past::All).await;
    care.shares("Before.").await;
    syncs(&mut care.quill).await;
    let gone = CircleChange::Remove { account: care.quill.account() };
    change_circle(&mut care.heron, care.journal, gone).await.unwrap();
    let entry = care.shares("After.").await;
    syncs(&mut care.haddon).await;
    care.haddon.reply(entry, "I am here.".into(), false).await.unwrap();

    // The server does not know the journal any more, for quill.
    let notices = care.quill.sync().await.unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Hidden { journal, handle: Some(_) }] if *journal == care.journal),
        "{notices:?}"
    );
    let mut asked =
        Asked { method: "GET".into(), path: String::new(), headers: Default::default(), body: Default::default() };
    asked.headers = care.quill.wire.passed(|passed| passed.last().unwrap().asked.headers.clone());
    asked.path = format!("/v1/journals/{}/records", care.journal);
    assert_eq!(care.quill.wire.ask_server(&asked).await.status, 404);
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before."], "what was read stays read");
    assert_eq!(reads(&care.haddon, &care.heron, care.journal), ["Before.", "After."]);

    // Somebody hands quill the server's database.
    let records = in_the_database(&care).await;
    let writes = |records: &[SignedRecord]| -> Vec<u64> {
        let headers = records.iter().map(|record| record.parse().unwrap());
        headers.filter(|header| header.action == Action::Write).map(|header| header.seq).collect()
    };
    let all = writes(&records);
    assert_eq!(all.len(), 4, "her consent, two entries, a reply");
    assert_eq!(opened_by(&care.haddon, &records), all, "the same search opens everything for who stayed");
    assert_eq!(opened_by(&care.quill, &records), all[..2], "and for who is gone only what was there before");
}

#[tokio::test]
async fn an_off_boarded_clinician_is_taken_out_before_anything_more_is_written_and_the_owner_is_told() {
    let mut care = Care::of_three(Past::All).await;
    care.shares("Before.").await;
    let mut admin = care.world.unlocks("admin").await;
    admin.off_board("quill").await.unwrap();

    // heron has not synced since: writing alone makes her client look, and act first.
    let heron = care.world.home("heron-41");
    drop(care.heron);
    care.heron = Person::unlock(&heron, care.world.wire().await, &care.world.clock).await.unwrap();
    let kept = care.heron.writes(Kind::Image, "After.").await.unwrap();
    let circle = care.heron.circles().into_iter().find(|circle| circle.journal == care.journal).unwrap();
    assert_eq!(care.heron.readers_text(&circle), "quill and haddon", "that is what is known here so far");
    let flushed = care.heron.share(kept.document, &circle).await.unwrap();
    assert!(flushed.stopped_by.is_none(), "{flushed:?}");
    let quill = care.quill.account();
    let told = matches!(flushed.notices.as_slice(), [Notice::OffBoarded { journal, account, .. }]
        if *journal == care.journal && *account == quill);
    assert!(told, "{:?}", flushed.notices);
    let records = in_the_database(&care).await;
    let actions: Vec<_> = records.iter().map(|record| record.parse().unwrap().action).collect();
    assert_eq!(actions, [Action::Open, Action::Write, Action::Admit, Action::Write, Action::Remove, Action::Write]);
    assert_eq!(opened_by(&care.quill, &records), [1, 3]);
    // Nothing more is due.
    shares_in(&mut care.heron, care.journal, "Later.").await;
    assert_eq!(in_the_database(&care).await.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_looks_is_told_once_that_her_clinicians_account_was_ended() {
    let mut care = Care::of_three(Past::All).await;
    care.shares("Before.").await;
    let mut admin = care.world.unlocks("admin").await;
    admin.off_board("quill").await.unwrap();

    let Care { world, heron, .. } = care;
    goes_home(&world, "heron-41", heron);
    let lists = || ok(reverie(&world, "heron-41", &["list"])).1;
    let told = lists();
    assert!(told.contains("Your practice ended the account of quill"), "{told}");
    assert!(!told.contains("haddon"), "{told}");
    assert_eq!(lists(), "", "it is told once");
    // What is done about it is told when it is done.
    let (written, said) = ok(reverie(&world, "heron-41", &["--json", "write", "--kind", "image", "After."]));
    assert!(!said.contains("quill"), "her own journal is nobody else's: {said}");
    let entry = text(&serde_json::from_str(&written).unwrap(), "document");
    let (_, shared) = ok(reverie(&world, "heron-41", &["share", &entry, "--with", "quill", "--yes"]));
    assert!(shared.contains("quill was taken out of the journal"), "{shared}");
    assert_eq!(lists(), "");
}

/// Everything that a clinician can look at of a patient, from a shell.
fn looks(world: &World, patient: &str) -> String {
    let (queue, _) = ok(reverie(world, "haddon", &["queue", "--json"]));
    let brief = reverie(world, "haddon", &["brief", patient, "--json"]);
    let (found, _) = ok(reverie(world, "haddon", &["search", "greenhouse", "--json"]));
    format!("{queue} {} {found}", flat(&brief.stdout))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_reads_nothing_until_each_patient_admits_them() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let mut cedar = world.patient("cedar-07", &mut quill).await;
    heron.shares(Kind::Image, "heron's greenhouse").await.unwrap();
    cedar.shares(Kind::Image, "cedar's greenhouse").await.unwrap();
    let (admin, haddon) = (world.unlocks("admin").await, world.unlocks("haddon").await);
    for (handle, person) in
        [("admin", admin), ("quill", quill), ("haddon", haddon), ("heron-41", heron), ("cedar-07", cedar)]
    {
        goes_home(&world, handle, person);
    }
    ok(reverie(&world, "admin", &["admin", "off-board", "quill", "--yes"]));
    let refused = reverie(&world, "quill", &["reply", "00000000", "One more thing."]);
    assert_eq!(refused.status.code(), Some(1));

    // Paired with both, words compared and confirmed on both sides: still nothing.
    for patient in ["heron-41", "cedar-07"] {
        assert!(!looks(&world, patient).contains("'s greenhouse"), "haddon is nobody to her");
        let (invited, _) = ok(reverie(&world, patient, &["invite", "--pair", "--json"]));
        let code = text(&serde_json::from_str(&invited).unwrap(), "code");
        ok(reverie(&world, "haddon", &["pair", &code]));
        let (_, said) = ok(reverie(&world, patient, &["pair", "--confirm", "haddon"]));
        assert!(said.contains("Nothing is shared yet"), "{said}");
        ok(reverie(&world, "haddon", &["pair", "--confirm", patient]));
        let seen = looks(&world, patient);
        assert!(!seen.contains("'s greenhouse"), "{patient}: {seen}");
    }

    // The one admits her with everything: the other's words stay closed.
    ok(reverie(&world, "heron-41", &["admit", "haddon", "--all", "--circle", "quill", "--yes"]));
    let seen = looks(&world, "heron-41");
    assert!(seen.contains("heron's greenhouse") && !seen.contains("cedar's greenhouse"), "{seen}");
    assert!(!looks(&world, "cedar-07").contains("cedar's greenhouse"));
    // The other from now on: what was before stays closed, and what comes is read.
    ok(reverie(&world, "cedar-07", &["admit", "haddon", "--from-now-on", "--circle", "quill", "--yes"]));
    let (new, _) = ok(reverie(&world, "cedar-07", &["write", "--json", "--kind", "image", "cedar's new greenhouse"]));
    let new = text(&serde_json::from_str(&new).unwrap(), "document");
    ok(reverie(&world, "cedar-07", &["share", &new, "--with", "quill", "--yes"]));
    let seen = looks(&world, "cedar-07");
    assert!(seen.contains("cedar's new greenhouse") && !seen.contains("cedar's greenhouse"), "{seen}");
    // And whoever left has neither.
    let (left, _) = ok(reverie(&world, "quill", &["search", "greenhouse", "--json"]));
    assert!(!left.contains("new greenhouse"), "{left}");
}

#[tokio::test]
async fn a_suspended_clinician_stays_a_member() {
    let mut care = Care::open().await;
    let mut admin = care.world.unlocks("admin").await;
    admin.set_suspended("quill", true).await.unwrap();
    syncs(&mut care.heron).await;
    care.shares("While away.").await;
    admin.set_suspended("quill", false).await.unwrap();
    care.quill.login(PASSWORD).await.unwrap();
    syncs(&mut care.quill).await;
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["While away."]);
}
