//! The setting: the room, who was in it, and what was done, item by item, each in a few words.

use serde::{Deserialize, Serialize};

use crate::text::FewWords;

/// One part of the setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingNote {
    /// Which part.
    pub item: SettingItem,
    /// What it was like.
    pub words: FewWords,
}

macro_rules! setting_items {
    ($($(#[$doc:meta])* $item:ident: $label:literal),* $(,)?) => {
        /// The parts of a setting that reports of such sessions are asked to name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum SettingItem {
            $($(#[$doc])* $item),*
        }

        impl SettingItem {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// Returns the name for people: `sensory reduction`.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$item => $label),*
                }
            }
        }
    };
}

setting_items!(
    /// Where it was.
    Location: "location",
    /// How it felt to be there.
    Ambiance: "ambiance",
    /// Plants, a garden, a view.
    AccessToNature: "access to nature",
    /// Things that were there on purpose.
    Objects: "objects",
    /// Light.
    Lighting: "lighting",
    /// Eyeshades, headphones.
    SensoryReduction: "sensory reduction",
    /// The way to a bathroom.
    Bathroom: "bathroom",
    /// Who was there, and as what.
    People: "people",
    /// Sitting, lying.
    Positioning: "positioning",
    /// Attention inward or outward.
    Focus: "focus",
    /// Music.
    Music: "music",
    /// What was said and done between people, touch and its agreed consent included.
    Interpersonal: "interpersonal",
    /// What the patient could decide.
    ParticipantControl: "participant control",
    /// The plan of doses.
    DosingRegimen: "dosing regimen",
    /// What else was done.
    Procedures: "procedures",
    /// What came before and after.
    Protocol: "protocol before and after",
    /// What got in the way.
    Disturbances: "disturbances",
);
