//! Harbor Lane Practice, set up and lived in, through the real client: what the people of the story do.

use std::path::Path;

use chrono::NaiveDate;
use reverie_client::{Environment, Flushed, Invited, Unlocked};
use reverie_journal::{Mark, Session, SessionState, SessionType, Timestamp};
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{AccountId, DocumentId, RecordId};
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::StoryClock;
use reverie_tests::person::{entry_with, environment};
use reverie_tests::story::document_ids;

use crate::story::{self, Moment, Told};

/// Somebody in the demo.
pub struct Role {
    pub handle: &'static str,
    pub who: &'static str,
    pub passphrase: &'static str,
}

pub const ADMIN: Role =
    Role { handle: "admin", who: "the practice's administrator", passphrase: "kettle ladder harbour lamp" };
pub const QUILL: Role =
    Role { handle: "quill", who: "Dr. Ada Quill, clinician", passphrase: "slow tide on the slipway" };
pub const HERON: Role = Role { handle: "heron-41", who: "a patient", passphrase: "seven reeds and a heron" };

/// What the story left behind, for showing.
pub struct Lived {
    /// The record of the shared entry whose row is shown.
    pub record: RecordId,
}

/// The demo's clock: moments of the story, ending the day before `today`.
pub struct Calendar {
    clock: StoryClock,
    last_day: NaiveDate,
}

impl Calendar {
    pub fn ending_before(today: NaiveDate) -> Self {
        let last_day = today.pred_opt().unwrap_or(today);
        Self { clock: StoryClock::at(&format!("{last_day}T00:00:00-04:00")), last_day }
    }

    fn at(&self, moment: Moment) -> Timestamp {
        let midnight: Timestamp =
            format!("{}T00:00:00-04:00", self.last_day).parse().expect("a date and a time of day make a timestamp");
        midnight.plus_seconds(moment.minutes() * 60).expect("the story is set in our era")
    }

    fn now_is(&self, moment: Moment) {
        self.clock.set(self.at(moment));
    }
}

/// Sets everything up and lives through the story.
pub async fn live(data: &Path, server: &str, code: &str, calendar: &Calendar) -> anyhow::Result<Lived> {
    calendar.now_is(Moment(-12, 9, 0));
    let device = |role: &Role| -> anyhow::Result<Environment> {
        let ids = Box::new(document_ids(role.handle));
        Ok(environment(&crate::device(data, role, server)?, server, &calendar.clock, ids)?)
    };
    let mut admin = join(device(&ADMIN)?, code, &ADMIN).await?;
    let code = admin.invite(AccountRole::Clinician, Some(QUILL.handle), INVITATION_IN_ROOM_SECONDS).await?;
    let mut quill = join(device(&QUILL)?, &code, &QUILL).await?;
    admin.collect_guests().await?;
    let code = quill.invite(AccountRole::Patient, Some(HERON.handle), INVITATION_IN_ROOM_SECONDS).await?;
    let mut heron = join(device(&HERON)?, &code, &HERON).await?;
    quill.collect_guests().await?;
    heron.confirm(QUILL.handle).await?;
    quill.confirm(HERON.handle).await?;
    quill.sync().await?;

    plan(&mut quill, heron.account(), calendar).await?;
    let (mut documents, mut held) = (Vec::new(), Vec::new());
    let [before, after] =
        [true, false].map(|early| story::entries().into_iter().filter(move |told| early == is_early(told)));
    for told in before {
        let (title, shared) = (told.title, told.shared);
        let document = write(&mut heron, told, calendar).await?;
        documents.push((title, document));
        held.extend(Some(document).filter(|_| shared && heron.guard().is_some()));
    }
    // What she captured while decisions wait is shared on the morning after.
    calendar.now_is(story::RELEASE);
    for document in held {
        let with = heron.share_target(None)?;
        sent(heron.share(document, &with).await?)?;
    }
    let find = |title: &str| documents.iter().find(|(of, _)| *of == title).map(|(_, id)| *id);
    let answered = find(story::ANSWERED).expect("the story answers an entry of its own");
    let layered = find(story::LAYERED.0).expect("the story adds to an entry of its own");

    calendar.now_is(story::REPLY);
    quill.sync().await?;
    let brief = quill.brief(heron.account(), None, None)?;
    quill.receipt(&brief).await?;
    quill.reply(answered, story::QUESTION.into(), true).await?;

    for told in after {
        write(&mut heron, told, calendar).await?;
    }
    calendar.now_is(story::LAYER);
    heron.elaborate(layered, story::LAYERED.1.into(), Vec::new(), false).await?;
    calendar.now_is(story::END);
    heron.sync().await?;
    quill.sync().await?;
    let record = heron.view(heron.account()).entry(answered).map(|entry| entry.record);
    Ok(Lived { record: record.expect("the entry is in her journal") })
}

async fn join(device: Environment, code: &str, role: &Role) -> anyhow::Result<Unlocked> {
    let prepared = Invited::look(device, code).await?.prepare(role.passphrase).await?;
    let words = prepared.recovery().words().join(" ");
    let mut account = prepared.finish().await?;
    if account.role().must_have_second_factor() {
        account.add_authenticator().await?;
    }
    account.prove_kit(&words).await?;
    Ok(account)
}

/// Dr. Quill writes down what took place, and what is planned.
async fn plan(quill: &mut Unlocked, patient: AccountId, calendar: &Calendar) -> anyhow::Result<()> {
    use SessionState::{Completed, Scheduled};
    for (session_type, state, starts_at, minutes) in [
        (SessionType::Preparation, Completed, story::PREPARATION, Some(60)),
        (SessionType::Dosing, Completed, story::DOSE, Some(120)),
        (SessionType::Integration, Scheduled, story::INTEGRATION, None),
    ] {
        let starts_at = calendar.at(starts_at);
        let ended_at = minutes.map(|minutes: i64| starts_at.plus_seconds(minutes * 60)).transpose()?;
        calendar.clock.set(ended_at.unwrap_or(starts_at));
        if state == Scheduled {
            calendar.now_is(story::DOSE);
        }
        quill.record_session(patient, Session { ended_at, ..Session::new(session_type, state, starts_at) }).await?;
    }
    Ok(())
}

fn is_early(told: &Told) -> bool {
    told.when.minutes() < story::REPLY.minutes()
}

/// heron-41 writes an entry, and shares and marks it if she wants to; in the day after the dose sharing waits.
async fn write(heron: &mut Unlocked, told: Told, calendar: &Calendar) -> anyhow::Result<DocumentId> {
    calendar.now_is(told.when);
    let files = told.file.map(|make| make()).into_iter().collect();
    let kept = heron.write(entry_with(told.kind, told.title, told.words, files)).await?;
    sent(kept.flushed)?;
    if told.shared && heron.guard().is_none() {
        let with = heron.share_target(None)?;
        sent(heron.share(kept.document, &with).await?)?;
    }
    if let Some((talk, rank, tender)) = told.mark {
        sent(heron.mark(Mark { entry: kept.document, talk, rank, tender }).await?.flushed)?;
    }
    Ok(kept.document)
}

fn sent(flushed: Flushed) -> anyhow::Result<()> {
    flushed.stopped_by.map_or(Ok(()), |error| Err(error.into()))
}
