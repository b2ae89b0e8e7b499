//! `reverie session add`: one session.

use clap::Args;
use reverie_journal::{Mode, PersonName, Session, SessionState, SessionType, Timestamp};

use crate::arguments::{handle, named};
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::time::moment;
use crate::ui::Ui;

/// Record a session with a patient (clinicians)
///
/// A session of the same type and start, or the one named with `--of`, is recorded anew: so you say what became of it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie session add heron-41 --type integration --state scheduled --at \"2031-05-03 10:00\"
  reverie session add heron-41 --type integration --at \"2031-05-03 10:00\" --cycle 1
  reverie session add heron-41 --of 3f2a91c0 --type integration --at \"2031-05-03 10:10\"")]
pub(super) struct AddArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// What it is for
    #[arg(long = "type", value_name = "TYPE", value_parser = named(&SessionType::ALL, SessionType::label))]
    session_type: SessionType,
    /// What became of it
    #[arg(long, value_parser = named(&SessionState::ALL, SessionState::label), default_value = "completed")]
    state: SessionState,
    /// When it starts or started
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    at: Timestamp,
    /// When it ended
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    ended: Option<Timestamp>,
    /// It takes or took place by video or telephone
    #[arg(long)]
    telehealth: bool,
    /// Who else is there; may be given several times
    #[arg(long, value_name = "NAME", value_parser = |text: &str| PersonName::new(text))]
    with: Vec<PersonName>,
    /// The cycle that it belongs to, by its number
    #[arg(long, value_name = "N")]
    cycle: Option<usize>,
    /// The session that this replaces: the first digits of its id
    #[arg(long, value_name = "SESSION")]
    of: Option<String>,
}

pub(super) async fn run(ui: &Ui, logged_in: LoggedIn, args: AddArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let AddArgs { handle, session_type, state, at, ended, telehealth, with, cycle, of } = args;
    let patient = account.contact_of(&handle)?.account;
    let cycle = cycle.map(|n| account.cycle_numbered(patient, n)).transpose()?;
    let session = Session {
        cycle,
        ended_at: ended,
        mode: Some(if telehealth { Mode::Telehealth } else { Mode::InPerson }),
        attendees: with,
        ..Session::new(session_type, state, at)
    };
    let kept = match of {
        Some(of) => {
            let id = account.find_session(patient, &of)?;
            account.update_session(patient, id, session).await?
        }
        None => account.record_session(patient, session).await?,
    };
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("Recorded: {} session with {handle}, {}.", session_type.label(), at.minute_text()));
    let view = account.view(patient);
    let cycles = view.shared.iter().flat_map(|shared| shared.cycles_at(at.max(crate::time::now())));
    let of_it = cycles.filter(|cycle| cycle.dosing.as_ref().is_some_and(|dosing| dosing.id() == kept.document));
    for warning in of_it.flat_map(|cycle| cycle.warnings) {
        ui.warn(warning.sentence());
    }
    Ok(())
}
