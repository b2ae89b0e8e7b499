//! Where attachments go in an export.
//!
//! The invariant: no name that somebody gave a file decides where it is written, and every path is there once.

use std::collections::BTreeMap;

use reverie_protocol::ids::AttachmentId;

use crate::document::Attachment;
use crate::find::short_id;
use crate::view::PatientView;

/// Returns where each attachment goes: `attachments/<short id>-<name>`, each path once.
pub fn attachment_paths(view: &PatientView) -> BTreeMap<AttachmentId, String> {
    let named: BTreeMap<_, _> = view
        .entries()
        .flat_map(|entry| entry.attachments())
        .chain(additions(view))
        .map(|attachment| (attachment.id, attachment.name.as_str()))
        .collect();
    let mut beginnings: BTreeMap<String, usize> = BTreeMap::new();
    for id in named.keys() {
        *beginnings.entry(short_id(id.uuid())).or_default() += 1;
    }
    let path = |id: &AttachmentId, name: &str| {
        let short = short_id(id.uuid());
        // Where two ids begin alike, the name alone would tell the files apart, and some file systems fold names.
        let id = if beginnings[&short] > 1 { id.to_string() } else { short };
        format!("attachments/{id}-{}", safe_name(name))
    };
    named.iter().map(|(id, name)| (*id, path(id, name))).collect()
}

fn additions(view: &PatientView) -> impl Iterator<Item = &Attachment> {
    let additions = view.private.iter().flat_map(|private| &private.additions);
    additions.flat_map(|addition| &addition.layers).flat_map(|layer| &layer.layer.body().attachments)
}

/// The longest part of a name that is kept: with the id before it, it stays below 255 bytes in any script.
const NAME_CHARS: usize = 50;

/// Returns the name with nothing in it that a file system or shell would act upon.
///
/// Letters and digits of any script, `-`, `_` and inner dots stay; the rest becomes `-`. Since an id goes before it, a name
/// that Windows reserves is none any more.
fn safe_name(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let plain = plain.trim_matches(['.', '-']);
    // The end tells what opens the file, so the beginning gives way.
    let skip = plain.chars().count().saturating_sub(NAME_CHARS);
    let kept: String = plain.chars().skip(skip).collect();
    let kept = kept.trim_matches(['.', '-']);
    if kept.is_empty() { "attachment".to_owned() } else { kept.to_owned() }
}
