//! Ghost readers: somebody whom nobody invited.

use reverie_client::native::system::randomness;
use reverie_crypto::AccountKeys;
use reverie_journal::Kind;
use reverie_protocol::header::{Action, Member, MemberRole};
use reverie_protocol::ids::{AccountId, RecordId};
use reverie_tests::Practice;

use super::{header, lies_about_records, told, told_once};

/// Returns the server's own reader.
fn ghost() -> Member {
    let account = AccountId::make(&mut randomness());
    let card = AccountKeys::make(&mut randomness()).card(account);
    Member { account, role: MemberRole::Reader, since_epoch: 0, card }
}

#[tokio::test]
async fn a_reader_whom_the_server_admits_in_the_owners_name_is_refused_and_gets_nothing() {
    let Practice { world: _world, mut heron, mut quill } = Practice::open().await;
    quill.sync().await.unwrap();
    let journal = quill.view(heron.account()).shared[0].journal;
    let (ghost, servers_keys) = (ghost(), AccountKeys::make(&mut randomness()));
    let ghosts_account = ghost.account;
    lies_about_records(&quill.wire, move |page| {
        let Some(last) = page.records.last().filter(|last| header(last).journal == journal) else { return };
        let mut admit = header(last);
        (admit.seq, admit.prev) = (admit.seq + 1, Some(last.chain_hash()));
        (admit.action, admit.record) = (Action::Admit, RecordId::make(&mut randomness()));
        admit.attachments.clear();
        admit.members = Some(vec![ghost.clone()]);
        page.records.push(servers_keys.sign_header(&admit, last.body.clone().map(|body| body.0)));
    });
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let told = told_once(&mut quill).await;
    assert!(told.contains("the record's signature does not verify"), "{told}");

    quill.wire.is_honest();
    quill.sync().await.unwrap();
    let shared = quill.view(heron.account()).shared.remove(0);
    assert!(shared.readers().all(|reader| reader != ghosts_account));
    let key_words = serde_json::to_string(&shared).unwrap();
    assert!(!key_words.contains(&ghosts_account.to_string()));
}

#[tokio::test]
async fn a_reader_whom_the_server_slips_into_the_opening_record_is_noticed_by_a_new_device() {
    let Practice { world, heron, quill } = Practice::open().await;
    drop(quill);
    let _ = std::fs::remove_dir_all(world.home("quill").join("log"));
    let mut quill = world.unlocks("quill").await;
    let ghost = ghost();
    lies_about_records(&quill.wire, move |page| {
        for record in &mut page.records {
            let mut opening = header(record);
            if let Some(members) = &mut opening.members {
                members.push(ghost.clone());
                record.header.0 = serde_json::to_vec(&opening).unwrap();
            }
        }
    });
    let told = told_once(&mut quill).await;
    assert!(told.contains("the record's signature does not verify"), "{told}");
    assert!(quill.view(heron.account()).shared.is_empty());
}

#[tokio::test]
async fn a_journal_that_the_server_opens_itself_is_left_alone() {
    let Practice { world: _world, heron, mut quill } = Practice::open().await;
    // The server makes an account of its own and a journal that names quill as a member, all of it well signed.
    let (keys, account) = (AccountKeys::make(&mut randomness()), AccountId::make(&mut randomness()));
    let journal = reverie_protocol::ids::JournalId::make(&mut randomness());
    let owner = Member { account, role: MemberRole::Owner, since_epoch: 0, card: keys.card(account) };
    let body = b"{\"v\":1,\"grants\":[]}".to_vec();
    let opening = reverie_protocol::header::Header {
        v: 1,
        journal,
        seq: 0,
        prev: None,
        author: account,
        record: RecordId::make(&mut randomness()),
        action: Action::Open,
        epoch: 0,
        epoch_commitment: Some(reverie_protocol::hash::Hash::of(b"an epoch")),
        body: Some(reverie_protocol::header::BodyRef {
            sha256: reverie_protocol::hash::Hash::of(&body),
            size: body.len() as u64,
        }),
        attachments: vec![],
        withdraws: vec![],
        members: Some(vec![owner]),
    };
    let signed = keys.sign_header(&opening, Some(body));
    let head = reverie_protocol::api::Head { seq: 0, hash: signed.chain_hash() };
    quill.wire.requests(move |asked| {
        use reverie_protocol::api::{JournalEntry, Journals, RecordPage};
        use reverie_tests::{Answer, Fate};
        if asked.is("GET", "/v1/journals") {
            let entry = JournalEntry { journal, role: MemberRole::Writer, head, members: vec![], missing: vec![] };
            return Fate::Answer(Answer::json(200, &Journals { journals: vec![entry], open_invitations: vec![] }));
        }
        if asked.is_reading() && asked.path.contains(&journal.to_string()) {
            let page = RecordPage { records: vec![signed.clone()], head: Some(head), more: false };
            return Fate::Answer(Answer::json(200, &page));
        }
        Fate::Pass
    });
    let told = told(&mut quill).await;
    assert!(told.contains(&"a stranger's journal".to_owned()), "{told:?}");
    assert!(told.contains(&"a journal is hidden".to_owned()), "and that heron's is missing is said as well: {told:?}");
    let patients: Vec<_> = quill.queue().into_iter().map(|row| row.patient).collect();
    assert_eq!(patients, [heron.account()], "what was read before is still there, and nobody else is");
}
