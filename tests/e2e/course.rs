//! The course of treatment, played: a clinician plans, doses and closes a cycle from a shell, and the patient can read it.

use reverie_journal::{CycleState, Day, Ended, Phase, Session, SessionState, SessionType};
use reverie_tests::Practice;

use crate::shell::{flat, goes_home, ok, reverie};

#[tokio::test]
async fn a_cycle_takes_one_dose_and_says_what_to_do_with_a_second() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let (patient, today) = (heron.account(), Day::of(world.clock.now()));
    quill.open_cycle(patient, today).await.unwrap();
    assert!(quill.open_cycle(patient, today).await.unwrap_err().to_string().contains("is open already"));
    assert!(quill.end_cycle(patient, None, Ended::Closed, today).await.unwrap_err().to_string().contains("no dose"));

    let dosing = |state| Session::new(SessionType::Dosing, state, world.clock.now());
    let first = quill.record_session(patient, dosing(SessionState::Completed)).await.unwrap();
    let cycles = quill.view(patient).shared[0].cycles_at(world.clock.now());
    assert_eq!((cycles[0].n, cycles[0].state), (Some(1), CycleState::Dosed));
    assert!(quill.end_cycle(patient, None, Ended::Skipped, today).await.is_err());

    // The same session again is a correction; another one in the same cycle is not.
    quill.record_session(patient, dosing(SessionState::Completed)).await.unwrap();
    world.clock.advance(3600);
    let cycle = cycles[0].cycle;
    let second = Session { cycle, ..dosing(SessionState::Completed) };
    let refused = quill.record_session(patient, second).await.unwrap_err().to_string();
    assert!(refused.contains("a booster belongs on its dose card"), "{refused}");

    heron.sync().await.unwrap();
    let view = heron.view(patient);
    assert_eq!(view.phase_at(world.clock.now()), Phase::Acute);
    assert_eq!(view.shared[0].sessions.iter().filter(|session| session.id() == first.document).count(), 1);
    quill.end_cycle(patient, Some(1), Ended::Closed, today).await.unwrap();
    assert_eq!(quill.view(patient).shared[0].cycles_at(world.clock.now())[0].state, CycleState::Closed);
}

#[tokio::test]
async fn a_session_that_she_notes_for_herself_tells_nobody() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let before = serde_json::to_vec(&quill.view(heron.account())).unwrap();
    heron.note_session(world.clock.now()).await.unwrap();
    assert_eq!(heron.view(heron.account()).phase_at(world.clock.now()), Phase::Acute);
    quill.sync().await.unwrap();
    assert_eq!(serde_json::to_vec(&quill.view(heron.account())).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_a_course_is_set_dosed_and_read() {
    let Practice { world, quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let at_shell = |who: &str, line: &str| {
        let arguments: Vec<&str> = line.split(' ').collect();
        reverie(&world, who, &arguments)
    };

    let no_session = at_shell("quill", "dose record heron-41 --route IM --dose 40@09:10");
    assert_eq!(no_session.status.code(), Some(1));
    let said = flat(&no_session.stderr);
    assert!(said.contains("No dosing session of heron-41 is recorded on 1 May 2031."), "{said}");
    assert!(said.contains("`reverie session add heron-41 --type dosing --at …`"), "{said}");

    ok(at_shell("quill", "course set heron-41 --guard-hours 36 --clinic-phone 617-555-0123 --measures PHQ-9,GAD-7"));
    ok(at_shell("quill", "cycle open heron-41"));
    let (_, said) = ok(at_shell("quill", "session add heron-41 --type dosing --at 2031-05-01T09:00:00-04:00"));
    assert!(said.contains("No preparation or evaluation session is recorded before its dose."), "{said}");
    let (_, said) = ok(at_shell(
        "quill",
        "dose record heron-41 --route IM --dose 40@09:10 --booster 15@09:30 --weight 67.8 --vitals pre@08:55,118/76,hr=70 --adverse nausea:mild --hide-dose",
    ));
    assert!(said.contains("IM, 55 mg, 0.81 mg/kg."), "{said}");
    for (impossible, says) in [
        ("--dose 0@09:10", "a dose is more than 0"),
        ("--dose 40@09:10 --weight 7", "a weight is 20 to 350 kg"),
        ("--vitals pre@08:55,80/120", "diastolic pressure is below systolic"),
        ("--dose 40@09:10 --swallowed", "only a lozenge (SL)"),
        ("--on 2031-02-30", "write a day of the calendar"),
    ] {
        let refused = at_shell("quill", &format!("dose record heron-41 --route IM {impossible}"));
        assert!(!refused.status.success() && flat(&refused.stderr).contains(says), "{}", flat(&refused.stderr));
    }

    let (course, _) = ok(at_shell("quill", "course show heron-41"));
    assert!(course.contains("Decisions wait 36 hours after a dose"), "{course}");
    assert!(course.contains("IM 55 mg, 0.81 mg/kg"), "{course}");
    // The patient reads the same, but for the dose, which her clinic does not show her.
    let (course, _) = ok(at_shell("heron-41", "course show"));
    assert!(course.contains("IM, the dose is not shown") && !course.contains("55 mg"), "{course}");
    let (card, _) = ok(at_shell("heron-41", "dose show --json"));
    assert!(!card.contains("\"55\"") && card.contains("nausea"), "{card}");
    let (brief, _) = ok(at_shell("quill", "brief heron-41"));
    assert!(brief.contains("cycle 1, IM, day of the dose"), "{brief}");
}
