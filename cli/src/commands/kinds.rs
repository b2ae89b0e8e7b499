//! `reverie kinds`: the sixteen kinds of entry and their fields. Needs no account.

use clap::Args;
use reverie_journal::{FIELDS, Kind};
use serde_json::json;

use crate::error::CommandError;
use crate::table::table;
use crate::ui::Ui;

/// List the kinds of entry and the fields that each can have
///
/// Choosing a kind is never required, and every field can be left out: `reverie write --kind image --set vividness=3`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie kinds
  reverie kinds --json")]
pub(crate) struct KindsArgs {}

pub(crate) fn run(ui: &Ui, KindsArgs {}: KindsArgs) -> Result<(), CommandError> {
    let fields = |kind| FIELDS.iter().filter(move |field| field.kind == kind);
    let answer: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| {
            let fields: Vec<_> = fields(*kind).map(|field| json!({ "name": field.name, "is": field.help() })).collect();
            json!({ "kind": kind.name(), "label": kind.label(), "fields": fields })
        })
        .collect();
    ui.answer(&answer, || {
        let rows = Kind::ALL.iter().flat_map(|kind| {
            let first = [kind.name().to_owned(), String::new(), String::new()];
            std::iter::once(first)
                .chain(fields(*kind).map(|field| [String::new(), field.name.to_owned(), field.help()]))
        });
        table(&rows.collect::<Vec<_>>())
    })
}
