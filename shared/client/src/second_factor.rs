//! The second factor: shown when a session is opened, enrolled where there must be one, and looked after.
//!
//! Whoever is at the device is asked through [`AskSecondFactor`], in the middle of whatever opens a session, so that
//! logging in, recovering and drilling need not know of it.

use async_trait::async_trait;
use reverie_crypto::BackupCode;
use reverie_journal::Timestamp;
use reverie_protocol::api::OpenedSession;
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::FactorId;
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::{
    ConfirmAuthenticator, NewAuthenticator, NewBackupCodes, SecondFactor, SecondFactorDue, SecondFactorKind,
    SecondFactors, ShownSecondFactor,
};
use zeroize::Zeroizing;

use crate::environment::Environment;
use crate::error::{ClientError, Clocks};
use crate::passkey::{read_shown, with_prf};
use crate::unlocked::Unlocked;

/// How often a code may be wrong before whatever wanted it gives up.
const TRIES: u32 = 3;
/// How many backup codes are made at once.
const BACKUP_CODES: usize = 10;
/// Letters of a secret of 160 bits in base32.
const SECRET_LETTERS: usize = 32;

/// What a person shows as second factor.
pub enum Shown {
    /// The code of an authenticator.
    Code(Zeroizing<String>),
    /// A backup code.
    Backup(BackupCode),
    /// A passkey: [`AskSecondFactor::passkey`] is asked for its answer next.
    Passkey,
}

/// Whoever can be asked for a second factor: somebody at a terminal or a screen, or a test.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
pub trait AskSecondFactor: Send + Sync {
    /// Returns what the person shows; nothing if nobody answers. `wrong` is how often it was wrong already.
    async fn show(&self, factors: &SecondFactors, wrong: u32) -> Option<Shown>;

    /// Has the browser ask for a passkey (`parseRequestOptionsFromJSON`), and returns its answer (`toJSON()`); nothing where
    /// there is no browser.
    async fn passkey(&self, _options: &str) -> Option<Zeroizing<String>> {
        None
    }

    /// Shows a new authenticator's secret, and returns the first code that it gives; nothing if nobody answers.
    async fn enrol(&self, new: &Enrolment, wrong: u32) -> Option<Zeroizing<String>>;
}

/// Nobody can be asked.
pub(crate) struct Nobody;

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl AskSecondFactor for Nobody {
    async fn show(&self, _: &SecondFactors, _: u32) -> Option<Shown> {
        None
    }

    async fn enrol(&self, _: &Enrolment, _: u32) -> Option<Zeroizing<String>> {
        None
    }
}

/// An authenticator that is being enrolled: what it has to be given.
pub struct Enrolment {
    factor: FactorId,
    handle: String,
    secret: Zeroizing<String>,
}

impl Enrolment {
    /// Accepts what the server gave: letters that can be shown on a terminal and typed into an authenticator.
    fn new(begun: NewAuthenticator, handle: &str) -> Result<Self, ClientError> {
        let secret = Zeroizing::new(begun.secret);
        let base32 = secret.bytes().all(|letter| letter.is_ascii_uppercase() || (b'2'..=b'7').contains(&letter));
        if !base32 || secret.len() != SECRET_LETTERS {
            return Err(ClientError::Untrustworthy("the server gave no secret that an authenticator can take".into()));
        }
        Ok(Self { factor: begun.factor, handle: handle.to_owned(), secret })
    }

    /// Names it.
    pub const fn factor(&self) -> FactorId {
        self.factor
    }

    /// Returns the secret, to be typed: base32, without spaces.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Returns what a QR code says, for an authenticator that scans it.
    pub fn uri(&self) -> Zeroizing<String> {
        let Self { handle, secret, .. } = self;
        format!("otpauth://totp/Reverie:{handle}?secret={}&issuer=Reverie", secret.as_str()).into()
    }
}

/// Sees to what a session still lacks, and returns it with the key bundle, which it did not get before.
pub(crate) async fn enter(env: &Environment, mut session: OpenedSession) -> Result<OpenedSession, ClientError> {
    match session.second_factor {
        Some(SecondFactorDue::Prove) => show(env, &session.token).await?,
        Some(SecondFactorDue::Enrol) => enrol(env, &session.token, &session.account.handle).await?,
        None => return Ok(session),
    }
    session.bundle = Some(env.api.get_bundle(&session.token).await?);
    Ok(session)
}

async fn show(env: &Environment, token: &str) -> Result<(), ClientError> {
    let factors = env.api.list_second_factors(token).await?;
    for tried in 0..TRIES {
        let shown = env.second_factor.show(&factors, tried).await;
        // Who had one code and no other, as a script has, was not missed: it was wrong.
        let shown = shown.ok_or_else(|| if tried > 0 { wrong(env) } else { unanswered(&factors) })?;
        let shown = match shown {
            Shown::Code(code) => ShownSecondFactor { code: Some(code.to_string()), ..ShownSecondFactor::default() },
            Shown::Backup(code) => {
                let backup = Some(B64(code.token().to_vec()));
                ShownSecondFactor { backup, ..ShownSecondFactor::default() }
            }
            Shown::Passkey => {
                let asked = env.api.ask_passkey(token).await?;
                let answer = env.second_factor.passkey(&with_prf(&asked.options)?).await;
                let (passkey, _) = read_shown(&answer.ok_or(ClientError::SecondFactorNeeded)?)?;
                ShownSecondFactor { passkey: Some(passkey), ..ShownSecondFactor::default() }
            }
        };
        match env.api.show_second_factor(token, &shown).await.map_err(ClientError::from) {
            Err(error) if error.is(ProblemCode::SecondFactorFailed) => {}
            shown => return shown,
        }
    }
    Err(wrong(env))
}

/// Returns why nobody has shown a second factor: for lack of somebody, or of a browser.
fn unanswered(factors: &SecondFactors) -> ClientError {
    let passkey = |factor: &SecondFactor| factor.kind == SecondFactorKind::Passkey;
    let alone = factors.backup_codes == 0 && !factors.factors.is_empty() && factors.factors.iter().all(passkey);
    if alone { ClientError::PasskeysAlone } else { ClientError::SecondFactorNeeded }
}

async fn enrol(env: &Environment, token: &str, handle: &str) -> Result<(), ClientError> {
    let new = Enrolment::new(env.api.begin_authenticator(token).await?, handle)?;
    for tried in 0..TRIES {
        let code = env.second_factor.enrol(&new, tried).await;
        let code = code.ok_or_else(|| if tried > 0 { wrong(env) } else { ClientError::SecondFactorNeeded })?;
        match confirm(env, token, &code).await {
            Err(ClientError::WrongSecondFactor(_)) => {}
            confirmed => return confirmed,
        }
    }
    Err(wrong(env))
}

async fn confirm(env: &Environment, token: &str, code: &str) -> Result<(), ClientError> {
    let confirm = ConfirmAuthenticator { code: code.to_owned() };
    let confirmed = env.api.confirm_authenticator(token, &confirm).await.map_err(ClientError::from);
    confirmed.map_err(|error| if error.is(ProblemCode::SecondFactorFailed) { wrong(env) } else { error })
}

/// Says that a code does not count, and by which clocks: a clock that is wrong makes every code wrong.
fn wrong(env: &Environment) -> ClientError {
    let here = env.now();
    let server = env.api.answered_at().and_then(|at| Timestamp::from_unix(at, here.offset_minutes()).ok());
    ClientError::WrongSecondFactor(server.map(|server| Clocks { server, here }))
}

impl Unlocked {
    /// Lists the account's second factors, and tells what this device's session lacks.
    ///
    /// # Errors
    /// The server's.
    pub async fn second_factors(&mut self) -> Result<SecondFactors, ClientError> {
        let token = self.token()?;
        let listed = self.env.api.list_second_factors(&token).await.map_err(ClientError::from);
        self.logged_out_on_refusal(listed)
    }

    /// Enrols an authenticator with whoever is at the device.
    ///
    /// # Errors
    /// [`ClientError::SecondFactorNeeded`] if nobody answers, [`ClientError::WrongSecondFactor`], or the server's.
    pub async fn add_authenticator(&mut self) -> Result<(), ClientError> {
        let token = self.token()?;
        enrol(&self.env, &token, self.handle()).await?;
        self.joined().await
    }

    /// Begins to enrol an authenticator: it counts after [`Self::confirm_authenticator`]. One that was begun before is
    /// void.
    ///
    /// # Errors
    /// The server's.
    pub async fn begin_authenticator(&mut self) -> Result<Enrolment, ClientError> {
        let token = self.token()?;
        Enrolment::new(self.env.api.begin_authenticator(&token).await?, self.handle())
    }

    /// Confirms the authenticator that was begun last, by its first code.
    ///
    /// # Errors
    /// [`ClientError::WrongSecondFactor`], or the server's.
    pub async fn confirm_authenticator(&mut self, code: &str) -> Result<(), ClientError> {
        let token = self.token()?;
        confirm(&self.env, &token, code).await?;
        self.joined().await
    }

    /// Makes new backup codes; those before them are void.
    ///
    /// # Errors
    /// The server's: then those before stay valid.
    pub async fn replace_backup_codes(&mut self) -> Result<Vec<Zeroizing<String>>, ClientError> {
        let token = self.token()?;
        let codes: Vec<_> = (0..BACKUP_CODES).map(|_| self.env.random(BackupCode::make)).collect();
        let token_sha256 = codes.iter().map(|code| Hash::of(*code.token())).collect();
        self.env.api.replace_backup_codes(&token, &NewBackupCodes { token_sha256 }).await?;
        Ok(codes.iter().map(BackupCode::to_text).collect())
    }

    /// Removes a second factor.
    ///
    /// # Errors
    /// The server's: the last one of a clinician or administrator stays.
    pub async fn remove_second_factor(&mut self, factor: FactorId) -> Result<(), ClientError> {
        let token = self.token()?;
        Ok(self.env.api.remove_second_factor(&token, factor).await?)
    }

    /// Takes somebody's second factors away, as the practice's administrator: they enrol anew when they log in.
    ///
    /// # Errors
    /// The server's.
    pub async fn reset_second_factor(&mut self, handle: &str) -> Result<(), ClientError> {
        let account = self.account_called(handle).await?.account;
        let token = self.token()?;
        Ok(self.env.api.reset_second_factor(&token, account).await?)
    }
}
