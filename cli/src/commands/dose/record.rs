//! `reverie dose record`: the card of a dosing session.

use clap::Args;
use reverie_journal::{
    Adverse, Day, Discharge, DoseCard, DoseKind, FewWords, Kilograms, Mindset, Route, SettingItem, SettingNote,
    SleepHours, SpokenLine, Substance, Timestamp,
};

use super::card::{TypedDose, TypedVitals, adverse, dose, spoken, vitals};
use crate::arguments::{handle, named};
use crate::error::{CommandError, user_error};
use crate::logged_in::LoggedIn;
use crate::report::{kept_json, still_waiting};
use crate::time::{moment, now};
use crate::ui::Ui;

/// Record the dose card of a dosing session (clinicians)
///
/// Everything but the route can be left out. The dose by weight is worked out, never typed. A card that you record again
/// takes the place of the one before. Ranges only catch slips of the pen; nothing here judges a reading.
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie dose record heron-41 --route IM --dose 40@14:05 --booster 15@14:25 --weight 67.8
  reverie dose record heron-41 --on 2031-05-01 --route IV --dose 35@10:10/40 \\
      --vitals pre@10:00,118/76,hr=70,spo2=99 --vitals post@11:30,122/80 --adverse nausea:mild
  reverie dose record heron-41 --route SL --not-swallowed --spoken \"It is only a door.\"")]
pub(super) struct RecordArgs {
    /// The patient
    #[arg(value_parser = handle)]
    handle: String,
    /// The day of the dosing session; today, unless you say otherwise
    #[arg(long, value_name = "DATE", value_parser = |text: &str| text.parse::<Day>())]
    on: Option<Day>,
    /// How it was given
    #[arg(long, value_parser = named(&Route::ALL, Route::label))]
    route: Route,
    /// What was given
    #[arg(long, value_name = "WHAT", value_parser = named(&SUBSTANCES, substance))]
    substance: Option<Substance>,
    /// The first dose: milligrams and when, 40@14:05; an infusion with its minutes, 40@14:05/45
    #[arg(long, value_name = "DOSE", value_parser = dose)]
    dose: Option<TypedDose>,
    /// One more dose in the same session; may be given several times
    #[arg(long, value_name = "DOSE", value_parser = dose, requires = "dose")]
    booster: Vec<TypedDose>,
    /// The weight that the dose went by, in kg
    #[arg(long, value_name = "KG", value_parser = |text: &str| text.parse::<Kilograms>())]
    weight: Option<Kilograms>,
    /// The lozenge was swallowed
    #[arg(long, conflicts_with = "not_swallowed")]
    swallowed: bool,
    /// The lozenge was not swallowed
    #[arg(long)]
    not_swallowed: bool,
    /// Readings: pre@13:55,120/80,hr=72,spo2=98,rr=14,temp=36.6; may be given several times
    #[arg(long, value_name = "READINGS", value_parser = vitals)]
    vitals: Vec<TypedVitals>,
    /// How sedated, in your words
    #[arg(long, value_name = "WORDS", value_parser = |text: &str| FewWords::new(text))]
    sedation: Option<FewWords>,
    /// How far away, in your words
    #[arg(long, value_name = "WORDS", value_parser = |text: &str| FewWords::new(text))]
    dissociation: Option<FewWords>,
    /// What went wrong: nausea, or nausea:mild; may be given several times
    #[arg(long, value_name = "TERM", value_parser = adverse)]
    adverse: Vec<Adverse>,
    /// A part of the setting, in a few words: music=strings; may be given several times
    #[arg(long, value_name = "PART=WORDS", value_parser = setting)]
    setting: Vec<SettingNote>,
    /// The patient's mood before, 0 to 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=10))]
    mood_before: Option<u8>,
    /// Hours of sleep of the night before
    #[arg(long, value_name = "HOURS", value_parser = |text: &str| text.parse::<SleepHours>())]
    sleep: Option<SleepHours>,
    /// Words that the patient said aloud; may be given several times
    #[arg(long, value_name = "WORDS", value_parser = spoken)]
    spoken: Vec<SpokenLine>,
    /// When the patient left, with somebody and with instructions
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    left: Option<Timestamp>,
    /// The patient left alone
    #[arg(long, requires = "left")]
    alone: bool,
    /// The patient left without instructions
    #[arg(long, requires = "left")]
    without_instructions: bool,
    /// The patient is not shown how much it was
    #[arg(long)]
    hide_dose: bool,
}

const SUBSTANCES: [Substance; 3] = [Substance::KetamineRacemic, Substance::Esketamine, Substance::Other];

const fn substance(substance: Substance) -> &'static str {
    match substance {
        Substance::KetamineRacemic => "ketamine",
        Substance::Esketamine => "esketamine",
        Substance::Other => "other",
    }
}

pub(super) async fn run(ui: &Ui, logged_in: LoggedIn, args: RecordArgs) -> Result<(), CommandError> {
    let LoggedIn { mut account, profile: _ } = logged_in;
    let patient = account.contact_of(&args.handle)?.account;
    let on = args.on.unwrap_or_else(|| Day::of(now()));
    let (session, starts_at) = account.dosing_session(patient, on).map_err(|error| {
        CommandError::from(error)
            .hint(format!("Record it first: `reverie session add {} --type dosing --at …`.", args.handle))
    })?;
    let card = args.card(DoseCard::new(session, on, args.route), starts_at).map_err(user_error)?;
    let kept = account.record_dose(patient, card.clone()).await?;
    ui.answer(&kept_json(&kept), String::new)?;
    still_waiting(ui, &kept.flushed);
    let total = card.total().map(|total| format!(", {total} mg")).unwrap_or_default();
    let by_weight = card.mg_per_kg().map(|dose| format!(", {dose} mg/kg")).unwrap_or_default();
    ui.say(&format!("Recorded for {}: {}{total}{by_weight}.", on.text(), card.route.label()));
    ui.say("This is not the medication record; that one belongs into your chart.");
    Ok(())
}

impl RecordArgs {
    fn card(&self, card: DoseCard, starts_at: Timestamp) -> Result<DoseCard, String> {
        let first = self.dose.iter().map(|dose| dose.on(starts_at, DoseKind::Initial));
        let boosters = self.booster.iter().map(|dose| dose.on(starts_at, DoseKind::Booster));
        let discharge = |at| Discharge { at, escorted: !self.alone, instructions_given: !self.without_instructions };
        let set =
            Mindset { intentions: Vec::new(), mood_before: self.mood_before, sleep_hours: self.sleep, notes: None };
        Ok(DoseCard {
            substance: self.substance,
            swallowed: (self.swallowed || self.not_swallowed).then_some(self.swallowed),
            doses: first.chain(boosters).collect::<Result<_, _>>()?,
            weight_kg: self.weight,
            vitals: self.vitals.iter().map(|vitals| vitals.on(starts_at)).collect::<Result<_, _>>()?,
            sedation: self.sedation.clone(),
            dissociation: self.dissociation.clone(),
            adverse: self.adverse.clone(),
            setting: self.setting.clone(),
            set: (self.mood_before.is_some() || self.sleep.is_some()).then_some(set),
            spoken_lines: self.spoken.clone(),
            discharge: self.left.map(discharge),
            hide_dose: self.hide_dose,
            ..card
        })
    }
}

/// Reads `music=strings`.
fn setting(text: &str) -> Result<SettingNote, String> {
    let parts = || SettingItem::ALL.iter().map(|item| item.label().replace(' ', "-")).collect::<Vec<_>>().join(", ");
    let (part, words) =
        text.split_once('=').ok_or_else(|| "write a part of the setting like music=strings".to_owned())?;
    let item = SettingItem::ALL.iter().find(|item| item.label().replace(' ', "-") == part);
    let item = item.ok_or_else(|| format!("the parts of a setting are {}", parts()))?;
    Ok(SettingNote { item: *item, words: FewWords::new(words).map_err(|error| error.to_string())? })
}
