//! An authenticator app: what the people of the tests have on their phones.
//!
//! Its secrets live as long as the test program, under the ids that the server gave them, so that a practice that is
//! copied for a test finds its authenticators again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use async_trait::async_trait;
use reverie_client::{AskSecondFactor, Enrolment, Shown};
use reverie_protocol::ids::FactorId;
use reverie_protocol::second_factor::SecondFactors;
use totp_rs::{Builder, Secret};
use zeroize::Zeroizing;

/// Seconds for which a code is shown.
const STEP: i64 = 30;

static SECRETS: LazyLock<Mutex<HashMap<FactorId, String>>> = LazyLock::new(Mutex::default);

/// An authenticator, and the time that it goes by: the server's.
pub struct Authenticator(Box<dyn Fn() -> i64 + Send + Sync>);

impl Authenticator {
    /// Returns an authenticator with a clock, in seconds since 1970.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Box::new(now))
    }

    /// Returns the code of a secret: at the first try the one of half a minute ago, then that of now, then the next one.
    /// So three of them count at a clock that stands still, where none counts twice.
    fn code(&self, secret: &str, wrong: u32) -> Zeroizing<String> {
        Zeroizing::new(code(secret, (self.0)() + STEP * (i64::from(wrong) - 1)))
    }
}

/// Returns the code that an authenticator of this secret shows at a time.
pub fn code(secret: &str, now: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("the client takes nothing but base32");
    let authenticator = Builder::new().with_secret(secret).build().expect("160 bits are enough");
    authenticator.generate(now.try_into().expect("the tests are set after 1970")).to_string()
}

/// Writes the code that an authenticator of this secret shows at a time into a file, for the command line to read.
pub fn code_file(folder: &Path, secret: &str, now: i64) -> PathBuf {
    let file = folder.join("code");
    std::fs::write(&file, code(secret, now)).expect("the folder is the test's own");
    file
}

#[async_trait]
impl AskSecondFactor for Authenticator {
    async fn show(&self, factors: &SecondFactors, wrong: u32) -> Option<Shown> {
        let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = factors.factors.iter().find_map(|factor| secrets.get(&factor.factor))?;
        Some(Shown::Code(self.code(secret, wrong)))
    }

    async fn enrol(&self, new: &Enrolment, wrong: u32) -> Option<Zeroizing<String>> {
        let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(new.factor(), new.secret().to_owned());
        Some(self.code(new.secret(), wrong))
    }
}
