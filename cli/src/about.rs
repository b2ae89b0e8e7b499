//! Whose course a command is about: a clinician names a patient, a patient means herself.

use reverie_client::Unlocked;
use reverie_journal::{SharedView, Side};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::AccountId;

use crate::error::{CommandError, user_error};

/// The journals that somebody may look at, and from which side of the room.
pub(crate) struct About {
    pub(crate) patient: AccountId,
    pub(crate) reader: Side,
    pub(crate) shared: Vec<SharedView>,
}

/// Returns what the person named, or her own.
///
/// # Errors
/// A clinician who names nobody, or a patient who names somebody else.
pub(crate) fn about(account: &Unlocked, handle: Option<&str>) -> Result<About, CommandError> {
    let me = account.account();
    let patient = match (account.role(), handle) {
        (AccountRole::Patient, None) => me,
        (AccountRole::Patient, Some(handle)) if handle == account.handle() => me,
        (AccountRole::Patient, Some(_)) => {
            return Err(user_error("this is about your own course; leave the handle out"));
        }
        (_, Some(handle)) => account.contact_of(handle)?.account,
        (_, None) => return Err(user_error("say which patient").hint("`reverie queue` lists them.")),
    };
    let shared = account.view(patient).shared;
    if shared.is_empty() && patient != me {
        let handle = account.names().of(patient);
        return Err(user_error(format!("{handle} shares no journal with you yet")));
    }
    Ok(About { patient, reader: Side::of(me, patient), shared })
}
