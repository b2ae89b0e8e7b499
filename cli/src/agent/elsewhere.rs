//! Where there are no Unix sockets nothing is held: every command asks for the password.

use std::io;
use std::path::Path;
use std::task::{Context, Poll};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::{CommandError, user_error};
use crate::profile::Profile;

pub(crate) fn key(_: &Profile) -> Option<Zeroizing<String>> {
    None
}

pub(crate) fn lock(_: &Profile) -> Result<bool, CommandError> {
    Ok(false)
}

pub(crate) fn lock_watches(_: &Profile) -> Result<bool, CommandError> {
    Ok(false)
}

/// What a watch holds itself, for want of anything better.
pub(crate) struct Lender(Zeroizing<String>);

impl Lender {
    pub(crate) fn of(_: &Profile) -> Option<Self> {
        None
    }

    pub(crate) fn alone(_: &Profile, key: &str) -> Result<Self, CommandError> {
        Ok(Self(Zeroizing::new(key.to_owned())))
    }

    pub(crate) fn key(&self) -> Option<Zeroizing<String>> {
        Some(self.0.clone())
    }

    pub(crate) fn poll_locked(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

pub(crate) fn start(_: &Profile, _: &str, _: Duration) -> Result<u32, CommandError> {
    Err(user_error("on this system nothing can hold your key").hint("Each command asks for the password."))
}

pub(crate) fn hold(_: &Path, _: Duration) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
