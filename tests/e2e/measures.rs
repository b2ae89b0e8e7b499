//! Measures and safety, played: from a statement of who looks, over an answer that asks for care, to its disposition.

use std::fs;
use std::path::Path;

use reverie_client::native::ExportFolder;
use reverie_journal::measure::{Answered, Pack, Points, Taken, Taking};
use reverie_journal::safety::{NotOffered, Offer, SafetyEvent, Told};
use reverie_journal::{
    Away, Coverage, Hours, Kind, NOT_MONITORED, NOT_MONITORED_IN_FULL, Outcome, Person as Contact, PersonName, Phone,
    Session, SessionState, SessionType,
};
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::{Person, Practice};

use crate::shell::{flat, goes_home, ok, reverie};

const CORE_10: &str = include_str!("../../shared/journal/packs/core-10.toml");
/// Ten points, and several days of thoughts of being better off dead.
pub(crate) const FLAGGED: [u16; 9] = [2, 1, 2, 2, 1, 1, 0, 0, 1];

pub(crate) fn coverage(away: Option<Away>) -> Coverage {
    let hours = Some(Hours::new("weekdays 9 to 17").unwrap());
    Coverage { within_business_days: 1, phone: Phone::new("617-555-0123").unwrap(), hours, away }
}

fn contact(name: &str, phone: &str) -> Contact {
    Contact { name: PersonName::new(name).unwrap(), phone: Phone::new(phone).unwrap() }
}

/// Answers item by item; where help is shown, says that somebody will be told.
pub(crate) fn take(pack: &Pack, values: &[u16]) -> Taken {
    let mut taking = Taking::new(pack.clone()).unwrap();
    for value in values {
        let mut answered = taking.answer(Some(*value)).unwrap();
        let mut events = [SafetyEvent::Continue, SafetyEvent::No, SafetyEvent::Yes, SafetyEvent::Continue]
            .into_iter()
            .chain([SafetyEvent::IWill, SafetyEvent::Continue]);
        taking = loop {
            match answered {
                Answered::Next(next) => break next,
                Answered::Help(helping) => answered = helping.step(events.next().unwrap()).unwrap(),
            }
        };
    }
    taking.finish().unwrap()
}

/// Takes a measure, in private or shared.
pub(crate) async fn takes(person: &mut Person, name: &str, values: &[u16], private: bool) -> reverie_client::Kept {
    let setting = person.measure_setting(None, private).unwrap();
    let pack = setting.instruments.find(name).unwrap().clone();
    person.keep_measure(&setting, &pack, &take(&pack, values)).await.unwrap()
}

#[tokio::test]
async fn a_flagged_answer_comes_first_and_stays_until_she_is_reached() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();

    // Nobody has said who looks, so PHQ-9 is not offered; a client that takes it all the same cannot keep it.
    let setting = heron.measure_setting(None, false).unwrap();
    let phq = setting.instruments.find("PHQ-9").unwrap().clone();
    assert!(matches!(setting.offer(&phq), Offer::Instead { because: NotOffered::NoStatement, .. }));
    assert!(heron.keep_measure(&setting, &phq, &take(&phq, &FLAGGED)).await.is_err());

    quill.state_coverage(patient, coverage(None)).await.unwrap();
    heron.sync().await.unwrap();
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    takes(&mut heron, "PHQ-9", &FLAGGED, false).await;
    quill.sync().await.unwrap();
    assert_eq!(quill.queue()[0].flagged.unwrap().responses, 1);
    let brief = quill.brief(patient, None, None).unwrap();
    let flag = brief.safety.flags[0].clone();
    assert_eq!((flag.risk.number, flag.risk.value, flag.open), (9, 1, true));
    assert_eq!(flag.safety.as_ref().unwrap().told_someone, Some(Told::IWill));
    assert_eq!(brief.measures[0].rows[0].total.as_ref().unwrap().value, Points::whole(10));

    // Neither reading it nor ringing in vain closes it.
    quill.receipt(&brief).await.unwrap().unwrap();
    world.clock.advance(3600);
    quill.dispose(flag.response, Outcome::NotReached, None).await.unwrap();
    assert_eq!(quill.queue()[0].flagged.unwrap().responses, 1);
    quill.dispose(flag.response, Outcome::Called, Some("We spoke; she is with her sister.".into())).await.unwrap();
    assert_eq!(quill.queue()[0].flagged, None);
    assert!(!quill.brief(patient, None, None).unwrap().safety.flags[0].open);

    // She can read what was noted, and who opened her answer.
    heron.sync().await.unwrap();
    let view = heron.view(patient);
    let measure = view.measure(flag.response).unwrap();
    assert_eq!(measure.dispositions.len(), 2);
    assert_eq!(measure.opened[0].by, quill.account());
    assert!(quill.dispose(flag.response, Outcome::Seen, Some(" ".into())).await.is_err());
}

#[tokio::test]
async fn while_the_clinician_is_away_phq_8_is_offered_and_in_the_day_after_a_dose_nothing_is() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    let covering = Some(contact("Noor Haddon, LICSW", "617-555-0142"));
    let away = Away { from: "2031-05-02T00:00:00-04:00".parse().unwrap(), until: None, covering };
    quill.state_coverage(patient, coverage(Some(away))).await.unwrap();
    heron.sync().await.unwrap();
    let offer = |person: &Person, name: &str| {
        let setting = person.measure_setting(None, false).unwrap();
        setting.offer(setting.instruments.find(name).unwrap())
    };
    assert_eq!(offer(&heron, "PHQ-9"), Offer::Offered);
    world.clock.advance(86_400);
    let Offer::Instead { instrument, because } = offer(&heron, "PHQ-9") else { panic!("quill is away") };
    assert_eq!(instrument.unwrap().as_str(), "PHQ-8");
    assert!(because.sentence().contains("Noor Haddon, LICSW covers: 617-555-0142"));
    assert_eq!(offer(&heron, "PHQ-8"), Offer::Offered);

    let dose = Session::new(SessionType::Dosing, SessionState::Completed, world.clock.now());
    quill.record_session(patient, dose).await.unwrap();
    heron.sync().await.unwrap();
    let setting = heron.measure_setting(None, false).unwrap();
    let phq8 = setting.instruments.find("PHQ-8").unwrap().clone();
    let refused = heron.keep_measure(&setting, &phq8, &take(&phq8, &[1; 8])).await.unwrap_err();
    assert_eq!(refused.to_string(), "this can wait until 3 May 2031, 09:00; nothing is lost");
    world.clock.advance(86_400);
    takes(&mut heron, "PHQ-8", &[1; 8], false).await;
}

#[tokio::test]
async fn a_pack_travels_in_the_journal_and_a_private_answer_is_shared_and_taken_back() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    let shipped = Pack::load(CORE_10.replacen("CORE-10", "phq-9", 1)).unwrap();
    assert!(quill.offer_pack(patient, shipped).await.is_err(), "what ships is not replaced");
    quill.offer_pack(patient, Pack::load(CORE_10).unwrap()).await.unwrap();
    heron.sync().await.unwrap();
    assert!(heron.measure_setting(None, false).unwrap().instruments.find("core-10").is_ok());

    let taken = takes(&mut heron, "GAD-7", &[1, 1, 1, 1, 1, 0, 0], true).await;
    quill.sync().await.unwrap();
    assert!(quill.brief(patient, None, None).unwrap().measures.is_empty());
    let with = heron.share_target(None).unwrap();
    heron.share(taken.document, &with).await.unwrap();
    quill.sync().await.unwrap();
    let brief = quill.brief(patient, None, None).unwrap();
    assert_eq!(brief.measures[0].rows[0].total.as_ref().unwrap().value, Points::whole(5));
    heron.withdraw(taken.document).await.unwrap();
    quill.sync().await.unwrap();
    let after = quill.brief(patient, None, None).unwrap();
    assert_eq!((after.measures.len(), after.withdrawn.records), (0, 1));
    assert_eq!(heron.view(patient).private.unwrap().measures.len(), 1);
}

// The shell's programs are waited for on this thread, and the server has to answer them meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_help_comes_before_the_score_and_the_places_say_that_nobody_is_watching() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    quill.state_coverage(heron.account(), coverage(None)).await.unwrap();
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);

    // Where somebody begins, where she writes, at every measure, and on the cover of what she takes away.
    let (_, joined) = ok(reverie(&world, "cedar-07", &["join", &code, "--yes"]));
    assert!(joined.contains(NOT_MONITORED_IN_FULL), "{joined}");
    let (_, wrote) = ok(reverie(&world, "heron-41", &["write", "The greenhouse."]));
    assert!(wrote.contains(NOT_MONITORED), "{wrote}");

    ok(reverie(&world, "heron-41", &["safety-plan", "--person", "My sister", "617-555-0177"]));
    let (score, said) =
        ok(reverie(&world, "heron-41", &["measure", "take", "phq-9", "--answers", "2,1,2,2,1,1,0,0,1"]));
    for part in [
        NOT_MONITORED_IN_FULL,
        "Flagged answers are looked at within 1 business day; the number to call is 617-555-0123",
        "No one is reading this right now.",
        "988",
        "617-555-0177 My sister",
        "Your answers will be shared with quill once you are done.",
        "Shared with quill.",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(score.contains("Total 10 of 27, moderate"), "{score}");
    let (_, again) = ok(reverie(&world, "heron-41", &["measure", "take", "phq-9", "--answers", "0,0,0,0,0,0,0,0,0"]));
    assert!(again.contains("You answered this today, and it looks back 14 days"), "{again}");
    assert!(!again.contains("988 Suicide"), "{again}");
    let asked = reverie(&world, "heron-41", &["measure", "take", "phq-9"]);
    assert!(flat(&asked.stderr).contains("`--answers 1,0,2,…`"), "{}", flat(&asked.stderr));

    let (queue, _) = ok(reverie(&world, "quill", &["queue"]));
    assert!(queue.contains("1 flagged answer waits for a disposition") && queue.contains("1 OPEN, today"), "{queue}");
    let (brief, _) = ok(reverie(&world, "quill", &["brief", "heron-41"]));
    assert!(brief.contains("PHQ-9 item 9 = 1: \"Several days\"") && brief.contains("needs a disposition"), "{brief}");
    let id = brief.split("* ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let (_, noted) = ok(reverie(&world, "quill", &["measure", "disposition", &id, "called"]));
    assert!(noted.contains("The flag is closed."), "{noted}");
    let (queue, _) = ok(reverie(&world, "quill", &["queue"]));
    assert!(!queue.contains("OPEN"), "{queue}");

    let picture = world.home("trend.svg");
    let arguments = ["measure", "trend", "PHQ-9", "heron-41", "--svg", &picture.to_string_lossy()];
    let (trend, _) = ok(reverie(&world, "quill", &arguments));
    assert!(trend.contains("●") && fs::read_to_string(&picture).unwrap().starts_with("<svg"), "{trend}");
    assert_eq!(reverie(&world, "quill", &arguments).status.code(), Some(1), "nothing is written over");

    let export = world.home("export");
    ok(reverie(&world, "heron-41", &["export", &export.to_string_lossy()]));
    assert!(fs::read_to_string(export.join("README.txt")).unwrap().contains(NOT_MONITORED_IN_FULL));
    assert!(fs::read_to_string(export.join("journal.md")).unwrap().contains("10 of 27, moderate"));
}

#[tokio::test]
async fn help_is_shown_while_the_server_is_away() {
    let Practice { mut world, mut quill, mut heron } = Practice::open().await;
    quill.state_coverage(heron.account(), coverage(None)).await.unwrap();
    heron.sync().await.unwrap();
    goes_home(&world, "heron-41", heron);
    world.stop().await;
    let (score, said) =
        ok(reverie(&world, "heron-41", &["measure", "take", "phq-9", "--answers", "2,1,2,2,1,1,0,0,1"]));
    assert!(said.contains("988") && said.contains("Your clinic") && said.contains("not on the server yet"), "{said}");
    assert!(score.contains("Total 10 of 27"), "{score}");
}

#[tokio::test]
async fn an_export_holds_measures_and_the_packs_that_score_them() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    quill.offer_pack(patient, Pack::load(CORE_10).unwrap()).await.unwrap();
    heron.sync().await.unwrap();
    takes(&mut heron, "GAD-7", &[3; 7], false).await;
    let folder = world.home("taken home");
    let mut sink = ExportFolder::create(&folder).unwrap();
    heron.export(patient, false, &mut sink, &mut |_, _| {}).await.unwrap();
    let json = read_json(&folder.join("journal.json"));
    assert_eq!(json["shared"][0]["measures"][0]["scoring"]["scored"]["total"]["value"], 21);
    assert!(json["shared"][0]["packs"][0]["pack"].as_str().unwrap().contains("reverse(q2)"));
}

fn read_json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
