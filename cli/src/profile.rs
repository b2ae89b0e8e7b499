//! Profiles: where each account of this device has its folder, and which server it belongs to.
//!
//! A profile's folder holds `server` (an address, nothing secret), `store/` (all of it sealed, see
//! `reverie_client::native::Folder`) and, while an editor is open, a draft. Everything is its owner's alone.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind::{QuotaExceeded, StorageFull};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reverie_client::api::Api;
use reverie_client::native::{Folder, Sockets, system};
use reverie_client::{AskSecondFactor, Environment};

use crate::arguments::Global;
use crate::error::{CommandError, user_error};
use crate::key_talk::outbox::{DISK_FULL, DISK_FULL_NEXT};
use crate::key_talk::with;
use crate::second_factor::Asked;

const SERVER: &str = "server";
const STORE: &str = "store";

/// One account's place on this device.
pub(crate) struct Profile {
    name: String,
    folder: PathBuf,
    server: Option<String>,
    second_factor: Arc<dyn AskSecondFactor>,
}

impl Profile {
    /// Returns the profile that the options name; it need not be there yet.
    ///
    /// # Errors
    /// A name that is none, or a machine that does not say where data goes.
    pub(crate) fn find(global: &Global) -> Result<Self, CommandError> {
        let name = global.profile.clone();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 60 || name.starts_with('.') || !name.chars().all(allowed) {
            let message = "a profile's name has up to 60 letters, digits, dashes, dots and underscores";
            return Err(user_error(message).hint("For example `--profile quill`."));
        }
        let home = global.home.clone().or_else(default_home).ok_or_else(|| {
            user_error("this system does not say where programs keep their data")
                .hint("Say where: `--home DIR`, or set REVERIE_HOME.")
        })?;
        let folder = home.join(&name);
        let remembered = fs::read_to_string(folder.join(SERVER)).ok().map(|text| text.trim().to_owned());
        let server = global.server.clone().or(remembered);
        let second_factor = Arc::new(Asked { file: global.second_factor_file.clone(), json: global.json });
        Ok(Self { name, folder, server, second_factor })
    }

    /// Returns the profile with this server, if neither the options nor the profile name one. A kit's comes last: the practice
    /// may have moved since it was printed, and somebody else may have the old address.
    pub(crate) fn or_at(self, server: Option<String>) -> Self {
        Self { server: self.server.or(server), ..self }
    }

    /// Tells whether it is known where the server is.
    pub(crate) const fn has_server(&self) -> bool {
        self.server.is_some()
    }

    /// Returns the profile's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether something was ever kept here.
    pub(crate) fn is_there(&self) -> bool {
        self.folder.join(STORE).is_dir()
    }

    /// Returns the profile's folder, made if there is none.
    pub(crate) fn folder(&self) -> Result<&Path, CommandError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(|error| self.failed(&error))?;
        Ok(&self.folder)
    }

    /// Returns the world around the client of this profile.
    ///
    /// # Errors
    /// No server, an address that is none, or a folder that another program uses.
    pub(crate) fn environment(&self) -> Result<Environment, CommandError> {
        let server = self.server.as_deref().ok_or_else(|| {
            user_error("it is not known which server this is about")
                .hint("Say it once: `--server URL`, or set REVERIE_SERVER. Joining remembers it.")
                .coded("no_server")
        })?;
        let api = Api::new(Arc::new(Sockets::new(server)?));
        let store = Folder::new(self.folder()?.join(STORE)).map_err(reverie_client::ClientError::from)?;
        let random = || Box::new(system::randomness());
        let environment = Environment::new(api, Arc::new(store), Arc::new(crate::time::now), random(), random());
        Ok(environment.on_device(device_name()).asking(Arc::clone(&self.second_factor)))
    }

    /// Remembers the server, so that later commands need not be told.
    pub(crate) fn remember_server(&self) -> Result<(), CommandError> {
        let Some(server) = &self.server else { return Ok(()) };
        let folder = self.folder()?;
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            writeln!(file, "{server}")?;
            file.as_file().sync_all()?;
            file.persist(folder.join(SERVER)).map(drop).map_err(std::io::Error::from)
        };
        write().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> CommandError {
        if let StorageFull | QuotaExceeded = error.kind() {
            return user_error(with(DISK_FULL, &[("FOLDER", &self.folder.display().to_string())])).hint(DISK_FULL_NEXT);
        }
        user_error(format!("the folder {} cannot be used: {error}", self.folder.display()))
            .hint("Choose another place: `--home DIR`, or set REVERIE_HOME.")
    }
}

/// Returns what this machine calls itself, for the list of the account's own devices.
fn device_name() -> String {
    let told = ["REVERIE_DEVICE", "HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let name = told.or_else(|| fs::read_to_string("/etc/hostname").ok()).unwrap_or_default();
    let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(60).collect();
    if name.is_empty() { "a computer".to_owned() } else { name }
}

/// Returns where the platform keeps programs' data.
fn default_home() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| {
        if cfg!(windows) {
            absolute("APPDATA")
        } else if cfg!(target_os = "macos") {
            home.map(|home| home.join("Library/Application Support"))
        } else {
            home.map(|home| home.join(".local/share"))
        }
    })?;
    Some(data.join("reverie"))
}
