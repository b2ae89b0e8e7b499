//! What the host does beside running the server: one file for each command. The doc comments are the help.

mod backup;
mod drill;
mod progress;
mod reset_second_factor;
mod restore;

pub(crate) use backup::{BackupArgs, backup};
pub(crate) use drill::{DrillArgs, drill};
pub(crate) use reset_second_factor::{ResetSecondFactorArgs, reset};
pub(crate) use restore::{RestoreArgs, restore};

/// Returns a number of things as people say it.
fn counted(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}
