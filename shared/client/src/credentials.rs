//! Changing the key bundle, and with it the password or the recovery kit: all of it or nothing, and never unsure for long.
//!
//! The invariant: what was sent is noted on the device before it leaves, so an answer that got lost is found again, and
//! at every moment the device opens with a password that the server takes, or that it took last.

use reverie_crypto::bundle::{Bundle, KnownHead, Way, WayIn};
use reverie_protocol::api::{Head, NewPassword, PutBundle};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::JournalId;
use serde::{Deserialize, Serialize};

use crate::device;
use crate::error::ClientError;
use crate::unlocked::Unlocked;

/// What a new version of the bundle is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Contacts, heads and names of devices, as they move from day to day.
    Contents,
    /// A new password.
    Password,
    /// The same password under a slower hash.
    Hash,
    /// A new recovery kit.
    Kit,
    /// A passkey that opens the bundle, or none any more.
    Passkey,
}

/// A change that was sent and not answered yet.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) change: Change,
    sha256: Hash,
    version: u64,
    ways: Vec<WayIn>,
}

/// What became of a change whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// What it was.
    pub change: Change,
    /// Whether the server has made it.
    pub done: bool,
}

/// What is to change.
pub(crate) struct NewCredentials<'a> {
    pub(crate) change: Change,
    pub(crate) ways: Vec<WayIn>,
    pub(crate) password: Option<NewPassword>,
    /// What opens this device too, once the change is made.
    pub(crate) device_password: Option<&'a str>,
    pub(crate) recovery_sha256: Option<Hash>,
}

impl NewCredentials<'_> {
    /// Returns a change of the bundle alone.
    pub(crate) const fn of_ways(change: Change, ways: Vec<WayIn>) -> Self {
        Self { change, ways, password: None, device_password: None, recovery_sha256: None }
    }
}

/// Returns the ways with this one in place of the one of its kind.
pub(crate) fn with_way(ways: &[WayIn], new: WayIn) -> Vec<WayIn> {
    let others = ways.iter().filter(|way| way.way != new.way).cloned();
    others.chain([new.clone()]).collect()
}

fn way(ways: &[WayIn], kind: Way) -> Option<&WayIn> {
    ways.iter().find(|way| way.way == kind)
}

impl Change {
    /// Returns the way in that the change replaces.
    const fn way(self) -> Option<Way> {
        match self {
            Self::Contents => None,
            Self::Password | Self::Hash => Some(Way::Password),
            Self::Kit => Some(Way::Recovery),
            Self::Passkey => Some(Way::Passkey),
        }
    }
}

impl Unlocked {
    /// Puts a new version of the key bundle on the server: contacts, heads and devices as this device knows them.
    ///
    /// # Errors
    /// `version_conflict` if another device has changed the bundle: logging in takes over what it says.
    pub(crate) async fn save_bundle(&mut self) -> Result<(), ClientError> {
        let ways = self.state.ways.clone();
        self.send_credentials(NewCredentials::of_ways(Change::Contents, ways)).await
    }

    /// Sends a change. If the answer does not arrive, [`Self::settle`] finds out later what became of it.
    ///
    /// # Errors
    /// As the server refuses: then nothing was changed.
    pub(crate) async fn send_credentials(&mut self, new: NewCredentials<'_>) -> Result<(), ClientError> {
        self.settle().await?;
        // A bundle with new keys goes with their card or not at all.
        self.send_card().await?;
        let NewCredentials { change, ways, password, device_password, recovery_sha256 } = new;
        // An earlier change may have been settled just now: only the way that changes is this one's to say.
        let (known, kind) = (self.state.ways.iter(), change.way());
        let others = known.filter(|way| Some(way.way) != kind);
        let ways: Vec<_> = others.chain(kind.and_then(|kind| way(&ways, kind))).cloned().collect();
        let token = self.token()?;
        let version = self.state.bundle_version + 1;
        let sealed = self.sealed_bundle(version, ways.clone())?;
        // Not before an earlier change was settled: settling it clears these keys away.
        if let Some(password) = device_password {
            device::save_next_keys(&*self.env.store, &self.copy, password).await?;
        }
        self.state.sent = Some(Sent { change, sha256: Hash::of(&sealed), version, ways });
        if let Err(error) = self.save_state().await {
            // Nothing was sent, so nobody need wonder whether it arrived.
            self.state.sent = None;
            return Err(error);
        }
        let replaces = self.state.replaces;
        let put = PutBundle { password, recovery_sha256, replaces, ..PutBundle::new(version, sealed.into()) };
        let answered = self.env.api.put_bundle(&token, &put).await.map_err(ClientError::from);
        match answered {
            Ok(()) => self.adopt_sent().await,
            // Refused for sure. Whatever else comes back may have come from somebody in between.
            Err(error) if error.is_sure_refusal() => {
                self.forget_sent().await?;
                self.logged_out_on_refusal(Err(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the bundle as this device knows things, sealed.
    pub(crate) fn sealed_bundle(&mut self, version: u64, ways: Vec<WayIn>) -> Result<Vec<u8>, ClientError> {
        let bundle: &mut Bundle = &mut self.copy.bundle;
        bundle.version = version;
        bundle.contacts = self.state.contacts.clone();
        let head =
            |(journal, head): (&JournalId, &Head)| KnownHead { journal: *journal, seq: head.seq, hash: head.hash };
        bundle.heads = self.state.floors.iter().map(head).collect();
        bundle.devices = self.state.devices.clone();
        bundle.ways = ways;
        bundle.seal().map_err(|error| ClientError::NotPossible(error.to_string()))
    }

    /// Returns the change that was sent and not answered yet, if it is one that a person made.
    pub fn unsettled(&self) -> Option<Change> {
        let sent = self.state.sent.as_ref()?;
        [Change::Password, Change::Kit].into_iter().find(|change| *change == sent.change)
    }

    /// Finds out what became of a change whose answer was lost. Nothing, if there is none.
    ///
    /// # Errors
    /// [`ClientError::Unsettled`] if another device has changed the bundle since: logging in tells then. The server's.
    pub async fn settle(&mut self) -> Result<Option<Settled>, ClientError> {
        let Some(sent) = &self.state.sent else { return Ok(None) };
        let (change, sha256, version) = (sent.change, sent.sha256, sent.version);
        let token = self.token()?;
        let stored = self.env.api.get_bundle(&token).await.map_err(ClientError::from);
        let stored = self.logged_out_on_refusal(stored)?;
        let done = sha256 == Hash::of(&stored.bundle);
        if !done && stored.version >= version && change.way().is_some() {
            return Err(ClientError::Unsettled);
        }
        if done { self.adopt_sent().await } else { self.forget_sent().await }?;
        Ok(Some(Settled { change, done }))
    }

    /// The same, by looking into a bundle that was opened: whether the new way in is one of it.
    pub(crate) async fn settle_by(&mut self, bundle: &Bundle) -> Result<Option<Settled>, ClientError> {
        let Some(sent) = &self.state.sent else { return Ok(None) };
        let change = sent.change;
        let done = change.way().is_some_and(|kind| way(&bundle.ways, kind) == way(&sent.ways, kind));
        if done { self.adopt_sent().await } else { self.forget_sent().await }?;
        Ok(change.way().map(|_| Settled { change, done }))
    }

    async fn adopt_sent(&mut self) -> Result<(), ClientError> {
        let Some(sent) = self.state.sent.take() else { return Ok(()) };
        // First the keys: if this is cut off, the note of what was sent is still there.
        if sent.change == Change::Password {
            device::adopt_next_keys(&*self.env.store).await?;
        }
        if sent.change == Change::Kit {
            (self.state.next_kit, self.state.unproved_kit) = (None, None);
        }
        self.state.bundle_version = sent.version;
        self.state.replaces = None;
        self.state.ways = sent.ways;
        self.save_state().await
    }

    async fn forget_sent(&mut self) -> Result<(), ClientError> {
        device::forget_next_keys(&*self.env.store).await?;
        self.state.sent = None;
        self.save_state().await
    }
}
