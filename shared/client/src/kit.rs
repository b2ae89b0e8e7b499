//! The recovery kit: a sheet of paper that opens the account when password or devices are lost.
//!
//! Joining is not finished until the kit was proved: until then the words can be read again on the device, and nothing is
//! written. A new kit is proved before it voids the old one, so a sheet that works is always in somebody's drawer.

use reverie_crypto::RecoveryCode;
use reverie_crypto::bundle::{Way, WayIn, way_from_recovery_code};
use reverie_crypto::recovery::KitText;
use reverie_journal::Deed;
use reverie_protocol::hash::Hash;
use zeroize::Zeroizing;

use crate::credentials::{Change, NewCredentials, with_way};
use crate::error::ClientError;
use crate::new_device::Recovery;
use crate::unlocked::Unlocked;

mod html;
mod page;
mod pdf;
pub mod qr;

/// A recovery kit, with everything that is printed on it.
pub struct Kit {
    handle: String,
    server: String,
    made: String,
    code: RecoveryCode,
}

/// What a kit in the drawer opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drilled {
    /// How many people the account is paired with.
    pub people: usize,
    /// How many journals it has seen.
    pub journals: usize,
}

impl Kit {
    /// Returns the kit of an account; `made` is the day.
    pub fn new(handle: &str, server: &str, made: &str, code: RecoveryCode) -> Self {
        Self { handle: handle.to_owned(), server: server.to_owned(), made: made.to_owned(), code }
    }

    /// Returns the 24 words.
    pub fn words(&self) -> [&'static str; reverie_crypto::recovery::WORDS] {
        self.code.words()
    }

    /// Returns the text of the QR code.
    pub fn text(&self) -> Zeroizing<String> {
        KitText::make(&self.handle, &self.server, &self.code)
    }

    /// Returns the kit as a page that needs nothing but itself.
    pub fn html(&self) -> Zeroizing<String> {
        html::page(self)
    }

    /// Returns the kit as one sheet to print (PDF, A4).
    pub fn pdf(&self) -> Zeroizing<Vec<u8>> {
        pdf::sheet(self)
    }

    /// Compares with what somebody typed or scanned from the paper.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], with the place of a wrong word.
    pub fn is_proved_by(&self, typed: &str) -> Result<(), ClientError> {
        let read = read(typed)?;
        if read.code.login_token() == self.code.login_token() {
            return Ok(());
        }
        let message = "these words are a recovery kit, but another one; look for the newest sheet and type its words";
        Err(ClientError::Mistyped(message.into()))
    }
}

/// Reads words or a scanned kit.
///
/// # Errors
/// [`ClientError::Mistyped`], with the place of a wrong word.
pub fn read(typed: &str) -> Result<KitText, ClientError> {
    KitText::parse(typed).map_err(|error| ClientError::Mistyped(error.to_string()))
}

impl Unlocked {
    /// Tells whether joining is finished: not before the kit was proved.
    pub const fn has_joined(&self) -> bool {
        self.state.unproved_kit.is_none()
    }

    /// Returns the kit that waits to be proved: the one of joining, or a newer one.
    pub fn unproved_kit(&self) -> Option<Kit> {
        let words = self.state.next_kit.as_ref().or(self.state.unproved_kit.as_ref())?;
        Some(self.kit_of(RecoveryCode::parse(words).ok()?))
    }

    /// Makes a new kit. It is worth nothing until it was proved, and the old one stays valid until then.
    ///
    /// # Errors
    /// This device's storage fails.
    pub async fn make_kit(&mut self) -> Result<Kit, ClientError> {
        self.may(Deed::ChangeKit)?;
        let kit = self.kit_of(self.env.random(RecoveryCode::make));
        self.state.next_kit = Some(Zeroizing::new(kit.words().join(" ")));
        self.save_state().await?;
        Ok(kit)
    }

    /// Proves the kit that waits for it, with what was typed or scanned from the paper. That finishes joining; a newer
    /// kit takes the place of the old one, which is void from then on.
    ///
    /// An interruption leaves one of the two valid; [`Self::settle`] tells which.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], [`ClientError::NotPossible`] if nothing waits, or the server's: then the old one stays
    /// valid.
    pub async fn prove_kit(&mut self, typed: &str) -> Result<(), ClientError> {
        let nothing = || ClientError::NotPossible("no recovery kit waits to be proved".into());
        let kit = self.unproved_kit().ok_or_else(nothing)?;
        kit.is_proved_by(typed)?;
        if self.state.next_kit.is_some() {
            let recipient = way_from_recovery_code(&kit.code).to_recipient();
            let ways = with_way(&self.state.ways, WayIn { way: Way::Recovery, recipient });
            let recovery_sha256 = Some(Hash::of(*kit.code.login_token()));
            let new = NewCredentials { recovery_sha256, ..NewCredentials::of_ways(Change::Kit, ways) };
            return self.send_credentials(new).await;
        }
        self.state.unproved_kit = None;
        self.save_state().await
    }

    /// Proves that a kit opens this account now, as a recovery would, and changes nothing.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], [`ClientError::WrongKit`], or a server that is away or lies.
    pub async fn drill(&mut self, typed: &str) -> Result<Drilled, ClientError> {
        let read = read(typed)?;
        if read.handle.as_ref().is_some_and(|handle| handle != self.handle()) {
            return Err(ClientError::WrongKit(self.handle().to_owned()));
        }
        let recovery = Recovery::try_kit(self.env.clone(), self.handle(), &read.code).await?;
        let known = self.copy.bundle.card.fingerprint();
        let checked = recovery.bundle().check_newer_than(self.state.bundle_version, self.account(), &known);
        let drilled = Drilled { people: recovery.people(), journals: recovery.journals() };
        recovery.leave().await?;
        checked.map_err(|error| ClientError::Untrustworthy(error.to_string()))?;
        Ok(drilled)
    }

    fn kit_of(&self, code: RecoveryCode) -> Kit {
        let made = self.env.now().to_string().chars().take(DAY_CHARS).collect::<String>();
        Kit::new(self.handle(), &self.server(), &made, code)
    }
}

/// Characters of a time that tell its day.
const DAY_CHARS: usize = 10;
