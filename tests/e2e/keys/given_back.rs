//! Kit and password are both lost: a new account, paired again in the room, and what the clinician can still read comes back
//! to her, each record with its original.

use reverie_client::{CircleChange, ClientError, Past};
use reverie_journal::{Earlier, Kind};
use reverie_protocol::account::AccountRole;
use reverie_protocol::header::MemberRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::media::voice_memo;
use reverie_tests::person::entry_with;
use reverie_tests::{Person, Practice, World};

use crate::shell::{goes_home, ok, reverie};

/// heron-41 shares a memo and words that quill answers, keeps something for herself, and loses everything.
async fn lost() -> (World, Person, Person) {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let memo = entry_with(Kind::Memory, "A key", "Brass, and warm.", vec![voice_memo("key.ogg", 3)]);
    let memo = heron.write(memo).await.unwrap().document;
    let circle = heron.share_target(None).unwrap();
    heron.share(memo, &circle).await.unwrap();
    let taken_back = heron.shares(Kind::Dream, "Two keys, one door.").await.unwrap();
    heron.withdraw(taken_back).await.unwrap();
    heron.writes(Kind::Feeling, "For nobody.").await.unwrap();
    quill.sync().await.unwrap();
    quill.reply(memo, "I am here.".into(), false).await.unwrap();
    (world, quill, heron)
}

/// Her new account, paired with quill in the room.
async fn begins_anew(world: &World, quill: &mut Person) -> Person {
    world.patient("heron-42", quill).await
}

fn words(earlier: &Earlier) -> Vec<String> {
    let entries = earlier.view.shared.iter().flat_map(|shared| &shared.entries);
    entries.map(|entry| entry.entry.body().words.as_str().to_owned()).collect()
}

#[tokio::test]
async fn what_she_had_shared_comes_back_with_its_originals_and_nothing_else() {
    let (world, mut quill, heron) = lost().await;
    let mut anew = begins_anew(&world, &mut quill).await;
    let (old, new) = (heron.account(), anew.account());
    let gave = quill.give_back(old, new, &mut |_, _| {}).await.unwrap();
    assert!(gave.failed.is_empty() && gave.flushed.stopped_by.is_none(), "{gave:?}");
    let again = quill.give_back(old, new, &mut |_, _| {}).await.unwrap();
    assert_eq!((again.copied, again.before), (0, gave.copied));

    anew.sync().await.unwrap();
    let view = anew.view(new);
    let earlier = view.earlier();
    assert_eq!(earlier.len(), 1);
    assert_eq!(words(&earlier[0]), ["Brass, and warm."], "neither what was private nor what was taken back");
    let entry = &earlier[0].view.shared[0].entries[0];
    assert_eq!(entry.replies.len(), 1);
    assert!(view.entries().next().is_none(), "nothing of it counts as written now");
    let verified = anew.verify_copies().await.unwrap();
    assert_eq!((verified.genuine, verified.findings.len()), (gave.copied, 0), "{verified:?}");
    let signers: Vec<_> = verified.signers.iter().map(|(account, _)| *account).collect();
    assert!(signers.contains(&old) && signers.contains(&quill.account()));
    let mut file = Vec::new();
    anew.save_earlier_file(entry.attachments().next().unwrap(), &mut file).await.unwrap();
    let mut memo = Vec::new();
    std::io::Read::read_to_end(&mut voice_memo("key.ogg", 3).reader, &mut memo).unwrap();
    assert_eq!(file, memo);
}

#[tokio::test]
async fn what_is_lost_twice_comes_back_twice_and_verifies_all_the_way_down() {
    let (world, mut quill, heron) = lost().await;
    let anew = begins_anew(&world, &mut quill).await;
    let first = quill.give_back(heron.account(), anew.account(), &mut |_, _| {}).await.unwrap();
    let mut again = world.patient("heron-43", &mut quill).await;
    let second = quill.give_back(anew.account(), again.account(), &mut |_, _| {}).await.unwrap();
    assert!(second.failed.is_empty(), "{second:?}");
    again.sync().await.unwrap();
    let earlier = again.view(again.account()).earlier();
    let of_first = earlier.iter().find(|earlier| earlier.view.patient == heron.account()).unwrap();
    assert_eq!(words(of_first), ["Brass, and warm."]);
    let verified = again.verify_copies().await.unwrap();
    assert_eq!((verified.genuine, verified.findings.len()), (second.copied + first.copied, 0), "{verified:?}");
    let (mut file, mut memo) = (Vec::new(), Vec::new());
    let entry = &of_first.view.shared[0].entries[0];
    again.save_earlier_file(entry.attachments().next().unwrap(), &mut file).await.unwrap();
    std::io::Read::read_to_end(&mut voice_memo("key.ogg", 3).reader, &mut memo).unwrap();
    assert_eq!(file, memo);
}

#[tokio::test]
async fn a_file_that_the_server_withholds_stops_its_record_alone_and_comes_with_the_next_try() {
    let (world, mut quill, heron) = lost().await;
    let anew = begins_anew(&world, &mut quill).await;
    quill.wire.requests(|asked| {
        let withheld = asked.method == "GET" && asked.path.contains("/attachments/");
        if withheld { reverie_tests::Fate::HangUp } else { reverie_tests::Fate::Pass }
    });
    let gave = quill.give_back(heron.account(), anew.account(), &mut |_, _| {}).await.unwrap();
    assert_eq!(gave.failed.len(), 1, "{gave:?}");
    quill.wire.is_honest();
    let gave = quill.give_back(heron.account(), anew.account(), &mut |_, _| {}).await.unwrap();
    assert_eq!((gave.copied, gave.failed.len()), (1, 0));
}

#[tokio::test]
async fn it_goes_to_nobody_who_is_not_confirmed_and_is_given_by_clinicians() {
    let (world, mut quill, mut heron) = lost().await;
    let code = quill.invite(AccountRole::Patient, Some("heron-42"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut anew = world.joins("heron-42", &code).await;
    quill.collect_guests().await.unwrap();
    let gave = quill.give_back(heron.account(), anew.account(), &mut |_, _| {}).await;
    assert!(matches!(gave, Err(ClientError::NotPossible(_))), "{gave:?}");
    // She has confirmed him and shares a journal with him; he has not compared the words yet.
    anew.confirm("quill").await.unwrap();
    quill.sync().await.unwrap();
    let gave = quill.give_back(heron.account(), anew.account(), &mut |_, _| {}).await;
    assert!(matches!(gave, Err(ClientError::NotConfirmed { .. })), "{gave:?}");
    let own = (quill.account(), heron.account());
    let gave = heron.give_back(own.0, own.1, &mut |_, _| {}).await;
    assert!(matches!(gave, Err(ClientError::NotPossible(_))), "{gave:?}");
    let gave = quill.give_back(heron.account(), heron.account(), &mut |_, _| {}).await;
    assert!(matches!(gave, Err(ClientError::NotPossible(_))), "{gave:?}");
}

#[tokio::test]
async fn it_goes_into_no_journal_that_somebody_else_reads() {
    let (world, mut quill, heron) = lost().await;
    let mut anew = begins_anew(&world, &mut quill).await;
    let mut haddon = world.unlocks("haddon").await;
    let code = anew.invite(AccountRole::Clinician, None, INVITATION_IN_ROOM_SECONDS).await.unwrap();
    haddon.pair(&code).await.unwrap();
    anew.collect_guests().await.unwrap();
    anew.confirm("haddon").await.unwrap();
    let journal = anew.find_circle(Some("quill")).unwrap().journal;
    let admit = CircleChange::Admit { account: haddon.account(), role: MemberRole::Writer, past: Past::All };
    let proposal = anew.propose(journal, admit).await.unwrap();
    anew.enact(&proposal).await.unwrap();
    quill.sync().await.unwrap();
    let gave = quill.give_back(heron.account(), anew.account(), &mut |_, _| {}).await;
    assert!(
        matches!(&gave, Err(ClientError::NotPossible(why)) if why.contains("no journal with you alone")),
        "{gave:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn both_programs_say_what_came_back() {
    let (world, mut quill, heron) = lost().await;
    drop(heron);
    let anew = begins_anew(&world, &mut quill).await;
    goes_home(&world, "quill", quill);
    goes_home(&world, "heron", anew);
    let (_, said) = ok(reverie(&world, "quill", &["give-back", "heron-41", "--to", "heron-42", "--yes"]));
    assert!(said.contains("heron-42 gets a copy of everything that heron-41 shared with you."), "{said}");
    assert!(said.contains("She sees it with `reverie earlier`."), "{said}");
    let (shown, _) = ok(reverie(&world, "heron", &["earlier"]));
    assert!(shown.contains("From your earlier account, given back by quill"), "{shown}");
    assert!(shown.contains("Journal of your earlier account") && shown.contains("Shared with quill (1)"), "{shown}");
    assert!(shown.contains("A key"), "{shown}");
    let (verified, _) = ok(reverie(&world, "heron", &["earlier", "--verify"]));
    assert!(verified.contains("copies are what was signed then."), "{verified}");
    let (listed, said) = ok(reverie(&world, "heron", &["list"]));
    assert!(!listed.contains("A key") && said.contains("`reverie earlier`"), "{listed} {said}");
}
