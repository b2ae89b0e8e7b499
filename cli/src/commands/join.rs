//! `reverie join`: from an invitation code to an account.

use clap::Args;
use reverie_client::{ClientError, Invited, Prepared};
use reverie_journal::NOT_MONITORED_IN_FULL;
use reverie_protocol::account::AccountRole;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::logged_in::Start;
use crate::pairing_words::{compare, compares, pairing_json};
use crate::profile::Profile;
use crate::table::table;
use crate::ui::Ui;

/// Join with an invitation code
///
/// Makes your keys on this device, shows your recovery words once, and makes your account. Somebody of your practice gives
/// you the code; it works once. Afterwards compare the six words that you see with those on the other screen.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie join reve-rie1-… --server https://reverie.example
  reverie --profile quill join reve-rie1-… --server http://127.0.0.1:8787
  reverie join reve-rie1-… --yes --json --passphrase-file password.txt > joined.json")]
pub(crate) struct JoinArgs {
    /// The invitation code; spaces and dashes do not matter
    #[arg(required = true, value_name = "CODE")]
    code: Vec<String>,
    /// Do not wait for the recovery words to be written down
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(ui: &Ui, start: Start, JoinArgs { code, yes }: JoinArgs) -> Result<(), CommandError> {
    if !yes && !ui.can_ask() {
        let message = "joining shows your recovery words once, and there is nobody at a terminal to write them down";
        return Err(user_error(message).hint("If whatever runs this keeps them, add `--yes`.").coded("needs_yes"));
    }
    let profile = Profile::find(&start.global)?;
    let environment = profile.environment()?;
    let invited = Invited::look(environment, &code.join(" ")).await.map_err(|error| match error {
        ClientError::AccountExists(_) => CommandError::from(error)
            .also("If joining was cut short here, `reverie login` finishes it or clears it up."),
        error => error.into(),
    })?;
    introduce(ui, &invited);
    let password = start.global.new_password()?;
    profile.remember_server()?;
    let prepared = invited.prepare(password.expose_secret()).await.map_err(|error| match error {
        ClientError::WeakPassword(_) => {
            CommandError::from(error).hint("The invitation is still good: run the same command with another password.")
        }
        error => error.into(),
    })?;
    let words = prepared.recovery().words();
    if !ui.is_json() {
        recovery_words(ui, &prepared)?;
    }
    if !yes {
        ui.say("");
        ui.ask_line("Press Enter once they are written down.")?;
    }
    let mut account = prepared.finish().await.map_err(|error| {
        let cut = error.is_offline();
        let error = CommandError::from(error);
        if cut { error.hint("Run `reverie login`: it tells whether your account was made.") } else { error }
    })?;

    let inviter = account.pairings().into_iter().next();
    let answer = json!({
        "handle": account.handle(),
        "role": account.role(),
        "account": account.account(),
        "recovery_words": words,
        "inviter": inviter.as_ref().map(pairing_json),
        "words": inviter.as_ref().map(|pairing| pairing.words),
    });
    ui.answer(&answer, String::new)?;
    ui.say(&format!("You have joined as {}.", account.handle()));
    ui.say(NOT_MONITORED_IN_FULL);
    match inviter.filter(|inviter| compares(&account, inviter)) {
        Some(inviter) => {
            ui.say("");
            compare(ui, &mut account, &inviter).await?;
        }
        None => ui.say(match account.role() {
            AccountRole::Administrator => "Next: `reverie admin invite HANDLE --role clinician`.",
            AccountRole::Clinician => "Next: with a patient in the room, `reverie invite HANDLE`.",
            AccountRole::Patient => "Next: pair with your clinician, `reverie pair CODE`, or write: `reverie write`.",
        }),
    }
    Ok(())
}

fn introduce(ui: &Ui, invited: &Invited) {
    let who = invited.inviter().map_or_else(
        || "The server's own set-up invites you".to_owned(),
        |(handle, role)| format!("{handle} ({role}) invites you"),
    );
    ui.say(&format!("{who} to join as {} ({}).\n", invited.handle(), invited.role()));
    ui.say("Your password opens your keys on this device. Nobody can reset it for you.");
}

/// Shows the recovery words, numbered down the columns as people write them.
fn recovery_words(ui: &Ui, prepared: &Prepared) -> Result<(), CommandError> {
    const ROWS: usize = 6;
    let words = prepared.recovery().words();
    let cell = |index: usize| format!("{:>2} {}", index + 1, words[index]);
    let rows: Vec<[String; 4]> = (0..ROWS).map(|row| std::array::from_fn(|column| cell(column * ROWS + row))).collect();
    ui.say(
        "\nYour recovery words. Write them on paper and keep it where you keep what matters. With them and your \
         password you can log in on a new device; without them nobody can, we neither. Whoever finds them can open \
         what you can. They are shown this once.\n",
    );
    let indented = table(&rows).lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
    ui.answer(&words, || format!("{indented}\n"))
}
