//! `reverie pair`: accepts an invitation, shows the words to compare, and confirms that they were the same.

use clap::Args;
use reverie_client::{ClientError, Pairing, Unlocked, Waiting};
use reverie_protocol::api::InvitationState;
use reverie_protocol::problem::ProblemCode;
use serde_json::json;

use crate::arguments::handle;
use crate::error::CommandError;
use crate::key_talk::pairing::{NOBODY_PAIRED, PAIRED, USED_PERHAPS_HERE};
use crate::key_talk::with;
use crate::logged_in::{Purpose, Start, catch_up};
use crate::pairing_words::{compare, compares, confirm, pairing_json, words_text};
use crate::table::table;
use crate::ui::Ui;

/// Pair with somebody, and compare the six words
///
/// Without arguments: whom you are paired with, the words to compare with each, and invitations that still wait. With a
/// code: accept somebody's invitation to pair. Nothing is sealed to anybody before you confirmed that both screens show
/// the same words.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie pair
  reverie pair reve-rie1-…
  reverie pair --confirm quill")]
pub(crate) struct PairArgs {
    /// The code of an invitation to pair, for an account that exists
    #[arg(value_name = "CODE", conflicts_with = "confirm")]
    code: Vec<String>,
    /// Both screens show the same words as for this person
    #[arg(long, value_name = "HANDLE", value_parser = handle)]
    confirm: Option<String>,
}

pub(crate) async fn run(ui: &Ui, start: Start, args: PairArgs) -> Result<(), CommandError> {
    let PairArgs { code, confirm: confirmed } = args;
    let (mut account, _profile) = start.unlock().await?;
    // Asked before catching up, which would meet the guests and leave nothing to tell of the other invitations.
    let waiting = match account.collect_guests().await {
        Ok(waiting) => waiting,
        Err(error) if error.is_offline() || !account.is_logged_in() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    catch_up(ui, &mut account, Purpose::Reading).await?;
    if let Some(handle) = confirmed {
        confirm(ui, &mut account, &handle).await?;
        return list(ui, &account, &waiting, false);
    }
    if !code.is_empty() {
        let pairing = account.pair(&code.join(" ")).await.map_err(|error| used_perhaps_here(&account, error))?;
        ui.say(&with(PAIRED, &[("HANDLE", &pairing.contact.handle), ("ROLE", &pairing.contact.role.to_string())]));
        compare(ui, &mut account, &pairing).await?;
        return ui.answer(&pairing_json(&pairing), String::new);
    }
    list(ui, &account, &waiting, true)?;
    if ui.can_ask() {
        for pairing in account.pairings() {
            if compares(&account, &pairing) && !pairing.contact.confirmed {
                ui.say("");
                compare(ui, &mut account, &pairing).await?;
            }
        }
    }
    Ok(())
}

/// A code whose answer was lost on the way was used, by this very account.
fn used_perhaps_here(account: &Unlocked, error: ClientError) -> CommandError {
    let unconfirmed = |pairing: &Pairing| compares(account, pairing) && !pairing.contact.confirmed;
    let perhaps = error.is(ProblemCode::InvitationUsed) && account.pairings().iter().any(unconfirmed);
    let error = CommandError::from(error);
    if perhaps { error.also(USED_PERHAPS_HERE) } else { error }
}

fn list(ui: &Ui, account: &Unlocked, waiting: &[Waiting], people: bool) -> Result<(), CommandError> {
    let pairings = account.pairings();
    let state = |waiting: &Waiting| match waiting.state {
        InvitationState::Open => "waits for its guest",
        InvitationState::Accepted => "accepted",
        InvitationState::Expired => "expired; make a new one",
        InvitationState::Revoked => "taken back",
    };
    let answer = json!({
        "people": pairings.iter().map(pairing_json).collect::<Vec<_>>(),
        "invitations": waiting
            .iter()
            .map(|waiting| json!({ "handle": waiting.handle, "role": waiting.role, "state": waiting.state }))
            .collect::<Vec<_>>(),
    });
    ui.answer(&answer, || {
        if !people {
            return String::new();
        }
        if pairings.is_empty() && waiting.is_empty() {
            return NOBODY_PAIRED.to_owned();
        }
        let mut rows = vec![["PERSON", "ROLE", "WORDS", "CONFIRMED"].map(str::to_owned)];
        rows.extend(pairings.iter().map(|pairing| {
            let (words, confirmed) = if compares(account, pairing) {
                let confirmed = if pairing.contact.confirmed { "yes" } else { "not yet" };
                (words_text(pairing).replace("  ", " "), confirmed)
            } else {
                ("-".to_owned(), "not needed")
            };
            [pairing.contact.handle.clone(), pairing.contact.role.to_string(), words, confirmed.to_owned()]
        }));
        let mut text = if pairings.is_empty() { String::new() } else { table(&rows) + "\n" };
        for waiting in waiting {
            let whom = waiting.handle.as_deref().unwrap_or("somebody who has an account");
            text.push_str(&format!("Invitation for {whom} ({}): {}.\n", waiting.role, state(waiting)));
        }
        text
    })
}
