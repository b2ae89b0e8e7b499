//! The command line of Reverie: for people with keys, and a complete reference client.
//!
//! The invariant: nothing clinical is decided or worded here. Commands read arguments, call `reverie_client`, and print
//! what `reverie_journal::render` says. Data goes to stdout, talk to stderr, and no secret is ever an argument.

mod about;
mod acts;
#[cfg(unix)]
mod agent;
#[cfg(not(unix))]
#[path = "agent/elsewhere.rs"]
mod agent;
mod arguments;
mod circle_changes;
#[cfg(unix)]
mod closed_memory;
mod commands;
mod editor;
mod error;
mod files;
mod holder;
#[cfg(target_os = "linux")]
mod key_store;
#[cfg(not(target_os = "linux"))]
#[path = "key_store/elsewhere.rs"]
mod key_store;
mod key_talk;
mod kit_paper;
mod logged_in;
mod not_monitored;
mod pairing_words;
mod password;
mod profile;
mod reference;
mod report;
mod run;
mod second_factor;
mod table;
mod time;
mod ui;
mod words;
mod words_page;

pub use self::reference::reference;
pub use self::run::run;
pub use self::words_page::words_page;
