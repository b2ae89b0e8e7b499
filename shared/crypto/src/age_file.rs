//! Small age files, sealed and opened in memory, with recipients of one kind only.
//!
//! age lets a file name recipients of several kinds. Reverie never does: one weaker stanza beside a post-quantum one
//! would undo it. Sealing keeps the rule by construction; opening refuses a file that breaks it.

use std::io::{Read as _, Write as _};

use age_core::format::Stanza;
use zeroize::Zeroizing;

/// The file does not open with this key: it was sealed to another, or altered. Which of the two is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this does not open with this key; it was sealed to another key, or it was altered or cut short")]
pub struct DoesNotOpen;

/// `age(recipients, plaintext)`. The recipients are of one kind, and there is at least one.
pub(crate) fn seal(recipients: &[&dyn age::Recipient], plaintext: &[u8]) -> Vec<u8> {
    let encryptor = age::Encryptor::with_recipients(recipients.iter().copied())
        .expect("recipients are of one kind, checked when they were made, and not none");
    let mut sealed = Vec::with_capacity(plaintext.len() + 2048 * recipients.len());
    let mut stream = encryptor.wrap_output(&mut sealed).expect("writing to memory does not fail");
    stream.write_all(plaintext).expect("writing to memory does not fail");
    stream.finish().expect("writing to memory does not fail");
    sealed
}

/// Opens a whole file; the plaintext leaves memory when it is dropped.
pub(crate) fn open(identity: &dyn age::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let decryptor = age::Decryptor::new_buffered(sealed).map_err(|_| DoesNotOpen)?;
    let mut stream = decryptor.decrypt(std::iter::once(identity)).map_err(|_| DoesNotOpen)?;
    // Room for all of it at once, so that no grown buffer leaves a copy behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(sealed.len()));
    stream.read_to_end(&mut plaintext).map_err(|_| DoesNotOpen)?;
    Ok(plaintext)
}

/// Tells whether all stanzas are of the kind `tag`, or grease, which is noise that age implementations add.
pub(crate) fn of_one_kind(stanzas: &[Stanza], tag: &str) -> bool {
    stanzas.iter().all(|stanza| stanza.tag == tag || stanza.tag == "grease" || stanza.tag.ends_with("-grease"))
}
