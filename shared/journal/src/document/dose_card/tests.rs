//! Dose cards that cannot be, each refused in words.

use super::*;
use crate::document::{Body, Document};
use crate::sample::{at, dose_card, id};

fn card() -> DoseCard {
    let Body::DoseCard(card) = dose_card(1, 2, at(18, 10, 0)).body().clone() else { unreachable!() };
    *card
}

fn refusal(change: impl FnOnce(&mut DoseCard)) -> String {
    let mut card = card();
    change(&mut card);
    Document::new(id(1), at(18, 10, 0), card).unwrap_err().to_string()
}

fn vitals(change: impl FnOnce(&mut Vitals)) -> Vitals {
    let mut vitals = Vitals::new(at(18, 10, 0), VitalPhase::Pre);
    change(&mut vitals);
    vitals
}

#[test]
fn the_dose_by_weight_is_derived_and_absent_without_a_weight() {
    let mut card = card();
    assert_eq!(card.total().unwrap().to_string(), "55");
    assert_eq!(card.mg_per_kg().unwrap().to_string(), "0.81");
    card.weight_kg = None;
    assert_eq!(card.mg_per_kg(), None);
    assert!(!serde_json::to_string(&card).unwrap().contains("per_kg"), "what is derived is not kept");
}

#[test]
fn doses_that_cannot_be_are_refused() {
    insta::assert_snapshot!(refusal(|card| card.doses[0].kind = DoseKind::Booster),
        @"`doses`: a booster comes after a first dose");
    insta::assert_snapshot!(refusal(|card| card.doses[1].kind = DoseKind::Initial),
        @"`doses`: there is one initial dose, and it is the first; later ones are boosters");
    insta::assert_snapshot!(refusal(|card| card.doses[0].kind = DoseKind::Infusion),
        @"`duration_min`: an infusion runs for some minutes; say how many");
    insta::assert_snapshot!(refusal(|card| card.doses[0].duration_min = Some(0)),
        @"`duration_min`: a dose runs for 1 to 1440 minutes");
    insta::assert_snapshot!(refusal(|card| card.doses.reverse()),
        @"`doses`: a booster comes after a first dose");
    insta::assert_snapshot!(refusal(|card| card.doses[1].at = at(18, 9, 0)),
        @"`doses`: doses stand in the order in which they were given");
    insta::assert_snapshot!(refusal(|card| card.swallowed = Some(true)),
        @"`swallowed`: only a lozenge (SL) is swallowed or not");
    insta::assert_snapshot!(refusal(|card| {
        card.route = Route::InEsk;
        card.substance = Some(Substance::KetamineRacemic);
    }), @"`substance`: what is given by IN_ESK is esketamine");
}

#[test]
fn times_far_from_the_day_are_refused_and_a_night_is_not() {
    let far = "`at`: every time on a dose card is on its day or the day after";
    assert_eq!(refusal(|card| card.doses[1].at = at(20, 0, 0)), far);
    assert_eq!(
        refusal(|card| card.discharge = Some(Discharge { at: at(17, 23, 0), escorted: true, instructions_given: true })),
        far
    );
    let mut late = card();
    late.discharge = Some(Discharge { at: at(19, 0, 30), escorted: true, instructions_given: true });
    assert!(Document::new(id(1), at(18, 10, 0), late).is_ok());
}

#[test]
fn readings_of_no_body_are_refused() {
    let refusal = |change: fn(&mut Vitals)| refusal(|card| card.vitals = vec![vitals(change)]);
    insta::assert_snapshot!(refusal(|_| {}), @"`vitals` is empty");
    insta::assert_snapshot!(refusal(|vitals| vitals.spo2 = Some(101)), @"`spo2`: oxygen saturation is 40 to 100 per cent");
    insta::assert_snapshot!(refusal(|vitals| vitals.hr = Some(720)), @"`hr`: the pulse is 20 to 300 in a minute");
    insta::assert_snapshot!(refusal(|vitals| (vitals.sbp, vitals.dbp) = (Some(80), Some(120))),
        @"`dbp`: diastolic pressure is below systolic");
    assert!(vitals(|vitals| (vitals.sbp, vitals.dbp, vitals.hr) = (Some(120), Some(80), Some(72))).check().is_ok());
}

#[test]
fn a_part_of_the_setting_is_noted_once_and_mood_is_at_most_ten() {
    let note = |text: &str| SettingNote { item: SettingItem::Music, words: FewWords::new(text).unwrap() };
    assert!(refusal(|card| card.setting = vec![note("strings"), note("none")]).contains("noted once"));
    let set = Mindset { intentions: vec![], mood_before: Some(11), sleep_hours: None, notes: None };
    assert!(refusal(|card| card.set = Some(set)).contains("0 to 10"));
    assert_eq!(SettingItem::ALL.len(), 17);
}
