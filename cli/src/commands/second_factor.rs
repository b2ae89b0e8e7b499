//! `reverie second-factor`: what is asked for beside the password.

use clap::{Args, Subcommand};
use reverie_client::{ClientError, Unlocked};
use reverie_protocol::account::AccountRole;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::{SecondFactorDue, SecondFactorKind, SecondFactors};
use serde_json::json;

use crate::error::{CommandError, user_error};
use crate::key_talk::answers::NOTHING_CHANGED;
use crate::key_talk::second_factors::{
    ADD_ANOTHER_FIRST, AUTHENTICATOR_REMOVED, BACKUP_CODES, BACKUP_CODES_LEFT, FACTOR_ADDED, FACTOR_BEGUN,
    FACTOR_FIRST, FACTOR_NEEDED, FACTOR_NOT_SHOWN, KEEP_BACKUP_CODES, NEW_BACKUP_CODES, NO_BACKUP_CODES_LEFT,
    NO_FACTOR, NO_SUCH_FACTOR, NO_SUCH_FACTOR_NEXT, PASSKEY_REMOVED, REMOVE_FACTOR, ROAD_OF_ADMINISTRATOR,
    ROAD_OF_CLINICIAN, ROAD_OF_PATIENT, SEVERAL_FACTORS, SEVERAL_FACTORS_NEXT, SIX_DIGITS,
};
use crate::key_talk::with;
use crate::logged_in::Start;
use crate::second_factor::{Asked, shown};
use crate::table::table;
use crate::ui::Ui;

/// Characters of an id that name a second factor.
const SHORT: usize = 8;

/// Look after your second factor: what is asked for beside the password
///
/// An authenticator app shows six digits that change every half minute. Clinicians and administrators need a second factor
/// before they can do anything; patients may have one. Your recovery kit opens a patient's account without it.
/// A passkey is enrolled in a browser, and shown there; here it is listed and removed.
#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "\
Examples:
  reverie second-factor
  reverie second-factor add
  reverie second-factor codes
  reverie second-factor remove 3c81e60d"
)]
pub(crate) struct SecondFactorArgs {
    #[command(subcommand)]
    command: Option<SecondFactorCommand>,
}

#[derive(Subcommand)]
enum SecondFactorCommand {
    /// List your second factors
    List,
    /// Enrol an authenticator
    ///
    /// Shows a code to scan and a secret to type, and asks for the first six digits. Where nobody can be asked, it shows
    /// the secret, and `confirm` takes the digits from `--second-factor-file`.
    Add,
    /// Confirm an authenticator that `add` has begun
    Confirm,
    /// Make new backup codes, for the day that the authenticator is lost; those before them are void
    Codes {
        /// Do not ask, though there are codes that would be void
        #[arg(long)]
        yes: bool,
    },
    /// Remove a second factor
    Remove {
        /// The beginning of its id, as the list shows it
        id: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(ui: &Ui, start: Start, args: SecondFactorArgs) -> Result<(), CommandError> {
    let asked = Asked { file: start.global.second_factor_file.clone(), json: start.global.json };
    let (mut account, _profile) = start.unlock().await?;
    match args.command {
        None | Some(SecondFactorCommand::List) => list(ui, &mut account).await,
        Some(SecondFactorCommand::Add) => add(ui, &mut account).await,
        Some(SecondFactorCommand::Confirm) => {
            let code = asked.code(0, SIX_DIGITS).ok_or(ClientError::SecondFactorNeeded)?;
            account.confirm_authenticator(&code).await?;
            ui.say(FACTOR_ADDED);
            list(ui, &mut account).await
        }
        Some(SecondFactorCommand::Codes { yes }) => codes(ui, &mut account, yes).await,
        Some(SecondFactorCommand::Remove { id, yes }) => remove(ui, &mut account, &id, yes).await,
    }
}

async fn list(ui: &Ui, account: &mut Unlocked) -> Result<(), CommandError> {
    let SecondFactors { due, factors, backup_codes, passkeys } = account.second_factors().await?;
    match due {
        Some(SecondFactorDue::Enrol) => ui.warn(FACTOR_NEEDED),
        Some(SecondFactorDue::Prove) => ui.warn(FACTOR_NOT_SHOWN),
        None if factors.is_empty() => ui.say(NO_FACTOR),
        None if backup_codes == 0 => ui.say(&with(NO_BACKUP_CODES_LEFT, &[("ROAD", road(account.role()))])),
        None => ui.say(&with(BACKUP_CODES_LEFT, &[("COUNT", &backup_codes.to_string())])),
    }
    let answer = json!({ "due": due, "factors": factors, "backup_codes": backup_codes, "passkeys": passkeys });
    ui.answer(&answer, || {
        if factors.is_empty() {
            return String::new();
        }
        let mut rows = vec![["ID", "KIND", "SINCE"].map(str::to_owned)];
        rows.extend(factors.iter().map(|factor| {
            let id: String = factor.factor.to_string().chars().take(SHORT).collect();
            [id, kind(factor.kind).to_owned(), factor.since_day.clone()]
        }));
        table(&rows)
    })
}

/// Returns how somebody comes back who lost the second factor and has no backup code.
const fn road(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Patient => ROAD_OF_PATIENT,
        AccountRole::Clinician => ROAD_OF_CLINICIAN,
        AccountRole::Administrator => ROAD_OF_ADMINISTRATOR,
    }
}

const fn kind(kind: SecondFactorKind) -> &'static str {
    match kind {
        SecondFactorKind::Authenticator => "authenticator",
        SecondFactorKind::Passkey => "passkey",
    }
}

async fn add(ui: &Ui, account: &mut Unlocked) -> Result<(), CommandError> {
    if ui.can_ask() {
        account.add_authenticator().await?;
        ui.say(FACTOR_ADDED);
        return list(ui, account).await;
    }
    let new = account.begin_authenticator().await?;
    ui.say(FACTOR_BEGUN);
    ui.answer(&json!({ "factor": new.factor(), "secret": new.secret(), "uri": *new.uri() }), || shown(&new))
}

/// Enrols the second factor that an account must have, where somebody can be asked, or says that it is needed.
pub(crate) async fn enrol_if_due(ui: &Ui, account: &mut Unlocked) -> Result<bool, CommandError> {
    if account.second_factors().await?.due.is_none() {
        return Ok(true);
    }
    if !ui.can_ask() {
        ui.warn(FACTOR_NEEDED);
        return Ok(false);
    }
    account.add_authenticator().await?;
    ui.say(FACTOR_ADDED);
    if account.second_factors().await?.backup_codes == 0 {
        ui.say(&with(NO_BACKUP_CODES_LEFT, &[("ROAD", road(account.role()))]));
    }
    Ok(true)
}

async fn codes(ui: &Ui, account: &mut Unlocked, yes: bool) -> Result<(), CommandError> {
    let left = account.second_factors().await?.backup_codes;
    if left > 0 && !ui.confirm(yes, &with(NEW_BACKUP_CODES, &[("COUNT", &left.to_string())]))? {
        ui.say(KEEP_BACKUP_CODES);
        return Ok(());
    }
    let codes = account.replace_backup_codes().await.map_err(|error| {
        // The server refuses codes that would stand in for nothing.
        let needs_one = error.is(ProblemCode::NotPermitted);
        let error = CommandError::from(error);
        if needs_one { error.hint(FACTOR_FIRST) } else { error }
    })?;
    ui.say(BACKUP_CODES);
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    ui.answer(&json!({ "backup_codes": codes }), || {
        codes.iter().map(|code| format!("    {code}\n")).collect::<Vec<_>>().concat()
    })
}

async fn remove(ui: &Ui, account: &mut Unlocked, id: &str, yes: bool) -> Result<(), CommandError> {
    let factors = account.second_factors().await?.factors;
    let found: Vec<_> = factors.iter().filter(|factor| factor.factor.to_string().starts_with(id)).collect();
    let factor = match found.as_slice() {
        [factor] => *factor,
        [] => {
            return Err(user_error(with(NO_SUCH_FACTOR, &[("TYPED", id)])).hint(NO_SUCH_FACTOR_NEXT));
        }
        _ => return Err(user_error(with(SEVERAL_FACTORS, &[("TYPED", id)])).hint(SEVERAL_FACTORS_NEXT)),
    };
    let question = with(REMOVE_FACTOR, &[("KIND", kind(factor.kind)), ("DAY", &factor.since_day)]);
    if ui.confirm(yes, &question)? {
        account.remove_second_factor(factor.factor).await.map_err(|error| {
            let only_one = error.is(ProblemCode::NotPermitted);
            let error = CommandError::from(error);
            if only_one { error.hint(ADD_ANOTHER_FIRST) } else { error }
        })?;
        ui.say(match factor.kind {
            SecondFactorKind::Authenticator => AUTHENTICATOR_REMOVED,
            SecondFactorKind::Passkey => PASSKEY_REMOVED,
        });
    } else {
        ui.say(NOTHING_CHANGED);
    }
    list(ui, account).await
}
