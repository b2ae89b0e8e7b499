//! Scores and findings: parsed, put in an order in which each comes after what it needs, bounded, banded.

use toml::Spanned;

use super::Problems;
use super::items::stand_in;
use crate::measure::expr::{BOUND, Condition, Expr, Named};
use crate::measure::ids::ItemId;
use crate::measure::instrument::{Band, FindingRule, Item, ScoreRule};
use crate::measure::loinc;
use crate::measure::pack::wire;
use crate::measure::points::Points;

/// Scores of one instrument, and findings.
const SCORES: usize = 30;
/// Bands of one score.
const BANDS: usize = 12;

type Names = super::Names;

/// A score that is parsed, and where it stands.
struct Parsed {
    at: usize,
    field: String,
    expr: Expr,
    bands: Vec<Spanned<wire::Band>>,
    rule: ScoreRule,
}

/// Returns scores and findings.
pub(super) fn scores(
    scores: Spanned<Vec<Spanned<wire::Score>>>,
    findings: Vec<Spanned<wire::Finding>>,
    items: &[Item],
    names: &mut Names,
    problems: &mut Problems<'_>,
) -> (Vec<ScoreRule>, Vec<FindingRule>) {
    let start = scores.span().start;
    let scores = scores.into_inner();
    if scores.len() > SCORES || findings.len() > SCORES {
        problems.at(start, "scores", format!("there are at most {SCORES} scores, and as many findings"));
        return (Vec::new(), Vec::new());
    }
    let ids: Vec<_> = scores
        .iter()
        .enumerate()
        .map(|(place, score)| {
            let id = &score.get_ref().id;
            name(names, "score", place, id, Named::Score(place), problems)
        })
        .collect();
    if !ids.iter().any(|id| id.as_str() == "total") {
        problems.at(start, "scores", "there is no score `total`");
    }
    // A finding has no value, so nothing may need it; its name is taken all the same.
    let mut taken = names.clone();
    let finding_ids: Vec<_> = findings
        .iter()
        .enumerate()
        .map(|(place, finding)| {
            let id = &finding.get_ref().id;
            name(&mut taken, "finding", place, id, Named::Score(place), problems)
        })
        .collect();

    let find = |name: &str| ItemId::new(name).ok().and_then(|id| names.get(&id)).copied();
    let mut parsed: Vec<_> = scores
        .into_iter()
        .zip(ids)
        .enumerate()
        .map(|(place, (score, id))| parse(place, id, score, items, &find, problems))
        .collect();
    let mut conditions: Vec<_> = findings
        .into_iter()
        .zip(finding_ids)
        .enumerate()
        .map(|(place, (finding, id))| finding_rule(place, id, finding, items, &find, problems))
        .collect();

    let Some(order) = order(&parsed) else {
        let circle = &parsed[in_circle(&parsed)];
        problems.at(circle.at, format!("{}.expr", circle.field), "this score needs itself, directly or through others");
        return (Vec::new(), conditions);
    };
    let mut new = vec![0; parsed.len()];
    order.iter().enumerate().for_each(|(place, old)| new[*old] = place);
    parsed.iter_mut().for_each(|score| score.expr.renumber(&new));
    for condition in conditions.iter_mut().flat_map(|finding| &mut finding.all) {
        condition.renumber(&new);
    }
    let ranges: Vec<_> = items.iter().map(Item::range).collect();
    let mut by_place: Vec<_> = parsed.into_iter().map(Some).collect();
    let mut bounds = Vec::new();
    let mut rules = Vec::new();
    for old in order {
        let Some(score) = by_place[old].take() else { continue };
        let rule = bounded(score, &ranges, &bounds, problems);
        bounds.push((rule.min, rule.max));
        rules.push(rule);
    }
    (rules, conditions)
}

fn name(
    names: &mut Names,
    what: &str,
    place: usize,
    id: &Spanned<String>,
    named: Named,
    problems: &mut Problems<'_>,
) -> ItemId {
    let field = format!("{what}s[{}].id", place + 1);
    let checked = problems.id::<ItemId>(&field, id).unwrap_or_else(|| stand_in(what, place));
    if names.insert(checked.clone(), named).is_some() {
        problems.at(id.span().start, field, format!("`{checked}` is there twice"));
    }
    checked
}

fn parse(
    place: usize,
    id: ItemId,
    score: Spanned<wire::Score>,
    items: &[Item],
    find: &dyn Fn(&str) -> Option<Named>,
    problems: &mut Problems<'_>,
) -> Parsed {
    let field = format!("scores[{}]", place + 1);
    let score = score.into_inner();
    let at = score.expr.span().start;
    let expr = Expr::parse(score.expr.get_ref(), find).and_then(|expr| only_scored(items, &expr).map(|()| expr));
    let expr = expr.unwrap_or_else(|message| {
        problems.at(at, format!("{field}.expr"), message);
        Expr::Number(Points::default())
    });
    let missing_allowed = score.missing_allowed.map_or(0, |allowed| {
        if *allowed.get_ref() >= items.len() {
            problems.at(allowed.span().start, format!("{field}.missing_allowed"), "some answers must be given");
        }
        allowed.into_inner()
    });
    let rule = ScoreRule {
        id,
        title: problems.text(&format!("{field}.title"), score.title),
        missing_allowed,
        min: Points::default(),
        max: Points::default(),
        bands: Vec::new(),
        loinc: problems.code(&format!("{field}.loinc"), score.loinc, loinc::is_code),
        expr: Expr::Number(Points::default()),
    };
    Parsed { at, field, expr, bands: score.bands, rule }
}

fn finding_rule(
    place: usize,
    id: ItemId,
    finding: Spanned<wire::Finding>,
    items: &[Item],
    find: &dyn Fn(&str) -> Option<Named>,
    problems: &mut Problems<'_>,
) -> FindingRule {
    let field = format!("findings[{}]", place + 1);
    let at = finding.span().start;
    let finding = finding.into_inner();
    if finding.all.is_empty() || finding.all.len() > BANDS {
        problems.at(at, format!("{field}.all"), format!("a finding has 1 to {BANDS} conditions"));
    }
    let mut all = Vec::new();
    for condition in finding.all.iter().take(BANDS) {
        let parsed = Condition::parse(condition.get_ref(), find);
        match parsed.and_then(|parsed| only_scored(items, parsed.left()).map(|()| parsed)) {
            Ok(condition) => all.push(condition),
            Err(message) => problems.at(condition.span().start, format!("{field}.all"), message),
        }
    }
    FindingRule { id, title: problems.text(&format!("{field}.title"), finding.title), all }
}

/// Refuses an expression that needs an item that is asked and not scored.
fn only_scored(items: &[Item], expr: &Expr) -> Result<(), String> {
    match expr.needs().0.into_iter().find_map(|place| items.get(place).filter(|item| !item.scored)) {
        Some(item) => Err(format!("`{}` is asked and not scored", item.id)),
        None => Ok(()),
    }
}

/// Returns an order in which every score comes after those that it needs, or nothing if some need each other.
fn order(parsed: &[Parsed]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < parsed.len() {
        let ready =
            |place: &usize| !order.contains(place) && needs(&parsed[*place]).iter().all(|need| order.contains(need));
        let next = (0..parsed.len()).find(ready)?;
        order.push(next);
    }
    Some(order)
}

/// Returns the first score from which one comes back to it.
fn in_circle(parsed: &[Parsed]) -> usize {
    let comes_back = |start: &usize| {
        let mut reached = needs(&parsed[*start]);
        let mut at = 0;
        while at < reached.len() {
            for need in needs(&parsed[reached[at]]) {
                if !reached.contains(&need) {
                    reached.push(need);
                }
            }
            at += 1;
        }
        reached.contains(start)
    };
    (0..parsed.len()).find(comes_back).unwrap_or_default()
}

fn needs(score: &Parsed) -> Vec<usize> {
    score.expr.needs().1
}

/// Finishes a score: its range, and bands that cover it.
fn bounded(score: Parsed, items: &[(u16, u16)], scores: &[(Points, Points)], problems: &mut Problems<'_>) -> ScoreRule {
    let Parsed { at, field, expr, bands, mut rule } = score;
    let (min, max) = expr.range(items, scores);
    if max > BOUND {
        problems.at(at, format!("{field}.expr"), format!("its value could be more than {BOUND}"));
    }
    (rule.min, rule.max) = (Points::rounded(min), Points::rounded(max));
    if let Some(band) = bands.get(BANDS) {
        problems.at(band.span().start, format!("{field}.bands"), format!("there are at most {BANDS} bands"));
    }
    for (place, band) in bands.into_iter().enumerate() {
        let (at, field) = (band.span().start, format!("{field}.bands[{}]", place + 1));
        let band = band.into_inner();
        let from = Points::whole(band.from.into());
        let before = rule.bands.last().map(|before: &Band| before.from);
        if place == 0 && from > rule.min {
            problems.at(at, &field, format!("the first band begins at {from}, and values at {}", rule.min));
        }
        if before.is_some_and(|before| from <= before) {
            problems.at(at, &field, "bands ascend");
        }
        if from > rule.max {
            problems.at(at, &field, format!("no value reaches {from}; the highest is {}", rule.max));
        }
        rule.bands.push(Band { from, label: problems.text(&format!("{field}.label"), band.label) });
    }
    rule.expr = expr;
    rule
}
