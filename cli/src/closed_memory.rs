//! Memory that is closed to others: what holds keys leaves no core dump, and no other program of its owner reads it.

#[cfg(any(target_os = "linux", target_os = "android"))]
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::process::{Resource, Rlimit, setrlimit};

/// From now on no core dump of this process, and of those that it starts, is written; on Linux nobody but root reads its
/// memory either.
///
/// # Errors
/// The system's: none is known to refuse a process this about itself.
pub(crate) fn close() -> std::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
