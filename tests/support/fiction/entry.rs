//! What a patient writes, speaks and draws, and what she wants done with it.

use reverie_journal::{Detail, Details, Kind, Talk, find_field};
use serde::Deserialize;

use super::Moment;

/// An entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryTold {
    /// What the story calls it.
    pub id: String,
    /// When it is captured.
    pub when: Moment,
    /// The cycle that the plan counts it under.
    pub cycle: usize,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
    /// Its first words, as the file has them.
    #[serde(rename = "words")]
    written: String,
    /// The words stand line by line, as in a poem; otherwise they are paragraphs.
    #[serde(default)]
    lines: bool,
    /// The words go on with counted breaths until no more fit.
    #[serde(default)]
    count_breaths: bool,
    /// What the fields of its kind say.
    #[serde(default)]
    pub details: Details,
    /// A voice memo.
    #[serde(default)]
    pub voice: Option<VoiceTold>,
    /// Drawings.
    #[serde(default)]
    pub drawings: Vec<DrawingTold>,
    /// A photo.
    #[serde(default)]
    pub photo: Option<PhotoTold>,
    /// It is shared with the clinician: at once, or on the morning after if decisions wait.
    #[serde(default)]
    pub share: bool,
    /// It is shared at this moment instead.
    #[serde(default)]
    pub share_when: Option<Moment>,
    /// What the patient wants done with it.
    #[serde(default)]
    pub talk: Option<TalkTold>,
    /// The theme that she puts it in.
    #[serde(default)]
    pub theme: Option<String>,
    /// The intention that it came from.
    #[serde(default)]
    pub came_from: Option<String>,
    /// Who is in it, in her words.
    #[serde(default)]
    pub people: Vec<String>,
    /// It is written without a network, which comes back after so many days.
    #[serde(default)]
    pub offline_days: Option<i64>,
    /// The answer of the server is lost, so that it is sent again.
    #[serde(default)]
    pub upload_twice: bool,
    /// What is odd about it, for the tests.
    #[serde(default)]
    pub odd: Option<String>,
    /// It is no part of the plan's counts.
    #[serde(default)]
    pub beside_the_plan: bool,
}

/// What a patient wants done with an entry.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TalkTold {
    /// Whether to talk about it.
    pub wish: Talk,
    /// Its place among the others.
    #[serde(default)]
    pub rank: Option<u32>,
    /// Not to be raised by anybody else.
    #[serde(default)]
    pub tender: bool,
}

/// A voice memo: a generated tone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceTold {
    /// The file.
    pub name: String,
    /// How long it is.
    pub seconds: u32,
}

/// A drawing: generated strokes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawingTold {
    /// The file.
    pub name: String,
    /// About how big it is, in kilobytes.
    pub kb: usize,
}

/// A photo: a generated gradient.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoTold {
    /// The file.
    pub name: String,
    /// About how big it is, in kilobytes.
    pub kb: usize,
}

/// Something added to an entry later.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerTold {
    /// The entry.
    pub entry: String,
    /// When.
    pub when: Moment,
    /// The words.
    pub words: String,
}

/// An attempt to share while decisions wait: it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TooSoon {
    /// When.
    pub when: Moment,
    /// The entry.
    pub entry: String,
}

/// A morning on which the patient goes through what was held.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// When.
    pub when: Moment,
}

/// An entry that is taken back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// When.
    pub when: Moment,
    /// The entry.
    pub entry: String,
    /// Somebody opened it before.
    pub opened: bool,
}

/// The longest words that an entry takes, in characters.
const MOST_CHARS: usize = reverie_journal::Words::MAX_CHARS;

impl EntryTold {
    /// Returns the words as they are kept: paragraphs without the line breaks of the file, or line by line.
    pub fn words(&self) -> String {
        let written = self.written.trim();
        let words = if self.lines {
            written.to_owned()
        } else {
            let paragraphs = written.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            paragraphs.collect::<Vec<_>>().join("\n\n")
        };
        if self.count_breaths { counting_on(words) } else { words }
    }

    /// Returns the day of a dream as the calendar has it: the day before it was told.
    pub fn details_on(&self, night_of: &str) -> Details {
        let mut details = self.details.clone();
        if self.kind == Kind::Dream {
            let field = find_field("night_of").expect("dreams have a night");
            let night = reverie_journal::FewWords::new(night_of).expect("a day is short");
            details.set(field, Detail::Text(night));
        }
        details
    }
}

/// Goes on with numbered breaths to the last character that fits.
fn counting_on(mut words: String) -> String {
    words.push_str("\n\n");
    let mut chars = words.chars().count();
    for breath in 1_u32.. {
        for letter in format!("{breath} in, {breath} out. ").chars() {
            if chars == MOST_CHARS {
                return words;
            }
            words.push(letter);
            chars += 1;
        }
    }
    words
}
