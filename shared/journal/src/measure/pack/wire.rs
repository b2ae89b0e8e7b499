//! A pack as TOML, before anything is checked: every field that a mistake may be in knows its place.

use serde::Deserialize;
use toml::Spanned;

use crate::measure::instrument::RiskClass;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pack {
    pub(super) format: Spanned<u32>,
    pub(super) id: Spanned<String>,
    pub(super) version: Spanned<u32>,
    pub(super) title: Spanned<String>,
    pub(super) lang: Spanned<String>,
    pub(super) source: Spanned<String>,
    pub(super) rights: Option<Spanned<Rights>>,
    pub(super) lookback_days: Spanned<u32>,
    pub(super) min_interval_days: Option<Spanned<u32>>,
    pub(super) instead: Option<Spanned<String>>,
    pub(super) before: Option<Spanned<String>>,
    pub(super) stem: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) slider: bool,
    pub(super) loinc_panel: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) anchors: Vec<Spanned<Anchor>>,
    pub(super) items: Spanned<Vec<Spanned<Item>>>,
    pub(super) scores: Spanned<Vec<Spanned<Score>>>,
    #[serde(default)]
    pub(super) findings: Vec<Spanned<Finding>>,
    #[serde(default)]
    pub(super) risks: Vec<Spanned<Risk>>,
    #[serde(default)]
    pub(super) notes: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rights {
    pub(super) holder: Spanned<String>,
    pub(super) licence: Spanned<String>,
    pub(super) credit: Option<Spanned<String>>,
    pub(super) text_sha256: Option<Spanned<String>>,
    pub(super) cleared_by: Option<Spanned<String>>,
    pub(super) cleared_on: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Anchor {
    pub(super) value: Spanned<u16>,
    pub(super) text: Option<Spanned<String>>,
    pub(super) loinc: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    pub(super) id: Spanned<String>,
    pub(super) text: Option<Spanned<String>>,
    pub(super) anchors: Option<Vec<Spanned<Anchor>>>,
    pub(super) scored: Option<bool>,
    pub(super) loinc: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Score {
    pub(super) id: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) expr: Spanned<String>,
    #[serde(default)]
    pub(super) missing_allowed: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) bands: Vec<Spanned<Band>>,
    pub(super) loinc: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Band {
    pub(super) from: u16,
    pub(super) label: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding {
    pub(super) id: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) all: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Risk {
    pub(super) item: Spanned<String>,
    pub(super) at_least: Spanned<u16>,
    pub(super) class: Class,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Class {
    Suicide,
    RiskTaking,
}

impl From<Class> for RiskClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Suicide => Self::Suicide,
            Class::RiskTaking => Self::RiskTaking,
        }
    }
}
