//! The stories of the practice, played in the order of time, through the real client: nobody reaches into the server.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use chrono::NaiveDate;
use reverie_client::Flushed;
use reverie_journal::Timestamp;
use reverie_protocol::account::AccountRole;
use reverie_protocol::ids::{DocumentId, RecordId};
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::fiction::{Act, Fiction, Role, Tale, Timed};

use crate::calendar::Calendar;
use crate::clinician;
use crate::patient::Patient;
use crate::people::Somebody;
use crate::show::Screens;

/// One practice full of people, and where they are in their stories.
pub struct Play<'a> {
    pub data: &'a Path,
    pub server: &'a str,
    pub calendar: &'a Calendar,
    pub fiction: &'a Fiction,
    clinicians: BTreeMap<&'a str, Somebody>,
    patients: Vec<Patient<'a>>,
    /// What is added to every handle, where the practice is played more than once.
    suffix: String,
}

/// What a play left behind, for showing.
pub struct Lived {
    /// The entries, by patient and by what the story calls them.
    entries: BTreeMap<(String, String), DocumentId>,
    /// The records that hold shared entries.
    records: BTreeMap<DocumentId, RecordId>,
}

impl Lived {
    /// Returns an entry.
    pub fn entry(&self, handle: &str, id: &str) -> Option<DocumentId> {
        self.entries.get(&(handle.to_owned(), id.to_owned())).copied()
    }

    /// Returns the record that holds a shared entry.
    pub fn record(&self, entry: DocumentId) -> Option<RecordId> {
        self.records.get(&entry).copied()
    }
}

impl<'a> Play<'a> {
    /// Brings in everybody who works at the practice.
    pub async fn open(
        data: &'a Path,
        server: &'a str,
        calendar: &'a Calendar,
        fiction: &'a Fiction,
        administrator: &mut Somebody,
        suffix: &str,
    ) -> anyhow::Result<Self> {
        let mut clinicians = BTreeMap::new();
        for role in &fiction.practice.clinician {
            let named = with_suffix(role, suffix);
            let admin = administrator.account().await?;
            let invited = admin.invite(AccountRole::Clinician, Some(&named.handle), INVITATION_IN_ROOM_SECONDS);
            let code = invited.await?;
            let person = Somebody::join(data, server, &calendar.clock, named, &code).await?;
            administrator.account().await?.collect_guests().await?;
            clinicians.insert(role.handle.as_str(), person);
        }
        let patients = fiction.patients.iter().map(Patient::new).collect();
        Ok(Self { data, server, calendar, fiction, clinicians, patients, suffix: suffix.to_owned() })
    }

    /// Plays the stories to their end, or to the end of a day, and stops for the screens in between.
    pub async fn live(&mut self, screens: &mut Screens<'_>, until: Option<NaiveDate>) -> anyhow::Result<Lived> {
        let fiction = self.fiction;
        let tales = fiction.patients.iter().enumerate();
        let acts = tales.flat_map(|(n, tale)| tale.acts().into_iter().map(move |timed| (n, tale, timed)));
        let mut acts: Vec<_> =
            acts.map(|(n, tale, timed)| (self.calendar.at(tale, timed.when), n, tale, timed)).collect();
        acts.retain(|(at, ..)| until.is_none_or(|until| at.date() <= until));
        acts.sort_by_key(|(at, ..)| at.unix());
        for (done, (at, n, tale, timed)) in acts.iter().enumerate() {
            self.calendar.clock.set(*at);
            screens.progress(done, acts.len(), &self.calendar.date(tale, timed.when.day));
            let played = self.play(*n, *timed, *at, screens).await;
            played.with_context(|| format!("in the story of {} at `{}`", tale.handle, timed.when))?;
        }
        self.end().await
    }

    async fn play(
        &mut self,
        n: usize,
        timed: Timed<'a>,
        at: Timestamp,
        screens: &mut Screens<'_>,
    ) -> anyhow::Result<()> {
        let fiction = self.fiction;
        let tale: &'a Tale = &fiction.patients[n];
        let by = tale.clinician_at(timed.when);
        match timed.act {
            Act::Show(scene) => return self.show(n, scene, at, screens).await,
            Act::Join => return self.join(n).await,
            Act::Admit(_) => return self.hand_over(n).await,
            Act::Leave(_) => {
                let leaving =
                    self.clinicians.get_mut(tale.clinician.as_str()).context("the story names her clinician")?;
                let leaving = leaving.account().await?.account();
                return self.patients[n].ends_reading_of(leaving).await;
            }
            Act::LosePhone(lost) => {
                let folder = crate::lost(self.data).join(format!("{}{}-phone", tale.handle, self.suffix));
                let clock = self.calendar.clock.behind(lost.behind_hours * 60 * 60);
                return self.patients[n].person()?.loses_device(&folder, clock).await;
            }
            Act::SetClock(_) => return self.patients[n].person()?.goes_by(self.calendar.clock.clone()).await,
            _ => {}
        }
        let played = self.patients[n].play(timed, self.calendar, self.server).await?;
        if !played {
            let by = match timed.act {
                Act::Note(note) => note.by.as_deref().unwrap_or(by),
                _ => by,
            };
            let clinician =
                self.clinicians.get_mut(by).with_context(|| format!("the practice has no clinician `{by}`"))?;
            clinician::play(clinician, &self.patients[n], timed, self.calendar, &self.fiction.practice).await?;
        }
        Ok(())
    }

    /// The clinician invites the patient, in the room; both compare the words, and the course is set up.
    async fn join(&mut self, n: usize) -> anyhow::Result<()> {
        let tale = self.patients[n].tale;
        let clinician = self.clinicians.get_mut(tale.clinician.as_str()).context("the story names her clinician")?;
        let role = Role {
            handle: format!("{}{}", tale.handle, self.suffix),
            person: "a patient".into(),
            passphrase: tale.passphrase.clone(),
        };
        let account = clinician.account().await?;
        let code = account.invite(AccountRole::Patient, Some(&role.handle), INVITATION_IN_ROOM_SECONDS).await?;
        let mut person = Somebody::join(self.data, self.server, &self.calendar.clock, role, &code).await?;
        let account = clinician.account().await?;
        account.collect_guests().await?;
        person.account().await?.confirm(&clinician.role.handle).await?;
        clinician.account().await?.confirm(&person.role.handle).await?;
        self.patients[n].joined(person).await?;
        clinician::begin(clinician, &self.patients[n], self.calendar, &self.fiction.practice).await?;
        self.patients[n].consent().await
    }

    /// The patient pairs with another clinician and admits her to what she shares.
    async fn hand_over(&mut self, n: usize) -> anyhow::Result<()> {
        let tale = self.patients[n].tale;
        let successor = tale.successor.as_deref().context("the story names who takes over")?;
        let successor = self.clinicians.get_mut(successor).context("the practice has the one who takes over")?;
        self.patients[n].admits(successor).await?;
        clinician::takes_over(successor, &self.patients[n], &self.fiction.practice).await
    }

    /// Shows a screen of the real command line: whose it is goes home first.
    async fn show(
        &mut self,
        n: usize,
        scene: &reverie_tests::fiction::Scene,
        at: Timestamp,
        screens: &mut Screens<'_>,
    ) -> anyhow::Result<()> {
        if !screens.are_shown() {
            return Ok(());
        }
        let lived = self.lived();
        if let Some(person) = self.clinicians.get_mut(scene.by.as_str()) {
            person.go_home().await?;
        }
        if let Some(patient) = self.patients.iter_mut().find(|patient| patient.tale.handle == scene.by) {
            patient.go_home().await?;
        }
        screens.scene(scene, &self.fiction.patients[n].handle, &lived, at)
    }

    fn lived(&self) -> Lived {
        let of = |patient: &Patient<'a>| {
            let handle = patient.tale.handle.clone();
            patient
                .entries
                .iter()
                .map(move |(id, entry)| ((handle.clone(), (*id).to_owned()), *entry))
                .collect::<Vec<_>>()
        };
        Lived { entries: self.patients.iter().flat_map(of).collect(), records: BTreeMap::new() }
    }

    /// Everybody looks once more, and goes home.
    async fn end(&mut self) -> anyhow::Result<Lived> {
        let mut lived = self.lived();
        for person in self.clinicians.values_mut() {
            person.account().await?.sync().await?;
            person.go_home().await?;
        }
        for patient in self.patients.iter_mut().filter(|patient| patient.has_joined()) {
            let account = patient.catch_up().await?;
            let view = account.view(account.account());
            let shared = view.shared.iter().flat_map(|shared| &shared.entries);
            lived.records.extend(shared.map(|entry| (entry.entry.id(), entry.record)));
            patient.go_home().await?;
        }
        Ok(lived)
    }
}

/// Returns a role under a handle of its own.
pub fn with_suffix(role: &Role, suffix: &str) -> Role {
    Role { handle: format!("{}{suffix}", role.handle), ..role.clone() }
}

/// Refuses what was kept and did not reach the server.
pub fn sent(flushed: Flushed) -> anyhow::Result<()> {
    flushed.stopped_by.map_or(Ok(()), |error| Err(error.into()))
}
