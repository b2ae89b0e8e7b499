//! Section 6, themes: named by the patient, counted per cycle. What a clinician proposed stands apart until she answers.

use reverie_protocol::ids::{AccountId, DocumentId};
use serde::Serialize;

use crate::text::ThemeName;
use crate::timestamp::Timestamp;
use crate::view::{ProposalView, SharedView, ThemeView};

/// Section 6: themes, and proposals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Themes {
    /// The themes with a shared entry: new ones, then returning ones, then quiet ones, each by name.
    pub themes: Vec<BriefTheme>,
    /// What was proposed and not answered, or answered since, in the order of the log.
    pub proposals: Vec<Proposal>,
}

/// A theme as the brief counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BriefTheme {
    /// The theme.
    pub theme: DocumentId,
    /// What the patient calls it.
    pub name: ThemeName,
    /// Whether it is in this cycle.
    pub state: ThemeState,
    /// How many of its shared entries were captured in each cycle, by cycle.
    pub cycles: Vec<CycleCount>,
    /// When the latest of them was captured.
    pub last_at: Timestamp,
}

/// Whether a theme is in the cycle of the brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeState {
    /// In this cycle for the first time.
    New,
    /// In this cycle and in an earlier one.
    Returning,
    /// In earlier cycles alone.
    Quiet,
}

/// How many entries were captured in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CycleCount {
    /// Its number; 0 before the first.
    pub cycle: usize,
    /// At least one.
    pub entries: usize,
}

/// A theme that a clinician proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The proposal.
    pub proposal: DocumentId,
    /// The name that was proposed.
    pub name: ThemeName,
    /// Who proposed it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// How many of its entries are here.
    pub entries: usize,
    /// What became of it.
    pub answer: ProposalAnswer,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalAnswer {
    /// Nothing yet.
    Pending,
    /// The patient took it, and calls it this; nothing if she has dropped it since.
    Accepted(Option<ThemeName>),
    /// The patient declined it.
    Declined,
}

impl ThemeState {
    /// Returns the name for people: `returning`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Returning => "returning",
            Self::Quiet => "quiet",
        }
    }
}

pub(super) fn themes(shared: &SharedView, until: Timestamp, within: impl Fn(Timestamp) -> bool) -> Themes {
    let now = shared.cycle_at(until).n;
    let mut themes: Vec<_> = shared.themes.iter().filter_map(|theme| counted(shared, theme, now)).collect();
    // The sort is stable: names decide among equals.
    themes.sort_by_key(|theme| theme.state);
    let proposals = shared.proposals.iter().map(|view| proposal(shared, view));
    let answered = |view: &ProposalView| view.answer.as_ref().is_none_or(|answer| within(answer.at()));
    let proposals = proposals.zip(&shared.proposals).filter(|(_, view)| answered(view));
    Themes { themes, proposals: proposals.map(|(proposal, _)| proposal).collect() }
}

fn counted(shared: &SharedView, theme: &ThemeView, now: usize) -> Option<BriefTheme> {
    let of_it = shared.entries.iter().filter(|view| theme.entries.contains(&view.entry.id()));
    let times: Vec<_> = of_it.map(|view| view.entry.at()).collect();
    let mut numbers: Vec<_> = times.iter().map(|at| shared.cycle_at(*at).n).collect();
    numbers.sort_unstable();
    let cycles: Vec<_> =
        numbers.chunk_by(|a, b| a == b).map(|same| CycleCount { cycle: same[0], entries: same.len() }).collect();
    let state = match (numbers.contains(&now), numbers.iter().any(|n| *n < now)) {
        (true, true) => ThemeState::Returning,
        (false, true) => ThemeState::Quiet,
        (_, false) => ThemeState::New,
    };
    let (id, name) = (theme.theme.id(), theme.theme.body().name.clone());
    Some(BriefTheme { theme: id, name, state, cycles, last_at: times.into_iter().max()? })
}

fn proposal(shared: &SharedView, view: &ProposalView) -> Proposal {
    let name_of = |id| shared.themes.iter().find(|theme| theme.theme.id() == id).map(|t| t.theme.body().name.clone());
    let answer = match view.answer.as_ref().map(|answer| answer.body().theme) {
        None => ProposalAnswer::Pending,
        Some(Some(theme)) => ProposalAnswer::Accepted(name_of(theme)),
        Some(None) => ProposalAnswer::Declined,
    };
    Proposal {
        proposal: view.proposal.id(),
        name: view.proposal.body().name.clone(),
        by: view.by,
        at: view.proposal.at(),
        entries: view.entries.len(),
        answer,
    }
}
