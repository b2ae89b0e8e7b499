//! Themes as their patient sees them: across her journals, found by the name that she gave.

use reverie_protocol::ids::{DocumentId, JournalId};
use serde::Serialize;

use crate::alike::alike;
use crate::document::{Document, Theme};
use crate::find::{FindError, find_id};
use crate::text::ThemeName;
use crate::view::{EntryView, LinkView, PatientView, ProposalView, ThemeView};

/// A theme, wherever its entries are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PatientTheme {
    /// The theme.
    pub theme: DocumentId,
    /// What the patient calls it.
    pub name: ThemeName,
    /// Its private entries, those that she put in it for herself included.
    pub private: Vec<DocumentId>,
    /// Its shared entries: whoever reads them reads the name.
    pub shared: Vec<DocumentId>,
    /// The journals in which it has a name.
    #[serde(skip)]
    pub journals: Vec<JournalId>,
}

/// Why what was typed names no theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// None has this name or id.
    #[error("there is no theme of this name; `reverie theme list` shows the themes")]
    NotFound,
    /// Several have ids that begin like this.
    #[error("the ids of {0} themes begin with these digits; type more of them")]
    Ambiguous(usize),
}

impl PatientView {
    /// Returns the themes, by name. What a theme is called in a circle it is called everywhere.
    pub fn themes(&self) -> Vec<PatientTheme> {
        let mut themes: Vec<PatientTheme> = Vec::new();
        let circles = self.shared.iter().flat_map(|shared| shared.themes.iter().map(|theme| (shared.journal, theme)));
        for (journal, view) in circles {
            let theme = found(&mut themes, view);
            theme.journals.push(journal);
            for entry in &view.entries {
                if !theme.shared.contains(entry) {
                    theme.shared.push(*entry);
                }
            }
        }
        if let Some(private) = &self.private {
            for view in &private.themes {
                let theme = found(&mut themes, view);
                theme.journals.push(private.journal);
                theme.private.clone_from(&view.entries);
            }
            for addition in &private.additions {
                for one in &addition.themes {
                    let theme = themes.iter_mut().find(|theme| theme.theme == one.theme.id());
                    let beside = theme.filter(|theme| !theme.shared.contains(&addition.entry));
                    beside.into_iter().for_each(|theme| theme.private.push(addition.entry));
                }
            }
        }
        themes.sort_by(|a, b| (&a.name, a.theme).cmp(&(&b.name, b.theme)));
        themes
    }

    /// Returns the theme of this name, whatever its capitals and accents, or the one whose id begins with these digits.
    ///
    /// # Errors
    /// [`ThemeError`] says whether none or several are meant.
    pub fn find_theme(&self, typed: &str) -> Result<PatientTheme, ThemeError> {
        let themes = self.themes();
        let same = |theme: &&PatientTheme| alike(theme.name.as_str(), typed);
        if let Some(theme) = themes.iter().find(same) {
            return Ok(theme.clone());
        }
        match find_id(typed, themes.iter().map(|theme| theme.theme)) {
            Ok(id) => themes.into_iter().find(|theme| theme.theme == id).ok_or(ThemeError::NotFound),
            Err(FindError::Ambiguous(several)) => Err(ThemeError::Ambiguous(several)),
            Err(FindError::NotFound | FindError::TooShort) => Err(ThemeError::NotFound),
        }
    }

    /// Returns the id of the one proposal whose id begins with these digits.
    ///
    /// # Errors
    /// [`FindError`] says whether none or several begin so.
    pub fn find_proposal(&self, typed: &str) -> Result<&ProposalView, FindError> {
        let proposals = || self.shared.iter().flat_map(|shared| &shared.proposals);
        let id = find_id(typed, proposals().map(|view| view.proposal.id()))?;
        proposals().find(|view| view.proposal.id() == id).ok_or(FindError::NotFound)
    }

    /// Returns the themes that an entry is in, each once: those that its readers see, then those that its patient keeps to
    /// herself.
    pub fn themes_of<'a>(&'a self, entry: &'a EntryView) -> (Vec<&'a Document<Theme>>, Vec<&'a Document<Theme>>) {
        let seen: Vec<_> = entry.themes.iter().map(|one| &one.theme).collect();
        let beside = self.private.iter().flat_map(|private| &private.additions);
        let beside = beside.filter(|addition| addition.entry == entry.entry.id());
        let own = beside.flat_map(|addition| &addition.themes).map(|one| &one.theme);
        let own = own.filter(|theme| seen.iter().all(|known| known.id() != theme.id())).collect();
        (seen, own)
    }

    /// Returns the links of an entry, each once: those that its readers see, then those that its patient keeps to herself.
    pub fn links_of(&self, entry: DocumentId) -> Vec<&LinkView> {
        let shared = self.shared.iter().flat_map(|shared| &shared.links);
        let private = self.private.iter().flat_map(|private| &private.links);
        let mut links: Vec<&LinkView> = Vec::new();
        for view in shared.chain(private).filter(|view| view.touches(entry)) {
            if !links.iter().any(|known| (known.by, known.link.body()) == (view.by, view.link.body())) {
                links.push(view);
            }
        }
        links
    }
}

fn found<'a>(themes: &'a mut Vec<PatientTheme>, view: &ThemeView) -> &'a mut PatientTheme {
    let id = view.theme.id();
    let at = themes.iter().position(|theme| theme.theme == id).unwrap_or_else(|| {
        let Theme { name, dropped: _ } = view.theme.body().clone();
        let (private, shared, journals) = (Vec::new(), Vec::new(), Vec::new());
        themes.push(PatientTheme { theme: id, name, private, shared, journals });
        themes.len() - 1
    });
    &mut themes[at]
}
