//! Themes, people and links after the fold: who sees which, and what nobody is shown.

use super::*;
use crate::document::{Kind, Placement, Relation, ThemeAnswer, ThemeProposal};
use crate::fold::fold;
use crate::sample::*;
use crate::view::PatientView;

/// Door and lake are shared, the key is private; all are in the theme, which has a name in both journals.
fn view() -> PatientView {
    let private = private()
        .write(HERON, theme(9, at(1, 9, 0), "water"))
        .write(HERON, entry(3, at(3, 9, 0), Kind::Symbol, "a key"))
        .write(HERON, placement(13, 3, 9, at(3, 9, 5)))
        .write(HERON, link(23, 3, Relation::Echoes, 1, at(3, 9, 6)))
        .write(HERON, person_label(33, 2, "Mum", at(3, 9, 7)));
    let shared = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, entry(2, at(2, 9, 0), Kind::Image, "a lake"))
        .write(HERON, theme(9, at(2, 9, 0), "water"))
        .write(HERON, placement(11, 1, 9, at(2, 9, 0)))
        .write(HERON, placement(12, 2, 9, at(2, 9, 0)))
        .write(HERON, person_label(31, 1, "the man at the lake", at(2, 9, 0)))
        .write(HERON, link(21, 2, Relation::Elaborates, 1, at(2, 9, 0)))
        .write(QUILL, link(22, 2, Relation::Echoes, 1, at(2, 10, 0)));
    fold(HERON, &[private, shared])
}

#[test]
fn a_clinician_sees_of_a_theme_what_is_shared_and_its_patient_sees_all_of_it() {
    let view = view();
    let seen = &view.shared[0].themes[0];
    assert_eq!((seen.theme.body().name.as_str(), seen.entries.as_slice()), ("water", [id(1), id(2)].as_slice()));
    let own = &view.themes()[0];
    assert_eq!((own.private.as_slice(), own.shared.as_slice()), ([id(3)].as_slice(), [id(1), id(2)].as_slice()));
    assert_eq!(view.find_theme("WATER").unwrap().theme, id(9));
    assert_eq!(view.find_theme("09090909").unwrap().theme, id(9));
    assert!(view.find_theme("fire").is_err());
}

#[test]
fn a_theme_without_an_entry_in_a_circle_is_not_shown_there() {
    let named = shared().write(HERON, theme(9, at(1, 9, 0), "water"));
    let view = fold(HERON, std::slice::from_ref(&named));
    assert!(view.shared[0].themes.is_empty());
    assert!(!serde_json::to_string(&view).unwrap().contains("water"));
    let dangling = named.write(HERON, placement(11, 1, 9, at(2, 9, 0)));
    assert!(fold(HERON, &[dangling]).shared[0].themes.is_empty(), "an entry that is not there counts for nothing");
}

#[test]
fn the_latest_word_counts_for_names_placements_people_and_links() {
    let taken_out = Placement { entry: id(1), theme: id(9), placed: false };
    let circle = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, entry(2, at(1, 9, 0), Kind::Image, "a lake"))
        .write(HERON, theme(9, at(2, 9, 0), "water"))
        .write(HERON, placement(11, 1, 9, at(2, 9, 0)))
        .write(HERON, placement(12, 2, 9, at(2, 9, 0)))
        .write(HERON, theme(9, at(3, 9, 0), "still water"))
        .write(HERON, document(13, at(3, 9, 0), taken_out));
    let view = fold(HERON, std::slice::from_ref(&circle));
    assert!(view.reported.is_empty(), "a new name is no conflict");
    let seen = &view.shared[0].themes[0];
    assert_eq!((seen.theme.body().name.as_str(), seen.entries.as_slice()), ("still water", [id(2)].as_slice()));
    assert!(view.entry(id(1)).unwrap().themes.is_empty());

    let dropped = Theme { name: theme_name("still water"), dropped: true };
    let view = fold(HERON, &[circle.write(HERON, document(9, at(4, 9, 0), dropped))]);
    assert!(view.shared[0].themes.is_empty() && view.entry(id(2)).unwrap().themes.is_empty());
}

#[test]
fn nobody_takes_back_what_somebody_else_linked() {
    let undo = Link { from: id(2), to: id(1), relation: Relation::Echoes, linked: false };
    let circle = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(HERON, entry(2, at(1, 9, 0), Kind::Image, "a lake"))
        .write(QUILL, link(22, 2, Relation::Echoes, 1, at(2, 10, 0)))
        .write(HERON, document(23, at(2, 11, 0), undo.clone()));
    let links = |circle| fold(HERON, &[circle]).shared[0].links.iter().map(|view| view.by).collect::<Vec<_>>();
    assert_eq!(links(circle.clone()), [QUILL]);
    assert_eq!(links(circle.write(QUILL, document(24, at(2, 12, 0), undo))), []);
}

#[test]
fn a_link_to_what_is_private_is_its_patients_alone() {
    let view = view();
    let of_door: Vec<_> = view.links_of(id(1)).iter().map(|view| (view.by, view.link.id())).collect();
    assert_eq!(of_door, [(HERON, id(21)), (QUILL, id(22)), (HERON, id(23))]);
    let shared = serde_json::to_string(&view.shared).unwrap();
    assert!(!shared.contains(&id(3).to_string()), "nothing that is shared names what is private");
}

#[test]
fn who_is_in_an_entry_is_said_once_and_for_herself_beside_a_shared_one() {
    let view = view();
    let people: Vec<_> =
        view.people().into_iter().map(|person| (person.label.as_str().to_owned(), person.entries)).collect();
    assert_eq!(people, [("Mum".to_owned(), vec![id(2)]), ("the man at the lake".to_owned(), vec![id(1)])]);
    assert!(view.shared[0].entries[1].people.is_empty());
}

#[test]
fn a_patient_cannot_propose_to_herself_nor_a_clinician_name_or_fill_a_theme() {
    let proposal = ThemeProposal { name: theme_name("doors"), entries: vec![id(1)] };
    let circle = shared()
        .write(HERON, entry(1, at(1, 9, 0), Kind::Image, "a door"))
        .write(QUILL, theme(9, at(2, 9, 0), "doors"))
        .write(QUILL, placement(11, 1, 9, at(2, 9, 0)))
        .write(QUILL, person_label(12, 1, "her mother", at(2, 9, 0)))
        .write(HERON, document(13, at(2, 9, 0), proposal))
        .write(QUILL, document(14, at(2, 9, 0), ThemeAnswer { proposal: id(13), theme: None }));
    let view = fold(HERON, &[circle]);
    assert_eq!(view.reported.len(), 5);
    assert!(view.shared[0].themes.is_empty() && view.shared[0].proposals.is_empty() && view.people().is_empty());
}

#[test]
fn a_proposal_is_about_entries_that_are_here_and_her_last_answer_counts() {
    let proposal = ThemeProposal { name: theme_name("doors"), entries: vec![id(1), id(2)] };
    let circle = shared()
        .write(QUILL, document(13, at(2, 9, 0), proposal))
        .write(HERON, document(14, at(3, 9, 0), ThemeAnswer { proposal: id(13), theme: None }))
        .write(HERON, document(15, at(4, 9, 0), ThemeAnswer { proposal: id(13), theme: Some(id(9)) }));
    assert!(fold(HERON, std::slice::from_ref(&circle)).shared[0].proposals.is_empty());
    let view = fold(HERON, &[circle.write(HERON, entry(2, at(1, 9, 0), Kind::Image, "a lake"))]);
    let proposal = &view.shared[0].proposals[0];
    assert_eq!(proposal.entries, [id(2)]);
    assert_eq!(proposal.answer.as_ref().unwrap().body().theme, Some(id(9)));
    assert!(view.find_proposal("0d0d0d0d").is_ok());
}
