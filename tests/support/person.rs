//! A person with a device: the real client, on a folder of its own, through a wire of its own.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rand_core::Rng;
use reverie_client::api::Api;
use reverie_client::kit::read;
use reverie_client::native::system::randomness;
use reverie_client::native::{Folder, Sockets, Timeouts};
use reverie_client::store::Store;
use reverie_client::{
    Circle, ClientError, Environment, Invited, Kept, NewEntry, NewFile, Newcomer, Recovery, Unlocked,
};
use reverie_journal::{Details, Kind};
use reverie_protocol::ids::DocumentId;

use crate::authenticator::Authenticator;
use crate::story::StoryClock;
use crate::wire::Wire;

/// A password that can be remembered.
pub const PASSWORD: &str = "the stairs smell of rain";

/// How long a device waits for an answer. A stalled server is noticed at once, a busy machine is not mistaken for one.
pub const PATIENCE: Timeouts = Timeouts { connect: Duration::from_secs(5), read: Duration::from_secs(30) };

/// Somebody, at an unlocked device.
pub struct Person {
    /// The unlocked account.
    pub account: Unlocked,
    /// What lies between this device and the server.
    pub wire: Wire,
    /// The 24 words, if the person joined in this test.
    pub recovery: Option<String>,
    /// The folder of the device.
    pub home: PathBuf,
}

impl Person {
    /// Joins with an invitation code, on a new device at `home`.
    pub async fn join(home: &Path, wire: Wire, clock: &StoryClock, code: &str) -> Result<Self, ClientError> {
        let invited = Invited::look(environment(home, &wire.url(), clock, Box::new(randomness()))?, code).await?;
        let prepared = invited.prepare(PASSWORD).await?;
        let recovery = Some(prepared.recovery().words().join(" "));
        let mut account = prepared.finish().await?;
        if account.role().must_have_second_factor() {
            account.add_authenticator().await?;
        }
        account.prove_kit(recovery.as_deref().unwrap_or_default()).await?;
        Ok(Self { account, wire, recovery, home: home.to_owned() })
    }

    /// Unlocks the device at `home`.
    pub async fn unlock(home: &Path, wire: Wire, clock: &StoryClock) -> Result<Self, ClientError> {
        let account =
            Unlocked::unlock(environment(home, &wire.url(), clock, Box::new(randomness()))?, PASSWORD).await?;
        Ok(Self { account, wire, recovery: None, home: home.to_owned() })
    }

    /// Unlocks the device again, and has it wait no longer than this for an answer.
    pub async fn impatient(self, clock: &StoryClock, read: Duration) -> Result<Self, ClientError> {
        let Self { account, wire, recovery, home } = self;
        // One program at a time uses a device's folder.
        drop(account);
        let timeouts = Timeouts { read, ..PATIENCE };
        let environment = environment_with(&home, &wire.url(), clock, Box::new(randomness()), timeouts)?;
        Ok(Self { account: Unlocked::unlock(environment, PASSWORD).await?, wire, recovery, home })
    }

    /// Logs in on a device that does not know the account yet, with the recovery words.
    pub async fn second_device(&self, home: &Path, wire: Wire, clock: &StoryClock) -> Result<Self, ClientError> {
        let words = self.recovery.clone().expect("only who joined in this test has the recovery words at hand");
        let environment = environment(home, &wire.url(), clock, Box::new(randomness()))?;
        let code = read(&words)?.code;
        let account = Recovery::open(environment, self.handle(), &code).await?.add_device(PASSWORD).await?;
        Ok(Self { account, wire, recovery: Some(words), home: home.to_owned() })
    }

    /// Brings the account to a device that does not know it yet, with a code from this one.
    pub async fn by_code(&mut self, home: &Path, wire: Wire, clock: &StoryClock) -> Result<Self, ClientError> {
        let code = self.hand_over().await?;
        let environment = environment(home, &wire.url(), clock, Box::new(randomness()))?;
        let account = Newcomer::take(environment, &code).await?.login(PASSWORD).await?;
        Ok(Self { account, wire, recovery: None, home: home.to_owned() })
    }

    /// Writes a few words.
    pub async fn writes(&mut self, kind: Kind, words: &str) -> Result<Kept, ClientError> {
        self.account.write(entry(kind, words)).await
    }

    /// Agrees to every part of what is asked before something is shared with the only clinician there is.
    pub async fn consents(&mut self) -> Result<(), ClientError> {
        let circle = self.share_target(None)?;
        self.consents_with(&circle).await
    }

    /// Agrees to every part of what is asked before something is shared with a circle.
    pub async fn consents_with(&mut self, circle: &Circle) -> Result<(), ClientError> {
        let parts = self.consent_asked(circle)?.numbers();
        self.give_consent(circle, parts).await.map(drop)
    }

    /// Writes a few words, shares them with the only clinician there is, and returns the entry.
    pub async fn shares(&mut self, kind: Kind, words: &str) -> Result<DocumentId, ClientError> {
        let kept = self.writes(kind, words).await?;
        let circle = self.share_target(None)?;
        self.share(kept.document, &circle).await?;
        Ok(kept.document)
    }
}

impl Deref for Person {
    type Target = Unlocked;

    fn deref(&self) -> &Unlocked {
        &self.account
    }
}

impl DerefMut for Person {
    fn deref_mut(&mut self) -> &mut Unlocked {
        &mut self.account
    }
}

/// Returns an entry of a few words.
pub fn entry(kind: Kind, words: &str) -> NewEntry {
    NewEntry {
        kind,
        also: Vec::new(),
        title: None,
        words: words.into(),
        details: Details::default(),
        files: Vec::new(),
    }
}

/// Returns an entry with a title and files.
pub fn entry_with(kind: Kind, title: &str, words: &str, files: Vec<NewFile>) -> NewEntry {
    NewEntry { title: Some(title.into()), files, ..entry(kind, words) }
}

/// Returns what a client needs: a folder, a server's address, the story's time, and the system's randomness for all but
/// the ids of documents, which a story that is told twice gives itself.
pub fn environment(
    home: &Path,
    server_url: &str,
    clock: &StoryClock,
    document_ids: Box<dyn Rng + Send>,
) -> Result<Environment, ClientError> {
    environment_with(home, server_url, clock, document_ids, PATIENCE)
}

fn environment_with(
    home: &Path,
    server_url: &str,
    clock: &StoryClock,
    document_ids: Box<dyn Rng + Send>,
    timeouts: Timeouts,
) -> Result<Environment, ClientError> {
    environment_on(Arc::new(Folder::new(home)?), server_url, clock, document_ids, timeouts)
}

/// Returns the same on a store of the test's own.
pub fn environment_on(
    store: Arc<dyn Store>,
    server_url: &str,
    clock: &StoryClock,
    document_ids: Box<dyn Rng + Send>,
    timeouts: Timeouts,
) -> Result<Environment, ClientError> {
    let sockets = Sockets::with_timeouts(server_url, timeouts).expect("the harness writes loopback addresses");
    let api = Api::new(Arc::new(sockets));
    let environment = Environment::new(api, store, clock.for_client(), Box::new(randomness()), document_ids);
    let clock = clock.clone();
    Ok(environment.asking(Arc::new(Authenticator::new(move || clock.server_seconds()))))
}
