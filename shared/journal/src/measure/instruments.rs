//! The instruments at hand: those that ship, and those that a practice loaded.

use std::sync::LazyLock;

use super::ids::InstrumentId;
use super::instrument::Instrument;
use super::pack::Pack;

/// What ships with its wording, in the order in which it is listed.
static SHIPPED: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let sources = [
        include_str!("../../instruments/phq-9.toml"),
        include_str!("../../instruments/phq-8.toml"),
        include_str!("../../instruments/phq-2.toml"),
        include_str!("../../instruments/gad-7.toml"),
        include_str!("../../instruments/gad-2.toml"),
        include_str!("../../instruments/pcl-5.toml"),
    ];
    sources.map(|source| Pack::load(source).expect("a test loads every pack that ships")).to_vec()
});

/// The instruments that ship and those that were added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instruments {
    added: Vec<Pack>,
}

/// No instrument has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no instrument `{typed}` here; there are {}", .known.join(", "))]
pub struct UnknownInstrument {
    typed: String,
    known: Vec<String>,
}

impl Instruments {
    /// Returns those that ship, and these. Of several under one name, what ships wins, then what was added last.
    pub fn with(added: impl IntoIterator<Item = Pack>) -> Self {
        Self { added: added.into_iter().collect() }
    }

    /// Tells whether an instrument of this name ships.
    pub fn ships(id: &InstrumentId) -> bool {
        SHIPPED.iter().any(|pack| pack.instrument().id.is_meant_by(id.as_str()))
    }

    /// Returns what can be offered: each name once.
    pub fn offered(&self) -> Vec<&Pack> {
        let mut offered: Vec<&Pack> = Vec::new();
        for pack in SHIPPED.iter().chain(self.added.iter().rev()) {
            if !offered.iter().any(|known| known.instrument().id.is_meant_by(pack.instrument().id.as_str())) {
                offered.push(pack);
            }
        }
        offered
    }

    /// Returns the instrument that a person means.
    ///
    /// # Errors
    /// [`UnknownInstrument`] lists the names there are.
    pub fn find(&self, typed: &str) -> Result<&Pack, UnknownInstrument> {
        let offered = self.offered();
        let meant = offered.iter().find(|pack| pack.instrument().id.is_meant_by(typed)).copied();
        meant.ok_or_else(|| UnknownInstrument {
            typed: typed.chars().filter(|c| !c.is_control()).take(40).collect(),
            known: offered.iter().map(|pack| pack.instrument().id.to_string()).collect(),
        })
    }

    /// Returns the very definition that answers were given to.
    pub fn definition(&self, id: &InstrumentId, version: u32) -> Option<&Instrument> {
        let all = SHIPPED.iter().chain(self.added.iter().rev()).map(Pack::instrument);
        all.into_iter().find(|known| known.id == *id && known.version == version)
    }
}
