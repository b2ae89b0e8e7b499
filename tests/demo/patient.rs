//! What a patient of the story does at her device.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail, ensure};
use reverie_client::{CircleChange, ClientError, NewEntry, NewFile, Past, Unlocked};
use reverie_journal::measure::{Answered, Answers, Helping, Pack, Taken, Taking, score};
use reverie_journal::safety::{SafetyEvent, Told};
use reverie_journal::{Mark, PersonName, Phone, Relation, Timestamp, WithdrawCase};
use reverie_protocol::account::AccountRole;
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, DocumentId};
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::fiction::{Act, EntryTold, MeasureTold, Moment, PersonTold, Tale, Timed, Withdrawn};
use reverie_tests::media::{long_voice_memo, photo, strokes};
use reverie_tests::person::entry;
use reverie_tests::{Fate, Wire};

use crate::calendar::Calendar;
use crate::people::{NO_NETWORK, Somebody};
use crate::play::sent;

/// A patient, with her device once she has joined, and what the story has made so far.
pub struct Patient<'a> {
    pub tale: &'a Tale,
    person: Option<Somebody>,
    /// Her account, once she has joined.
    account: Option<AccountId>,
    /// Her entries, by what the story calls them.
    pub entries: BTreeMap<&'a str, DocumentId>,
    /// The measures that she took, by when.
    pub measures: BTreeMap<Moment, DocumentId>,
}

impl<'a> Patient<'a> {
    pub const fn new(tale: &'a Tale) -> Self {
        Self { tale, person: None, account: None, entries: BTreeMap::new(), measures: BTreeMap::new() }
    }

    /// Takes the device in hand.
    pub async fn joined(&mut self, mut person: Somebody) -> anyhow::Result<()> {
        self.account = Some(person.account().await?.account());
        self.person = Some(person);
        Ok(())
    }

    pub const fn has_joined(&self) -> bool {
        self.person.is_some()
    }

    pub fn id(&self) -> anyhow::Result<AccountId> {
        self.account.context("the patient has joined")
    }

    pub fn person(&mut self) -> anyhow::Result<&mut Somebody> {
        self.person.as_mut().context("the patient has joined")
    }

    pub async fn go_home(&mut self) -> anyhow::Result<()> {
        match &mut self.person {
            Some(person) => person.go_home().await,
            None => Ok(()),
        }
    }

    /// Returns the account, unlocked.
    pub async fn account(&mut self) -> anyhow::Result<&mut Unlocked> {
        self.person()?.account().await
    }

    /// Does what every command of the command line does first: what waits is sent, and what is new is fetched.
    pub async fn catch_up(&mut self) -> anyhow::Result<&mut Unlocked> {
        let account = self.person()?.account().await?;
        account.flush().await?;
        match account.sync().await {
            Err(error) if !error.is_offline() => Err(error.into()),
            _ => Ok(account),
        }
    }

    pub fn entry(&self, id: &str) -> anyhow::Result<DocumentId> {
        self.entries.get(id).copied().with_context(|| format!("`{id}` is not written yet"))
    }

    /// Does what is hers to do; tells whether it was.
    pub async fn play(&mut self, timed: Timed<'a>, calendar: &Calendar, server: &str) -> anyhow::Result<bool> {
        if timed.act.is_hers() {
            self.catch_up().await?;
        }
        match timed.act {
            Act::Write(told) => self.writes(told, calendar, server).await?,
            Act::Online(_) => {
                self.person()?.reaches(server).await?;
                let waiting = self.catch_up().await?.waiting_count();
                ensure!(waiting == 0, "what was kept without a network is sent, and {waiting} still wait");
            }
            Act::Share(told) => self.shares(told).await?,
            Act::Add(layer) => {
                let to = self.entry(&layer.entry)?;
                let kept = self.account().await?.elaborate(to, layer.words.clone(), Vec::new(), false).await?;
                sent(kept.flushed)?;
            }
            Act::TooSoon(told) => {
                let entry = self.entry(&told.entry)?;
                let account = self.account().await?;
                let with = account.share_target(None)?;
                match account.share(entry, &with).await {
                    Err(ClientError::Guarded(_)) => {}
                    Err(error) => return Err(error.into()),
                    Ok(_) => bail!("sharing waits while decisions wait"),
                }
            }
            Act::Release(_) => self.goes_through_held(calendar.clock.now()).await?,
            Act::Withdraw(told) => self.withdraws(told).await?,
            Act::Measure(told) => self.takes(timed.when, told).await?,
            Act::SafetyPlan(plan) => {
                let people = plan.people.iter().map(contact).collect::<Result<Vec<_>, _>>()?;
                sent(self.account().await?.keep_safety_plan(people).await?.flushed)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    async fn writes(&mut self, told: &'a EntryTold, calendar: &Calendar, server: &str) -> anyhow::Result<()> {
        let new = NewEntry {
            title: told.title.clone(),
            details: told.details_on(&calendar.date(self.tale, told.when.day - 1)),
            files: files(told),
            ..entry(told.kind, &told.words())
        };
        // What is sent twice goes through a wire that loses the first answer.
        let wire = if told.upload_twice { Some(forgetful(server).await?) } else { None };
        if told.offline_days.is_some() {
            self.person()?.reaches(NO_NETWORK).await?;
        } else if let Some((wire, _)) = &wire {
            self.person()?.reaches(&wire.url()).await?;
        }
        let kept = self.account().await?.write(new).await?;
        match kept.flushed.stopped_by {
            None => {}
            // It is kept, and is sent once there is a network, or an answer.
            Some(error) if error.is_offline() => {}
            Some(error) => return Err(error.into()),
        }
        if let Some((_, lost)) = &wire {
            ensure!(lost.load(Ordering::Relaxed), "an answer was lost");
            self.person()?.reaches(server).await?;
            self.catch_up().await?;
        }
        self.entries.insert(&told.id, kept.document);
        let may_share = told.offline_days.is_none() && self.account().await?.guard().is_none();
        if told.share && told.share_when.is_none() && may_share {
            self.shares(told).await?;
        }
        self.says_of(told, kept.document).await
    }

    /// What she wants done with an entry, what keeps coming back in it, where it came from, and who is in it.
    async fn says_of(&mut self, told: &EntryTold, entry: DocumentId) -> anyhow::Result<()> {
        let came_from = told.came_from.as_deref().map(|intention| self.entry(intention)).transpose()?;
        let account = self.account().await?;
        if let Some(talk) = told.talk {
            let mark = Mark { entry, talk: talk.wish, rank: talk.rank, tender: talk.tender };
            sent(account.mark(mark).await?.flushed)?;
        }
        if let Some(theme) = &told.theme {
            sent(account.put_in_theme(theme, &[entry], false).await?.flushed)?;
        }
        if let Some(intention) = came_from {
            sent(account.link(entry, Relation::CameFromIntention, intention, false).await?.flushed)?;
        }
        for label in &told.people {
            sent(account.label_person(label, &[entry], false).await?)?;
        }
        Ok(())
    }

    async fn shares(&mut self, told: &EntryTold) -> anyhow::Result<()> {
        let entry = self.entry(&told.id)?;
        let account = self.account().await?;
        let with = account.share_target(None)?;
        sent(account.share(entry, &with).await?)
    }

    /// Answers what is asked about: what the story shares is shared; about the rest she decides later.
    async fn goes_through_held(&mut self, now: Timestamp) -> anyhow::Result<()> {
        let account = self.account().await?;
        let guard = account.guard();
        let view = account.view(account.account());
        let held: Vec<_> = view.to_release(guard, now).held.iter().map(|view| view.entry.id()).collect();
        ensure!(!held.is_empty(), "something was held");
        let tale = self.tale;
        for told in tale.entries.iter().filter(|told| told.share) {
            if self.entries.get(told.id.as_str()).is_some_and(|entry| held.contains(entry)) {
                self.shares(told).await?;
            }
        }
        Ok(())
    }

    async fn withdraws(&mut self, told: &Withdrawn) -> anyhow::Result<()> {
        let entry = self.entry(&told.entry)?;
        let account = self.account().await?;
        let shared = account.view(account.account()).entry(entry).is_some_and(|view| view.state.is_shared());
        if !shared {
            // She did it on the screen that was shown.
            return Ok(());
        }
        let opened = matches!(account.withdraw_case(entry)?, WithdrawCase::Opened { .. });
        ensure!(opened == told.opened, "`{}` was opened: {opened}", told.entry);
        sent(account.withdraw(entry).await?)
    }

    async fn takes(&mut self, when: Moment, told: &MeasureTold) -> anyhow::Result<()> {
        let account = self.account().await?;
        let setting = account.measure_setting(None, false)?;
        let pack = setting.instruments.find(&told.name).map_err(|error| anyhow::anyhow!("{error}"))?.clone();
        let taken = taken(&pack, told)?;
        let kept = account.keep_measure(&setting, &pack, &taken).await?;
        sent(kept.flushed)?;
        self.measures.insert(when, kept.document);
        Ok(())
    }

    /// Consents to what is asked before anything is shared, part by part.
    pub async fn consent(&mut self) -> anyhow::Result<()> {
        let account = self.catch_up().await?;
        let with = account.share_target(None)?;
        let numbers = account.consent_asked(&with)?.numbers();
        sent(account.give_consent(&with, numbers).await?.flushed)
    }

    /// Pairs with another clinician and lets her read everything that is shared.
    pub async fn admits(&mut self, clinician: &mut Somebody) -> anyhow::Result<()> {
        let handle = self.person()?.role.handle.clone();
        let account = self.catch_up().await?;
        let shared = account.share_target(None)?.journal;
        let code = account.invite(AccountRole::Clinician, None, INVITATION_IN_ROOM_SECONDS).await?;
        clinician.account().await?.pair(&code).await?;
        account.collect_guests().await?;
        let guest = account.confirm(&clinician.role.handle).await?.contact.account;
        clinician.account().await?.confirm(&handle).await?;
        let change = CircleChange::Admit { account: guest, role: MemberRole::Writer, past: Past::All };
        let proposal = account.propose(shared, change).await?;
        account.enact(&proposal).await?;
        // Pairing opened a journal for the two alone, which nobody needs: the one that she has goes on.
        let alone = account.circles().into_iter().find(|circle| circle.readers == [guest]);
        if let Some(alone) = alone {
            let proposal = account.propose(alone.journal, CircleChange::Close).await?;
            account.enact(&proposal).await?;
        }
        Ok(())
    }

    /// Takes somebody out of what she shares.
    pub async fn ends_reading_of(&mut self, clinician: AccountId) -> anyhow::Result<()> {
        let account = self.catch_up().await?;
        let shared = account.share_target(None)?.journal;
        let proposal = account.propose(shared, CircleChange::Remove { account: clinician }).await?;
        Ok(account.enact(&proposal).await?)
    }
}

/// Answers item by item, and goes through the help where an answer asks for it; a definition without wording was filled in
/// on paper.
fn taken(pack: &Pack, told: &MeasureTold) -> anyhow::Result<Taken> {
    let Some(mut taking) = Taking::new(pack.clone()) else {
        let given: Vec<_> = told.answers.iter().copied().map(Some).collect();
        let answers = Answers::in_order(pack.instrument(), &given)?;
        let score = score(pack.instrument(), &answers);
        return Ok(Taken { answers, safety: None, score });
    };
    for answer in &told.answers {
        let answered = taking.answer(Some(*answer)).map_err(|(_, error)| error)?;
        taking = match answered {
            Answered::Next(next) => next,
            Answered::Help(helping) => through_help(helping, told.told)?,
        };
    }
    Ok(taking.finish()?)
}

/// Not in danger, able to keep safe, and what the story says of whether somebody was told.
fn through_help(mut helping: Helping, told: Option<Told>) -> anyhow::Result<Taking> {
    let told = match told {
        Some(Told::Yes) => SafetyEvent::Yes,
        Some(Told::IWill) => SafetyEvent::IWill,
        Some(Told::NotNow) => SafetyEvent::NotNow,
        None => SafetyEvent::Skip,
    };
    for event in [SafetyEvent::Continue, SafetyEvent::No, SafetyEvent::Yes, SafetyEvent::Continue, told] {
        match helping.step(event).map_err(|(_, error)| error)? {
            Answered::Help(on) => helping = on,
            Answered::Next(next) => return Ok(next),
        }
    }
    Ok(helping.leave())
}

/// Lays a wire that loses the answer to the first append.
async fn forgetful(server: &str) -> anyhow::Result<(Wire, Arc<AtomicBool>)> {
    let address = server.strip_prefix("http://").context("the demo's server is on this machine")?.parse()?;
    let wire = Wire::to(address).await;
    let lost = Arc::new(AtomicBool::new(false));
    let once = Arc::clone(&lost);
    wire.answers(
        move |asked, _| {
            if asked.is_append() && !once.swap(true, Ordering::Relaxed) { Fate::HangUp } else { Fate::Pass }
        },
    );
    Ok((wire, lost))
}

fn files(told: &EntryTold) -> Vec<NewFile> {
    let drawings = told.drawings.iter().map(|drawing| strokes(&drawing.name, drawing.kb));
    let voice = told.voice.iter().map(|voice| long_voice_memo(&voice.name, voice.seconds));
    let photo = told.photo.iter().map(|of| photo(&of.name, of.kb));
    drawings.chain(voice).chain(photo).collect()
}

fn contact(told: &PersonTold) -> anyhow::Result<reverie_journal::Person> {
    Ok(reverie_journal::Person { name: PersonName::new(&*told.name)?, phone: Phone::new(&*told.phone)? })
}
