//! What a clinician of the story does: plans, records, reads, answers.

use anyhow::Context as _;
use reverie_journal::measure::{InstrumentId, Pack};
use reverie_journal::{
    Adverse, ConsentText, Coverage, Day, Discharge, Dose, DoseCard, DoseKind, FewWords, Hours, Mindset, Mode, Person,
    PersonName, Phone, ReceiptKind, Session, SessionState, SessionType, SettingNote, SpokenLine, Substance, Term,
    Vitals,
};
use reverie_protocol::ids::DocumentId;
use reverie_tests::fiction::{Act, Away, DoseTold, Practice, SessionTold, Tale, Timed};

use crate::calendar::Calendar;
use crate::patient::Patient;
use crate::people::Somebody;
use crate::play::sent;

/// Definitions without wording, which the practice brings; their forms are filled in on paper.
const PACKS: [(&str, &str); 2] = [
    ("CORE-10", include_str!("../../shared/journal/packs/core-10.toml")),
    ("WHO-5", include_str!("../../shared/journal/packs/who-5.toml")),
];

/// Sets the course up: what it is about, who looks at flagged answers, which measures there are, what is consented to.
pub async fn begin(
    clinician: &mut Somebody,
    patient: &Patient<'_>,
    calendar: &Calendar,
    practice: &Practice,
) -> anyhow::Result<()> {
    let (tale, id) = (patient.tale, patient.id()?);
    let account = clinician.account().await?;
    account.sync().await?;
    account.ask_consent(id, ConsentText::shipped().clone()).await?;
    let measures = tale.course.measures.iter().map(|name| InstrumentId::new(name.as_str()));
    let measure_plan = measures.collect::<Result<Vec<_>, _>>()?;
    let (focus, clinic_phone) = (FewWords::new(&*tale.course.focus)?, Phone::new(&*practice.phone)?);
    let settings = account.set_course(id, |course| {
        course.focus = Some(focus);
        course.clinic_phone = Some(clinic_phone);
        course.measure_plan = measure_plan;
    });
    sent(settings.await?.flushed)?;
    for (_, pack) in PACKS.iter().filter(|(name, _)| tale.course.measures.iter().any(|measure| measure == name)) {
        account.offer_pack(id, Pack::load(*pack)?).await?;
    }
    sent(account.state_coverage(id, covered(practice, None, tale, calendar)?).await?.flushed)
}

/// Takes a patient over: says who looks at flagged answers from now on.
pub async fn takes_over(clinician: &mut Somebody, patient: &Patient<'_>, practice: &Practice) -> anyhow::Result<()> {
    let account = clinician.account().await?;
    account.sync().await?;
    let phone = Phone::new(&*practice.phone)?;
    let hours = Some(Hours::new(&*practice.hours)?);
    let coverage = Coverage { within_business_days: 1, phone, hours, away: None };
    sent(account.state_coverage(patient.id()?, coverage).await?.flushed)
}

/// Does what is the clinician's to do.
pub async fn play(
    clinician: &mut Somebody,
    patient: &Patient<'_>,
    timed: Timed<'_>,
    calendar: &Calendar,
    practice: &Practice,
) -> anyhow::Result<()> {
    let (tale, id) = (patient.tale, patient.id()?);
    let account = clinician.account().await?;
    account.flush().await?;
    account.sync().await?;
    let day = |moment: reverie_tests::fiction::Moment| Day::of(calendar.at(tale, moment));
    let kept = match timed.act {
        Act::OpenCycle(cycle) => account.open_cycle(id, day(cycle.opened)).await?,
        Act::EndCycle(cycle) => account.end_cycle(id, None, cycle.how, day(timed.when)).await?,
        Act::Plan(told) => account.record_session(id, session(told, tale, calendar, SessionState::Scheduled)?).await?,
        Act::Record(told) => {
            let state = if told.cancelled.is_some() { SessionState::Cancelled } else { SessionState::Completed };
            account.record_session(id, session(told, tale, calendar, state)?).await?
        }
        Act::Dose(told, of) => {
            let starts_at = calendar.at(tale, of.when);
            let view = account.view(id);
            let mut sessions = view.shared.iter().flat_map(|shared| &shared.sessions);
            let found = sessions
                .find(|found| found.body().session_type == SessionType::Dosing && found.body().starts_at == starts_at);
            let session = found.context("the dosing session is recorded")?.id();
            account.record_dose(id, dose_card(told, session, tale, calendar)?).await?
        }
        Act::Away(away) => account.state_coverage(id, covered(practice, Some(away), tale, calendar)?).await?,
        Act::Brief(_) => {
            let brief = account.brief(id, None, None)?;
            return account.receipt(&brief).await?.map_or(Ok(()), sent);
        }
        Act::Reply(reply) => account.reply(patient.entry(&reply.to)?, reply.words.clone(), reply.question).await?,
        Act::Discuss(told) => return state(account, patient, ReceiptKind::Discussed, &told.entries).await,
        Act::CarryOver(told) => return state(account, patient, ReceiptKind::CarriedOver, &told.entries).await,
        Act::File(told) => {
            for entry in &told.entries {
                sent(account.file_to_chart(patient.entry(entry)?).await?)?;
            }
            return Ok(());
        }
        Act::Dispose(told) => {
            let response = patient.measures.get(&told.measure).context("the measure was taken")?;
            account.dispose(*response, told.outcome, Some(told.note.clone())).await?
        }
        Act::Note(note) => account.note(id, note.words.clone()).await?,
        _ => anyhow::bail!("nobody does this in the story"),
    };
    sent(kept.flushed)
}

async fn state(
    account: &mut reverie_client::Unlocked,
    patient: &Patient<'_>,
    receipt: ReceiptKind,
    entries: &[String],
) -> anyhow::Result<()> {
    for entry in entries {
        let stated = account.state(receipt, patient.entry(entry)?).await;
        sent(stated.with_context(|| format!("of `{entry}`"))?)?;
    }
    Ok(())
}

fn covered(practice: &Practice, away: Option<&Away>, tale: &Tale, calendar: &Calendar) -> anyhow::Result<Coverage> {
    let away = away.map(|away| -> anyhow::Result<_> {
        let covering = Person { name: PersonName::new(&*away.covering)?, phone: Phone::new(&*away.covering_phone)? };
        let (from, until) = (calendar.at(tale, away.away_from), calendar.at(tale, away.away_until));
        Ok(reverie_journal::Away { from, until: Some(until), covering: Some(covering) })
    });
    let (phone, hours) = (Phone::new(&*practice.phone)?, Some(Hours::new(&*practice.hours)?));
    Ok(Coverage { within_business_days: 1, phone, hours, away: away.transpose()? })
}

fn session(told: &SessionTold, tale: &Tale, calendar: &Calendar, state: SessionState) -> anyhow::Result<Session> {
    let starts_at = calendar.at(tale, told.when);
    let over = told.minutes.filter(|_| state == SessionState::Completed);
    let ended_at = over.map(|minutes| starts_at.plus_seconds(minutes * 60)).transpose()?;
    let mode = Some(if told.telehealth { Mode::Telehealth } else { Mode::InPerson });
    Ok(Session { ended_at, mode, ..Session::new(told.session_type, state, starts_at) })
}

fn dose_card(told: &DoseTold, session: DocumentId, tale: &Tale, calendar: &Calendar) -> anyhow::Result<DoseCard> {
    let starts_at = calendar.at(tale, told.session);
    let after = |minutes: i64| starts_at.plus_seconds(minutes * 60);
    let kind = if told.minutes.is_some() { DoseKind::Infusion } else { DoseKind::Initial };
    let dose = told.mg.map(|mg| Dose { at: starts_at, mg, kind, duration_min: told.minutes });
    let mut card = DoseCard::new(session, Day::of(starts_at), told.route);
    card.swallowed = told.swallowed;
    card.substance = dose.is_some().then_some(Substance::KetamineRacemic);
    card.doses = dose.into_iter().collect();
    card.weight_kg = told.kg;
    for told in &told.vitals {
        let (sbp, dbp, hr, spo2) = (Some(told.sbp), Some(told.dbp), Some(told.hr), Some(told.spo2));
        card.vitals.push(Vitals { sbp, dbp, hr, spo2, ..Vitals::new(after(told.after)?, told.phase) });
    }
    for told in &told.adverse {
        card.adverse.push(Adverse {
            term: Term::new(&*told.term)?,
            onset_at: Some(after(told.after)?),
            duration_min: Some(told.minutes),
            severity: Some(told.severity),
            action: told.action.as_deref().map(FewWords::new).transpose()?,
            resolved: Some(told.resolved),
        });
    }
    for (item, words) in &told.setting {
        card.setting.push(SettingNote { item: *item, words: FewWords::new(&**words)? });
    }
    for told in &told.spoken {
        card.spoken_lines.push(SpokenLine { at: Some(after(told.after)?), words: FewWords::new(&*told.words)? });
    }
    let (mood_before, sleep_hours) = (told.mood_before, told.sleep_hours);
    card.set = Some(Mindset { intentions: Vec::new(), mood_before, sleep_hours, notes: None });
    if let Some(minutes) = told.discharge_after {
        card.discharge = Some(Discharge { at: after(minutes)?, escorted: true, instructions_given: true });
    }
    Ok(card)
}
