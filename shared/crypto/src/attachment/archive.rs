//! The archive inside an attachment: one ustar header, one file, zeros up to Padmé.
//!
//! A header is accepted only if it is, byte for byte, the one that sealing would make: no field says anything unseen.

use std::path::Path;

use reverie_protocol::limits;

use crate::padding;

/// Everything in an archive comes in blocks of this many bytes.
pub(super) const BLOCK: u64 = 512;
/// Two blocks of zeros end an archive.
const END_BYTES: u64 = 2 * BLOCK;
/// The longest name that ustar holds without a folder.
const NAME_BYTES: usize = 100;

/// Bytes from the end of the file to the end of its last block.
const fn block_rest(size: u64) -> u64 {
    size.next_multiple_of(BLOCK) - size
}

/// The least bytes that follow the file in its archive: the rest of its block, and the end.
pub(super) const fn least_end_bytes(size: u64) -> u64 {
    block_rest(size) + END_BYTES
}

/// Bytes of the padded archive of a file of `size` bytes.
pub(super) fn padded_bytes(size: u64) -> u64 {
    padding::padded_len(BLOCK + size + least_end_bytes(size)).next_multiple_of(BLOCK)
}

/// Makes the one header of an archive, or nothing if the name is not plain.
pub(super) fn header(name: &str, size: u64, mtime: u64) -> Option<tar::Header> {
    if !is_plain_name(name) {
        return None;
    }
    let mut header = tar::Header::new_ustar();
    header.set_path(Path::new(name)).ok()?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_mtime(mtime);
    header.set_cksum();
    Some(header)
}

/// Returns name, size and time of a header that [`header`] could have made.
///
/// It is made again and compared whole, so that no field says anything that was not looked at.
pub(super) fn read_header(block: &[u8; BLOCK as usize]) -> Option<(String, u64, u64)> {
    let header = tar::Header::from_byte_slice(block);
    let name = std::str::from_utf8(&header.path_bytes()).ok()?.to_owned();
    let (size, mtime) = (header.size().ok()?, header.mtime().ok()?);
    let again = self::header(&name, size, mtime)?;
    (size <= limits::ATTACHMENT_BYTES && again.as_bytes() == block).then_some((name, size, mtime))
}

/// Tells whether a name is one component that means the same file everywhere.
fn is_plain_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    !name.is_empty() && name.len() <= NAME_BYTES && name != "." && name != ".." && !name.contains(forbidden)
}
