//! Exports as data: the files that a person takes away; `paths.rs` says where attachments go beside them.
//!
//! The invariant: what is exported is what the person may see, the same bytes every time, and process notes are never in
//! it.

mod measures_csv;

use std::collections::BTreeMap;

use reverie_protocol::ids::{AccountId, AttachmentId};
use serde::Serialize;

use self::measures_csv::measures_csv;
use crate::NOT_MONITORED;
use crate::names::Names;
pub use crate::paths::attachment_paths;
use crate::render::journal_markdown;
use crate::view::{PatientView, PrivateView, Reported, SharedView};

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Where it goes, relative to the export's folder, with `/` between parts.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The export as JSON. Keys are only ever added.
#[derive(Serialize)]
struct Json<'a> {
    format: &'static str,
    v: u32,
    notice: &'static str,
    patient: AccountId,
    names: BTreeMap<AccountId, String>,
    private: Option<&'a PrivateView>,
    shared: &'a [SharedView],
    reported: &'a [Reported],
    attachments: BTreeMap<AttachmentId, String>,
}

/// Returns `journal.md` and `journal.json` of everything in the view but process notes, and its measures as
/// `measures.csv`, if there are any.
pub fn files(view: &PatientView, names: &Names) -> Vec<ExportFile> {
    let members = view.shared.iter().flat_map(|shared| &shared.members.0).map(|(account, _)| *account);
    let json = Json {
        format: "reverie-journal",
        v: 1,
        notice: NOT_MONITORED,
        patient: view.patient,
        names: members.chain([view.patient]).map(|account| (account, names.of(account))).collect(),
        private: view.private.as_ref(),
        shared: &view.shared,
        reported: &view.reported,
        attachments: attachment_paths(view),
    };
    let mut bytes =
        serde_json::to_vec_pretty(&json).expect("views have only text keys and no value that fails to serialise");
    bytes.push(b'\n');
    let mut files = vec![
        ExportFile { path: "journal.md".to_owned(), bytes: journal_markdown(view, names).into_bytes() },
        ExportFile { path: "journal.json".to_owned(), bytes },
    ];
    files.extend(measures_csv(view));
    files
}

#[cfg(test)]
mod tests;
