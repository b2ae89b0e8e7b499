//! The two serialisers of the wire types, serde (clients) and poem-openapi (server), write the same.

use poem_openapi::types::{ParseFromJSON, ToJSON};
use reverie_protocol::account::{AccountRole, AccountState};
use reverie_protocol::api::*;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, AttachmentId, InvitationId, JournalId, SessionId};
use reverie_protocol::opaque::KsfParams;
use reverie_protocol::problem::{Problem, ProblemCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Both write the same, and each reads what the other wrote.
fn agree<T>(samples: &[T])
where
    T: Serialize + DeserializeOwned + ToJSON + ParseFromJSON + PartialEq + std::fmt::Debug,
{
    for sample in samples {
        let by_serde = serde_json::to_value(sample).unwrap();
        assert_eq!(sample.to_json().unwrap(), by_serde);
        assert_eq!(T::parse_from_json(Some(by_serde.clone())).ok().as_ref(), Some(sample));
        assert_eq!(&serde_json::from_value::<T>(by_serde).unwrap(), sample);
    }
}

const BYTES: [u8; 16] = [0x2a; 16];

fn bytes() -> B64 {
    B64(vec![0, 255, 62, 63])
}

#[test]
fn accounts_agree() {
    let card = SignedCard { card: bytes(), signature: bytes(), succession: None };
    agree(&[card.clone(), SignedCard { succession: Some(bytes()), ..card.clone() }]);
    let (account, role, handle) = (AccountId::from_bytes(BYTES), AccountRole::Patient, "heron-41".to_owned());
    let mine = Account { account, handle: handle.clone(), role, card: card.clone() };
    let bundle = Bundle { version: u64::from(u32::MAX), bundle: bytes() };
    agree(std::slice::from_ref(&bundle));
    agree(&[PutBundle { version: 2, bundle: bytes() }]);
    agree(std::slice::from_ref(&mine));
    agree(&[AccountCard { account, handle: handle.clone(), role, card: card.clone() }]);
    let since_day = "2031-05-01".to_owned();
    let entries = [AccountState::Active, AccountState::Suspended].map(|state| AccountEntry {
        account,
        handle: handle.clone(),
        role,
        state,
        since_day: since_day.clone(),
    });
    agree(&[Accounts { accounts: entries.to_vec() }]);
    let session = SessionId::from_bytes(BYTES);
    agree(&[OpenedSession { token: "rvs_test".into(), session, account: mine, bundle }]);
    let one = Session { session, current: true, first_day: since_day.clone(), last_day: since_day };
    agree(&[Sessions { sessions: vec![one] }]);
}

#[test]
fn joining_and_logging_in_agree() {
    let invitation = InvitationId::from_bytes(BYTES);
    let (hash, ksf) = (Hash::of("x"), KsfParams::DEFAULT);
    let card = SignedCard { card: bytes(), signature: bytes(), succession: None };
    agree(&[RegistrationStart { invitation, token: bytes(), request: bytes() }]);
    agree(&[RegistrationStarted { response: bytes(), ksf }]);
    for mac in [None, Some(bytes())] {
        agree(&[RegistrationFinish {
            invitation,
            token: bytes(),
            account: AccountId::from_bytes(BYTES),
            card: card.clone(),
            mac,
            upload: bytes(),
            ksf,
            recovery_sha256: hash,
            bundle: bytes(),
        }]);
    }
    let attempt = SessionId::from_bytes(BYTES);
    agree(&[SessionStart { handle: "quill".into(), request: bytes() }]);
    agree(&[SessionStarted { attempt, response: bytes(), ksf }]);
    agree(&[SessionFinish { attempt, finalization: bytes() }]);
    agree(&[SessionRecover { handle: "quill".into(), token: bytes() }]);
}

#[test]
fn invitations_agree() {
    let invitation = InvitationId::from_bytes(BYTES);
    let account = AccountId::from_bytes(BYTES);
    let card = SignedCard { card: bytes(), signature: bytes(), succession: None };
    agree(&[InvitationKey { invitation, token: bytes() }]);
    agree(&[RedeemInvitation { invitation, token: bytes(), mac: bytes() }]);
    for (role, handle) in [(AccountRole::Administrator, None), (AccountRole::Clinician, Some("quill".to_owned()))] {
        let (token_sha256, mac, seconds) = (Hash::of("x"), bytes(), 900);
        agree(&[NewInvitation { invitation, role, handle: handle.clone(), token_sha256, mac, seconds }]);
        let inviter = handle.clone().map(|handle| Inviter { account, handle, role, card: card.clone(), mac: bytes() });
        agree(&[InvitationOffer { invitation, role, handle: handle.clone(), inviter }]);
        let guest = handle.clone().map(|handle| Guest { account, handle, role, card: card.clone(), mac: bytes() });
        use InvitationState::{Accepted, Expired, Open, Revoked};
        for state in [Open, Accepted, Expired, Revoked] {
            agree(&[Invitation { invitation, role, handle: handle.clone(), state, guest: guest.clone() }]);
        }
    }
}

#[test]
fn journals_and_problems_agree() {
    let head = Head { seq: 7, hash: Hash::of("x") };
    let records = vec![
        SignedRecord { header: bytes(), signature: bytes(), body: None },
        SignedRecord { header: bytes(), signature: bytes(), body: Some(B64(Vec::new())) },
    ];
    agree(&[Append { records: records.clone() }]);
    agree(&[Appended { head }]);
    agree(&[
        RecordPage { records, head: Some(head), more: true },
        RecordPage { records: vec![], head: None, more: false },
    ]);
    let journal = JournalId::from_bytes(BYTES);
    let roles = [MemberRole::Owner, MemberRole::Writer, MemberRole::Reader];
    agree(&[Journals { journals: roles.map(|role| JournalEntry { journal, role, head }).to_vec() }]);
    agree(&[StoredAttachment { attachment: AttachmentId::from_bytes(BYTES), sha256: Hash::of("x"), size: 3 }]);
    for code in ProblemCode::ALL {
        let plain = Problem::new(*code, "What happened.");
        agree(&[Problem { head: Some(head), retry_after_seconds: Some(1), ..plain.clone() }, plain]);
    }
}
