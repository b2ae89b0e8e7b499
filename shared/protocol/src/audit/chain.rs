//! The chain of the audit log, and following it.
//!
//! The invariant: whoever has followed it to a head is told when a later look does not come by there.

use serde::{Deserialize, Serialize};

use super::AuditEntry;
use crate::api::Head;
use crate::hash::Hash;
use crate::signed::{Kind, digest};

/// Returns where the chain is after one more entry: `SHA-256(encode(audit, "seq digest prev"))`, `-` as the first's prev.
pub fn next_head(head: Option<Head>, entry: &Hash) -> Head {
    let seq = head.map_or(0, |head| head.seq + 1);
    let prev = head.map_or_else(|| "-".to_owned(), |head| head.hash.to_string());
    Head { seq, hash: digest(Kind::Audit, format!("{seq} {entry} {prev}").as_bytes()) }
}

/// One link of the audit chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AuditLink {
    /// Its place in the chain, from 0.
    pub seq: u64,
    /// The entry's digest.
    pub digest: Hash,
    /// The chain's hash after it.
    pub hash: Hash,
    /// The entry; absent where somebody acted in a journal of her own, or on her own keys: that is told to her alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<AuditEntry>,
}

/// A page of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct AuditPage {
    /// In order of seq, beginning after the one asked for.
    pub links: Vec<AuditLink>,
    /// Where the chain is; absent if it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Whether there are links after this page.
    pub more: bool,
}

/// What is wrong with an audit chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenAudit {
    /// An entry is missing, or stands twice.
    #[error("entry {expected} was expected, and entry {found} was shown")]
    OutOfOrder {
        /// The next place.
        expected: u64,
        /// The place that was shown.
        found: u64,
    },
    /// The words of an entry are not those that were hashed.
    #[error("entry {0} does not say what was entered")]
    Changed(u64),
    /// An entry does not follow the entries before it.
    #[error("entry {0} does not follow from the entries before it")]
    Unlinked(u64),
    /// It contradicts what was seen before.
    #[error("entry {0} is not the one that this device saw there before")]
    Rewritten(u64),
    /// It ends before what was seen before.
    #[error("the log ended with entry {seen} when this device saw it last, and now it ends before that")]
    Shortened {
        /// The last entry that was seen.
        seen: u64,
    },
    /// Its last entry is not the head that was told with it.
    #[error("its end is not where the server says it is")]
    OtherHead,
}

/// Follows an audit chain from its first link on.
#[derive(Debug, Clone, Default)]
pub struct AuditCheck {
    head: Option<Head>,
    seen: Option<Head>,
}

impl AuditCheck {
    /// Begins at the first link; `seen` is the head that was seen when the chain was followed last.
    pub const fn new(seen: Option<Head>) -> Self {
        Self { head: None, seen }
    }

    /// Returns where it is.
    pub const fn head(&self) -> Option<Head> {
        self.head
    }

    /// Follows one link more.
    ///
    /// # Errors
    /// [`BrokenAudit`], after which nothing of the chain can be relied on.
    pub fn follow(&mut self, link: &AuditLink) -> Result<(), BrokenAudit> {
        let next = next_head(self.head, &link.digest);
        if link.seq != next.seq {
            return Err(BrokenAudit::OutOfOrder { expected: next.seq, found: link.seq });
        }
        if link.entry.as_ref().is_some_and(|entry| entry.digest() != link.digest) {
            return Err(BrokenAudit::Changed(link.seq));
        }
        if link.hash != next.hash {
            return Err(BrokenAudit::Unlinked(link.seq));
        }
        if self.seen.is_some_and(|seen| seen.seq == next.seq && seen.hash != next.hash) {
            return Err(BrokenAudit::Rewritten(link.seq));
        }
        self.head = Some(next);
        Ok(())
    }

    /// Ends where the server says that the chain ends.
    ///
    /// # Errors
    /// [`BrokenAudit::Shortened`] or [`BrokenAudit::OtherHead`].
    pub fn finish(self, told: Option<Head>) -> Result<Option<Head>, BrokenAudit> {
        if let Some(seen) = self.seen
            && self.head.is_none_or(|head| head.seq < seen.seq)
        {
            return Err(BrokenAudit::Shortened { seen: seen.seq });
        }
        if self.head == told { Ok(self.head) } else { Err(BrokenAudit::OtherHead) }
    }
}
