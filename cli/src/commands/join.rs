//! `reverie join`: from an invitation code to an account.

use std::path::PathBuf;

use clap::Args;
use reverie_client::{ClientError, Invited};
use reverie_journal::NOT_MONITORED_IN_FULL;
use reverie_protocol::account::AccountRole;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::commands::kit::{offer_to_prove, present, put_on_paper};
use crate::commands::second_factor::enrol_if_due;
use crate::error::{CommandError, user_error};
use crate::key_talk::joining::{
    ACCOUNT_MADE, CHOOSE_PASSWORD, INVITATION_STILL_GOOD, INVITED_BY, INVITED_BY_SET_UP, JOINED_HERE_BEFORE,
    JOINING_CUT, NEXT_ADMINISTRATOR, NEXT_CLINICIAN, NEXT_PATIENT, NO_TERMINAL_TO_JOIN, NO_TERMINAL_TO_JOIN_NEXT,
};
use crate::key_talk::kit::NOT_JOINED;
use crate::key_talk::with;
use crate::kit_paper::words_text;
use crate::logged_in::Start;
use crate::pairing_words::{compare, compares, pairing_json};
use crate::profile::Profile;
use crate::ui::Ui;

/// Join with an invitation code
///
/// Makes your keys on this device, your account, and your recovery kit: 24 words, to be printed. Somebody of your practice
/// gives you the code; it works once. Compare the six words that you see with those on the other screen. Joining is
/// finished when you have typed the kit back from the paper; until then you can read and pair, but nothing is written.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie join reve-rie1-… --server https://reverie.example
  reverie --profile quill join reve-rie1-… --server http://127.0.0.1:8787 --to ~/kit
  reverie join reve-rie1-… --yes --json --passphrase-file password.txt > joined.json")]
pub(crate) struct JoinArgs {
    /// The invitation code; spaces and dashes do not matter
    #[arg(required = true, value_name = "CODE")]
    code: Vec<String>,
    /// Write the recovery kit into this folder too, as PDF and HTML to print
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Do not wait for the kit to be typed back; `reverie kit prove` finishes joining
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, JoinArgs { code, to, yes }: JoinArgs) -> Result<(), CommandError> {
    if !yes && !ui.can_ask() {
        return Err(user_error(NO_TERMINAL_TO_JOIN).hint(NO_TERMINAL_TO_JOIN_NEXT).coded("needs_yes"));
    }
    let profile = Profile::find(&start.global)?;
    let environment = profile.environment()?;
    let invited = Invited::look(environment, &code.join(" ")).await.map_err(|error| match error {
        ClientError::AccountExists(_) => CommandError::from(error).also(JOINED_HERE_BEFORE),
        error => error.into(),
    })?;
    introduce(ui, &invited);
    let password = start.global.new_password(invited.handle())?;
    profile.remember_server()?;
    let prepared = invited.prepare(password.expose_secret()).await.map_err(|error| match error {
        ClientError::WeakPassword(_) => CommandError::from(error).hint(INVITATION_STILL_GOOD),
        error => error.into(),
    })?;
    let mut account = prepared.finish().await.map_err(|error| {
        let cut = error.is_offline();
        let error = CommandError::from(error);
        if cut { error.hint(JOINING_CUT) } else { error }
    })?;

    ui.say(&with(ACCOUNT_MADE, &[("HANDLE", account.handle())]));
    ui.say("");
    let (kit, written) = present(ui, &account, to.as_deref())?;
    let inviter = account.pairings().into_iter().next();
    let answer = json!({
        "handle": account.handle(),
        "role": account.role(),
        "account": account.account(),
        "recovery_words": kit.words(),
        "kit": written,
        "kit_proved": false,
        "inviter": inviter.as_ref().map(pairing_json),
        "words": inviter.as_ref().map(|pairing| pairing.words),
    });
    if to.is_some() {
        ui.say("");
    }
    ui.answer(&answer, || words_text(&kit))?;
    if to.is_none() {
        put_on_paper(ui, &account);
    }
    ui.say("");
    if account.role() == AccountRole::Patient {
        ui.say(NOT_MONITORED_IN_FULL);
    }
    if !enrol_if_due(ui, &mut account).await? {
        return Ok(());
    }
    match inviter.filter(|inviter| compares(&account, inviter)) {
        Some(inviter) => {
            ui.say("");
            compare(ui, &mut account, &inviter).await?;
        }
        None => ui.say(match account.role() {
            AccountRole::Administrator => NEXT_ADMINISTRATOR,
            AccountRole::Clinician => NEXT_CLINICIAN,
            AccountRole::Patient => NEXT_PATIENT,
        }),
    }
    if yes {
        ui.say(NOT_JOINED);
        return Ok(());
    }
    offer_to_prove(ui, &mut account).await
}

fn introduce(ui: &Ui, invited: &Invited) {
    let (handle, role) = (invited.handle(), invited.role().to_string());
    let said = match invited.inviter() {
        Some((who, by)) => {
            with(INVITED_BY, &[("WHO", who), ("ROLE", &by.to_string()), ("HANDLE", handle), ("AS", &role)])
        }
        None => with(INVITED_BY_SET_UP, &[("HANDLE", handle), ("AS", &role)]),
    };
    ui.say(&format!("{said}\n"));
    ui.say(CHOOSE_PASSWORD);
}
