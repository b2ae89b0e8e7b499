//! Who and what the samples are about: Dr. Ada Quill invites heron-41, who writes one entry with a voice memo.
//!
//! Cards and ids are those of the protocol's permanent vectors (recipients are shortened there). `record.json` continues
//! that chain, made once like they were: signed by heron-41's key, its body sealed by stock `age` to the identity in
//! crypto's `journal.json`, its attachment the one in that file. The two macs belong to the code in `pairing.json`.

use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Header, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, FactorId, HandoverId, InvitationId, JournalId, SessionId};
use serde_json::Value;

const CARDS: &str = include_str!("../../../../shared/protocol/tests/vectors/card.json");
const CHAIN: &str = include_str!("../../../../shared/protocol/tests/vectors/chain.json");
const RECORD: &str = include_str!("record.json");

/// The people, the journal and the record of the samples.
pub(super) struct Story {
    pub(super) heron: AccountId,
    pub(super) heron_card: SignedCard,
    /// The card that heron-41 would have after a change of keys.
    pub(super) heron_next_card: SignedCard,
    pub(super) quill: AccountId,
    pub(super) quill_card: SignedCard,
    pub(super) journal: JournalId,
    /// Opens the journal, with heron-41 as its owner and quill as a writer. Without its keyring.
    pub(super) open: SignedRecord,
    /// Follows `open`, names the attachment, and has its sealed body.
    pub(super) write: SignedRecord,
    pub(super) written: Header,
    pub(super) attachment: AttachmentId,
}

impl Story {
    pub(super) fn new() -> Self {
        let cards: Value = parse(CARDS);
        let chain: Value = parse(CHAIN);
        let open: SignedRecord = from(&chain[0]["signed"]);
        let write: SignedRecord = parse(RECORD);
        let opened = open.parse().expect(COMMITTED);
        let written = write.parse().expect(COMMITTED);
        let [heron, quill] = opened.members.expect(COMMITTED).try_into().expect(COMMITTED);
        Self {
            heron: heron.account,
            heron_card: heron.card,
            heron_next_card: from(&cards["second"]["signed"]),
            quill: quill.account,
            quill_card: quill.card,
            journal: opened.journal,
            open,
            attachment: written.attachments.first().expect(COMMITTED).id,
            write,
            written,
        }
    }
}

/// The administrator of Harbor Lane Practice.
pub(super) const ADMINISTRATOR: AccountId =
    AccountId::from_bytes(*b"\x5b\x0e\x91\x6c\x2d\x74\x4a\x1f\x8e\x23\xc4\x4a\x97\xd0\x6f\x15");
pub(super) const SESSION: SessionId =
    SessionId::from_bytes(*b"\xd4\x3e\x20\x9b\x51\xa8\x47\x66\xb1\x0c\x8f\x35\x6e\xe2\x79\x04");
pub(super) const ATTEMPT: SessionId =
    SessionId::from_bytes(*b"\x2f\x9c\x7d\x10\x84\x3b\x4d\xe5\x96\x5a\x0d\xbe\x43\xf1\x28\x6a");
pub(super) const HANDOVER: HandoverId =
    HandoverId::from_bytes(*b"\x91\x0d\x5e\x3a\xc6\x77\x42\x18\xa0\x6b\x54\xe9\x1f\x88\xd2\x3c");
pub(super) const FACTOR: FactorId =
    FactorId::from_bytes(*b"\x3c\x81\xe6\x0d\x5a\x92\x4f\x07\xb8\x41\x2e\x9d\x70\x16\xca\xf3");
pub(super) const INVITATION: InvitationId =
    InvitationId::from_bytes(*b"\x7b\xbe\xf6\xa4\xe0\x30\x46\x6d\x9e\xe1\x90\xf1\x79\x49\x47\xb5");

pub(super) const SESSION_TOKEN: &str = "rvs_mzmoOrINQ6YEdU3iMkIre8rn7sQW_0ZxAN9bZlT4Ino";
pub(super) const FIRST_DAY: &str = "2031-04-29";
pub(super) const LAST_DAY: &str = "2031-05-01";

/// The redeem token of [`INVITATION`].
pub(super) fn redeem_token() -> B64 {
    B64::decode("YpiuYFEqxE5SpE6voDxsBQ1KXnU9428Cj+1RupIU3t8=").expect(COMMITTED)
}

pub(super) fn inviter_mac() -> B64 {
    B64::decode("dZR72sYdOs2YU1M5AsVScJ5ujieQzgiJdvFAURrcoqU=").expect(COMMITTED)
}

pub(super) fn guest_mac() -> B64 {
    B64::decode("pMYC0AVfU/gvlVgVa+EHp8XgiU8fgifim9S9iN8kM70=").expect(COMMITTED)
}

/// Returns as many bytes as something of this name has; what is in them means nothing.
pub(super) fn arbitrary(name: &str, length: usize) -> B64 {
    let blocks = (0_u32..).flat_map(|block| Hash::of(format!("{name} {block}")).0);
    B64(blocks.take(length).collect())
}

/// Returns the beginning of a key bundle.
pub(super) fn bundle() -> B64 {
    let mut bytes = b"age-encryption.org/v1\n-> mlkem768x25519 ".to_vec();
    bytes.extend(arbitrary("bundle", 56).0);
    B64(bytes)
}

const COMMITTED: &str = "the samples are committed, and a test reads them";

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect(COMMITTED)
}

fn from<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect(COMMITTED)
}
