//! Limits of the wire, in one place, kept by clients before sending and by the server on receipt.

/// Attachments that one record may name.
pub const ATTACHMENTS_PER_RECORD: usize = 20;
/// Records that one `withdraw` may name.
pub const WITHDRAWS_PER_RECORD: usize = 500;
/// Members of one journal.
pub const MEMBERS: usize = 32;
/// Bytes of one header.
pub const HEADER_BYTES: usize = 256 * 1024;
/// Bytes of one sealed body or keyring.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Records in one append, all or nothing.
pub const RECORDS_PER_APPEND: usize = 100;
/// Bytes of one JSON request.
pub const REQUEST_BYTES: usize = 4 * 1024 * 1024;
/// Records in one page.
pub const RECORDS_PER_PAGE: u64 = 500;
/// Entries in one page of the audit log or of a journal's access log.
pub const ENTRIES_PER_PAGE: u64 = 500;
/// Streams of changes that one account has open at once; one more ends the oldest.
pub const STREAMS_PER_ACCOUNT: usize = 8;
/// Seconds after which a stream of changes that has nothing to tell shows that it is alive.
pub const STREAM_ALIVE_SECONDS: u64 = 20;
/// Bytes of sealed bodies after which a page ends early.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of one sealed attachment.
pub const ATTACHMENT_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes of one key bundle.
pub const BUNDLE_BYTES: usize = 1024 * 1024;
/// Key cards of one account, from its first on.
pub const CARDS: usize = 100;
/// Journals that an account erases with itself.
pub const JOURNALS_PER_ERASURE: usize = 1000;
/// Characters of a handle.
pub const HANDLE_CHARS: usize = 40;
/// Seconds for which an invitation given in the room can be used.
pub const INVITATION_IN_ROOM_SECONDS: u32 = 15 * 60;
/// Seconds for which an invitation given in advance can be used: the longest.
pub const INVITATION_SECONDS: u32 = 72 * 60 * 60;
/// Seconds for which a new device can take what an old one left for it.
pub const HANDOVER_SECONDS: u32 = 10 * 60;
/// Bytes of what an old device leaves for a new one.
pub const HANDOVER_BYTES: usize = 16 * 1024;
/// Second factors of one account.
pub const SECOND_FACTORS: usize = 10;
/// Backup codes of one account.
pub const BACKUP_CODES: usize = 20;

/// Why a handle is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a handle is 2 to 40 lowercase letters, digits and dashes, and starts with a letter, like heron-41")]
pub struct BadHandle;

/// Accepts what may be a handle: 2 to 40 of `a-z 0-9 -`, starting with a letter.
pub fn check_handle(handle: &str) -> Result<(), BadHandle> {
    let allowed = handle.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let starts = handle.starts_with(|first: char| first.is_ascii_lowercase());
    if allowed && starts && (2..=HANDLE_CHARS).contains(&handle.len()) { Ok(()) } else { Err(BadHandle) }
}
