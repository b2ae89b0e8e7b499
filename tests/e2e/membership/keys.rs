//! New keys: vouched for by the old ones, placed by owners, and nothing sealed to any other.

use reverie_client::{CircleChange, ClientError, Notice, Past};
use reverie_protocol::account::{AccountRole, AccountState};
use reverie_protocol::header::MemberRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::PASSWORD;
use reverie_tests::{Asked, Fate, Hostile, Person};

use super::{Care, change_circle, reads, shares_in, syncs};

fn epoch(person: &Person, journal: reverie_protocol::ids::JournalId) -> usize {
    person.histories().into_iter().find(|told| told.journal == journal).unwrap().periods.len() - 1
}

#[tokio::test]
async fn a_patient_changes_keys_and_everybody_reads_and_writes_on() {
    let mut care = Care::open().await;
    let entry = care.shares("Before.").await;
    let before = care.heron.fingerprint();
    care.heron.change_keys().await.unwrap();
    assert_ne!(care.heron.fingerprint(), before);
    for told in care.heron.histories() {
        let own = told.members().find(|stay| stay.account == care.heron.account()).unwrap();
        assert_eq!(own.keys.last().unwrap().fingerprint, care.heron.fingerprint(), "in her private journal too");
    }
    care.shares("After.").await;

    // quill is told, need not pair again, and is still sure of her.
    let notices = care.quill.sync().await.unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::NewKeys { account, .. }] if *account == care.heron.account()),
        "{notices:?}"
    );
    assert!(care.quill.contact_of("heron-41").unwrap().confirmed);
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before.", "After."]);
    care.quill.reply(entry, "Both.".into(), false).await.unwrap();
    syncs(&mut care.heron).await;
    syncs(&mut care.quill).await;

    // The device starts again with the keys that it has now.
    let home = care.world.home("heron-41");
    let (now, wire) = (care.heron.fingerprint(), care.world.wire().await);
    drop(care.heron);
    care.heron = Person::unlock(&home, wire, &care.world.clock).await.unwrap();
    assert_eq!(care.heron.fingerprint(), now);
    care.shares("Later.").await;
}

#[tokio::test]
async fn a_clinicians_new_card_is_placed_before_anything_more_is_written() {
    let mut care = Care::open().await;
    let entry = care.shares("Before.").await;
    syncs(&mut care.quill).await;
    // Twice, so that the owner is led from card to card.
    care.quill.change_keys().await.unwrap();
    care.quill.change_keys().await.unwrap();
    // The journal still has the first card: the first keys read and sign in it.
    let kept = care.quill.reply(entry, "Under old keys.".into(), false).await.unwrap();
    assert!(kept.flushed.stopped_by.is_none(), "{:?}", kept.flushed);
    assert_eq!(epoch(&care.heron, care.journal), 0);

    care.heron.sync().await.unwrap();
    care.shares("After.").await;
    assert_eq!(epoch(&care.heron, care.journal), 2, "a new key for each card");
    syncs(&mut care.quill).await;
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before.", "After."]);
    let told = care.quill.histories().into_iter().find(|told| told.journal == care.journal).unwrap();
    let stay = told.members().find(|stay| stay.account == care.quill.account()).unwrap();
    assert_eq!(stay.keys.len(), 3);
    assert_eq!(stay.keys.last().unwrap().fingerprint, care.quill.fingerprint());
    let kept = care.quill.reply(entry, "Under new keys.".into(), false).await.unwrap();
    assert!(kept.flushed.stopped_by.is_none(), "{:?}", kept.flushed);
    syncs(&mut care.heron).await;
}

#[tokio::test]
async fn whoever_is_admitted_after_a_change_of_keys_reads_what_was_written_before_it() {
    let mut care = Care::open().await;
    care.shares("Before.").await;
    care.heron.change_keys().await.unwrap();
    care.haddon.change_keys().await.unwrap();
    care.admit(Past::All).await.unwrap();
    care.shares("After.").await;
    care.haddon.sync().await.unwrap();
    assert_eq!(reads(&care.haddon, &care.heron, care.journal), ["Before.", "After."]);
}

#[tokio::test]
async fn a_change_of_keys_that_is_cut_off_anywhere_is_finished_later() {
    let hang_up = |cut: bool| if cut { Fate::HangUp } else { Fate::Pass };
    for cut in ["before the card is stored", "after it", "before the first journal has it"] {
        let mut care = Care::open().await;
        match cut {
            "before the card is stored" => {
                care.heron.wire.requests(move |asked| hang_up(asked.is("PUT", "/accounts/me/card")));
            }
            "after it" => care.heron.wire.answers(move |asked, _| hang_up(asked.is("PUT", "/accounts/me/card"))),
            _ => care.heron.wire.requests(move |asked| hang_up(asked.is_append())),
        }
        let cut_off = care.heron.change_keys().await.unwrap_err();
        assert!(cut_off.is_offline(), "{cut_off}");
        let home = care.world.home("heron-41");
        let wire = care.world.wire().await;
        drop(care.heron);
        care.heron = Person::unlock(&home, wire, &care.world.clock).await.unwrap();
        let flushed = care.heron.flush().await.unwrap();
        assert!(flushed.stopped_by.is_none(), "{cut}: {flushed:?}");
        for told in care.heron.histories() {
            let own = told.members().find(|stay| stay.account == care.heron.account()).unwrap();
            assert_eq!(own.keys.last().unwrap().fingerprint, care.heron.fingerprint(), "{cut}");
            assert_eq!(own.keys.len(), 2, "{cut}: and only once");
        }
        care.quill.sync().await.unwrap();
        care.shares("After.").await;
        syncs(&mut care.quill).await;
        assert_eq!(reads(&care.quill, &care.heron, care.journal), ["After."]);
    }
}

#[tokio::test]
async fn another_device_is_logged_out_by_new_keys_and_takes_them_over() {
    let mut care = Care::open().await;
    care.shares("Before.").await;
    // The folder of heron's device as it was: her old telephone.
    let old = care.world.home("old-telephone");
    copy(&care.world.home("heron-41"), &old);
    let session = care.world.wire().await;
    care.heron.change_keys().await.unwrap();
    let mut telephone = Person::unlock(&old, session, &care.world.clock).await.unwrap();
    assert_ne!(telephone.fingerprint(), care.heron.fingerprint());
    // It is the same session that changed the keys, so the server cannot tell; the log does.
    let told: Vec<_> = telephone.sync().await.unwrap();
    let elsewhere = |notice: &Notice| matches!(notice, Notice::Failed { error: ClientError::KeysChangedElsewhere, .. });
    assert!(!told.is_empty() && told.iter().all(elsewhere), "{told:?}");
    telephone.login(PASSWORD).await.unwrap();
    assert_eq!(telephone.fingerprint(), care.heron.fingerprint());
    syncs(&mut telephone).await;
    shares_in(&mut telephone, care.journal, "From the telephone.").await;
    care.quill.sync().await.unwrap();
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before.", "From the telephone."]);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_swapped_card_stops_all_sealing_to_that_person_until_they_are_paired_again() {
    let mut care = Care::open().await;
    care.shares("Before.").await;
    Hostile(&care.heron.wire).swaps_card(care.quill.account());
    let notices = care.heron.sync().await.unwrap();
    let [Notice::Keys { error }, ..] = notices.as_slice() else { panic!("{notices:?}") };
    let words = "the keys that the server shows for quill are not vouched for by the keys that you confirmed, so nothing \
                 is sealed to quill until you have paired again";
    assert_eq!(error.to_string(), words);

    let appends = care.heron.wire.count(Asked::is_append);
    let kept = care.heron.writes(reverie_journal::Kind::Image, "After.").await.unwrap();
    assert!(kept.flushed.stopped_by.is_none(), "her own journal is nobody else's");
    let circle = care.heron.circles().into_iter().find(|circle| circle.journal == care.journal).unwrap();
    let refused = care.heron.share(kept.document, &circle).await.unwrap_err();
    assert_eq!(refused.to_string(), words);
    let refused = care.admit(Past::All).await.unwrap_err();
    assert_eq!(refused.to_string(), words, "a new key would be sealed to quill as well");
    assert_eq!(care.heron.wire.count(Asked::is_append), appends + 1, "the private entry alone");

    // Even when the server tells the truth again; only pairing mends it.
    care.heron.wire.is_honest();
    syncs(&mut care.heron).await;
    assert_eq!(care.heron.share(kept.document, &circle).await.unwrap_err().to_string(), words);
    let code = care.heron.invite(AccountRole::Clinician, None, INVITATION_IN_ROOM_SECONDS).await.unwrap();
    care.quill.pair(&code).await.unwrap();
    care.heron.collect_guests().await.unwrap();
    assert!(care.heron.contact_of("quill").unwrap().confirmed, "it is the card that was confirmed before");
    care.heron.share(kept.document, &circle).await.unwrap();
    syncs(&mut care.quill).await;
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before.", "After."]);
}

#[tokio::test]
async fn a_removed_person_can_come_back() {
    let mut care = Care::of_three(Past::All).await;
    let haddon = care.haddon.account();
    change_circle(&mut care.heron, care.journal, CircleChange::Remove { account: haddon }).await.unwrap();
    care.shares("Meanwhile.").await;
    care.admit(Past::FromNowOn).await.unwrap();
    care.shares("Again.").await;
    syncs(&mut care.haddon).await;
    assert_eq!(reads(&care.haddon, &care.heron, care.journal), ["Again."]);
}

#[tokio::test]
async fn an_older_card_that_the_server_shows_again_is_nothing_to_go_back_to() {
    let mut care = Care::open().await;
    care.quill.change_keys().await.unwrap();
    care.heron.sync().await.unwrap();
    care.shares("Under the new card.").await;
    let placed = epoch(&care.heron, care.journal);
    Hostile(&care.heron.wire).rolls_card_back(care.quill.account());
    care.heron.sync().await.unwrap();
    care.shares("Still under it.").await;
    assert_eq!(epoch(&care.heron, care.journal), placed);
    care.quill.sync().await.unwrap();
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Under the new card.", "Still under it."]);
}

#[tokio::test]
async fn an_honest_clinician_whom_the_server_calls_off_boarded_is_taken_out_and_can_be_let_in_again() {
    let mut care = Care::open().await;
    care.shares("Before.").await;
    Hostile(&care.heron.wire).says_state(care.quill.account(), AccountState::OffBoarded);
    care.heron.sync().await.unwrap();
    let kept = care.heron.writes(reverie_journal::Kind::Image, "After.").await.unwrap();
    let circle = care.heron.circles().into_iter().find(|circle| circle.journal == care.journal).unwrap();
    let flushed = care.heron.share(kept.document, &circle).await.unwrap();
    assert!(matches!(flushed.notices.as_slice(), [Notice::OffBoarded { .. }]), "it is never done in silence");
    care.heron.wire.is_honest();
    syncs(&mut care.heron).await;
    let change = CircleChange::Admit { account: care.quill.account(), role: MemberRole::Writer, past: Past::All };
    change_circle(&mut care.heron, care.journal, change).await.unwrap();
    let _ = care.quill.sync().await.unwrap();
    assert_eq!(reads(&care.quill, &care.heron, care.journal), ["Before.", "After."]);
}
