//! The five invariants of domain.md 1.2, over journals of every shape, and the warnings in words.

use proptest::prelude::*;

use super::*;
use crate::content::{Content, OpenedJournal};
use crate::fold::fold;
use crate::sample::*;

fn shared_with(documents: impl IntoIterator<Item = Document>) -> SharedView {
    let journal = documents.into_iter().fold(shared(), |journal, document| journal.write(QUILL, document));
    fold(HERON, &[journal]).shared.remove(0)
}

fn states(view: &SharedView, times: &[Timestamp]) -> Vec<CycleState> {
    times.iter().map(|at| view.cycles_at(*at)[0].state).collect()
}

#[test]
fn a_cycle_goes_from_planned_to_closed_by_what_takes_place() {
    let view = shared_with([
        cycle(0xc1, at(1, 9, 0), Some((at(28, 9, 0), Ended::Closed))),
        in_cycle(completed(1, SessionType::Preparation, at(5, 9, 0)), 0xc1),
        in_cycle(completed(2, SessionType::Dosing, at(10, 9, 0)), 0xc1),
        dose_card(4, 2, at(10, 9, 15)),
        completed(3, SessionType::Integration, at(14, 9, 0)),
    ]);
    let times = [at(1, 9, 0), at(6, 9, 0), at(11, 9, 0), at(15, 9, 0), at(28, 9, 0)];
    use CycleState::{Closed, Dosed, Integrating, Planned, Preparing};
    assert_eq!(states(&view, &times), [Planned, Preparing, Dosed, Integrating, Closed]);
    let closed = &view.cycles_at(at(28, 9, 0))[0];
    assert!(closed.warnings.is_empty(), "{:?}", closed.warnings);
    assert_eq!(closed.dosed_at(), Some(at(10, 9, 15)));
    let now = view.cycle_at(at(15, 9, 0));
    assert_eq!((now.n, now.route, now.days_since_dose), (1, Some(Route::Im), Some(5)));
}

#[test]
fn what_is_unusual_is_said_and_stops_nobody() {
    let view = shared_with([
        cycle(0xc1, at(1, 9, 0), Some((at(28, 9, 0), Ended::Closed))),
        in_cycle(completed(2, SessionType::Dosing, at(10, 9, 0)), 0xc1),
        in_cycle(completed(3, SessionType::Dosing, at(12, 9, 0)), 0xc1),
    ]);
    let cycle = &view.cycles_at(at(28, 9, 0))[0];
    use CycleWarning::{NoIntegration, NoPreparation, SecondDosing};
    assert_eq!(cycle.warnings, [NoPreparation, SecondDosing, NoIntegration]);
    assert_eq!(cycle.dosing.as_ref().unwrap().id(), id(2), "the first one counts");
}

#[test]
fn a_cycle_without_a_dose_is_skipped_however_it_was_closed_and_has_no_number() {
    let view =
        shared_with([cycle(0xc1, at(1, 9, 0), Some((at(3, 9, 0), Ended::Closed))), cycle(0xc2, at(4, 9, 0), None)]);
    let cycles = view.cycles_at(at(5, 9, 0));
    assert_eq!((cycles[0].state, cycles[0].n), (CycleState::Skipped, None));
    assert_eq!((cycles[1].state, cycles[1].n), (CycleState::Planned, Some(1)));
}

#[test]
fn a_dose_that_names_no_cycle_makes_one_of_its_own() {
    let view = shared_with([
        completed(1, SessionType::Dosing, at(10, 9, 0)),
        completed(2, SessionType::Integration, at(12, 9, 0)),
        completed(3, SessionType::Dosing, at(20, 9, 0)),
    ]);
    let cycles = view.cycles_at(at(28, 9, 0));
    assert_eq!(cycles.iter().map(|cycle| cycle.n).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert_eq!(cycles[0].state, CycleState::Integrating);
    assert_eq!(cycles[1].state, CycleState::Dosed);
}

/// A plan of sessions and cycles of every kind, made by a clinician who makes every mistake.
fn plans() -> impl Strategy<Value = SharedView> {
    let time = || (1..28_i64, 0..24_i64).prop_map(|(day, hour)| at(day, hour, 0));
    let session = (0..8_u8, time(), proptest::option::of(0xc0..0xc3_u8), 0..6_usize, 0..4_usize).prop_map(
        |(n, starts, of, kind, state)| {
            let session = Session::new(SessionType::ALL[kind], SessionState::ALL[state], starts);
            document(n, starts, Session { cycle: of.map(id), ..session })
        },
    );
    let cycle = (0xc0..0xc3_u8, time(), proptest::option::of((0..5_i64, 0..3_usize))).prop_map(|(n, opened, ended)| {
        let how = [Ended::Closed, Ended::Skipped, Ended::Aborted];
        cycle(n, opened, ended.map(|(days, end)| (opened.plus_seconds(days * 86_400).unwrap(), how[end])))
    });
    let card = (0xe0..0xe3_u8, 0..8_u8, time()).prop_map(|(n, session, first)| dose_card(n, session, first));
    let any = prop_oneof![5 => session, 2 => cycle, 1 => card];
    proptest::collection::vec(any, 0..20).prop_map(shared_with)
}

proptest! {
    #[test]
    fn a_cycle_has_one_dosing_session_and_no_dosing_session_two_cycles(view in plans(), day in 1..30_i64) {
        let cycles = view.cycles_at(at(day, 0, 0));
        let mut doses: Vec<_> = cycles.iter().filter_map(|cycle| Some(cycle.dosing.as_ref()?.id())).collect();
        let all = doses.len();
        doses.sort_unstable();
        doses.dedup();
        prop_assert_eq!(doses.len(), all);
    }

    #[test]
    fn a_cycle_is_dosed_or_closed_only_through_a_dosing_session_that_took_place(view in plans(), day in 1..30_i64) {
        for cycle in view.cycles_at(at(day, 0, 0)) {
            let took_place = cycle.dosing.as_ref().is_some_and(|dosing| {
                dosing.body().session_type == SessionType::Dosing
                    && dosing.body().completed_at().is_some_and(|ended| ended <= at(day, 0, 0))
            });
            let dosed = matches!(cycle.state, CycleState::Dosed | CycleState::Integrating | CycleState::Closed);
            prop_assert!(!dosed || took_place);
            prop_assert!(!matches!(cycle.state, CycleState::Planned | CycleState::Preparing | CycleState::Skipped) || !took_place);
        }
    }

    #[test]
    fn closing_needs_no_integration_session_and_says_so_when_there_is_none(view in plans(), day in 1..30_i64) {
        let integration = |session: &Document<Session>| session.body().session_type == SessionType::Integration;
        let any = view.sessions.iter().any(|session| integration(session) && took_place(session, at(day, 0, 0)));
        for cycle in view.cycles_at(at(day, 0, 0)).iter().filter(|cycle| cycle.state == CycleState::Closed) {
            prop_assert!(any || cycle.warnings.contains(&CycleWarning::NoIntegration));
        }
    }

    #[test]
    fn a_dose_without_preparation_is_warned_about_and_counted_all_the_same(view in plans(), day in 1..30_i64) {
        let now = at(day, 0, 0);
        for cycle in view.cycles_at(now) {
            let Some(dosing) = &cycle.dosing else { continue };
            let prepared = view.completed_by(now).any(|(session, _)| {
                matches!(session.session_type, SessionType::Preparation | SessionType::Evaluation)
                    && session.starts_at <= dosing.body().starts_at
            });
            prop_assert_eq!(!prepared, cycle.warnings.contains(&CycleWarning::NoPreparation));
            prop_assert!(cycle.n.is_some());
        }
    }

    #[test]
    fn numbers_count_from_one_without_a_gap(view in plans(), day in 1..30_i64) {
        let numbers: Vec<_> = view.cycles_at(at(day, 0, 0)).iter().filter_map(|cycle| cycle.n).collect();
        prop_assert!(numbers.iter().copied().eq(1..=numbers.len()));
    }

    #[test]
    fn every_time_of_a_plan_carries_its_offset_and_no_document_a_phase(documents in proptest::collection::vec(any_document(), 1..8)) {
        let journal = documents.into_iter().fold(shared(), |journal, document| journal.write(QUILL, document));
        let text = |journal: &OpenedJournal| {
            let texts = journal.records.iter().filter_map(|opened| match &opened.content {
                Content::Document(document) => Some(document.to_json()),
                _ => None,
            });
            texts.collect::<Vec<_>>()
        };
        for json in text(&journal) {
            prop_assert!(!json.contains("\"in_phase\"") && !json.contains("\"guard_ends\""));
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            for field in ["at", "starts_at", "ended_at"] {
                if let Some(time) = value[field].as_str() {
                    prop_assert!(time.parse::<Timestamp>().is_ok());
                    prop_assert!(time[19..].starts_with(['+', '-']), "{}", time);
                }
            }
        }
    }
}

#[test]
fn a_second_dose_of_a_cycle_is_refused_with_what_to_do_instead() {
    let view =
        shared_with([cycle(0xc1, at(1, 9, 0), None), in_cycle(completed(2, SessionType::Dosing, at(10, 9, 0)), 0xc1)]);
    let dose = |starts| Session {
        cycle: Some(id(0xc1)),
        ..Session::new(SessionType::Dosing, SessionState::Completed, starts)
    };
    let now = at(12, 12, 0);
    let refused = view.fit_session(None, dose(at(12, 9, 0)), now).unwrap_err();
    assert!(refused.to_string().contains("another dose in a cycle of its own"), "{refused}");
    let (known, _) = view.fit_session(None, dose(at(10, 9, 0)), now).unwrap();
    assert_eq!(known, Some(id(2)), "the same session again takes its own place");
    assert_eq!(view.end_cycle(None, Ended::Skipped, Day::of(now), now, || id(9)), Err(CycleError::HadItsDose));
    assert_eq!(
        view.end_cycle(Some(7), Ended::Closed, Day::of(now), now, || id(9)),
        Err(CycleError::NotOpen("1".into()))
    );
    let ended = view.end_cycle(None, Ended::Closed, Day::of(now), now, || id(9)).unwrap();
    assert_eq!((ended.id, ended.dosing), (id(0xc1), None));
}

#[test]
fn a_dose_that_named_no_cycle_names_the_one_that_is_ended() {
    let view = shared_with([completed(2, SessionType::Dosing, at(10, 9, 0))]);
    let now = at(12, 12, 0);
    let ended = view.end_cycle(None, Ended::Closed, Day::of(now), now, || id(9)).unwrap();
    assert_eq!(ended.id, id(9));
    assert_eq!(ended.dosing.map(|(dosing, session)| (dosing, session.cycle)), Some((id(2), Some(id(9)))));
}

#[test]
fn a_second_cycle_opens_once_the_first_has_its_dose_and_a_dose_goes_into_the_open_one() {
    let open = shared_with([cycle(0xc1, at(1, 9, 0), None)]);
    let now = at(5, 9, 0);
    assert_eq!(open.check_cycle_opens(now), Err(CycleError::OpenWithoutDose(Day::of(at(1, 9, 0)))));
    let dose = Session::new(SessionType::Dosing, SessionState::Completed, at(5, 9, 0));
    assert_eq!(open.fit_session(None, dose, now).unwrap().1.cycle, Some(id(0xc1)));
    let dosed =
        shared_with([cycle(0xc1, at(1, 9, 0), None), in_cycle(completed(2, SessionType::Dosing, at(3, 9, 0)), 0xc1)]);
    assert_eq!(dosed.check_cycle_opens(now), Ok(()));
}
