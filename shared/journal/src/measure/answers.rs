//! Answers that fit their instrument.

use super::ids::ItemId;
use super::instrument::Instrument;

/// What was answered, by the place of the item. Every value is one of the item's answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Answers(Vec<Option<u16>>);

/// Why answers do not fit an instrument.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A value that the item does not have.
    #[error("{item}: {value} is no answer; answers are {min} to {max}")]
    OutOfRange {
        /// The item.
        item: ItemId,
        /// What was given.
        value: u16,
        /// The lowest answer.
        min: u16,
        /// The highest answer.
        max: u16,
    },
    /// Not as many answers as items.
    #[error("{instrument} has {items} items, and {given} answers were given")]
    Count {
        /// The instrument.
        instrument: String,
        /// How many items are scored.
        items: usize,
        /// How many answers were given.
        given: usize,
    },
    /// An item that the instrument does not have.
    #[error("this definition has no item `{0}`")]
    UnknownItem(ItemId),
    /// Nothing was answered.
    #[error("nothing was answered")]
    Empty,
}

impl Answers {
    /// Takes answers in the order of the items, absent where an item was left out. Items that are not scored may be left
    /// off at the end.
    ///
    /// # Errors
    /// [`AnswerError`] names the item that does not fit.
    pub fn in_order(instrument: &Instrument, given: &[Option<u16>]) -> Result<Self, AnswerError> {
        let items = &instrument.items;
        let left_off = items.get(given.len()..).is_some_and(|rest| rest.iter().all(|item| !item.scored));
        if !left_off {
            let (instrument, items) = (instrument.id.to_string(), instrument.scored_items());
            return Err(AnswerError::Count { instrument, items, given: given.len() });
        }
        for (item, value) in items.iter().zip(given) {
            if let Some(value) = *value
                && !item.takes(value)
            {
                let (min, max) = item.range();
                return Err(AnswerError::OutOfRange { item: item.id.clone(), value, min, max });
            }
        }
        if given.iter().all(Option::is_none) {
            return Err(AnswerError::Empty);
        }
        let mut values = given.to_vec();
        values.resize(items.len(), None);
        Ok(Self(values))
    }

    /// Takes answers by item, as a document holds them.
    ///
    /// # Errors
    /// [`AnswerError`] names the item that does not fit.
    pub fn by_item<'a>(
        instrument: &Instrument,
        given: impl IntoIterator<Item = (&'a ItemId, u16)>,
    ) -> Result<Self, AnswerError> {
        let mut values = vec![None; instrument.items.len()];
        for (item, value) in given {
            let place = instrument.place(item).ok_or_else(|| AnswerError::UnknownItem(item.clone()))?;
            values[place] = Some(value);
        }
        Self::in_order(instrument, &values)
    }

    /// Returns the values, by the place of the item.
    pub fn values(&self) -> &[Option<u16>] {
        &self.0
    }

    /// Returns what was answered, by item.
    pub fn given<'a>(&'a self, instrument: &'a Instrument) -> impl Iterator<Item = (&'a ItemId, u16)> {
        instrument.items.iter().zip(&self.0).filter_map(|(item, value)| Some((&item.id, (*value)?)))
    }
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answers({})", self.0.iter().flatten().count())
    }
}
