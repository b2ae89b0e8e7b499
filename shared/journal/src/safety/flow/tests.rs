//! Every path through the flow: few enough to walk all of them.

use SafetyEvent::{Continue, IWill, Leave, No, NotNow, Skip, Yes};

use super::*;

const EVENTS: [SafetyEvent; 7] = [Continue, Yes, No, IWill, NotNow, Skip, Leave];

/// Returns every path from the beginning to the end, as steps with what was done at them.
fn paths() -> Vec<(Vec<(SafetyStep, SafetyEvent)>, SafetyAnswers)> {
    fn walk(
        flow: &SafetyFlow,
        path: &[(SafetyStep, SafetyEvent)],
        all: &mut Vec<(Vec<(SafetyStep, SafetyEvent)>, SafetyAnswers)>,
    ) {
        if let Some(answers) = flow.finished() {
            all.push((path.to_vec(), answers.clone()));
            return;
        }
        assert!(path.len() < 10, "the flow comes to an end");
        for event in flow.choices() {
            let mut next = flow.clone();
            next.step(*event).unwrap();
            walk(&next, &[path, &[(flow.at(), *event)]].concat(), all);
        }
    }
    let mut all = Vec::new();
    walk(&SafetyFlow::new(), &[], &mut all);
    all
}

#[test]
fn every_path_begins_with_the_acknowledgement_and_ends() {
    let paths = paths();
    assert_eq!(paths.len(), 77);
    assert!(paths.iter().all(|(path, _)| path[0].0 == SafetyStep::Acknowledgement));
}

#[test]
fn whoever_is_not_left_early_has_seen_whom_to_call() {
    for (path, _) in paths().iter().filter(|(path, _)| path.iter().all(|(_, event)| *event != Leave)) {
        assert!(path.iter().any(|(step, _)| *step == SafetyStep::Contacts), "{path:?}");
    }
}

#[test]
fn danger_leads_to_911_and_988_at_the_next_step_and_nothing_else_does() {
    for (path, answers) in paths() {
        let emergency = path.iter().position(|(step, _)| *step == SafetyStep::Emergency);
        let danger = path.iter().position(|done| [(SafetyStep::Danger, Yes), (SafetyStep::Safe, No)].contains(done));
        assert_eq!(emergency, danger.map(|at| at + 1), "{path:?}");
        assert_eq!(danger.is_some(), answers.in_danger == Some(true) || answers.able_to_keep_safe == Some(false));
    }
}

#[test]
fn every_step_can_be_left_and_every_question_skipped() {
    for (path, _) in paths() {
        let mut flow = SafetyFlow::new();
        for (_, event) in path {
            assert!(flow.choices().contains(&Leave));
            let asks = flow.choices().contains(&Yes);
            assert_eq!(asks, flow.choices().contains(&Skip));
            flow.step(event).unwrap();
        }
        assert_eq!(flow.choices(), []);
    }
}

#[test]
fn what_was_said_is_kept_and_what_was_skipped_is_absent() {
    let mut flow = SafetyFlow::new();
    for event in [Continue, No, Skip, Continue, IWill, Continue] {
        flow.step(event).unwrap();
    }
    let told = SafetyAnswers { in_danger: Some(false), able_to_keep_safe: None, told_someone: Some(Told::IWill) };
    assert_eq!(flow.finished(), Some(&told));
    assert_eq!(serde_json::to_string(&told).unwrap(), r#"{"in_danger":false,"told_someone":"i_will"}"#);
}

#[test]
fn what_is_no_choice_changes_nothing() {
    for (path, _) in paths() {
        let mut flow = SafetyFlow::new();
        for (_, event) in path {
            for wrong in EVENTS.iter().filter(|event| !flow.choices().contains(event)) {
                let before = flow.clone();
                assert_eq!(flow.clone().step(*wrong), Err(Unexpected));
                assert_eq!(flow, before);
            }
            flow.step(event).unwrap();
        }
    }
}
