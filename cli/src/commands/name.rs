//! `reverie name`: what somebody is called on this device, and nowhere else.

use clap::Args;
use reverie_journal::PersonName;
use serde_json::json;

use crate::arguments::handle;
use crate::error::{CommandError, user_error};
use crate::logged_in::Start;
use crate::table::table;
use crate::ui::Ui;

/// Give somebody a name on this device
///
/// It stands beside the handle on the screens of this device. It is kept sealed here, is never sent, and is in no export
/// and no JSON. Without arguments it lists the names; needs no network.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie name heron-41 Imogen
  reverie name heron-41 --forget
  reverie name")]
pub(crate) struct NameArgs {
    /// Who, by handle
    #[arg(value_parser = handle)]
    handle: Option<String>,
    /// The name
    #[arg(requires = "handle", conflicts_with = "forget")]
    name: Vec<String>,
    /// Forget the name
    #[arg(long, requires = "handle")]
    forget: bool,
}

pub(crate) async fn run(
    ui: &Ui,
    start: Start,
    NameArgs { handle, name, forget }: NameArgs,
) -> Result<(), CommandError> {
    let (mut account, _) = start.unlock().await?;
    let Some(handle) = handle else {
        let named = account
            .everybody()
            .into_iter()
            .filter_map(|contact| Some([contact.name(), account.local_name(contact.account)?.to_owned()]));
        let named: Vec<_> = named.collect();
        if named.is_empty() {
            ui.say("Nobody has a name on this device. `reverie name HANDLE NAME` gives one.");
        }
        // A list that was asked for is no export: whoever asks for JSON asks for the names.
        let json: Vec<_> = named.iter().map(|[handle, name]| json!({ "handle": handle, "name": name })).collect();
        return ui.answer(&json, || table(&named));
    };
    let who = account.contact_of(&handle)?.account;
    if forget {
        account.name_locally(who, None).await?;
        ui.say(&format!("{handle} has no name on this device any more."));
        return ui.answer(&json!({ "handle": handle, "name": null }), String::new);
    }
    if name.is_empty() {
        return match account.local_name(who) {
            Some(name) => ui.answer(&json!({ "handle": handle, "name": name }), || name.to_owned()),
            None => Err(user_error(format!("{handle} has no name on this device"))
                .hint(format!("To give one: `reverie name {handle} NAME`."))),
        };
    }
    let name = PersonName::new(name.join(" "))?;
    account.name_locally(who, Some(name.clone())).await?;
    ui.say(&format!("On this device {handle} is called {}. Nobody else sees it.", name.as_str()));
    ui.answer(&json!({ "handle": handle, "name": name.as_str() }), String::new)
}
