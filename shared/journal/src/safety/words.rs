//! What is said to a person who answered so, word for word (domain.md 3.4). Changed only with a clinician.

/// The sentence that stands wherever someone could think that somebody is watching.
pub const NOT_MONITORED: &str = "This journal is not monitored. Nobody is alerted when you write.";

/// The same in full: where a person begins, where she answers a measure, and on the cover of what she takes away.
pub const NOT_MONITORED_IN_FULL: &str = "This journal is not monitored. Nobody is alerted when you write. Your clinician usually reads it \
before your next session. The people who run the server cannot read it and cannot help in an emergency. If you might harm \
yourself or someone else, call or text 988, call 911, or go to the nearest emergency department.";

pub(super) const ACKNOWLEDGEMENT: &str = "You answered that you have had thoughts of being better off dead or of hurting yourself. \
Thank you for saying so. No one is reading this right now.";
pub(super) const DANGER: &str = "Are you in danger now?";
pub(super) const SAFE: &str = "Do you feel able to keep yourself safe until you speak with someone?";
pub(super) const EMERGENCY: &str = "Please get help now. Call 911, or call or text 988. They are there at any hour.";
pub(super) const CONTACTS: &str = "These people answer. You can call any of them now, whatever you have decided.";
pub(super) const TOLD: &str = "Have you told someone?";
pub(super) const PRIVATE: &str = "You keep this answer private, so your clinician will not see it.";
