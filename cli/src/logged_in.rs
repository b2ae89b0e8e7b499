//! What a command starts from: nothing, an unlocked account, or one that has caught up with its server.
//!
//! Catching up sends what waits in the outbox, meets new guests and fetches what is new. A server that is away stops
//! nobody from reading or writing; it is only said.

use reverie_client::{ClientError, Environment, Flushed, LockedDevice, Unlocked};
use reverie_protocol::account::AccountRole;
use secrecy::{ExposeSecret as _, SecretString};

use crate::arguments::Global;
use crate::error::CommandError;
use crate::holder::{self, Held, KeyStoreAway};
use crate::key_talk::captures::{MANY_CAPTURED, MISLED, ONE_CAPTURED};
use crate::key_talk::joining::{NAMED_A_PROFILE, NO_ACCOUNT_UNDER};
use crate::key_talk::kit::NOT_JOINED;
use crate::key_talk::outbox::{
    AWAY, MANY_DAMAGED, MANY_DAMAGED_IN_CARE, NOT_ALL_HERE, ONE_DAMAGED, READING_LOGGED_OUT,
};
use crate::key_talk::pairing::{ACCEPTED, COMPARE_NEXT};
use crate::key_talk::unlocking::KEY_STORE_AWAY;
use crate::key_talk::{counted, settled, then, with};
use crate::pairing_words::compares;
use crate::profile::Profile;
use crate::report::{file_lost, still_waiting, tell};
use crate::ui::Ui;

/// What was said on the command line for all commands.
pub(crate) struct Start {
    pub(crate) global: Global,
}

/// An account that is unlocked, and has caught up as far as its server let it.
pub(crate) struct LoggedIn {
    pub(crate) account: Unlocked,
    pub(crate) profile: Profile,
}

/// What a person came for, and so what an absent server means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To look: the device shows what it holds.
    Reading,
    /// To do something that the outbox keeps.
    Writing,
}

impl Start {
    /// Unlocks the profile's account: with what `reverie unlock` holds, or else with the password. Needs no network.
    pub(crate) async fn unlock(&self) -> Result<(Unlocked, Profile), CommandError> {
        let (account, profile, _) = self.unlock_any_way().await?;
        Ok((account, profile))
    }

    /// The same, with the password if that is what unlocked it.
    pub(crate) async fn unlock_any_way(&self) -> Result<(Unlocked, Profile, Option<SecretString>), CommandError> {
        let mut away = None;
        if !self.global.has_password_source() {
            let (profile, environment) = self.account_there().await?;
            match holder::find(&profile) {
                Held::Key(key) => match Unlocked::unlock_held(environment, &key).await {
                    Ok(account) => return Ok((account, profile, None)),
                    // Another account was brought here meanwhile: the password tells.
                    Err(ClientError::Damaged(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Held::Nothing => {}
                Held::Away(KeyStoreAway(why)) => away = Some(with(KEY_STORE_AWAY, &[("WHY", &why)])),
            }
        }
        let (account, profile, password) = self.unlock_saying(away.as_deref()).await?;
        Ok((account, profile, Some(password)))
    }

    /// Finds the profile, and the account in it.
    async fn account_there(&self) -> Result<(Profile, Environment), CommandError> {
        let profile = Profile::find(&self.global)?;
        if !profile.is_there() {
            return Err(no_account(&profile));
        }
        let environment = profile.environment()?;
        if !reverie_client::holds_account(&*environment.store).await? {
            return Err(no_account(&profile));
        }
        Ok((profile, environment))
    }

    /// Unlocks the profile's account with the password, for what needs it beyond that.
    pub(crate) async fn unlock_by_password(&self) -> Result<(Unlocked, Profile, SecretString), CommandError> {
        self.unlock_saying(None).await
    }

    /// The same, where something is to be said to whoever is asked.
    async fn unlock_saying(&self, said: Option<&str>) -> Result<(Unlocked, Profile, SecretString), CommandError> {
        let (profile, environment) = self.account_there().await?;
        let before = said.map(|said| format!("{said}\n")).unwrap_or_default();
        let password = self.global.password(&format!("{before}Password of profile `{}`: ", profile.name()));
        let password = password.map_err(|error| said.into_iter().fold(error, CommandError::also))?;
        let account = Unlocked::unlock(environment, password.expose_secret()).await?;
        Ok((account, profile, password))
    }

    /// Returns the device as it is for whoever has not unlocked it: nothing if it is unlocked, if a password was given, or
    /// if it takes no captures.
    pub(crate) async fn locked(&self) -> Result<Option<(LockedDevice, Profile)>, CommandError> {
        if self.global.has_password_source() {
            return Ok(None);
        }
        let (profile, environment) = self.account_there().await?;
        if matches!(holder::find(&profile), Held::Key(_)) {
            return Ok(None);
        }
        Ok(LockedDevice::find(environment).await?.map(|device| (device, profile)))
    }

    /// Unlocks the account and catches up.
    pub(crate) async fn log_in(&self, ui: &Ui, purpose: Purpose) -> Result<LoggedIn, CommandError> {
        let (mut account, profile) = self.unlock().await?;
        catch_up(ui, &mut account, purpose).await?;
        tell_captured(ui, &account).await?;
        Ok(LoggedIn { account, profile })
    }
}

/// Says that something was captured while the device was locked, until it was looked at.
pub(crate) async fn tell_captured(ui: &Ui, account: &Unlocked) -> Result<(), CommandError> {
    if account.captures_were_misled() {
        ui.warn(MISLED);
    }
    let captured = account.captured_count().await?;
    if captured > 0 {
        ui.say(&counted(captured, ONE_CAPTURED, MANY_CAPTURED));
    }
    Ok(())
}

fn no_account(profile: &Profile) -> CommandError {
    let error = CommandError::from(ClientError::NoAccount);
    if profile.name() == "default" {
        return error.also(NAMED_A_PROFILE);
    }
    CommandError { message: with(NO_ACCOUNT_UNDER, &[("NAME", profile.name())]), ..error }
}

/// Sends what waits, meets guests, fetches what is new, and says in plain words what is not as it should be.
pub(crate) async fn catch_up(ui: &Ui, account: &mut Unlocked, purpose: Purpose) -> Result<(), CommandError> {
    if !account.has_joined() {
        ui.warn(NOT_JOINED);
    }
    match account.damaged_count().await? {
        0 => {}
        damaged if account.role() == AccountRole::Patient => {
            ui.warn(&counted(damaged, ONE_DAMAGED, MANY_DAMAGED));
        }
        damaged => ui.warn(&with(MANY_DAMAGED_IN_CARE, &[("COUNT", &damaged.to_string())])),
    }
    for lost in account.lost_files().iter().filter(|lost| !lost.told) {
        ui.warn(&file_lost(&lost.name, lost.entry));
    }
    let known: Vec<_> = account.contacts().into_iter().map(|contact| contact.account).collect();
    match fetch(ui, account).await {
        Ok(()) => {
            for met in account.pairings().iter().filter(|met| !known.contains(&met.contact.account)) {
                let next = if compares(account, met) { COMPARE_NEXT } else { "" };
                let said = with(ACCEPTED, &[("HANDLE", &met.contact.handle)]);
                ui.say(format!("{said} {next}").trim_end());
            }
            Ok(())
        }
        Err(error) if error.is_offline() && purpose == Purpose::Reading => {
            ui.warn(AWAY);
            if account.lacks_records() {
                ui.warn(NOT_ALL_HERE);
            }
            Ok(())
        }
        Err(ClientError::LoggedOut) if purpose == Purpose::Reading => {
            ui.warn(READING_LOGGED_OUT);
            Ok(())
        }
        Err(error @ (ClientError::DeviceRevoked { .. } | ClientError::SecondFactorDue))
            if purpose == Purpose::Reading =>
        {
            ui.warn(&then(&error, error.next_step().unwrap_or_default()));
            Ok(())
        }
        // What is done next says so itself, with what became of it.
        Err(error) if error.is_offline() || error.is_logged_out() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Sends what waits and fetches what is new.
pub(crate) async fn fetch(ui: &Ui, account: &mut Unlocked) -> Result<(), ClientError> {
    match account.settle().await {
        Ok(became) => became.and_then(settled).into_iter().for_each(|said| ui.say(said)),
        // Said once, with what it means for what the person came for.
        Err(error) if error.is_offline() => {}
        Err(error) => ui.warn(&then(&error, error.next_step().unwrap_or_default())),
    }
    match account.flush().await? {
        Flushed { stopped_by: Some(error), notices, .. } if error.is_offline() || error.is_logged_out() => {
            notices.iter().for_each(|notice| tell(ui, notice));
            return Err(error);
        }
        flushed => still_waiting(ui, &flushed),
    }
    for notice in account.sync().await? {
        tell(ui, &notice);
    }
    Ok(())
}
