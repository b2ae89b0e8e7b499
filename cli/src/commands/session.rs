//! `reverie session`: an appointment, planned or past, so that a brief knows since when.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use reverie_journal::{Session, SessionState, SessionType, Timestamp};

use crate::arguments::handle;
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::time::moment;
use crate::ui::Ui;

/// Record a session with a patient
///
/// A completed dosing session starts a cycle; the next brief begins at the end of the last completed integration or
/// psychotherapy session. Recording a session of the same type and start again says what became of it. The patient can
/// read which sessions are recorded.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie session heron-41 --type dosing --at \"2031-05-01 14:00\" --ended \"2031-05-01 16:30\"
  reverie session heron-41 --type integration --state scheduled --at \"2031-05-03 10:00\"")]
pub(crate) struct SessionArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// What it is for
    #[arg(long = "type", value_name = "TYPE", value_parser = session_type())]
    session_type: SessionType,
    /// What became of it
    #[arg(long, value_parser = session_state(), default_value = "completed")]
    state: SessionState,
    /// When it starts or started
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    at: Timestamp,
    /// When it ended
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    ended: Option<Timestamp>,
}

pub(crate) async fn run(ui: &Ui, logged_in: LoggedIn, args: SessionArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let SessionArgs { handle, session_type, state, at, ended } = args;
    let patient = account.contact_of(&handle)?.account;
    let session = Session { session_type, state, starts_at: at, ended_at: ended };
    let kept = account.record_session(patient, session).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("Recorded: {} session with {handle}, {}.", session_type.label(), at.minute_text()));
    Ok(())
}

fn session_type() -> impl TypedValueParser<Value = SessionType> {
    use SessionType::{CheckIn, Dosing, Evaluation, Integration, Preparation, Psychotherapy};
    const ALL: [SessionType; 6] = [Evaluation, Preparation, Dosing, Integration, Psychotherapy, CheckIn];
    PossibleValuesParser::new(ALL.map(SessionType::label))
        .map(|label| *ALL.iter().find(|all| all.label() == label).expect("the parser takes these labels only"))
}

fn session_state() -> impl TypedValueParser<Value = SessionState> {
    const ALL: [(&str, SessionState); 4] = [
        ("scheduled", SessionState::Scheduled),
        ("completed", SessionState::Completed),
        ("cancelled", SessionState::Cancelled),
        ("no-show", SessionState::NoShow),
    ];
    PossibleValuesParser::new(ALL.map(|(name, _)| name))
        .map(|name| ALL.iter().find(|(all, _)| *all == name).expect("the parser takes these names only").1)
}
