//! What can go wrong for a person, said so that a tired one knows what happened, what is safe, and what to do.

use reverie_journal::{ConsentState, FieldError, Guard, Timestamp};
use reverie_protocol::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::log::Divergence;
use crate::store::{StoreError, is_full};

/// Why something was not done. Whatever was typed and accepted into the outbox stays there.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server could not be asked, or refused.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// This device's storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A field of a document breaks its rule.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// There is no account on this device.
    #[error("there is no account on this device yet")]
    NoAccount,
    /// What the device's account wrote is there, and its keys are not.
    #[error("the keys of the account on this device are not there: its file `keys.age` is missing")]
    KeysGone,
    /// There is an account on this device already.
    #[error("this device already holds the account {0}")]
    AccountExists(String),
    /// The device's keys do not open with this password.
    #[error("this password does not open the keys on this device")]
    WrongPassword,
    /// The password is one of the worst.
    #[error("{0}")]
    WeakPassword(String),
    /// The server does not know this device, or ended its session.
    #[error("this device is not logged in")]
    LoggedOut,
    /// The server no longer takes this device, and says since when.
    #[error("{}{said}", match why { Removal::Erased => "the server says: ", _ => "this device was removed from the account. " })]
    DeviceRevoked {
        /// Why.
        why: Removal,
        /// What the server said.
        said: String,
    },
    /// The account has a second factor, or must have one, and nobody is there to be asked for it.
    #[error("this account's second factor is needed, and there is nobody to ask for it")]
    SecondFactorNeeded,
    /// The account has passkeys alone, and whoever is asked has no browser to show one.
    #[error(
        "this account's second factor is a passkey, which works in a browser and not here, and no backup code is left"
    )]
    PasskeysAlone,
    /// The second factor was shown wrongly too often.
    #[error("this code does not count: it is wrong, was used before, or its half minute is over{}", clocks_text(.0.as_ref()))]
    WrongSecondFactor(Option<Clocks>),
    /// What this device holds is not opened by the keys of the account that was brought to it.
    #[error("this device holds an account already, which the keys of this one do not open")]
    OtherAccount,
    /// The passkey is not the one that opens this device, or not any more.
    #[error("this passkey does not open this device")]
    WrongPasskey,
    /// The server asks this device's session for the second factor before anything else.
    #[error("the server wants to see your second factor before this device goes on")]
    SecondFactorDue,
    /// Nothing is written before the recovery kit was proved.
    #[error("joining is not finished: your recovery kit is not proved yet, so nothing can be written")]
    KitUnproved,
    /// The words are a recovery kit, but not the one that opens this account.
    #[error("these words are a recovery kit, but not the one that opens {0} now")]
    WrongKit(String),
    /// A code for a new device was used, or its time is over.
    #[error("this code for a new device was used already, or its ten minutes are over")]
    CodeOver,
    /// The server has an older key bundle than this device has seen.
    #[error("the server has an older state of this account than this device has seen")]
    OlderAccount,
    /// Another device has changed the account since this one logged in.
    #[error("another device of yours has changed the account since this one logged in last")]
    Behind,
    /// A change of password or kit was cut off, and another device has changed the account since.
    #[error("a change of your password or kit was cut off, and another device has changed the account since")]
    Unsettled,
    /// The invitation code or the recovery words are mistyped.
    #[error("{0}")]
    Mistyped(String),
    /// The inviter's or guest's card does not carry the proof that the invitation code gives.
    #[error("the keys that the server gave do not belong to this invitation code, so they were not taken")]
    PairingForged,
    /// The invitation is for somebody with, or without, an account.
    #[error("{0}")]
    WrongInvitation(&'static str),
    /// Somebody is not paired, or the words were not compared yet.
    #[error("you have not compared the words with {handle} yet, so nothing goes to {handle}")]
    NotConfirmed {
        /// Who.
        handle: String,
    },
    /// The server shows a card of somebody that does not follow the trusted one.
    #[error(
        "the keys that the server shows for {handle} are not vouched for by the keys that you confirmed, so nothing is \
         sealed to {handle} until you have paired again"
    )]
    Estranged {
        /// Who.
        handle: String,
    },
    /// Somebody was paired again under keys that do not follow those that read a journal.
    #[error("this journal is sealed to other keys of {handle} than those that you confirmed")]
    OtherKeys {
        /// Who.
        handle: String,
    },
    /// Another device of this account changed its keys.
    #[error("this account's keys were changed on another device")]
    KeysChangedElsewhere,
    /// The journal changed between looking at a change of its circle and doing it.
    #[error("the journal has moved on since you looked, so nothing was done")]
    MovedOn,
    /// The server did not answer a change of a circle.
    #[error("the server did not answer, so it is not known whether this was done ({0})")]
    Unanswered(Box<Self>),
    /// The server no longer shows somebody's journal to this account.
    #[error("the server has not shown you the journal of {handle} since {}, so nothing was written to it", .since.day_text())]
    Hidden {
        /// Whose.
        handle: String,
        /// Since when, by this device's clock.
        since: Timestamp,
    },
    /// Nobody of this handle is known here.
    #[error("nobody called `{0}` is known on this device")]
    UnknownContact(String),
    /// It is not clear who is meant.
    #[error("{0}")]
    Ambiguous(String),
    /// No entry, or more than one, begins with this id.
    #[error("{0}")]
    UnknownEntry(String),
    /// What was asked for is not to be had in this entry's state, or in this account's role.
    #[error("{0}")]
    NotPossible(String),
    /// A locked device takes no more captures.
    #[error("{0}, so this was not kept")]
    CapturesFull(&'static str),
    /// A guard window is under way, and this waits.
    #[error("{}", .0.sentence())]
    Guarded(Guard),
    /// Nothing is shared before consent is given to the text that is asked about.
    #[error("{}", match .0 {
        ConsentState::TakenBack(_) => "you took your consent back, so nothing more is shared",
        ConsentState::TextChanged(_) => "the consent text has changed since you agreed to it, so nothing was shared",
        ConsentState::NotGiven | ConsentState::Given(_) => "sharing needs your consent first, so nothing was shared",
    })]
    ConsentNeeded(ConsentState),
    /// The patient paused sharing.
    #[error("you paused sharing on {}, so nothing was shared", .0.minute_text())]
    SharingPaused(Timestamp),
    /// Everybody who read a journal was taken out of it.
    #[error("nobody but you reads the journal that you share any more, so nothing was shared")]
    NobodyReads,
    /// An attachment could not be fetched, so the entry was neither shared nor withdrawn.
    #[error("a file of this entry could not be fetched, so nothing was changed: {0}")]
    FileUnavailable(Box<Self>),
    /// The server shows a history that contradicts what this device has seen.
    #[error(
        "the server shows a history that contradicts what this device has seen (journal {}, record {}): seen {}, now {}",
        .0.journal, .0.seq, .0.seen, .0.shown.map_or_else(|| "nothing".to_owned(), |hash| hash.to_string())
    )]
    HistoryDiverged(Divergence),
    /// The outbox could not be emptied because the journal keeps moving, or the server says so.
    #[error(
        "what you wrote could not be sent: the server says each time that the journal has moved on (tried {0} times)"
    )]
    KeepsMoving(u32),
    /// Something sealed on this device does not open: the file is damaged.
    #[error("`{0}` on this device is damaged and does not open")]
    Damaged(String),
    /// A file could not be read or written.
    #[error("{name}: {reason}")]
    File {
        /// The file's name, as its owner gave it.
        name: String,
        /// What the system says.
        reason: String,
    },
    /// What the server gave cannot be opened or does not belong here.
    #[error("{0}")]
    Untrustworthy(String),
}

const LOGGED_OUT: &str = "What you wrote is kept here. Run `reverie login`.";
const REMOVED: &str = "What it holds stays readable here with its password. To use it again: `reverie login`; what was not sent yet \
                       is sent then. If that was not you, tell your practice.";
const RECOVERED: &str = "What it holds stays readable here with its password. To use it again, with your kit: `reverie login \
                         --recovery`, or with a code from your other device: `reverie login --code CODE`; what was not sent \
                         yet is sent then. If that was not you, tell your practice.";
const ERASED: &str = "What this device holds can still be read here with its password. To keep a copy: `reverie export`. If it was \
                      not you who deleted it, ask your practice. Once you are sure: `reverie logout --erase` takes it off \
                      this device.";
const BEHIND: &str = "Nothing is lost. Run `reverie login` here, then the same again.";

/// Why the server no longer takes a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// Another device of the account removed it, or gave the account new keys. The password takes it back.
    #[default]
    Removed,
    /// The account was recovered with its kit. The kit, or a code of another device, takes it back.
    Recovered,
    /// The account was erased. Nothing takes it back.
    Erased,
}

impl Removal {
    /// Returns why, if that is what a refusal says.
    pub const fn of(code: ProblemCode) -> Option<Self> {
        match code {
            ProblemCode::DeviceRevoked => Some(Self::Removed),
            ProblemCode::AccountRecovered => Some(Self::Recovered),
            ProblemCode::AccountErased => Some(Self::Erased),
            _ => None,
        }
    }

    /// Returns what is safe, and the next step.
    const fn next_step(self) -> &'static str {
        match self {
            Self::Removed => REMOVED,
            Self::Recovered => RECOVERED,
            Self::Erased => ERASED,
        }
    }
}

/// What time it is on both sides of the line.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// By the server's clock.
    pub server: Timestamp,
    /// By this device's.
    pub here: Timestamp,
}

/// Returns what the clocks say, as the end of a sentence. A device that goes by the server's time needs no mention.
fn clocks_text(clocks: Option<&Clocks>) -> String {
    let Some(Clocks { server, here }) = clocks else { return String::new() };
    let off = server.unix().abs_diff(here.unix()) > 60;
    let here = if off { format!(", and this device's {}", here.minute_text()) } else { String::new() };
    format!(". The server's clock says {}{here}", server.minute_text())
}

impl ClientError {
    /// Returns the refusal of the server, if that is what it is.
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Api(ApiError::Refused(problem)) => Some(problem),
            _ => None,
        }
    }

    /// Tells whether the server refused with this code.
    pub fn is(&self, code: ProblemCode) -> bool {
        self.problem().is_some_and(|problem| problem.code == code)
    }

    /// Tells whether the server answered that it did not do what it was asked. What failed on the server, or on the way, may
    /// have been done.
    pub fn is_sure_refusal(&self) -> bool {
        self.is_logged_out() || self.problem().is_some_and(|problem| problem.code.status() < 500)
    }

    /// Tells whether the server says that a session is over.
    pub(crate) fn ends_session(&self) -> bool {
        self.is(ProblemCode::Unauthenticated)
            || self.problem().is_some_and(|problem| Removal::of(problem.code).is_some())
    }

    /// Returns what the system says of a file that a person named.
    pub(crate) fn of_file(name: &str, error: &std::io::Error) -> Self {
        if is_full(error) {
            return Self::Store(StoreError::of(name, error));
        }
        Self::File { name: name.into(), reason: error.to_string() }
    }

    /// Tells whether this device's disk has no room.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Store(StoreError { full: true, .. }))
    }

    /// Tells whether this device has no session with the server any more.
    pub const fn is_logged_out(&self) -> bool {
        matches!(self, Self::LoggedOut | Self::DeviceRevoked { .. } | Self::SecondFactorDue)
    }

    /// Tells whether the server could not be reached, or not now.
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::Api(ApiError::Offline(_)))
            || [ProblemCode::Busy, ProblemCode::TooManyRequests, ProblemCode::Internal]
                .iter()
                .any(|code| self.is(*code))
    }

    /// Returns the next step, for messages that have one.
    pub fn next_step(&self) -> Option<&'static str> {
        Some(match self {
            Self::Api(ApiError::Offline(_)) => {
                "Check the address and your connection, then try again. Nothing on this device is lost."
            }
            Self::Api(ApiError::Refused(problem)) => return refused(problem.code),
            Self::Store(_) => {
                "What was kept before is safe. If the disk is full, make room on it; see that nothing else uses this profile; \
                 then run the same again."
            }
            Self::NoAccount => "Join with an invitation code: `reverie join CODE --server URL`.",
            Self::KeysGone => {
                "What was sent is safe on the server, and nothing here was changed. If you have a copy of that file, put it \
                 back. Your recovery kit opens this device without it: `reverie login --recovery --handle HANDLE`. If it does \
                 not, it opens your account in a fresh profile: `reverie --profile NAME login --recovery --handle HANDLE`."
            }
            Self::AccountExists(_) => {
                "Nothing was changed. To use a second account on this device, name it: `reverie --profile NAME …`."
            }
            Self::WrongPassword => {
                "Try again. Capital letters and the keyboard layout matter. Your recovery kit opens this device too, with \
                 all that is on it: `reverie login --recovery`, or `reverie recover` if the password is lost."
            }
            Self::LoggedOut => LOGGED_OUT,
            Self::DeviceRevoked { why, .. } => why.next_step(),
            Self::SecondFactorNeeded => {
                "Run it at a terminal, or give the code as the first line of a file: `--second-factor-file FILE`. Nothing \
                 was changed."
            }
            Self::PasskeysAlone => {
                "Nothing was changed, and what is on this device can still be read. If a device of yours is logged in still: \
                 `reverie second-factor codes` there, then log in here with a backup code. If none is: your administrator takes \
                 the passkey away (`reverie admin reset-second-factor HANDLE`), for the last administrator whoever runs the \
                 server (`reverie-server reset-second-factor HANDLE`); patients come back with their recovery kit \
                 (`reverie recover`)."
            }
            Self::WrongSecondFactor(_) => {
                "Nothing was changed. Wait for the next code and try again. What shows the codes has to tell the server's time: \
                 let the phone set its clock by itself. If the authenticator is lost: a backup code, your recovery kit (patients), or your administrator."
            }
            Self::OtherAccount => {
                "Nothing was changed, and what is here is safe: keep it. Bring the account to a profile of its own: the same with \
                 `--profile NAME`. A code from another device is used up, so make a new one: `reverie devices add`."
            }
            Self::WrongPasskey => "Your password opens it. Nothing was changed.",
            Self::SecondFactorDue => {
                "`reverie login` asks for it. If you have none yet: `reverie second-factor add`. What you wrote is kept."
            }
            Self::KitUnproved => {
                "Nothing is lost. Print the kit (`reverie kit show --to FOLDER`), then type its words back: \
                 `reverie kit prove`."
            }
            Self::WrongKit(_) => {
                "Nothing was changed. Check the handle. A kit is void once a newer one was made: look for the newest. If the account \
                 was deleted, no kit opens it."
            }
            Self::Mistyped(_) => "Nothing was changed.",
            Self::CodeOver => "On the other device, make a new one: `reverie devices add`. Nothing was changed.",
            Self::OlderAccount => {
                "If your practice says that the server was restored from a backup, add `--after-restore` to the same command: \
                 `reverie login --after-restore`. If not, do not log in, and tell your practice. Nothing was changed."
            }
            Self::Behind => BEHIND,
            Self::Unsettled => {
                "Nothing is lost. `reverie login` finds out which one is valid; if it does not take the one password, \
                 it takes the other."
            }
            Self::PairingForged => {
                "Nothing was accepted, and nothing is sealed to them. Ask for a new invitation, in the room if you can."
            }
            Self::NotConfirmed { .. } => {
                "Nothing was changed. `reverie pair` shows the words; compare them together, and confirm."
            }
            Self::Estranged { .. } => {
                "Pair again in the room (`reverie invite --pair`) and compare the words. What you read and wrote before \
                 is untouched."
            }
            Self::OtherKeys { .. } => {
                "Nothing was sealed to the others. Take them out and in again: `reverie remove HANDLE`, then `reverie admit HANDLE`."
            }
            Self::KeysChangedElsewhere => {
                "What is here stays here. If that was you, run `reverie login` here. If it was not, tell your practice at once."
            }
            Self::MovedOn => "Look at it as it is now (`reverie members`), and say it once more.",
            Self::Unanswered(_) => {
                "Nothing is lost either way. `reverie members` tells, once the server can be reached."
            }
            Self::Hidden { .. } => {
                "What this device holds can still be read, and what you wrote before waits here. If you are let in again, it \
                 is sent. If you will not be: `reverie forget HANDLE` takes all of it off this device."
            }
            Self::Ambiguous(_) => {
                "Nothing was changed. Name the journal by its first digits or by who reads it: the same with `--circle WHICH`."
            }
            Self::UnknownContact(_) => "Nothing was changed. `reverie pair` lists who is known.",
            Self::UnknownEntry(_) => "`reverie list`, for clinicians `reverie brief`, shows the entries and their ids.",
            Self::CapturesFull(_) => {
                "What was captured before is safe. With your password this can be kept: `reverie write`. To make room: \
                 `reverie captured`."
            }
            Self::Guarded(_) => {
                "In the day after a dose nothing is asked of you that cannot be undone. Writing, reading and taking back \
                 are always possible."
            }
            Self::ConsentNeeded(_) => {
                "Nothing is lost: it stays private. `reverie consent give` goes through the text with you, part by part; \
                 `reverie consent show` only shows it. What you add to a shared entry you can keep to yourself: `--private`."
            }
            Self::SharingPaused(_) => {
                "Nothing is lost: it stays private. To share again: `reverie resume`. What you add to a shared entry you can \
                 keep to yourself: `--private`."
            }
            Self::NobodyReads => {
                "Nothing is lost: it stays private. To let somebody read it whom you are paired with: `reverie admit HANDLE`. \
                 To pair with somebody: `reverie pair CODE`."
            }
            Self::FileUnavailable(_) => {
                "Try again when the server can be reached. To take the words back now and give the file up: \
                 `reverie withdraw ENTRY --without-files`."
            }
            Self::HistoryDiverged(_) => {
                "Nothing more is written to this journal from here. What you have is safe, and the evidence is kept on \
                 this device. If your practice says that the server was restored from a backup: `reverie resend`. If not, \
                 tell your practice, and compare the words of `reverie verify` with each other."
            }
            Self::KeepsMoving(_) => {
                "What you wrote is safe on this device. Next: `reverie verify`; if it finds something, tell your practice."
            }
            Self::Damaged(name) => return Some(damaged(name)),
            _ => return None,
        })
    }
}

/// Returns what to do about a file of this device that does not open: most are one file, and some are all of the account.
fn damaged(name: &str) -> &'static str {
    if ["keys.age", "keys-next.age"].contains(&name) {
        return "Nothing is lost. If you have a copy of that file, put it back. If not, your recovery kit opens this device \
                without it: `reverie login --recovery --handle HANDLE`. If it does not, it opens your account in a fresh \
                profile: `reverie --profile NAME login --recovery --handle HANDLE`; delete nothing here.";
    }
    let account = ["bundle.age", "state.age", "key-passkey.age", "key-account.age"];
    if account.contains(&name) {
        return "What was sent is safe on the server. What was not sent yet is still in this profile's folder: delete nothing. If \
                you have a copy of that file, put it back. If not, bring your account to a fresh profile, with your recovery \
                kit: `reverie --profile NAME login --recovery --handle HANDLE`, or with a code from another device: \
                `reverie --profile NAME login --code CODE`.";
    }
    if name.starts_with("captured/") {
        return "Only this recording is damaged. Everything else is safe, and the capture is still here: `reverie captured`.";
    }
    if name.starts_with("attachment ") {
        return "Only this file is damaged. Your words and everything else are safe. `reverie verify` looks at what the server has.";
    }
    "Only this file is damaged. Everything else is safe. Try again when the server can be reached."
}

const fn refused(code: ProblemCode) -> Option<&'static str> {
    Some(match code {
        ProblemCode::LoginFailed => "Nothing was changed. Check the handle and try the password again.",
        ProblemCode::Unauthenticated => LOGGED_OUT,
        ProblemCode::DeviceRevoked => REMOVED,
        ProblemCode::AccountRecovered => RECOVERED,
        ProblemCode::AccountErased => ERASED,
        ProblemCode::AccountSuspended | ProblemCode::AccountOffBoarded => {
            "Ask your practice. Your entries are kept, and what is on this device can still be read here."
        }
        ProblemCode::InvitationUsed | ProblemCode::InvitationExpired => "Nothing was made or changed here.",
        ProblemCode::HandleTaken => "Nothing was made. Choose another handle.",
        ProblemCode::VersionConflict => BEHIND,
        ProblemCode::Busy | ProblemCode::Internal => "Try again in a moment. What you wrote is kept.",
        ProblemCode::TooManyRequests => "Nothing was changed. Wait a little, then try again.",
        _ => return None,
    })
}
