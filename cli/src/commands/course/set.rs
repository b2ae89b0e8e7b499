//! `reverie course set`: what holds for a course.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use reverie_journal::measure::InstrumentId;
use reverie_journal::safety::CrisisPack;
use reverie_journal::{Course, CourseStatus, Day, FewWords, Phone, Region, ShareDefault, TimeOfDay};

use crate::arguments::{handle, named};
use crate::error::CommandError;
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::ui::Ui;

/// Set what holds for a patient's course (clinicians)
///
/// What you do not name stays as it is. The patient can read all of it. While decisions wait after a dose, more hours
/// count at once and fewer only from the next dose on.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie course set heron-41 --guard-hours 36 --release-at 09:00
  reverie course set heron-41 --focus \"What is locked away\" --measures PHQ-9,GAD-7
  reverie course set heron-41 --status paused")]
pub(super) struct SetArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// When it began
    #[arg(long, value_name = "DATE", value_parser = |text: &str| text.parse::<Day>())]
    started: Option<Day>,
    /// How it stands
    #[arg(long, value_parser = status())]
    status: Option<CourseStatus>,
    /// Why it was stopped
    #[arg(long, value_name = "WORDS", value_parser = |text: &str| FewWords::new(text))]
    stop_reason: Option<FewWords>,
    /// What it is about
    #[arg(long, value_name = "WORDS", value_parser = |text: &str| FewWords::new(text))]
    focus: Option<FewWords>,
    /// How many hours decisions wait after a dose
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u8).range(12..=48))]
    guard_hours: Option<u8>,
    /// The time of day at which captures of the day of the dose are offered for sharing
    #[arg(long, value_name = "HH:MM", value_parser = |text: &str| text.parse::<TimeOfDay>())]
    release_at: Option<TimeOfDay>,
    /// What is proposed for them then
    #[arg(long, value_name = "WHAT", value_parser = share_default())]
    share_default: Option<ShareDefault>,
    /// The clinic's number
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| Phone::new(text))]
    clinic_phone: Option<Phone>,
    /// Where crisis help is looked up
    #[arg(long, value_name = "REGION", value_parser = region())]
    crisis_pack: Option<Region>,
    /// Whether the patient is told what was read, and "seen before your session"
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no())]
    tell_when_read: Option<bool>,
    /// Which measures are to be taken
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = |text: &str| InstrumentId::new(text))]
    measures: Option<Vec<InstrumentId>>,
}

pub(super) async fn run(ui: &Ui, logged_in: LoggedIn, args: SetArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let patient = account.contact_of(&args.handle)?.account;
    let kept = account.set_course(patient, |course| args.apply(course)).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    ui.say(&format!("Set. `reverie course show {}` shows what holds.", args.handle));
    Ok(())
}

impl SetArgs {
    fn apply(&self, course: &mut Course) {
        fn set<T: Clone>(field: &mut T, given: &Option<T>) {
            if let Some(given) = given {
                field.clone_from(given);
            }
        }
        set(&mut course.started_on, &self.started);
        set(&mut course.status, &self.status);
        if course.status != CourseStatus::Stopped {
            course.stop_reason = None;
        }
        course.stop_reason = self.stop_reason.clone().or_else(|| course.stop_reason.take());
        course.focus = self.focus.clone().or_else(|| course.focus.take());
        set(&mut course.guard_hours, &self.guard_hours);
        set(&mut course.release_at, &self.release_at);
        set(&mut course.share_default, &self.share_default);
        course.clinic_phone = self.clinic_phone.clone().or_else(|| course.clinic_phone.take());
        set(&mut course.crisis_pack, &self.crisis_pack);
        set(&mut course.tell_when_read, &self.tell_when_read);
        set(&mut course.measure_plan, &self.measures);
    }
}

fn region() -> impl TypedValueParser<Value = Region> {
    PossibleValuesParser::new(CrisisPack::all().iter().map(|pack| pack.region.as_str()))
        .map(|region| Region::new(region).expect("a pack that ships has a region of 1 to 20 characters"))
}

fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["yes", "no"]).map(|answer| answer == "yes")
}

fn status() -> impl TypedValueParser<Value = CourseStatus> {
    named(&CourseStatus::ALL, CourseStatus::label)
}

fn share_default() -> impl TypedValueParser<Value = ShareDefault> {
    named(&ShareDefault::ALL, ShareDefault::label)
}
