//! Somebody in the demo, with a device: the real client, which goes home whenever a screen of the command line is shown,
//! since one program at a time uses a device's folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use reverie_client::kit::read;
use reverie_client::{Environment, Invited, Recovery, Unlocked};
use reverie_tests::StoryClock;
use reverie_tests::fiction::Role;
use reverie_tests::person::environment;
use reverie_tests::story::document_ids;
use zeroize::Zeroizing;

/// Where no server is: nothing listens on the discard port.
pub const NO_NETWORK: &str = "http://127.0.0.1:9";

/// Somebody with a device.
pub struct Somebody {
    pub role: Role,
    /// The 24 words, which everybody in this story has kept.
    words: Zeroizing<String>,
    store: PathBuf,
    server: String,
    clock: StoryClock,
    /// How often the device was unlocked, so that no two documents get the same id.
    unlocked: u32,
    key: Option<Zeroizing<String>>,
    account: Option<Unlocked>,
}

impl Somebody {
    /// Joins with a code, on a new device.
    pub async fn join(data: &Path, server: &str, clock: &StoryClock, role: Role, code: &str) -> anyhow::Result<Self> {
        let store = crate::device(data, &role, server)?;
        let mut person = Self {
            role,
            words: Zeroizing::default(),
            store,
            server: server.into(),
            clock: clock.clone(),
            unlocked: 0,
            key: None,
            account: None,
        };
        let prepared = Invited::look(person.environment()?, code).await?.prepare(&person.role.passphrase).await?;
        person.words = Zeroizing::new(prepared.recovery().words().join(" "));
        let mut account = prepared.finish().await?;
        if account.role().must_have_second_factor() {
            account.add_authenticator().await?;
        }
        account.prove_kit(&person.words).await?;
        person.account = Some(account);
        Ok(person)
    }

    /// Returns the account, unlocked.
    pub async fn account(&mut self) -> anyhow::Result<&mut Unlocked> {
        if self.account.is_none() {
            let key = self.key.take().context("whoever went home holds the key")?;
            self.account = Some(Unlocked::unlock_held(self.environment()?, &key).await?);
        }
        self.account.as_mut().context("it was unlocked just now")
    }

    /// Locks the device, so that another program can use it.
    pub async fn go_home(&mut self) -> anyhow::Result<()> {
        if let Some(account) = self.account.take() {
            self.key = Some(account.key_to_hold().await?);
        }
        Ok(())
    }

    /// Has the device ask for its server there from now on.
    pub async fn reaches(&mut self, server: &str) -> anyhow::Result<()> {
        self.go_home().await?;
        self.server = server.into();
        Ok(())
    }

    /// Has the device go by this clock from now on.
    pub async fn goes_by(&mut self, clock: StoryClock) -> anyhow::Result<()> {
        self.go_home().await?;
        self.clock = clock;
        Ok(())
    }

    /// Loses the device, and sets up another with the 24 words; then no other device of the account is worth anything.
    ///
    /// What is lost is kept in `lost`, so that a reader can try what can be done with it.
    pub async fn loses_device(&mut self, lost: &Path, clock: StoryClock) -> anyhow::Result<()> {
        self.account = None;
        fs::create_dir_all(lost)?;
        fs::write(lost.join("server"), format!("{}\n", self.server))?;
        fs::rename(&self.store, lost.join("store"))?;
        self.clock = clock;
        let recovery = Recovery::open(self.environment()?, &self.role.handle, &read(&self.words)?.code).await?;
        let mut account = recovery.add_device(&self.role.passphrase).await?;
        account.sync().await?;
        account.remove_other_devices().await?;
        account.change_keys().await?;
        self.account = Some(account);
        Ok(())
    }

    fn environment(&mut self) -> anyhow::Result<Environment> {
        self.unlocked += 1;
        let ids = Box::new(document_ids(&format!("{} {}", self.role.handle, self.unlocked)));
        Ok(environment(&self.store, &self.server, &self.clock, ids)?)
    }
}
