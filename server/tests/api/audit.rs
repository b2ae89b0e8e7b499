//! The audit log: every act is in it, once a day or each time, and nobody is told what is not theirs.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{
    AccountCard, AccountEntry, AccountErased, Accounts, Append, Bundle, InvitationOffer, PutBundle, PutCard,
    RedeemInvitation, Resent, Session, SessionRecover, Sessions, StoredAttachment,
};
use reverie_protocol::audit::{AccessLog, AuditAct, AuditCheck, AuditLink, AuditPage};
use reverie_protocol::bytes::B64;
use reverie_protocol::disclosure::DisclosurePage;
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::AttachmentId;
use reverie_protocol::problem::ProblemCode;
use reverie_server::check_data::check_data;
use serde_json::Value;

use crate::world::{Log, PASSWORD, Person, Refusal, World, enter, login, ok, refusal, rng};

const DAY: i64 = 24 * 60 * 60;

/// Reads the whole audit log, following its chain.
async fn audit(administrator: &Person) -> Vec<AuditLink> {
    let (mut check, mut links) = (AuditCheck::default(), Vec::new());
    loop {
        let after = links.last().map(|link: &AuditLink| format!("&after={}", link.seq)).unwrap_or_default();
        let page: AuditPage = ok(administrator.get(&format!("/v1/admin/audit?limit=7{after}")).await).await;
        page.links.iter().try_for_each(|link| check.follow(link)).unwrap();
        links.extend(page.links);
        if !page.more {
            check.finish(page.head).unwrap();
            return links;
        }
    }
}

async fn access(reader: &Person, log: &Log) -> Vec<(String, Option<&'static str>, AuditAct)> {
    accessed(reader, &format!("/v1/journals/{}/access-log", log.journal)).await
}

async fn accessed(reader: &Person, path: &str) -> Vec<(String, Option<&'static str>, AuditAct)> {
    let page: AccessLog = ok(reader.get(path).await).await;
    let who = |actor| (actor == Some(reader.account)).then_some("me");
    page.entries.into_iter().map(|entry| (entry.day, who(entry.actor), entry.act)).collect()
}

fn acts(told: Vec<(String, Option<&'static str>, AuditAct)>) -> Vec<(Option<&'static str>, AuditAct)> {
    told.into_iter().map(|(_, who, act)| (who, act)).collect()
}

fn count(links: &[AuditLink], actor: &Person, act: AuditAct) -> usize {
    let told = links.iter().filter_map(|link| link.entry.as_ref());
    told.filter(|entry| entry.actor == Some(actor.account) && entry.act == act).count()
}

#[tokio::test]
async fn what_happens_often_is_entered_once_a_day_and_again_after_midnight_and_a_restart() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    for _ in 0..3 {
        let record = log.write(&heron, b"sealed", vec![]);
        log.append(&heron, &[record]).await;
        log.read(&quill).await;
    }
    use AuditAct::{AppendRecords, FetchRecords};
    let first = [("2031-05-01".to_owned(), Some("me"), AppendRecords), ("2031-05-01".to_owned(), None, FetchRecords)];
    assert_eq!(access(&heron, &log).await, first);
    // A server that was restarted has forgotten what it entered, and asks its database.
    let world = world.restart().await;
    let at = |mut person: Person| {
        person.base = world.base();
        person
    };
    let (heron, quill) = (at(heron), at(quill));
    log.read(&quill).await;
    assert_eq!(access(&heron, &log).await, first);
    world.pass_seconds(DAY);
    log.read(&quill).await;
    log.read(&quill).await;
    assert_eq!(access(&heron, &log).await[2..], [("2031-05-02".to_owned(), None, FetchRecords)]);
}

#[tokio::test]
async fn whoever_asks_and_is_handed_nothing_has_fetched_nothing() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    quill.get(&format!("{}?after=0", log.path())).await;
    assert_eq!(access(&heron, &log).await.len(), 1, "the opening alone");
    quill.get(&log.path()).await;
    assert_eq!(access(&heron, &log).await.len(), 2);
}

#[tokio::test]
async fn what_an_owner_does_in_her_own_journal_is_told_to_her_alone() {
    let world = World::new().await;
    let (heron, quill, wren) =
        (world.patient().await, world.clinician().await, world.person(AccountRole::Patient, "wren").await);
    let mut log = heron.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let record = log.write(&heron, b"sealed", vec![]);
    log.append(&heron, &[record]).await;
    log.read(&heron).await;
    log.read(&quill).await;
    use AuditAct::{AppendRecords, FetchRecords};
    let hers = acts(access(&heron, &log).await);
    assert_eq!(hers, [(Some("me"), AppendRecords), (Some("me"), FetchRecords), (None, FetchRecords)]);
    let his = acts(access(&quill, &log).await);
    assert_eq!(his, [(Some("me"), FetchRecords)]);
    let strange = wren.get(&format!("/v1/journals/{}/access-log", log.journal)).await;
    assert_eq!(refusal(strange).await, Refusal(404, ProblemCode::NotFound));

    let links = audit(&world.admin).await;
    assert_eq!(count(&links, &quill, FetchRecords), 1);
    assert_eq!(count(&links, &heron, AppendRecords) + count(&links, &heron, FetchRecords), 0);
    assert_eq!(links.iter().filter(|link| link.entry.is_none()).count(), 2, "they are in the chain, by their digests");
    let text = serde_json::to_string(&links).unwrap();
    let private = heron.opens_journal(&[]).await;
    let text = text + &serde_json::to_string(&audit(&world.admin).await).unwrap();
    assert!(text.contains(&log.journal.to_string()) && !text.contains(&private.journal.to_string()));
}

#[tokio::test]
async fn that_keys_are_stored_whenever_somebody_writes_is_told_to_nobody_else() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let put = PutBundle::new(2, B64(b"sealed again".to_vec()));
    assert_eq!(heron.put("/v1/accounts/me/credentials", &put).await.status(), StatusCode::NO_CONTENT);
    ok::<Bundle>(heron.get("/v1/accounts/me/credentials").await).await;
    let acts = |told: Vec<(String, Option<&'static str>, AuditAct)>| told.into_iter().map(|(_, _, act)| act);
    use AuditAct::{FetchBundle, StoreBundle};
    let own: Vec<_> = acts(accessed(&heron, "/v1/accounts/me/access-log").await).collect();
    assert_eq!(own, [AuditAct::Join, StoreBundle, FetchBundle]);
    let others: Vec<_> = acts(accessed(&quill, "/v1/accounts/me/access-log").await).collect();
    assert_eq!(others, [AuditAct::Join, AuditAct::AddSecondFactor, AuditAct::ReplaceBackupCodes]);
    let links = audit(&world.admin).await;
    assert_eq!(count(&links, &heron, StoreBundle) + count(&links, &heron, FetchBundle), 0);
}

#[tokio::test]
async fn entries_that_are_made_at_once_are_one_chain_with_each_act_of_the_day_once() {
    let world = World::new().await;
    let (heron, quill) = (world.patient().await, world.clinician().await);
    let mut logs = Vec::new();
    for _ in 0..12 {
        logs.push(heron.opens_journal(&[quill.member(MemberRole::Writer)]).await);
    }
    let base = world.base();
    let readers = logs.iter().map(async |log| {
        tokio::join!(log.read(&quill), log.read(&quill), log.read(&heron));
        let mut log = log.clone();
        let record = log.write(&quill, b"reply", vec![]);
        log.append(&quill, &[record]).await;
        assert_eq!(login(&base, "quill", PASSWORD).await.status(), StatusCode::OK);
    });
    futures_util::future::join_all(readers).await;
    let links = audit(&world.admin).await;
    for (act, times) in [(AuditAct::FetchRecords, 12), (AuditAct::AppendRecords, 12), (AuditAct::LogIn, 12)] {
        assert_eq!(count(&links, &quill, act), times, "{}", act.name());
    }
    assert_eq!(links.iter().filter(|link| link.entry.is_none()).count(), 24, "heron's openings and readings");
}

#[tokio::test]
async fn only_administrators_are_told_the_audit_log() {
    let world = World::new().await;
    for person in [world.patient().await, world.clinician().await] {
        let refused = refusal(person.get("/v1/admin/audit").await).await;
        assert_eq!(refused, Refusal(403, ProblemCode::NotPermitted));
    }
    assert_eq!(refusal(world.admin.get("/v1/admin/audit?limit=0").await).await.0, 400);
}

#[tokio::test]
async fn a_damaged_audit_log_is_found_by_check() {
    let world = World::new().await;
    let heron = world.patient().await;
    heron.opens_journal(&[]).await;
    world.server.stop().await;
    let (data, database) = (world.folder.path(), world.folder.database());
    let report = check_data(data, &database).await.unwrap();
    assert_eq!(report.findings, []);
    assert!(report.audit_entries >= 4, "{report:?}");
    let found = async |sql: &str| {
        let db = world.folder.connect().await;
        sea_orm::ConnectionTrait::execute_unprepared(&db, sql).await.unwrap();
        db.close().await.unwrap();
        let findings = check_data(data, &database).await.unwrap().findings;
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let cut = found("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)").await;
    assert_eq!(cut, ["audit log: its head is not its last entry"]);
    let changed = found("UPDATE audit SET day = day + 1 WHERE seq = 2").await;
    assert_eq!(changed, ["audit log: entry 2 does not follow from the entries before it (entry 2)"]);
    let missing = found("DELETE FROM audit WHERE seq = 1").await;
    assert_eq!(missing, ["audit log: entry 1 was expected, and entry 2 was shown (entry 2)"]);
}

/// What each operation that asks for a session enters, or why it enters nothing.
const OPERATIONS: &[(&str, Result<AuditAct, &str>)] = &[
    ("create_invitation", Ok(AuditAct::Invite)),
    ("get_invitation", Err("the caller's own invitation; who accepted it is entered")),
    ("revoke_invitation", Ok(AuditAct::RevokeInvitation)),
    ("read_invitation", Err("nobody is logged in")),
    ("redeem_invitation", Ok(AuditAct::AcceptInvitation)),
    ("start_registration", Err("nothing is stored or told")),
    ("finish_registration", Ok(AuditAct::Join)),
    ("start_session", Err("nobody is logged in yet")),
    ("finish_session", Ok(AuditAct::LogIn)),
    ("recover_session", Ok(AuditAct::Recover)),
    ("list_sessions", Err("the caller's own")),
    ("end_session", Ok(AuditAct::EndSession)),
    ("end_other_sessions", Ok(AuditAct::EndSession)),
    ("leave_handover", Err("sealed, for ten minutes; whoever takes it logs in, which is entered")),
    ("take_handover", Err("nobody is logged in yet")),
    ("list_second_factors", Err("the caller's own")),
    ("show_second_factor", Ok(AuditAct::UseBackupCode)),
    ("begin_authenticator", Err("it does not count yet")),
    ("confirm_authenticator", Ok(AuditAct::AddSecondFactor)),
    ("begin_passkey", Err("it does not count yet")),
    ("confirm_passkey", Ok(AuditAct::AddSecondFactor)),
    ("ask_passkey", Err("it is not shown yet")),
    ("replace_backup_codes", Ok(AuditAct::ReplaceBackupCodes)),
    ("remove_second_factor", Ok(AuditAct::RemoveSecondFactor)),
    ("reset_second_factor", Ok(AuditAct::ResetSecondFactor)),
    ("erase_account", Ok(AuditAct::EraseAccount)),
    ("get_erasure", Err("what its owner signed for whoever read it")),
    ("start_password", Err("nothing is stored or told")),
    ("get_own_account", Err("the caller's own, and public")),
    ("get_bundle", Ok(AuditAct::FetchBundle)),
    ("put_bundle", Ok(AuditAct::StoreBundle)),
    ("put_card", Ok(AuditAct::ChangeKeys)),
    ("get_card", Ok(AuditAct::FetchCard)),
    ("list_journals", Err("the caller's own, without content; fetching them is entered")),
    ("follow_changes", Err("the caller's own, without content; fetching them is entered")),
    ("append_records", Ok(AuditAct::AppendRecords)),
    ("resend_records", Ok(AuditAct::ResendRecords)),
    ("list_records", Ok(AuditAct::FetchRecords)),
    ("get_access_log", Err("it is about the log, not about the journal")),
    ("get_own_access_log", Err("the caller's own")),
    ("put_attachment", Ok(AuditAct::UploadAttachment)),
    ("get_attachment", Ok(AuditAct::FetchAttachment)),
    ("delete_attachment", Ok(AuditAct::DeleteAttachment)),
    ("list_accounts", Ok(AuditAct::ListAccounts)),
    ("suspend_account", Ok(AuditAct::SuspendAccount)),
    ("reinstate_account", Ok(AuditAct::ReinstateAccount)),
    ("off_board_account", Ok(AuditAct::OffBoardAccount)),
    ("get_audit_log", Ok(AuditAct::ReadAudit)),
    ("disclose_account", Ok(AuditAct::DiscloseAccount)),
    ("disclose_attachment", Ok(AuditAct::DiscloseAccount)),
    ("health", Err("nobody is logged in")),
    ("ready", Err("nobody is logged in")),
];

#[tokio::test]
async fn every_operation_is_entered_or_says_why_not() {
    let spec: Value = serde_json::from_str(&reverie_server::openapi()).unwrap();
    let items = spec["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut operations: Vec<_> = items.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let mut listed: Vec<_> = OPERATIONS.iter().map(|(operation, _)| *operation).collect();
    operations.sort_unstable();
    listed.sort_unstable();
    assert_eq!(operations, listed, "say in OPERATIONS what a new operation enters");

    let world = World::new().await;
    let quill = world.clinician().await;
    let wren = world.patient().await;
    let acts = everything(&world, &quill, &wren).await;
    let links = audit(&world.admin).await;
    let mut told = BTreeMap::new();
    for entry in links.iter().filter_map(|link| link.entry.as_ref()) {
        *told.entry(entry.act).or_insert(0) += 1;
    }
    for act in OPERATIONS.iter().filter_map(|(_, act)| act.ok()) {
        assert!(told.contains_key(&act) || acts.contains(&act), "{} was not entered: {told:?}", act.name());
    }
    let outside = AuditAct::ALL.iter().filter(|act| !OPERATIONS.iter().any(|(_, listed)| listed == &Ok(**act)));
    // `reverie-server restore` enters the one (backup.rs), codes that are wrong the other (second_factor.rs).
    let elsewhere = [AuditAct::Restore, AuditAct::FailSecondFactor];
    let outside: Vec<_> = outside.filter(|act| !elsewhere.contains(act)).collect();
    assert_eq!(outside, Vec::<&AuditAct>::new(), "an act that nothing enters is a promise broken");
    let kinds = links.iter().filter_map(|link| link.entry.as_ref()?.subject).map(|subject| subject.kind);
    assert!(kinds.into_iter().all(|kind| !kind.is_own()));
}

/// Does everything that can be entered, and returns what the owner of a journal is told of it and of her own account.
async fn everything(world: &World, quill: &Person, wren: &Person) -> Vec<AuditAct> {
    let admin = &world.admin;
    let code = admin.invites(AccountRole::Patient, Some("cedar-07")).await;
    admin.delete(&format!("/v1/invitations/{}", code.invitation)).await;
    let pairing = quill.invites(AccountRole::Patient, None).await;
    let redeem =
        RedeemInvitation { invitation: pairing.invitation, token: pairing.token.clone(), mac: B64(vec![3; 32]) };
    ok::<InvitationOffer>(wren.post("/v1/invitations/redeem", &redeem).await).await;
    ok::<AccountCard>(wren.get(&format!("/v1/accounts/{}/card", quill.account)).await).await;
    let bundle: Bundle = ok(wren.get("/v1/accounts/me/credentials").await).await;
    let put = PutBundle::new(bundle.version + 1, B64(b"sealed again".to_vec()));
    assert_eq!(wren.put("/v1/accounts/me/credentials", &put).await.status(), StatusCode::NO_CONTENT);

    let mut log = wren.opens_journal(&[quill.member(MemberRole::Writer)]).await;
    let (card, _) = crate::cards::next(wren, &wren.key);
    let card = PutCard { card, version: bundle.version + 2, bundle: B64(b"new keys".to_vec()) };
    assert_eq!(wren.put("/v1/accounts/me/card", &card).await.status(), StatusCode::NO_CONTENT);
    let record = log.write(quill, b"reply", vec![]);
    log.append(quill, &[record]).await;
    let again = log.write(quill, b"reply", vec![]);
    ok::<Resent>(quill.post(&format!("/v1/journals/{}/resend", log.journal), &Append { records: vec![again] }).await)
        .await;
    log.read(quill).await;
    let file = log.attachment_path(AttachmentId::make(&mut rng()));
    ok::<StoredAttachment>(quill.upload(&file, "sealed file").await).await;
    assert_eq!(quill.get(&file).await.status(), StatusCode::OK);
    assert_eq!(quill.delete(&file).await.status(), StatusCode::NO_CONTENT);

    enter(&world.base(), "quill").await;
    let factors = crate::second_factor::enrols(world, quill).await;
    let removed = quill.delete(&format!("/v1/second-factor/{}", factors.factor)).await;
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    let token = B64(vec![9; 32]);
    let recover = SessionRecover { handle: "quill".into(), token };
    assert_eq!(wren.post("/v1/sessions/recover", &recover).await.status(), StatusCode::OK);
    let sessions: Sessions = ok(quill.get("/v1/sessions").await).await;
    let other = sessions.sessions.iter().find(|session: &&Session| !session.current).unwrap();
    assert_eq!(quill.delete(&format!("/v1/sessions/{}", other.session)).await.status(), StatusCode::NO_CONTENT);

    let lantern = world.person(AccountRole::Patient, "lantern-19").await;
    let leaves = crate::erasure::erasure(&lantern, &[]);
    ok::<AccountErased>(lantern.post("/v1/accounts/me/erase", &leaves).await).await;
    ok::<Accounts>(admin.get("/v1/admin/accounts").await).await;
    ok::<DisclosurePage>(admin.get(&format!("/v1/admin/accounts/{}/disclosure", wren.account)).await).await;
    for deed in ["suspend", "reinstate", "off-board"] {
        ok::<AccountEntry>(admin.post(&format!("/v1/admin/accounts/{}/{deed}", quill.account), &()).await).await;
    }
    let own = accessed(wren, "/v1/accounts/me/access-log").await;
    let reset = format!("/v1/admin/accounts/{}/reset-second-factor", quill.account);
    assert_eq!(admin.post(&reset, &()).await.status(), StatusCode::NO_CONTENT);
    access(wren, &log).await.into_iter().chain(own).map(|(_, _, act)| act).collect()
}
