//! The story in the order of time: every act with its moment.

use super::{
    Away, Brief, CycleTold, DispositionTold, DoseTold, EntryTold, Handover, LayerTold, LostPhone, MeasureTold, Moment,
    Noted, Received, Release, Replied, SafetyPlanTold, Scene, SessionTold, Tale, TooSoon, Withdrawn,
};

/// Something that somebody does.
#[derive(Clone, Copy)]
pub enum Act<'a> {
    /// The clinician invites the patient, who joins; both compare the words, and the course is set up.
    Join,
    /// The clinician plans a session.
    Plan(&'a SessionTold),
    /// The clinician records what became of a session.
    Record(&'a SessionTold),
    /// The clinician fills in a dose card.
    Dose(&'a DoseTold, &'a SessionTold),
    /// The clinician opens a cycle.
    OpenCycle(&'a CycleTold),
    /// The clinician ends a cycle.
    EndCycle(&'a CycleTold),
    /// The clinician is going to be away.
    Away(&'a Away),
    /// The clinician reads what is new.
    Brief(&'a Brief),
    /// The clinician answers an entry.
    Reply(&'a Replied),
    /// The clinician states that entries were talked about.
    Discuss(&'a Received),
    /// The clinician leaves entries for the next session.
    CarryOver(&'a Received),
    /// The clinician copies entries into the chart.
    File(&'a Received),
    /// The clinician says what was done about a flagged answer.
    Dispose(&'a DispositionTold),
    /// The clinician keeps a process note.
    Note(&'a Noted),
    /// The patient writes an entry.
    Write(&'a EntryTold),
    /// The phone finds the network again, and sends what it kept.
    Online(&'a EntryTold),
    /// The patient shares an entry.
    Share(&'a EntryTold),
    /// The patient adds to an entry.
    Add(&'a LayerTold),
    /// The patient tries to share while decisions wait.
    TooSoon(&'a TooSoon),
    /// The patient goes through what was held.
    Release(&'a Release),
    /// The patient takes an entry back.
    Withdraw(&'a Withdrawn),
    /// The patient takes a measure.
    Measure(&'a MeasureTold),
    /// The patient writes down whom she can call.
    SafetyPlan(&'a SafetyPlanTold),
    /// The patient admits another clinician.
    Admit(&'a Handover),
    /// The patient ends the first clinician's reading.
    Leave(&'a Handover),
    /// The patient loses the phone, and sets up another.
    LosePhone(&'a LostPhone),
    /// The patient sets the clock of the phone right.
    SetClock(&'a LostPhone),
    /// The demo stops to show a screen.
    Show(&'a Scene),
}

/// An act and its moment.
#[derive(Clone, Copy)]
pub struct Timed<'a> {
    /// When.
    pub when: Moment,
    /// What.
    pub act: Act<'a>,
}

impl Act<'_> {
    /// Tells whether the patient does it, at her own device.
    pub const fn is_hers(self) -> bool {
        matches!(
            self,
            Self::Write(_)
                | Self::Share(_)
                | Self::Add(_)
                | Self::TooSoon(_)
                | Self::Release(_)
                | Self::Withdraw(_)
                | Self::Measure(_)
                | Self::SafetyPlan(_)
        )
    }
}

impl Tale {
    /// Returns everything that happens, in the order of time; what happens in one minute stays in the order of the kinds of acts,
    /// after the screen of that minute.
    ///
    /// # Panics
    /// If something is told of an entry or session that the story does not have.
    pub fn acts(&self) -> Vec<Timed<'_>> {
        let mut acts = vec![Timed { when: Moment { day: 1, minutes: 9 * 60 }, act: Act::Join }];
        self.recorded(&mut acts);
        self.written(&mut acts);
        self.answered(&mut acts);
        // A screen comes before what else happens in its minute.
        acts.sort_by_key(|timed| !matches!(timed.act, Act::Show(_)));
        acts.sort_by_key(|timed| timed.when);
        acts
    }

    /// What clinicians plan and record.
    fn recorded<'a>(&'a self, acts: &mut Vec<Timed<'a>>) {
        let mut put = |when, act| acts.push(Timed { when, act });
        for cycle in &self.cycles {
            put(cycle.opened, Act::OpenCycle(cycle));
            cycle.ended.into_iter().for_each(|ended| put(ended, Act::EndCycle(cycle)));
        }
        for session in &self.sessions {
            session.planned.into_iter().for_each(|planned| put(planned, Act::Plan(session)));
            put(session.over(), Act::Record(session));
        }
        for dose in &self.doses {
            let session = self.sessions.iter().find(|session| session.when == dose.session);
            let session = session.unwrap_or_else(|| panic!("{} has no session at `{}`", self.handle, dose.session));
            put(session.over().plus_minutes(1), Act::Dose(dose, session));
        }
        self.absences.iter().for_each(|away| put(away.when, Act::Away(away)));
        self.handover.iter().for_each(|handover| {
            put(handover.when, Act::Admit(handover));
            put(handover.leaving, Act::Leave(handover));
        });
        // What is planned for a day that the story does not reach is not recorded in it.
        acts.retain(|timed| timed.when.day <= self.last_day);
    }

    /// What the patient writes and does.
    fn written<'a>(&'a self, acts: &mut Vec<Timed<'a>>) {
        let mut put = |when, act| acts.push(Timed { when, act });
        for entry in &self.entries {
            put(entry.when, Act::Write(entry));
            if let Some(days) = entry.offline_days {
                put(Moment { day: entry.when.day + days, ..entry.when }, Act::Online(entry));
            }
            entry.share_when.into_iter().for_each(|when| put(when, Act::Share(entry)));
        }
        self.layers.iter().for_each(|layer| put(layer.when, Act::Add(layer)));
        self.too_soon.iter().for_each(|too_soon| put(too_soon.when, Act::TooSoon(too_soon)));
        self.releases.iter().for_each(|release| put(release.when, Act::Release(release)));
        self.withdrawals.iter().for_each(|withdrawn| put(withdrawn.when, Act::Withdraw(withdrawn)));
        self.measures.iter().for_each(|measure| put(measure.when, Act::Measure(measure)));
        self.safety_plan.iter().for_each(|plan| put(plan.when, Act::SafetyPlan(plan)));
        self.lost_phone.iter().for_each(|lost| {
            put(lost.when, Act::LosePhone(lost));
            put(lost.set_right, Act::SetClock(lost));
        });
    }

    /// What clinicians read and answer, and what is shown of it.
    fn answered<'a>(&'a self, acts: &mut Vec<Timed<'a>>) {
        let mut put = |when, act| acts.push(Timed { when, act });
        self.briefs.iter().for_each(|brief| put(brief.when, Act::Brief(brief)));
        self.replies.iter().for_each(|reply| put(reply.when, Act::Reply(reply)));
        self.discuss.iter().for_each(|discussed| put(discussed.when, Act::Discuss(discussed)));
        self.carry_over.iter().for_each(|carried| put(carried.when, Act::CarryOver(carried)));
        self.file.iter().for_each(|filed| put(filed.when, Act::File(filed)));
        self.dispositions.iter().for_each(|disposition| put(disposition.when, Act::Dispose(disposition)));
        self.notes.iter().for_each(|note| put(note.when, Act::Note(note)));
        self.scenes.iter().for_each(|scene| put(scene.when, Act::Show(scene)));
    }
}

impl SessionTold {
    /// Returns when it is known what became of it.
    pub const fn over(&self) -> Moment {
        match (self.cancelled, self.minutes) {
            (Some(cancelled), _) => cancelled,
            (None, Some(minutes)) => self.when.plus_minutes(minutes),
            (None, None) => self.when,
        }
    }
}
