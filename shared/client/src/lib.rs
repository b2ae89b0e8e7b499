//! The client of Reverie: login, pairing, sync, outbox and everything a patient or clinician does, over two traits
//! ([`http`], [`store`]) that a native program and a browser each bring their own of.
//!
//! The way in is [`Invited::look`] for somebody new and [`Unlocked::unlock`] for everybody else.

#![warn(missing_docs)]

mod accountability;
mod administration;
pub mod api;
mod appending;
mod cache;
mod captured;
mod changes;
mod circles;
mod consenting;
mod course;
mod credentials;
mod device;
mod devices;
mod disclosing;
mod environment;
mod erasing;
mod error;
mod evidence;
mod export;
mod files;
mod giving_back;
mod guarding;
mod history;
mod holding;
pub mod http;
mod joining;
pub mod kit;
mod links;
mod locked;
mod log;
mod login;
mod measures;
mod membership;
#[cfg(feature = "native")]
pub mod native;
mod new_device;
mod notes;
mod opening;
mod outbox;
mod pairing;
pub mod passkey;
mod password;
mod people;
mod prompting;
mod rekeying;
mod resending;
mod review;
mod second_factor;
mod sharing;
pub mod store;
mod sync;
mod taking_theirs;
mod themes;
mod trash;
mod trust;
mod unlocked;
mod upkeep;
mod verify;
mod verify_export;
mod writing;

pub use self::accountability::{JournalAccess, VerifiedAudit};
pub use self::captured::Captured;
pub use self::changes::{ChangeStream, Told};
pub use self::circles::Circle;
pub use self::credentials::{Change, Settled};
pub use self::device::holds_account;
pub use self::devices::Device;
pub use self::environment::{Clock, Environment};
pub use self::error::ClientError;
pub use self::export::{ExportSink, ExportSource, Exported};
pub use self::files::NewFile;
pub use self::giving_back::{GaveBack, VerifiedCopies, verify_copy};
pub use self::history::{Event, Happened, JournalHistory, KeysSince, Period, Stay};
pub use self::joining::{Invited, Prepared};
pub use self::kit::{Drilled, Kit};
pub use self::locked::LockedDevice;
pub use self::log::{Divergence, JournalLog, Logged, Refusal};
pub use self::measures::MeasureSetting;
pub use self::membership::{CircleChange, Past, Proposal};
pub use self::new_device::{Newcomer, Recovery};
pub use self::outbox::Flushed;
pub use self::pairing::{Pairing, Waiting};
pub use self::resending::{Comparison, SentAgain, Standing};
pub use self::second_factor::{AskSecondFactor, Enrolment, Shown};
pub use self::sync::Notice;
pub use self::taking_theirs::TakenTheirs;
pub use self::unlocked::Unlocked;
pub use self::verify::{Finding, Verified, VerifiedJournal};
pub use self::verify_export::verify_export;
pub use self::writing::{Kept, NewEntry};
pub use reverie_crypto::{BackupCode, Contact, RecoveryCode, recovery};
