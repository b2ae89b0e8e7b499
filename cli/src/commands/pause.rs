//! `reverie pause` and `reverie resume`: a patient stops sharing for a while, and goes on when she says so.

use clap::Args;
use reverie_client::{Circle, ClientError, Unlocked};
use serde_json::json;

use crate::circle_changes::handles;
use crate::error::CommandError;
use crate::key_talk::pausing::{PAUSED, RESUMED, RESUMED_WITHOUT_CONSENT, WHILE_ALL_PAUSED, WHILE_PAUSED};
use crate::key_talk::with;
use crate::logged_in::LoggedIn;
use crate::report::{flushed_json, still_waiting};
use crate::ui::Ui;

/// Stop sharing for a while
///
/// At once, and as long as you want: nothing more is shared, neither entries nor measures nor what you add to them. What is
/// shared already stays so; `reverie withdraw` takes it back. Your clinician sees that you paused, and not why. Everything
/// else goes on: you write, mark and read as before. Never waits, not even in the day after a dose.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie pause
  reverie pause --with quill
  reverie resume")]
pub(crate) struct PauseArgs {
    /// With whom alone, if you share several journals: a reader's handle, or the first digits of the journal's id
    #[arg(long, alias = "circle", value_name = "CIRCLE")]
    with: Option<String>,
}

/// Go on sharing after a pause
///
/// What you wrote meanwhile stays private until you share it. In the day after a dose it waits.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie resume
  reverie resume --with quill")]
pub(crate) struct ResumeArgs {
    /// With whom, if you paused with several: a reader's handle, or the first digits of the journal's id
    #[arg(long, alias = "circle", value_name = "CIRCLE")]
    with: Option<String>,
}

pub(crate) async fn pause(
    ui: &Ui,
    logged_in: LoggedIn,
    PauseArgs { with: whom }: PauseArgs,
) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    // It protects, so that nothing said means everybody.
    let going_on: Vec<_> = account.read_circles().into_iter().filter(|circle| !account.is_paused(circle)).collect();
    let circles = match whom {
        None if !going_on.is_empty() => going_on,
        whom => vec![account.find_circle(whom.as_deref())?],
    };
    let mut paused = Vec::new();
    for circle in &circles {
        let kept = account.pause(circle).await?;
        still_waiting(ui, &kept.flushed);
        ui.say(&with(PAUSED, &[("READERS", &account.readers_text(circle))]));
        let mut answer = flushed_json(&kept.flushed);
        answer["journal"] = json!(circle.journal);
        answer["readers"] = json!(handles(&account, circle));
        paused.push(answer);
    }
    ui.say(if circles.len() == 1 { WHILE_PAUSED } else { WHILE_ALL_PAUSED });
    ui.answer(&json!({ "paused": paused }), String::new)
}

pub(crate) async fn resume(
    ui: &Ui,
    logged_in: LoggedIn,
    ResumeArgs { with: whom }: ResumeArgs,
) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let circle = to_resume(&account, whom.as_deref())?;
    let kept = account.resume(&circle).await?;
    still_waiting(ui, &kept.flushed);
    let said = match account.may_share_with(&circle) {
        Err(ClientError::ConsentNeeded(_)) => RESUMED_WITHOUT_CONSENT,
        _ => RESUMED,
    };
    ui.say(&with(said, &[("READERS", &account.readers_text(&circle))]));
    let mut answer = flushed_json(&kept.flushed);
    answer["journal"] = json!(circle.journal);
    answer["readers"] = json!(handles(&account, &circle));
    ui.answer(&answer, String::new)
}

/// Returns the circle that is meant: where one alone is paused, that one. Nobody is read to again by mistake.
fn to_resume(account: &Unlocked, whom: Option<&str>) -> Result<Circle, CommandError> {
    let mut paused: Vec<_> = account.circles().into_iter().filter(|circle| account.is_paused(circle)).collect();
    match (whom, paused.len()) {
        (None, 1) => Ok(paused.remove(0)),
        _ => Ok(account.find_circle(whom)?),
    }
}
