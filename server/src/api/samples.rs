//! One set of samples of every wire type: the examples of the specification, and what the tests of encodings compare.
//!
//! They are values of the protocol's types, so they cannot go stale, and they tell one story, so that an id that is met
//! twice is the same thing twice.

pub(crate) mod problems;
mod story;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

use poem_openapi::types::{ParseFromJSON, ToJSON};
use reverie_protocol::account::{AccountRole, AccountState};
use reverie_protocol::api::*;
use reverie_protocol::audit::*;
use reverie_protocol::card::SignedCard;
use reverie_protocol::changes::{Changes, JournalChange};
use reverie_protocol::disclosure::*;
use reverie_protocol::erasure::SignedErasure;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{MemberRole, SignedRecord};
use reverie_protocol::opaque::KsfParams;
use reverie_protocol::passkey::{ConfirmPasskey, PasskeyOptions, ShownPasskey};
use reverie_protocol::problem::ProblemCode;
use reverie_protocol::second_factor::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use problems::problem;
use story::{
    ADMINISTRATOR, ATTEMPT, FACTOR, FIRST_DAY, HANDOVER, INVITATION, LAST_DAY, SESSION, SESSION_TOKEN, Story,
    arbitrary, bundle, guest_mac, inviter_mac, redeem_token,
};

/// A type that travels.
pub(crate) trait Wire: Serialize + DeserializeOwned + ToJSON + ParseFromJSON + PartialEq + Debug {}

impl<T: Serialize + DeserializeOwned + ToJSON + ParseFromJSON + PartialEq + Debug> Wire for T {}

/// Is shown samples of every wire type.
pub(crate) trait Visitor {
    /// Takes the samples of one type, the most telling one first.
    fn visit<T: Wire>(&mut self, samples: &[T]);
}

/// Shows `visitor` samples of every wire type.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    let story = Story::new();
    people(visitor, &story);
    joining(visitor, &story);
    pairing(visitor, &story);
    sessions(visitor, &story);
    journals(visitor, &story);
    erasure(visitor);
    audit(visitor, &story);
    disclosure(visitor, &story);
    let problems: Vec<_> = ProblemCode::ALL.iter().map(|code| problem(*code, head(&story))).collect();
    let stale = problems.iter().filter(|problem| problem.head.is_some()).cloned();
    visitor.visit(&stale.chain(problems.clone()).collect::<Vec<_>>());
    visitor.visit(ProblemCode::ALL);
}

/// Returns a sample of every parameter, by its name.
pub(crate) fn parameters() -> [(&'static str, Value); 12] {
    let story = Story::new();
    [
        ("account", json!(story.heron)),
        ("journal", json!(story.journal)),
        ("attachment", json!(story.attachment)),
        ("invitation", json!(INVITATION)),
        ("session", json!(SESSION)),
        ("factor", json!(FACTOR)),
        ("after", json!(0)),
        ("limit", json!(100)),
        ("skip", json!(500)),
        ("table", json!("record")),
        ("range", json!("bytes=0-1023")),
        ("Last-Event-ID", json!("86cc26f9d49bc1a8ff2f4b7f3e4fbd21")),
    ]
}

/// Returns where the journal of the samples is.
pub(crate) fn journal_head() -> Head {
    head(&Story::new())
}

fn head(story: &Story) -> Head {
    Head { seq: story.written.seq, hash: story.write.chain_hash() }
}

fn people(visitor: &mut impl Visitor, story: &Story) {
    visitor.visit(&[AccountRole::Patient, AccountRole::Clinician, AccountRole::Administrator]);
    visitor.visit(&[AccountState::Active, AccountState::Suspended, AccountState::OffBoarded]);
    visitor.visit(&[story.heron_card.clone(), story.heron_next_card.clone(), story.quill_card.clone()]);
    visitor.visit(&[account(story)]);
    visitor.visit(&[AccountCard {
        account: story.quill,
        handle: "quill".into(),
        role: AccountRole::Clinician,
        card: story.quill_card.clone(),
        earlier: Vec::new(),
    }]);
    let put = PutCard { card: story.heron_next_card.clone(), version: 8, bundle: bundle() };
    visitor.visit(&[put]);
    let entry = |account, handle: &str, role, state| AccountEntry {
        account,
        handle: handle.into(),
        role,
        state,
        since_day: FIRST_DAY.into(),
    };
    let entries = [
        entry(ADMINISTRATOR, "admin", AccountRole::Administrator, AccountState::Active),
        entry(story.heron, "heron-41", AccountRole::Patient, AccountState::Active),
        entry(story.quill, "quill", AccountRole::Clinician, AccountState::Suspended),
    ];
    visitor.visit(&[entries[1].clone(), entries[2].clone()]);
    visitor.visit(&[Accounts { accounts: entries.to_vec() }]);
    visitor
        .visit(&[Bundle { version: 7, bundle: bundle() }, Bundle { version: u64::from(u32::MAX), bundle: bundle() }]);
    let password = NewPassword { upload: arbitrary("password upload", 192), ksf: KsfParams::DEFAULT };
    visitor.visit(std::slice::from_ref(&password));
    let recovery_sha256 = Some(Hash::of(arbitrary("recovery token", 32)));
    let plain = PutBundle::new(8, bundle());
    let recovered = PutBundle { password: Some(password), end_other_sessions: true, ..plain.clone() };
    let over_a_restore = PutBundle { replaces: Some(3), ..plain.clone() };
    visitor.visit(&[plain.clone(), recovered, over_a_restore, PutBundle { recovery_sha256, ..plain }]);
    visitor.visit(&[PasswordStart { request: arbitrary("registration request", 32) }]);
}

fn account(story: &Story) -> Account {
    Account {
        account: story.heron,
        handle: "heron-41".into(),
        role: AccountRole::Patient,
        card: story.heron_card.clone(),
    }
}

fn joining(visitor: &mut impl Visitor, story: &Story) {
    let ksf = KsfParams::DEFAULT;
    visitor.visit(&[ksf]);
    visitor.visit(&[RegistrationStart {
        invitation: INVITATION,
        token: redeem_token(),
        request: arbitrary("registration request", 32),
    }]);
    visitor.visit(&[RegistrationStarted { response: arbitrary("registration response", 64), ksf }]);
    let invited = RegistrationFinish {
        invitation: INVITATION,
        token: redeem_token(),
        account: story.heron,
        card: story.heron_card.clone(),
        mac: Some(guest_mac()),
        upload: arbitrary("registration upload", 192),
        ksf,
        recovery_sha256: Hash::of(arbitrary("recovery token", 32)),
        bundle: bundle(),
    };
    visitor.visit(&[invited.clone(), RegistrationFinish { mac: None, ..invited }]);
}

fn pairing(visitor: &mut impl Visitor, story: &Story) {
    use InvitationState::{Accepted, Expired, Open, Revoked};
    let (invitation, role, handle) = (INVITATION, AccountRole::Patient, Some("heron-41".to_owned()));
    let new = NewInvitation {
        invitation,
        role,
        handle: handle.clone(),
        token_sha256: Hash::of(redeem_token()),
        mac: inviter_mac(),
        seconds: 900,
    };
    visitor.visit(&[new.clone(), NewInvitation { handle: None, ..new }]);
    visitor.visit(&[InvitationKey { invitation, token: redeem_token() }]);
    visitor.visit(&[RedeemInvitation { invitation, token: redeem_token(), mac: guest_mac() }]);
    let inviter = Inviter {
        account: story.quill,
        handle: "quill".into(),
        role: AccountRole::Clinician,
        card: story.quill_card.clone(),
        mac: inviter_mac(),
    };
    let guest = Guest {
        account: story.heron,
        handle: "heron-41".into(),
        role,
        card: story.heron_card.clone(),
        mac: guest_mac(),
    };
    visitor.visit(std::slice::from_ref(&inviter));
    visitor.visit(std::slice::from_ref(&guest));
    let offer = InvitationOffer { invitation, role, handle: handle.clone(), inviter: Some(inviter) };
    visitor.visit(&[offer.clone(), InvitationOffer { handle: None, inviter: None, ..offer }]);
    let of_state = |state| Invitation { invitation, role, handle: handle.clone(), state, guest: None };
    let accepted = Invitation { guest: Some(guest), ..of_state(Accepted) };
    visitor.visit(&[accepted, of_state(Open), of_state(Expired), of_state(Revoked)]);
    visitor.visit(&[Accepted, Open, Expired, Revoked]);
}

fn sessions(visitor: &mut impl Visitor, story: &Story) {
    let (attempt, handle) = (ATTEMPT, "heron-41".to_owned());
    visitor.visit(&[SessionStart { handle: handle.clone(), request: arbitrary("credential request", 96) }]);
    let response = arbitrary("credential response", 320);
    visitor.visit(&[SessionStarted { attempt, response, ksf: KsfParams::DEFAULT }]);
    visitor.visit(&[SessionFinish { attempt, finalization: arbitrary("credential finalization", 64) }]);
    visitor.visit(&[SessionRecover { handle, token: arbitrary("recovery token", 32) }]);
    let opened = OpenedSession {
        token: SESSION_TOKEN.into(),
        session: SESSION,
        account: account(story),
        bundle: Some(Bundle { version: 7, bundle: bundle() }),
        second_factor: None,
        raise_ksf: None,
    };
    let halfway = OpenedSession { bundle: None, second_factor: Some(SecondFactorDue::Prove), ..opened.clone() };
    visitor.visit(&[opened.clone(), halfway, OpenedSession { raise_ksf: Some(KsfParams::DEFAULT), ..opened }]);
    second_factors(visitor);
    let (handover, token) = (HANDOVER, arbitrary("handover token", 32));
    let sealed = bundle();
    visitor.visit(&[NewHandover { handover, token_sha256: Hash::of(&token), sealed: sealed.clone() }]);
    visitor.visit(&[HandoverKey { handover, token }]);
    visitor.visit(&[Handover { sealed }]);
    let session = Session { session: SESSION, current: true, first_day: FIRST_DAY.into(), last_day: LAST_DAY.into() };
    visitor.visit(std::slice::from_ref(&session));
    visitor.visit(&[Sessions { sessions: vec![session] }]);
}

fn second_factors(visitor: &mut impl Visitor) {
    let kind = SecondFactorKind::Authenticator;
    visitor.visit(&[SecondFactorDue::Prove, SecondFactorDue::Enrol]);
    visitor.visit(&[kind, SecondFactorKind::Passkey]);
    let factor = SecondFactor { factor: FACTOR, kind, since_day: FIRST_DAY.into() };
    visitor.visit(std::slice::from_ref(&factor));
    let shown = SecondFactors { due: None, factors: vec![factor], backup_codes: 10, passkeys: true };
    let due = Some(SecondFactorDue::Enrol);
    let none = SecondFactors { due, factors: Vec::new(), backup_codes: 0, passkeys: false };
    visitor.visit(&[shown, none]);
    visitor.visit(&[NewAuthenticator { factor: FACTOR, secret: "LRHFN2XOTG5UZ3YO4AXBRPFPUX4RU3AL".into() }]);
    visitor.visit(&[ConfirmAuthenticator { code: "492039".into() }]);
    let options = r#"{"challenge":"5Vcc6TVFCtrSfM68StdiUg","rpId":"reverie.example"}"#;
    visitor.visit(&[PasskeyOptions { options: options.into() }]);
    let client_data_json = arbitrary("client data", 120);
    let attestation_object = arbitrary("attestation", 200);
    visitor.visit(&[ConfirmPasskey { client_data_json: client_data_json.clone(), attestation_object }]);
    let (credential, authenticator_data) = (arbitrary("credential", 16), arbitrary("authenticator data", 37));
    let signature = arbitrary("passkey's signature", 64);
    let passkey = ShownPasskey { credential, client_data_json, authenticator_data, signature };
    visitor.visit(std::slice::from_ref(&passkey));
    let code = ShownSecondFactor { code: Some("492039".into()), ..ShownSecondFactor::default() };
    let backup = ShownSecondFactor { backup: Some(arbitrary("backup code", 32)), ..ShownSecondFactor::default() };
    visitor.visit(&[code, backup, ShownSecondFactor { passkey: Some(passkey), ..ShownSecondFactor::default() }]);
    visitor.visit(&[NewBackupCodes { token_sha256: vec![Hash::of("one"), Hash::of("another")] }]);
}

fn journals(visitor: &mut impl Visitor, story: &Story) {
    let head = head(story);
    visitor.visit(&[MemberRole::Owner, MemberRole::Writer, MemberRole::Reader]);
    visitor.visit(&[head]);
    let account = |account, card: &SignedCard| {
        let card = card.fingerprint();
        MemberAccount { account, state: AccountState::Active, card }
    };
    let members = vec![account(story.heron, &story.heron_card), account(story.quill, &story.quill_card)];
    visitor.visit(&members);
    let entry = |role| JournalEntry { journal: story.journal, role, head, members: members.clone(), missing: vec![] };
    visitor.visit(&[entry(MemberRole::Owner), entry(MemberRole::Writer), entry(MemberRole::Reader)]);
    visitor.visit(&[Journals { journals: vec![entry(MemberRole::Owner)], open_invitations: vec![INVITATION] }]);
    let withdrawn = SignedRecord { body: None, ..story.write.clone() };
    visitor.visit(&[story.write.clone(), withdrawn, story.open.clone()]);
    visitor.visit(&[Append { records: vec![story.write.clone()] }]);
    visitor.visit(&[Appended { head }]);
    visitor.visit(&[Resent { head, missing: vec![story.attachment] }]);
    let moved = JournalChange { journal: story.journal, head: Some(head) };
    let gone = JournalChange { journal: story.journal, head: None };
    visitor.visit(&[moved.clone(), gone.clone()]);
    visitor.visit(&[Changes { whole: false, journals: vec![moved] }, Changes { whole: true, journals: vec![gone] }]);
    let page = RecordPage { records: vec![story.write.clone()], head: Some(head), more: false };
    visitor.visit(&[page, RecordPage { records: Vec::new(), head: None, more: true }]);
    let file = story.written.attachments.iter().map(|file| StoredAttachment {
        attachment: file.id,
        sha256: file.sha256,
        size: file.size,
    });
    visitor.visit(&file.collect::<Vec<_>>());
}

fn erasure(visitor: &mut impl Visitor) {
    let signed = |what: &str| SignedErasure { erasure: arbitrary(what, 92), signature: arbitrary("signature", 64) };
    visitor.visit(&[signed("erasure of a journal")]);
    visitor.visit(&[EraseAccount { account: signed("erasure"), journals: vec![signed("erasure of a journal")] }]);
    visitor.visit(&[AccountErased { day: LAST_DAY.into(), journals: 2, records: 431, files: 17 }]);
}

fn audit(visitor: &mut impl Visitor, story: &Story) {
    visitor.visit(AuditAct::ALL);
    let about = |own| Some(AuditSubject::journal(story.journal, own));
    let others = [
        Some(AuditSubject::account(story.quill)),
        Some(AuditSubject::own_keys(story.heron)),
        Some(AuditSubject::session(SESSION)),
        Some(AuditSubject::invitation(INVITATION)),
    ];
    let subjects: Vec<_> = [about(false), about(true)].into_iter().chain(others).flatten().collect();
    visitor.visit(&subjects.iter().map(|subject| subject.kind).collect::<Vec<_>>());
    visitor.visit(&subjects);
    let entry =
        |actor, act, subject| AuditEntry { day: LAST_DAY.into(), actor, act, subject, salt: arbitrary("salt", 16) };
    let entries = [
        entry(Some(story.quill), AuditAct::FetchRecords, about(false)),
        entry(Some(story.heron), AuditAct::AppendRecords, about(true)),
        entry(Some(ADMINISTRATOR), AuditAct::ReadAudit, None),
        entry(None, AuditAct::Invite, Some(AuditSubject::invitation(INVITATION))),
    ];
    visitor.visit(&entries);
    let mut head = Some(Head { seq: 40, hash: Hash::of("the entries before") });
    let mut link = |entry: &AuditEntry| {
        let digest = entry.digest();
        let next = next_head(head, &digest);
        head = Some(next);
        let told = entry.subject != about(true);
        AuditLink { seq: next.seq, digest, hash: next.hash, entry: Some(entry.clone()).filter(|_| told) }
    };
    let links: Vec<_> = entries.iter().map(&mut link).collect();
    visitor.visit(&links);
    visitor.visit(&[AuditPage { links, head, more: false }, AuditPage { links: Vec::new(), head: None, more: false }]);
    let access = |actor, handle: Option<&str>, act| AccessEntry {
        day: LAST_DAY.into(),
        actor,
        handle: handle.map(Into::into),
        act,
    };
    let entries = [
        access(Some(story.quill), Some("quill"), AuditAct::FetchRecords),
        access(Some(ADMINISTRATOR), Some("admin"), AuditAct::DiscloseAccount),
        access(None, None, AuditAct::DiscloseAccount),
    ];
    visitor.visit(&entries);
    visitor.visit(&[AccessLog { entries: entries.to_vec(), more: false }]);
}

fn disclosure(visitor: &mut impl Visitor, story: &Story) {
    let empty = |column: &str| DisclosedCell {
        column: column.into(),
        text: None,
        number: None,
        flag: None,
        bytes: None,
        sha256: None,
    };
    let cells = vec![
        DisclosedCell { text: Some(story.journal.to_string()), ..empty("journal") },
        DisclosedCell { number: Some(1), ..empty("seq") },
        DisclosedCell { bytes: story.write.body.clone(), ..empty("body") },
        DisclosedCell { flag: Some(false), ..empty("withdrawn") },
        empty("record"),
        DisclosedCell { sha256: Some(Hash::of("a login under way")), ..empty("state") },
    ];
    visitor.visit(&cells);
    let rows = vec![DisclosedRow { table: "record".into(), cells }];
    visitor.visit(&rows);
    let next = DisclosurePlace { table: "record".into(), skip: 50 };
    visitor.visit(std::slice::from_ref(&next));
    visitor.visit(&[DisclosurePage { rows, next: Some(next) }, DisclosurePage { rows: Vec::new(), next: None }]);
}
