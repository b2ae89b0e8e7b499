//! Items, their answers, and which answers ask for care.

use toml::Spanned;

use super::{Names, Problems};
use crate::measure::expr::Named;
use crate::measure::ids::ItemId;
use crate::measure::instrument::{Anchor, Item, RiskRule};
use crate::measure::loinc;
use crate::measure::pack::wire;

/// Items of one instrument.
const ITEMS: usize = 100;
/// Answers of one item.
const ANCHORS: usize = 12;
/// The highest value of an answer.
const HIGHEST: u16 = 1000;
/// Answers that ask for care.
const RISKS: usize = 20;

/// Returns the items. Those without answers of their own have those of all.
pub(super) fn items(
    items: Spanned<Vec<Spanned<wire::Item>>>,
    shared: Vec<Spanned<wire::Anchor>>,
    slider: bool,
    names: &mut Names,
    problems: &mut Problems<'_>,
) -> Vec<Item> {
    let start = items.span().start;
    let items = items.into_inner();
    if items.is_empty() || items.len() > ITEMS {
        problems.at(start, "items", format!("there are 1 to {ITEMS} items"));
        return Vec::new();
    }
    let shared = (!shared.is_empty()).then(|| anchors("anchors", shared, slider, problems));
    let all = items.len();
    let mut worded = 0;
    let checked: Vec<Item> = items
        .into_iter()
        .enumerate()
        .map(|(place, item)| {
            let at = item.span().start;
            let field = format!("items[{}]", place + 1);
            let item = item.into_inner();
            let id = problems.id::<ItemId>(&format!("{field}.id"), &item.id).unwrap_or_else(|| stand_in("item", place));
            if names.insert(id.clone(), Named::Item(place)).is_some() {
                problems.at(item.id.span().start, format!("{field}.id"), format!("`{id}` is there twice"));
            }
            let own = item.anchors.map(|own| anchors(&format!("{field}.anchors"), own, slider, problems));
            let anchors = own.or_else(|| shared.clone()).unwrap_or_else(|| {
                problems.at(at, format!("{field}.anchors"), "there are no answers: neither here nor for all items");
                Vec::new()
            });
            let text = problems.optional(&format!("{field}.text"), item.text);
            worded += usize::from(text.is_some());
            if text.is_some()
                && let Some(bare) = anchors.iter().find(|anchor| anchor.text.is_none())
            {
                let message = format!("the answer {} has no text, though the item has", bare.value);
                problems.at(at, format!("{field}.anchors"), message);
            }
            let loinc = problems.code(&format!("{field}.loinc"), item.loinc, loinc::is_code);
            Item { id, text, anchors, slider, scored: item.scored.unwrap_or(true), loinc }
        })
        .collect();
    if worded > 0 && worded < all {
        let bare = checked.iter().position(|item| item.text.is_none()).unwrap_or_default();
        let message = "it is missing, though other items have wording: a definition has all of it or none";
        problems.at(start, format!("items[{}].text", bare + 1), message);
    }
    if !checked.iter().any(|item| item.scored) {
        problems.at(start, "items", "no item is scored");
    }
    checked
}

/// Returns the answers of an item: ascending, without a gap unless it is a slider.
fn anchors(field: &str, anchors: Vec<Spanned<wire::Anchor>>, slider: bool, problems: &mut Problems<'_>) -> Vec<Anchor> {
    let at = anchors.first().map_or(0, |anchor| anchor.span().start);
    if !(2..=ANCHORS).contains(&anchors.len()) {
        problems.at(at, field, format!("an item has 2 to {ANCHORS} answers"));
    }
    let mut checked: Vec<Anchor> = Vec::new();
    for (place, anchor) in anchors.into_iter().enumerate() {
        let field = format!("{field}[{}]", place + 1);
        let wire::Anchor { value, text, loinc } = anchor.into_inner();
        let at = value.span().start;
        let value = value.into_inner();
        if value > HIGHEST {
            problems.at(at, format!("{field}.value"), format!("a value is at most {HIGHEST}"));
        }
        match checked.last().map(|before: &Anchor| before.value) {
            Some(before) if value <= before => {
                problems.at(at, format!("{field}.value"), format!("{value} stands behind {before}; values ascend"));
            }
            Some(before) if value > before + 1 && !slider => {
                problems.at(
                    at,
                    format!("{field}.value"),
                    format!("the answer {} is missing before {value}", before + 1),
                );
            }
            _ => {}
        }
        let text = problems.optional(&format!("{field}.text"), text);
        let loinc = problems.code(&format!("{field}.loinc"), loinc, loinc::is_answer_code);
        checked.push(Anchor { value, text, loinc });
    }
    checked
}

/// Returns which answers ask for care.
pub(super) fn risks(
    risks: Vec<Spanned<wire::Risk>>,
    items: &[Item],
    names: &Names,
    problems: &mut Problems<'_>,
) -> Vec<RiskRule> {
    if let Some(risk) = risks.get(RISKS) {
        problems.at(risk.span().start, "risks", format!("there are at most {RISKS} of them"));
    }
    let mut checked: Vec<RiskRule> = Vec::new();
    for (n, risk) in risks.into_iter().enumerate() {
        let field = format!("risks[{}]", n + 1);
        let risk = risk.into_inner();
        let named = ItemId::new(risk.item.get_ref().as_str()).ok().and_then(|id| names.get(&id));
        let Some(Named::Item(item)) = named.copied() else {
            let message = format!("there is no item `{}`", risk.item.get_ref());
            problems.at(risk.item.span().start, format!("{field}.item"), message);
            continue;
        };
        let at_least = *risk.at_least.get_ref();
        let (min, max) = items.get(item).map(Item::range).unwrap_or_default();
        if at_least <= min || at_least > max {
            let message = format!("answers are {min} to {max}, so this is met always or never");
            problems.at(risk.at_least.span().start, format!("{field}.at_least"), message);
        }
        if checked.iter().any(|known| known.item == item) {
            problems.at(risk.item.span().start, format!("{field}.item"), "an item is named once");
        }
        checked.push(RiskRule { item, at_least, class: risk.class.into() });
    }
    checked
}

/// Stands for a name that is wrong until the mistake is told.
pub(super) fn stand_in(what: &str, place: usize) -> ItemId {
    ItemId::new(format!("{what}_{place}")).expect("the name is plain")
}
