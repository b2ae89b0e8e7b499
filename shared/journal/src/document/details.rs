//! What a kind of entry can say beside its words: a few fields for each of the sixteen kinds (domain.md 1.5), all optional.
//!
//! The invariant: the table below is all there is. A field that no kind has, a value outside its range, or a field twice is
//! refused, whoever wrote it. Nothing asks whether a memory "really happened"; one may be unsure.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::entry::Kind;
use crate::calendar::Day;
use crate::text::{FewWords, FieldError, Term};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A sentence or two.
    Text,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Some of these.
    Several(&'static [&'static str]),
    /// A whole number in this range.
    Scale(i16, i16),
    /// Yes or no.
    YesNo,
    /// Words, each with how strong it is, 0 to 10.
    Rated,
    /// A day.
    Day,
}

/// A field of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The kind that has it.
    pub kind: Kind,
    /// Its name, in documents and on the command line.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
}

const REGIONS: &[&str] = &[
    "head",
    "face",
    "throat",
    "chest",
    "heart",
    "belly",
    "pelvis",
    "back",
    "shoulders",
    "arms",
    "hands",
    "legs",
    "feet",
    "whole_body",
];

const fn field(kind: Kind, name: &'static str, holds: FieldType) -> Field {
    Field { kind, name, holds }
}

/// Every field that there is; each name is there once.
pub const FIELDS: &[Field] = &[
    field(Kind::Image, "modality", FieldType::Choice(&["visual", "sound", "smell", "taste", "touch"])),
    field(Kind::Image, "vividness", FieldType::Scale(0, 4)),
    field(Kind::Image, "movement", FieldType::Text),
    field(Kind::Feeling, "affects", FieldType::Rated),
    field(Kind::Feeling, "valence", FieldType::Scale(-2, 2)),
    field(Kind::Feeling, "changed_into", FieldType::Text),
    field(Kind::Memory, "age_about", FieldType::Scale(0, 120)),
    field(Kind::Memory, "place", FieldType::Text),
    field(Kind::Memory, "certainty", FieldType::Choice(&["clear", "hazy", "unsure_if_it_happened"])),
    field(Kind::Memory, "known_before", FieldType::Choice(&["yes", "no", "partly"])),
    field(Kind::Symbol, "figure_label", FieldType::Text),
    field(
        Kind::Symbol,
        "role_toward_me",
        FieldType::Choice(&["near", "watching", "threatening", "helping", "leaving", "other"]),
    ),
    field(Kind::Symbol, "dialogue", FieldType::Text),
    field(Kind::Body, "regions", FieldType::Several(REGIONS)),
    field(Kind::Body, "quality", FieldType::Text),
    field(Kind::Body, "intensity", FieldType::Scale(0, 10)),
    field(Kind::Body, "still_there", FieldType::YesNo),
    field(Kind::PerspectiveShift, "before_line", FieldType::Text),
    field(Kind::PerspectiveShift, "after_line", FieldType::Text),
    field(Kind::Clarity, "how_sure_now", FieldType::Scale(0, 4)),
    field(Kind::Conflict, "one_side", FieldType::Text),
    field(Kind::Conflict, "other_side", FieldType::Text),
    field(Kind::Conflict, "what_i_did", FieldType::Text),
    field(Kind::RelationalInsight, "person_label", FieldType::Text),
    field(Kind::RelationalInsight, "person_is", FieldType::Choice(&["past", "present", "therapist"])),
    field(Kind::RelationalInsight, "pattern", FieldType::Text),
    field(
        Kind::Insight,
        "domain",
        FieldType::Choice(&["mind", "body", "spirit", "relationships", "lifestyle", "nature"]),
    ),
    field(Kind::Intention, "wording", FieldType::Text),
    field(Kind::Dream, "night_of", FieldType::Day),
    field(Kind::Dream, "associations", FieldType::Text),
    field(Kind::Dream, "recurring", FieldType::YesNo),
    field(Kind::Blank, "why", FieldType::Choice(&["nothing", "no_words", "not_yet", "asleep"])),
    field(Kind::Practice, "did", FieldType::Text),
    field(Kind::Practice, "how_it_went", FieldType::Text),
];

/// A word and how strong it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rated {
    /// The word.
    pub word: Term,
    /// How strong, 0 to 10.
    pub intensity: u8,
}

/// What a field says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Detail {
    /// Yes or no.
    YesNo(bool),
    /// A number.
    Number(i16),
    /// A text, a choice or a day.
    Text(FewWords),
    /// Several choices.
    Several(Vec<Term>),
    /// Words, each with how strong it is.
    Rated(Vec<Rated>),
}

/// What the fields of an entry say, by name.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Details(BTreeMap<String, Detail>);

/// Returns the field of this name.
pub fn find_field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

impl Field {
    /// Returns how it is filled in, for people: `0 to 4`.
    pub fn help(&self) -> String {
        match self.holds {
            FieldType::Text => "a few words".to_owned(),
            FieldType::Choice(choices) => format!("one of {}", choices.join(", ")),
            FieldType::Several(choices) => format!("some of {}, with + between", choices.join(", ")),
            FieldType::Scale(min, max) => format!("{min} to {max}"),
            FieldType::YesNo => "yes or no".to_owned(),
            FieldType::Rated => "words with how strong, 0 to 10: awe:8+grief:3".to_owned(),
            FieldType::Day => "a day like 2031-05-01".to_owned(),
        }
    }

    /// Reads what a person typed into the field.
    pub fn read(&self, typed: &str) -> Result<Detail, FieldError> {
        let detail = match self.holds {
            FieldType::Text | FieldType::Choice(_) | FieldType::Day => Detail::Text(FewWords::new(typed)?),
            FieldType::Scale(..) => Detail::Number(typed.parse().map_err(|_| self.refusal())?),
            FieldType::YesNo => match typed {
                "yes" => Detail::YesNo(true),
                "no" => Detail::YesNo(false),
                _ => return Err(self.refusal()),
            },
            FieldType::Several(_) => Detail::Several(typed.split('+').map(Term::new).collect::<Result<_, _>>()?),
            FieldType::Rated => {
                let rated = typed.split('+').map(|one| {
                    let (word, intensity) = one.rsplit_once(':').ok_or_else(|| self.refusal())?;
                    Ok(Rated { word: Term::new(word)?, intensity: intensity.parse().map_err(|_| self.refusal())? })
                });
                Detail::Rated(rated.collect::<Result<_, FieldError>>()?)
            }
        };
        if self.takes(&detail) { Ok(detail) } else { Err(self.refusal()) }
    }

    fn refusal(&self) -> FieldError {
        let rule = match self.holds {
            FieldType::Text => "a few words",
            FieldType::Choice(_) => "one of the choices of this field",
            FieldType::Several(_) => "some of the choices of this field, each once",
            FieldType::Scale(..) => "a whole number inside the range of this field",
            FieldType::YesNo => "yes or no",
            FieldType::Rated => "words, each with how strong it is from 0 to 10",
            FieldType::Day => "write a day of the calendar like 2031-05-01",
        };
        FieldError::Rule { field: self.name, rule }
    }

    fn takes(&self, detail: &Detail) -> bool {
        match (self.holds, detail) {
            (FieldType::Text, Detail::Text(_)) | (FieldType::YesNo, Detail::YesNo(_)) => true,
            (FieldType::Choice(choices), Detail::Text(text)) => choices.contains(&text.as_str()),
            (FieldType::Day, Detail::Text(text)) => text.as_str().parse::<Day>().is_ok(),
            (FieldType::Scale(min, max), Detail::Number(number)) => (min..=max).contains(number),
            (FieldType::Several(choices), Detail::Several(several)) => {
                let known = several.iter().all(|one| choices.contains(&one.as_str()));
                let once = several.iter().enumerate().all(|(at, one)| !several[..at].contains(one));
                known && once && !several.is_empty()
            }
            (FieldType::Rated, Detail::Rated(rated)) => {
                (1..=20).contains(&rated.len()) && rated.iter().all(|one| one.intensity <= 10)
            }
            _ => false,
        }
    }
}

impl Details {
    /// Fills a field in; what was in it is replaced.
    pub fn set(&mut self, field: &Field, detail: Detail) {
        self.0.insert(field.name.to_owned(), detail);
    }

    /// Tells whether no field is filled in.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the fields that are filled in, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Detail)> {
        FIELDS.iter().filter_map(|field| Some((field, self.0.get(field.name)?)))
    }

    /// Returns what the fields say, one line each: `still there: yes`.
    pub fn lines(&self) -> Vec<String> {
        self.iter().map(|(field, detail)| format!("{}: {detail}", field.name.replace('_', " "))).collect()
    }

    /// Checks every field; with kinds, that it is one of theirs.
    pub(super) fn check(&self, kinds: Option<&[Kind]>) -> Result<(), FieldError> {
        for (name, detail) in &self.0 {
            let unknown = FieldError::Rule { field: "details", rule: "there is no such field" };
            let field = find_field(name).ok_or(unknown)?;
            if kinds.is_some_and(|kinds| !kinds.contains(&field.kind)) {
                return Err(FieldError::Rule {
                    field: field.name,
                    rule: "this field belongs to another kind of entry",
                });
            }
            if !field.takes(detail) {
                return Err(field.refusal());
            }
        }
        Ok(())
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |words: Vec<String>| words.join(", ");
        match self {
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&text.as_str().replace('_', " ")),
            Self::Several(several) => {
                f.write_str(&list(several.iter().map(|one| one.as_str().replace('_', " ")).collect()))
            }
            Self::Rated(rated) => {
                f.write_str(&list(rated.iter().map(|one| format!("{} {}", one.word.as_str(), one.intensity)).collect()))
            }
        }
    }
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Detail(…)")
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DetailsVisitor;

        impl<'de> Visitor<'de> for DetailsVisitor {
            type Value = Details;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Details, A::Error> {
                let mut details = Details::default();
                while let Some((name, detail)) = map.next_entry::<String, Detail>()? {
                    if details.0.insert(name, detail).is_some() {
                        return Err(A::Error::custom("a field is named twice"));
                    }
                }
                Ok(details)
            }
        }

        deserializer.deserialize_map(DetailsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Content, Reason};
    use crate::document::{Document, Entry};
    use crate::sample::{at, id, words};

    fn with(kind: Kind, fields: &[(&str, &str)]) -> Result<Document, FieldError> {
        let mut entry = Entry::new(kind, words("a door"));
        for (name, typed) in fields {
            let field = find_field(name).unwrap();
            entry.details.set(field, field.read(typed)?);
        }
        Document::new(id(1), at(1, 9, 0), entry)
    }

    #[test]
    fn every_field_has_one_name_and_takes_what_its_help_says() {
        for (at, field) in FIELDS.iter().enumerate() {
            assert!(FIELDS[..at].iter().all(|other| other.name != field.name), "{}", field.name);
            let typed = match field.holds {
                FieldType::Text => "a few words",
                FieldType::Choice(choices) | FieldType::Several(choices) => choices[0],
                FieldType::Scale(min, _) => &min.to_string(),
                FieldType::YesNo => "no",
                FieldType::Rated => "awe:8+grief:3",
                FieldType::Day => "2031-05-01",
            };
            let document = with(field.kind, &[(field.name, typed)]).unwrap();
            assert_eq!(Content::parse(document.to_json().as_bytes()), Content::Document(document));
        }
        let without = [Kind::Fragment, Kind::Free];
        assert!(Kind::ALL.iter().all(|kind| without.contains(kind) != FIELDS.iter().any(|field| field.kind == *kind)));
        assert_eq!(REGIONS.len(), 14);
    }

    #[test]
    fn a_value_outside_its_range_or_of_another_kind_is_refused() {
        for (name, typed) in [
            ("vividness", "5"),
            ("vividness", "very"),
            ("valence", "-3"),
            ("modality", "pain"),
            ("regions", "heart+heart"),
            ("affects", "awe:11"),
            ("affects", "awe"),
            ("night_of", "2031-02-30"),
            ("still_there", "maybe"),
        ] {
            assert!(find_field(name).unwrap().read(typed).is_err(), "{name}={typed}");
        }
        let error = with(Kind::Dream, &[("vividness", "3")]).unwrap_err().to_string();
        assert_eq!(error, "`vividness`: this field belongs to another kind of entry");
    }

    #[test]
    fn a_field_that_is_not_in_the_table_or_is_there_twice_makes_no_document() {
        let json = with(Kind::Image, &[("vividness", "3")]).unwrap().to_json();
        for wrong in [
            json.replace("\"vividness\":3", "\"vividness\":9"),
            json.replace("\"vividness\":3", "\"mood\":3"),
            json.replace("\"vividness\":3", "\"vividness\":3,\"vividness\":2"),
            json.replace("\"vividness\":3", "\"vividness\":3.5"),
        ] {
            assert_eq!(Content::parse(wrong.as_bytes()), Content::Unreadable(Reason::Malformed), "{wrong}");
        }
    }

    #[test]
    fn debug_output_shows_no_detail() {
        let shown = format!("{:?}", with(Kind::Memory, &[("place", "the old flat")]).unwrap());
        assert!(!shown.contains("flat") && shown.contains("place"), "{shown}");
    }
}
