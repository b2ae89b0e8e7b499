//! Check-ins in the brief: the physical notes stand in the safety strip (section 2), the numbers beside the measures
//! (section 8). Nothing compares them or says what they mean.

use reverie_protocol::ids::{AccountId, DocumentId};
use serde::Serialize;

use crate::document::CheckIn;
use crate::timestamp::Timestamp;
use crate::view::SharedView;

/// A shared check-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BriefCheckIn {
    /// The check-in.
    pub check_in: DocumentId,
    /// When it was filled in.
    pub at: Timestamp,
    /// The reader has not opened it.
    pub unread: bool,
    /// What it says.
    pub said: CheckIn,
}

/// Returns the check-ins that are new, or that the reader has not opened, by time.
pub(super) fn check_ins(
    shared: &SharedView,
    reader: AccountId,
    within: impl Fn(Timestamp) -> bool,
) -> Vec<BriefCheckIn> {
    let all = shared.check_ins.iter().map(|view| BriefCheckIn {
        check_in: view.check_in.id(),
        at: view.check_in.at(),
        unread: view.is_unread_by(reader),
        said: view.check_in.body().clone(),
    });
    let mut shown: Vec<_> = all.filter(|one| one.unread || within(one.at)).collect();
    shown.sort_by_key(|one| (one.at, one.check_in));
    shown
}
