//! `reverie coverage`: a clinic says who looks at flagged answers, and when.

use clap::Args;
use reverie_journal::{Away, Coverage, Hours, Person, PersonName, Phone, Timestamp};

use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::time::{beginning, now};
use crate::ui::Ui;

/// Say who looks at flagged answers, and when you are away (clinicians)
///
/// Without such a statement a patient is not offered PHQ-9, but PHQ-8, which does not ask about suicide; nor while you
/// are away. She is shown it each time. A new statement takes the place of the one before.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie coverage heron-41 --phone 617-555-0123 --hours \"weekdays 9 to 17\"
  reverie coverage heron-41 --phone 617-555-0123 --away-from 2031-07-01 --away-until 2031-07-15 \\
      --covering \"Noor Haddon, LICSW\" --covering-phone 617-555-0142")]
pub(crate) struct CoverageArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// The clinic's number
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| Phone::new(text))]
    phone: Phone,
    /// When it is answered
    #[arg(long, value_name = "WORDS", value_parser = |text: &str| Hours::new(text))]
    hours: Option<Hours>,
    /// Flagged answers are looked at within so many business days
    #[arg(long, value_name = "DAYS", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=10))]
    within: u8,
    /// You are away from this day or time on
    #[arg(long, value_name = "DATE", value_parser = beginning)]
    away_from: Option<Timestamp>,
    /// You are back on this day, or at this time
    #[arg(long, value_name = "DATE", value_parser = beginning)]
    away_until: Option<Timestamp>,
    /// Who covers for you
    #[arg(long, value_name = "NAME", requires = "covering_phone", value_parser = |text: &str| PersonName::new(text))]
    covering: Option<PersonName>,
    /// The number of who covers
    #[arg(long, value_name = "NUMBER", requires = "covering", value_parser = |text: &str| Phone::new(text))]
    covering_phone: Option<Phone>,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: CoverageArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let CoverageArgs { handle, phone, hours, within, away_from, away_until, covering, covering_phone } = args;
    let patient = account.contact_of(&handle)?.account;
    let covering = covering.zip(covering_phone).map(|(name, phone)| Person { name, phone });
    let is_away = away_from.is_some() || away_until.is_some() || covering.is_some();
    let away = is_away.then(|| Away { from: away_from.unwrap_or_else(now), until: away_until, covering });
    let coverage = Coverage { within_business_days: within, phone, hours, away };
    let promise = coverage.promise();
    let kept = account.state_coverage(patient, coverage).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("{handle} is told: \"{promise}\""));
    if is_away {
        ui.say("While you are away PHQ-8 is offered in place of PHQ-9, with the number of who covers.");
    }
    Ok(())
}
