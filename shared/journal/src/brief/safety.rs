//! Section 2, the safety strip: answers that ask for care, each with its date, its words and what was done.

use reverie_protocol::ids::AccountId;
use serde::Serialize;

use crate::document::Coverage;
use crate::safety::Flag;
use crate::timestamp::Timestamp;
use crate::view::SharedView;

/// Section 2: answers that ask for care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Safety {
    /// Open ones first. One that is closed, or is about something else than suicidality, is here while it is new.
    pub flags: Vec<Flag>,
    /// What the clinic has promised its patient about them.
    pub coverage: Option<Coverage>,
}

pub(super) fn safety(shared: &SharedView, reader: AccountId, within: impl Fn(Timestamp) -> bool) -> Safety {
    let unread = |flag: &Flag| {
        let view = shared.measures.iter().find(|view| view.response.id() == flag.response);
        view.is_some_and(|view| view.is_unread_by(reader))
    };
    let disposed = |flag: &Flag| flag.disposition.as_ref().is_some_and(|disposition| within(disposition.at));
    let mut flags = shared.flags();
    flags.retain(|flag| flag.open || within(flag.at) || disposed(flag) || unread(flag));
    Safety { flags, coverage: shared.coverage.as_ref().map(|coverage| coverage.body().clone()) }
}
