//! The system's key store holds this device's key, for whoever asked for that: the device then opens without the password
//! while its owner is logged in to the computer, also after a restart.
//!
//! The key store is asked only where a mark in the profile's folder says that it was given the key, so that nobody else's
//! commands wait for a desktop. What it holds opens the files of that folder and nothing else; without them it is worthless.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use dbus_secret_service::{EncryptionType, Error, SecretService};
use zeroize::Zeroizing;

use crate::error::{CommandError, user_error};
use crate::holder::KeyStoreAway;
use crate::key_talk::unlocking::{KEY_STORE_KEEPS, NOT_IN_KEY_STORE, TAKE_OUT_BY_HAND, UNLOCK_IN_MEMORY};
use crate::key_talk::with;
use crate::profile::Profile;

/// The mark: an empty file.
const MARK: &str = "key-store";
/// How long somebody may take to unlock the key store where the desktop asks for it.
const SECONDS_TO_UNLOCK: u64 = 60;

impl From<Error> for KeyStoreAway {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::Locked | Error::Prompt => "it is locked, and was not unlocked".into(),
            Error::NoResult => "it has no keyring that a key could go into".into(),
            Error::Dbus(error) => error.message().unwrap_or("it gave no reason").trim_end_matches('.').to_owned(),
            other => other.to_string(),
        })
    }
}

/// Returns the key that the key store holds for this profile, if it was given one.
///
/// # Errors
/// It was given one, and cannot be asked now.
pub(crate) fn key(profile: &Profile) -> Result<Option<Zeroizing<String>>, KeyStoreAway> {
    let Some(mark) = mark(profile).filter(|mark| mark.exists()) else { return Ok(None) };
    let service = connect()?;
    let found = service.search_items(attributes(&mark))?;
    let Some(item) = found.unlocked.first().or(found.locked.first()) else { return Ok(None) };
    item.ensure_unlocked().or_else(|_| item.unlock())?;
    let secret = Zeroizing::new(item.get_secret()?);
    Ok(std::str::from_utf8(&secret).ok().map(|text| Zeroizing::new(text.to_owned())))
}

/// Gives the key to the key store.
///
/// # Errors
/// There is no key store, or it does not take the key.
pub(crate) fn keep(profile: &Profile, key: &str) -> Result<(), CommandError> {
    let failed = |why: &str| user_error(with(NOT_IN_KEY_STORE, &[("WHY", why)])).hint(UNLOCK_IN_MEMORY);
    let mark = profile.folder()?.join(MARK);
    let put = || -> Result<(), KeyStoreAway> {
        let service = connect()?;
        let collection = service.get_default_collection()?;
        collection.ensure_unlocked().or_else(|_| collection.unlock())?;
        // Before the key: what the key store holds can always be taken out again.
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&mark);
        file.and_then(|file| file.sync_all()).map_err(|error| KeyStoreAway(error.to_string()))?;
        let label = format!("Reverie: opens profile {} on this computer", profile.name());
        collection.create_item(&label, attributes(&mark), key.as_bytes(), true, "text/plain")?;
        Ok(())
    };
    put().map_err(|KeyStoreAway(why)| failed(&why))
}

/// Has the key store forget the key, and tells whether it was given one.
///
/// # Errors
/// It was given one and cannot be asked, so that it may still hold it.
pub(crate) fn forget(profile: &Profile) -> Result<bool, CommandError> {
    let Some(mark) = mark(profile).filter(|mark| mark.exists()) else { return Ok(false) };
    let take_out = || -> Result<(), KeyStoreAway> {
        let service = connect()?;
        let found = service.search_items(attributes(&mark))?;
        for item in found.unlocked.iter().chain(&found.locked) {
            item.delete()?;
        }
        match fs::remove_file(&mark) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(KeyStoreAway(error.to_string())),
            _ => Ok(()),
        }
    };
    let keeps = |why: &str| user_error(with(KEY_STORE_KEEPS, &[("WHY", why)])).hint(TAKE_OUT_BY_HAND);
    take_out().map_err(|KeyStoreAway(why)| keeps(&why)).map(|()| true)
}

fn mark(profile: &Profile) -> Option<PathBuf> {
    Some(profile.folder().ok()?.join(MARK))
}

/// Names the key in the key store: by the place of the files that it opens.
fn attributes(mark: &Path) -> HashMap<&str, &str> {
    HashMap::from([
        ("application", "reverie"),
        ("opens", mark.parent().and_then(|folder| folder.to_str()).unwrap_or("")),
    ])
}

fn connect() -> Result<SecretService, KeyStoreAway> {
    // In clear on the way: whoever may read the bus of this login may ask the key store as well.
    SecretService::connect_with_max_prompt_timeout(EncryptionType::Plain, SECONDS_TO_UNLOCK)
        .map_err(|_| KeyStoreAway("none answers here".into()))
}
