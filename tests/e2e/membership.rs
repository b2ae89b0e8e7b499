//! Care circles: who is let in, who is taken out, whose keys change, and what everybody can open afterwards.

mod circle;
mod hidden;
mod keys;
mod leaving;

use reverie_client::{CircleChange, ClientError, Past};
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{DocumentId, JournalId};
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::{Person, Practice, World};

use crate::shell::{flat, goes_home, ok, reverie};

/// heron-41, her two clinicians, and the journal that she shares with quill.
struct Care {
    world: World,
    heron: Person,
    quill: Person,
    haddon: Person,
    journal: JournalId,
}

impl Care {
    /// heron and haddon are paired and have compared the words; quill alone reads the journal.
    async fn open() -> Self {
        let Practice { world, mut quill, mut heron } = Practice::open().await;
        let mut haddon = world.unlocks("haddon").await;
        let code = heron.invite(AccountRole::Clinician, None, INVITATION_IN_ROOM_SECONDS).await.unwrap();
        haddon.pair(&code).await.unwrap();
        heron.collect_guests().await.unwrap();
        heron.confirm("haddon").await.unwrap();
        haddon.confirm("heron-41").await.unwrap();
        for person in [&mut heron, &mut quill, &mut haddon] {
            person.sync().await.unwrap();
        }
        let journal = heron.find_circle(Some("quill")).unwrap().journal;
        Self { world, heron, quill, haddon, journal }
    }

    /// The same, after haddon was admitted to the journal.
    async fn of_three(past: Past) -> Self {
        let mut care = Self::open().await;
        care.admit(past).await.unwrap();
        care.haddon.sync().await.unwrap();
        care.quill.sync().await.unwrap();
        care
    }

    async fn admit(&mut self, past: Past) -> Result<(), ClientError> {
        let change = CircleChange::Admit { account: self.haddon.account(), role: MemberRole::Writer, past };
        change_circle(&mut self.heron, self.journal, change).await
    }

    /// heron writes a few words and shares them in the journal.
    async fn shares(&mut self, words: &str) -> DocumentId {
        shares_in(&mut self.heron, self.journal, words).await
    }
}

async fn shares_in(heron: &mut Person, journal: JournalId, words: &str) -> DocumentId {
    let kept = heron.writes(Kind::Image, words).await.unwrap();
    let circle = heron.circles().into_iter().find(|circle| circle.journal == journal).unwrap();
    let flushed = heron.share(kept.document, &circle).await.unwrap();
    assert!(flushed.stopped_by.is_none(), "{flushed:?}");
    kept.document
}

/// Looks at a change and says yes to it.
async fn change_circle(owner: &mut Person, journal: JournalId, change: CircleChange) -> Result<(), ClientError> {
    let proposal = owner.propose(journal, change).await?;
    owner.enact(&proposal).await
}

/// Returns what somebody reads in a journal of heron's, words in the order of the log.
fn reads(reader: &Person, heron: &Person, journal: JournalId) -> Vec<String> {
    let view = reader.view(heron.account());
    let shared = view.shared.into_iter().filter(|shared| shared.journal == journal);
    shared.flat_map(|shared| shared.entries).map(|entry| entry.entry.body().words.as_str().to_owned()).collect()
}

/// Syncs, and checks that there is nothing to tell.
async fn syncs(person: &mut Person) {
    let notices = person.sync().await.unwrap();
    assert!(notices.is_empty(), "{notices:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_whoever_is_removed_is_out_of_every_journal_and_the_empty_one_is_not_in_the_way() {
    let Care { world, heron, quill: _quill, haddon: _haddon, journal } = Care::of_three(Past::All).await;
    goes_home(&world, "heron-41", heron);
    let at = |line: &str| reverie(&world, "heron-41", &line.split(' ').collect::<Vec<_>>());
    // Out of one by name, haddon still reads the other, and that is said.
    let (_, said) = ok(at(&format!("remove haddon --circle {journal} --yes")));
    assert!(said.contains("haddon is out.") && said.contains("Still read by haddon: journal"), "{said}");
    let (_, said) = ok(at("remove haddon --yes"));
    assert!(said.contains("haddon is out.") && !said.contains("Still read by"), "{said}");
    let refused = flat(&at("remove haddon --yes").stderr);
    assert!(refused.contains("No open journal of yours is read by haddon, so nothing was changed"), "{refused}");
    let (id, _) = ok(at("write salt"));
    let (_, said) = ok(at(&format!("share {id} --yes")));
    assert!(said.contains("is shared with quill."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_somebody_is_removed_from_all_journals_at_once() {
    let Care { world, heron, quill: _quill, haddon: _haddon, .. } = Care::of_three(Past::All).await;
    goes_home(&world, "heron-41", heron);
    let (json, _) = ok(reverie(&world, "heron-41", &["remove", "haddon", "--yes", "--json"]));
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    let done: Vec<_> = told["journals"].as_array().unwrap().iter().map(|journal| &journal["readers"]).collect();
    assert_eq!(done.len(), 2, "{told}");
    assert!(done.iter().all(|readers| !readers.as_array().unwrap().contains(&"haddon".into())), "{told}");
}
