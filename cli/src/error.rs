//! What a command says when it does not do what it was asked: what happened, and what to do next.

use std::io;

use reverie_client::api::ApiError;
use reverie_client::{ClientError, Removal, native::AddressError};
use reverie_journal::FieldError;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The person's.
    User,
    /// The person's: the command makes no sense as it stands.
    Usage,
    /// Ours.
    Internal,
    /// Nobody's: whoever read the output stopped reading.
    BrokenPipe,
}

/// Why a command stopped.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// For programs: the server's problem code, or one of ours.
    pub(crate) code: Option<&'static str>,
}

/// Returns an error that the person can act on.
pub(crate) fn user_error(message: impl Into<String>) -> CommandError {
    CommandError::new(Kind::User, message)
}

/// Returns an error that is our mistake.
pub(crate) fn internal_error(message: String) -> CommandError {
    CommandError::new(Kind::Internal, message).coded("internal").hint(
        "This is a mistake in reverie, not yours. What was kept on this device is safe. Please tell your practice \
         what you ran.",
    )
}

impl CommandError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, code: None }
    }

    /// Says what to do next, in place of what was said before.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds to what to do next.
    pub(crate) fn also(self, hint: &str) -> Self {
        let hint = self.hint.iter().map(String::as_str).chain([hint]).collect::<Vec<_>>().join(" ");
        self.hint(hint)
    }

    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }
}

impl From<ClientError> for CommandError {
    fn from(error: ClientError) -> Self {
        let code = match &error {
            ClientError::Api(ApiError::Refused(problem)) => Some(problem.code.code()),
            ClientError::Api(ApiError::Offline(_)) => Some("offline"),
            ClientError::NoAccount => Some("no_account"),
            ClientError::KeysGone => Some("keys_gone"),
            ClientError::AccountExists(_) => Some("account_exists"),
            ClientError::WrongPassword => Some("wrong_password"),
            ClientError::LoggedOut => Some("logged_out"),
            ClientError::DeviceRevoked { why: Removal::Removed, .. } => Some("device_revoked"),
            ClientError::DeviceRevoked { why: Removal::Recovered, .. } => Some("account_recovered"),
            ClientError::DeviceRevoked { why: Removal::Erased, .. } => Some("account_erased"),
            ClientError::KitUnproved => Some("kit_unproved"),
            ClientError::WrongKit(_) => Some("wrong_kit"),
            ClientError::OtherAccount => Some("other_account"),
            ClientError::PasskeysAlone => Some("passkeys_alone"),
            ClientError::Behind => Some("behind"),
            ClientError::CodeOver => Some("code_over"),
            ClientError::Unsettled => Some("unsettled"),
            ClientError::Damaged(_) => Some("damaged"),
            ClientError::ConsentNeeded(_) => Some("consent_needed"),
            ClientError::NobodyReads => Some("nobody_reads"),
            ClientError::SharingPaused(_) => Some("sharing_paused"),
            ClientError::CapturesFull(_) => Some("captures_full"),
            ClientError::Guarded(_) => Some("guard_active"),
            ClientError::NotConfirmed { .. } => Some("not_confirmed"),
            ClientError::UnknownEntry(_) => Some("unknown_entry"),
            ClientError::Hidden { .. } => Some("hidden"),
            ClientError::UnknownContact(_) => Some("unknown_contact"),
            ClientError::HistoryDiverged(_) => Some("history_diverged"),
            ClientError::Estranged { .. } => Some("estranged"),
            ClientError::OtherKeys { .. } => Some("other_keys"),
            ClientError::KeysChangedElsewhere => Some("keys_changed_elsewhere"),
            ClientError::MovedOn => Some("moved_on"),
            ClientError::Unanswered(_) => Some("unanswered"),
            ClientError::PairingForged => Some("pairing_forged"),
            _ => None,
        };
        let hint = error.next_step().map(str::to_owned);
        Self { kind: Kind::User, message: error.to_string(), hint, code }
    }
}

impl From<FieldError> for CommandError {
    fn from(error: FieldError) -> Self {
        user_error(error.to_string())
    }
}

impl From<AddressError> for CommandError {
    fn from(error: AddressError) -> Self {
        user_error(error.to_string()).coded("bad_address")
    }
}

/// Returns the error of writing to stdout.
pub(crate) fn output_error(error: &io::Error) -> CommandError {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return CommandError::new(Kind::BrokenPipe, "");
    }
    user_error(format!("the output could not be written: {error}"))
}
