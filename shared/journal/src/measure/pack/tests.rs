//! Packs, good and bad: every mistake is named by its line and field.

use proptest::prelude::*;

use super::*;

/// A small pack, each line of which the tests below break.
const SMALL: &str = r#"format = 1
id = "MOOD-2"
version = 1
title = "Two questions about mood"
lang = "en"
source = "https://example.org/mood"
lookback_days = 7
anchors = [{ value = 0 }, { value = 1 }, { value = 2 }]
items = [
  { id = "q1" },
  { id = "q2" },
]

[rights]
holder = "Harbor Lane Practice (fictional)"
licence = "Our own"

[[scores]]
id = "total"
title = "Total"
expr = "sum(q1..q2)"
bands = [{ from = 0, label = "low" }, { from = 3, label = "high" }]

[[findings]]
id = "high"
title = "3 or more"
all = ["total >= 3"]

[[risks]]
item = "q2"
at_least = 2
class = "suicide"
"#;

fn told(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    Pack::load(SMALL.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_pack_that_is_right_loads_and_keeps_its_text() {
    let pack = Pack::load(SMALL).unwrap();
    assert_eq!((pack.instrument().id.as_str(), pack.instrument().items.len()), ("MOOD-2", 2));
    assert_eq!(pack.source(), SMALL);
    assert!(pack.instrument().asks_about_suicide());
}

#[test]
fn every_pack_that_ships_and_every_example_loads() {
    for name in ["instruments", "packs"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        #[expect(clippy::disallowed_methods, reason = "a test looks at the files of its own crate")]
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            #[expect(clippy::disallowed_methods, reason = "a test looks at the files of its own crate")]
            let source = std::fs::read_to_string(&path).unwrap();
            let pack = Pack::load(source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(pack.instrument().has_wording(), name == "instruments", "{}", path.display());
        }
    }
}

#[test]
fn a_pack_without_a_rights_statement_is_refused() {
    let rights = "[rights]\nholder = \"Harbor Lane Practice (fictional)\"\nlicence = \"Our own\"\n";
    let missing = "line 1, rights: it is missing: a pack says who holds the rights and what allows its use";
    assert_eq!(told(rights, ""), missing);
    assert_eq!(told("licence = \"Our own\"", "licence = \" \""), "line 16, rights.licence: it is empty");
    assert!(told("licence = \"Our own\"\n", "").starts_with("line 14, rights: missing field `licence`"));
}

#[test]
fn what_is_missing_unknown_or_twice_is_told_with_line_and_field() {
    for (from, to, message) in [
        ("{ value = 1 }, ", "", "line 8, anchors[2].value: the answer 1 is missing before 2"),
        (
            "{ value = 1 }",
            "{ value = 0 }",
            "line 8, anchors[2].value: 0 stands behind 0; values ascend\nline 8, anchors[3].value: the answer 1 is missing before 2",
        ),
        (
            "anchors = [{ value = 0 }, { value = 1 }, { value = 2 }]\n",
            "",
            "line 9, items[1].anchors: there are no answers: neither here nor for all items\nline 10, items[2].anchors: there are no answers: neither here nor for all items\nline 21, scores[1].bands[2]: no value reaches 3; the highest is 0\nline 30, risks[1].at_least: answers are 0 to 0, so this is met always or never",
        ),
        (
            "{ id = \"q2\" }",
            "{ id = \"q1\" }",
            "line 11, items[2].id: `q1` is there twice\nline 21, scores[1].expr: there is no item or score `q2`\nline 22, scores[1].bands[2]: no value reaches 3; the highest is 0\nline 30, risks[1].item: there is no item `q2`",
        ),
        ("id = \"high\"", "id = \"total\"", "line 25, findings[1].id: `total` is there twice"),
        (
            "sum(q1..q2)",
            "sum(q1..q3)",
            "line 21, scores[1].expr: there is no item or score `q3`\nline 22, scores[1].bands[2]: no value reaches 3; the highest is 0",
        ),
        ("item = \"q2\"", "item = \"q7\"", "line 30, risks[1].item: there is no item `q7`"),
        (
            "at_least = 2",
            "at_least = 3",
            "line 31, risks[1].at_least: answers are 0 to 2, so this is met always or never",
        ),
        ("from = 3", "from = 5", "line 22, scores[1].bands[2]: no value reaches 5; the highest is 4"),
        ("from = 0", "from = 1", "line 22, scores[1].bands[1]: the first band begins at 1, and values at 0"),
        ("from = 3", "from = 0", "line 22, scores[1].bands[2]: bands ascend"),
        (
            "total >= 3",
            "total > 3",
            "line 27, findings[1].all: a condition has one `>=` or `<=`, with a number behind it",
        ),
        (
            "id = \"MOOD-2\"",
            "id = \"2 moods\"",
            "line 2, id: at most 40 letters, digits, dashes, dots and underscores, a letter first",
        ),
        ("format = 1", "format = 2", "line 1, format: this program reads format 1; a newer one may read 2"),
        (
            "id = \"total\"",
            "id = \"sum\"",
            "line 18, scores: there is no score `total`\nline 27, findings[1].all: there is no item or score `total`",
        ),
        ("lookback_days = 7", "lookback_days = 0", "line 7, lookback_days: days are 1 to 366"),
        (
            "title = \"Total\"",
            "title = \"Total\"\nloinc = \"91006-2\"",
            "line 21, scores[1].loinc: `91006-2` is no LOINC code: its check digit or shape is wrong",
        ),
    ] {
        assert_eq!(told(from, to), message, "{to}");
    }
}

#[test]
fn what_is_no_toml_or_has_a_field_that_no_pack_has_is_told_with_its_line() {
    assert!(told("version = 1", "version = ").starts_with("line 3, version: "));
    assert!(told("version = 1", "version = \"one\"").starts_with("line 3, version: invalid type: string \"one\""));
    assert!(told("{ id = \"q2\" }", "{ id = \"q2\", code = \"print\" }").contains("unknown field `code`"));
    assert!(told("class = \"suicide\"", "class = \"sad\"").starts_with("line 32, class: unknown variant `sad`"));
    assert!(told("version = 1\n", "").contains("missing field `version`"));
    assert!(told("at_least = 2", "at_least = -1").starts_with("line 31, at_least: "));
}

#[test]
fn scores_that_need_each_other_are_refused() {
    let circle = "expr = \"sum(q1..q2) + half\"\n\n[[scores]]\nid = \"half\"\ntitle = \"Half\"\nexpr = \"total * 0.5\"";
    let message =
        told("expr = \"sum(q1..q2)\"\nbands = [{ from = 0, label = \"low\" }, { from = 3, label = \"high\" }]", circle);
    assert_eq!(message, "line 21, scores[1].expr: this score needs itself, directly or through others");
    let itself = told("sum(q1..q2)", "total + 1");
    assert!(itself.starts_with("line 21, scores[1].expr: this score needs itself"), "{itself}");
}

#[test]
fn a_score_may_need_one_that_stands_behind_it() {
    let later = "expr = \"half * 2\"\n\n[[scores]]\nid = \"half\"\ntitle = \"Half\"\nexpr = \"sum(q1..q2) * 0.5\"";
    let from = "expr = \"sum(q1..q2)\"\nbands = [{ from = 0, label = \"low\" }, { from = 3, label = \"high\" }]";
    let pack = Pack::load(SMALL.replacen(from, later, 1)).unwrap();
    assert_eq!(pack.instrument().total().max, crate::measure::Points::whole(4));
}

#[test]
fn absurd_sizes_are_refused() {
    let items = (0..101).map(|n| format!("{{ id = \"i{n}\" }},")).collect::<String>();
    assert!(told("  { id = \"q1\" },\n  { id = \"q2\" },\n", &items).contains("items: there are 1 to 100 items"));
    assert!(told("at_least = 2", "at_least = 70000").contains("line 31, at_least"));
    assert!(told("sum(q1..q2)", "sum(q1..q2) * 99999 * 99999").contains("its value could be more than 100000"));
    assert!(
        told("Two questions about mood", &"a".repeat(601)).contains("line 4, title: a text has at most 600 characters")
    );
    assert!(told("Two questions about mood", &"a".repeat(PACK_BYTES)).contains("a pack has at most 64 KiB"));
    assert!(
        told("items = [\n  { id = \"q1\" },\n  { id = \"q2\" },\n]", "items = []")
            .contains("line 9, items: there are 1 to 100 items")
    );
}

/// The small pack with wording, pinned.
fn worded() -> String {
    let items = "items = [\n  { id = \"q1\", text = \"Low?\" },\n  { id = \"q2\", text = \"Lower?\" },\n]";
    let text = SMALL
        .replacen("items = [\n  { id = \"q1\" },\n  { id = \"q2\" },\n]", &format!("stem = \"This week:\"\n{items}"), 1)
        .replacen(
            "{ value = 0 }, { value = 1 }, { value = 2 }",
            "{ value = 0, text = \"no\" }, { value = 1, text = \"some\" }, { value = 2, text = \"yes\" }",
            1,
        );
    let unpinned = Pack::load(text.clone()).unwrap_err().to_string();
    let hash = unpinned.split('"').nth(1).unwrap();
    assert_eq!(
        unpinned,
        format!("line 15, rights.text_sha256: it is missing: the wording that was cleared has the hash \"{hash}\"")
    );
    text.replacen("licence = \"Our own\"", &format!("licence = \"Our own\"\ntext_sha256 = \"{hash}\""), 1)
}

#[test]
fn wording_is_pinned_to_what_was_cleared() {
    let worded = worded();
    assert!(Pack::load(worded.clone()).unwrap().instrument().has_wording());
    for (from, to) in [("Lower?", "Lowest?"), ("\"some\"", "\"a bit\""), ("This week:", "This month:")] {
        let error = Pack::load(worded.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(
            error.starts_with("line 18, rights.text_sha256: the wording is not the one that was cleared"),
            "{error}"
        );
    }
}

#[test]
fn wording_is_whole_or_not_there() {
    let error = |from: &str, to: &str| Pack::load(worded().replacen(from, to, 1)).unwrap_err().to_string();
    assert!(error(", text = \"Lower?\"", "").contains("items[2].text: it is missing, though other items have wording"));
    assert!(error(", text = \"some\"", "").contains("items[1].anchors: the answer 1 has no text, though the item has"));
    assert!(error("stem = \"This week:\"\n", "").contains("stem: it is missing"));
}

#[test]
fn an_item_that_is_not_scored_counts_nowhere() {
    let error = told("{ id = \"q2\" }", "{ id = \"q2\", scored = false }");
    assert!(error.contains("scores[1].expr: `q2` is asked and not scored"), "{error}");
}

proptest! {
    #[test]
    fn no_text_panics_the_loader(text in ".{0,400}") {
        let _ = Pack::load(text);
    }

    #[test]
    fn no_damage_panics_the_loader_and_what_loads_scores(
        at in any::<proptest::sample::Index>(),
        length in 0..12_usize,
        put in "[a-z0-9\" =.,(){}\\[\\]\\n]{0,8}",
        answers in proptest::collection::vec(0..4_u16, 2),
    ) {
        let mut text = SMALL.to_owned();
        let start = at.index(text.len());
        text.replace_range(start..(start + length).min(text.len()), &put);
        match Pack::load(text) {
            Ok(pack) => {
                let given: Vec<_> = answers.into_iter().map(Some).collect();
                if let Ok(answers) = crate::measure::Answers::in_order(pack.instrument(), &given) {
                    let score = crate::measure::score(pack.instrument(), &answers);
                    for scored in score.total.iter().chain(&score.scores) {
                        prop_assert!(scored.min <= scored.value && scored.value <= scored.max);
                    }
                }
            }
            Err(error) => prop_assert!(!error.problems.is_empty()),
        }
    }
}
