//! Random members, devices, cuts and interleavings against a plain model: whatever is sent, the real server, the clients'
//! `check` and the model say the same of it, and in the end everybody has the same journal.
//!
//! `PROPTEST_CASES=1000 cargo test -p reverie-tests --test e2e model` tries more.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reverie_client::JournalLog;
use reverie_client::native::system::randomness;
use reverie_crypto::{AccountKeys, DeviceCopy};
use reverie_protocol::api::{Append, Journals, PutCard, RecordPage};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::check::check;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, JournalId, RecordId};
use reverie_protocol::limits;
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_tests::person::PASSWORD;
use reverie_tests::{Person, Practice};

/// The people: heron owns every journal here; the others come and go.
const PEOPLE: [&str; 4] = ["heron-41", "quill", "haddon", "admin"];
/// Devices of each person.
const DEVICES: usize = 2;

/// What somebody tries.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Write,
    /// Withdraw one of the records so far.
    Withdraw(usize),
    Admit {
        whom: usize,
        reader: bool,
        from_now_on: bool,
    },
    Remove(usize),
    Rotate,
    Rekey(usize),
    Close,
}

/// What goes wrong with it, on the way or on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The answer is lost, or the device dies before it is written down.
    Lost,
    /// The same is sent twice.
    Twice,
    /// Somebody else signs in the author's name.
    Forged,
    /// The record claims an epoch that is not its turn.
    Epoch,
    /// A reader is slipped into the member list.
    Ghost,
    /// A record id is used again.
    Reused,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A device asks for what is new.
    Sync { who: usize, device: usize },
    /// A device builds a record on what it has seen, and sends it.
    Send { who: usize, device: usize, deed: Deed, fault: Fault },
    /// A device sends again what it sent last.
    Resend { who: usize, device: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // The owner does most, and most of it is right: or journals would stay empty.
    let who = prop_oneof![4 => Just(0), 2 => Just(1), 2 => Just(2), 1 => Just(3)];
    let whom = 0..PEOPLE.len();
    let deed = prop_oneof![
        6 => Just(Deed::Write),
        3 => any::<prop::sample::Index>().prop_map(|which| Deed::Withdraw(which.index(16))),
        4 => (whom.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(whom, reader, from_now_on)| Deed::Admit { whom, reader, from_now_on }),
        2 => whom.clone().prop_map(Deed::Remove),
        1 => Just(Deed::Rotate),
        1 => whom.prop_map(Deed::Rekey),
        1 => Just(Deed::Close),
    ];
    let fault = prop_oneof![
        12 => Just(Fault::None),
        2 => Just(Fault::Lost),
        1 => Just(Fault::Twice),
        1 => Just(Fault::Forged),
        1 => Just(Fault::Epoch),
        1 => Just(Fault::Ghost),
        1 => Just(Fault::Reused),
    ];
    let step = prop_oneof![
        2 => (who.clone(), 0..DEVICES).prop_map(|(who, device)| Step::Sync { who, device }),
        6 => (who.clone(), 0..DEVICES, deed, fault)
            .prop_map(|(who, device, deed, fault)| Step::Send { who, device, deed, fault }),
        1 => (who, 0..DEVICES).prop_map(|(who, device)| Step::Resend { who, device }),
    ];
    prop::collection::vec(step, 1..40)
}

/// A journal, as plainly as it can be said.
#[derive(Debug, Default)]
struct Plain {
    /// Who is a member, and whether only to read.
    members: Vec<(usize, bool)>,
    closed: bool,
    epoch: u32,
    /// Each record's id, its author, whether it is a write, and whether it was withdrawn.
    records: Vec<(RecordId, usize, bool, bool)>,
}

impl Plain {
    fn is_member(&self, who: usize) -> bool {
        self.members.iter().any(|(member, _)| *member == who)
    }

    /// Tells whether the deed is allowed, in words that were written without looking at `check`.
    fn allows(&self, who: usize, deed: Deed) -> bool {
        let owner = who == 0;
        let Some((_, only_reads)) = self.members.iter().find(|(member, _)| *member == who) else { return false };
        match deed {
            Deed::Write => !self.closed && !only_reads,
            Deed::Withdraw(which) => self
                .records
                .get(which)
                .is_some_and(|(_, author, write, withdrawn)| *author == who && *write && !withdrawn),
            Deed::Admit { whom, .. } => owner && !self.closed && !self.is_member(whom),
            Deed::Remove(whom) => owner && !self.closed && whom != 0 && self.is_member(whom),
            Deed::Rotate | Deed::Close => owner && !self.closed,
            Deed::Rekey(whom) => owner && !self.closed && self.is_member(whom),
        }
    }

    fn apply(&mut self, who: usize, deed: Deed, record: RecordId) {
        match deed {
            Deed::Withdraw(which) => self.records[which].3 = true,
            Deed::Admit { whom, reader, from_now_on } => {
                self.members.push((whom, reader));
                self.epoch += u32::from(from_now_on);
            }
            Deed::Remove(whom) => {
                self.members.retain(|(member, _)| *member != whom);
                self.epoch += 1;
            }
            Deed::Rotate | Deed::Rekey(_) => self.epoch += 1,
            Deed::Close => self.closed = true,
            Deed::Write => {}
        }
        self.records.push((record, who, matches!(deed, Deed::Write), false));
    }
}

/// Somebody with keys and a session.
struct Player {
    person: Person,
    account: AccountId,
    keys: AccountKeys,
    /// All cards so far, the first one first.
    cards: Vec<SignedCard>,
    bundle_version: u64,
}

impl Player {
    fn new(person: Person) -> Self {
        let keys = std::fs::read(person.home.join("keys.age")).unwrap();
        let bundle = DeviceCopy::open(PASSWORD, &keys).ok().unwrap().bundle;
        let account = person.account();
        Self { account, keys: bundle.keys, cards: vec![bundle.card], bundle_version: 0, person }
    }

    /// Sends a request in the person's name.
    async fn asks<T: serde::Serialize>(&self, method: &str, path: &str, body: Option<&T>) -> reverie_tests::Answer {
        let mut asked = self.person.wire.passed(|passed| passed.last().unwrap().asked.clone());
        (asked.method, asked.path) = (method.into(), path.into());
        asked.body = body.map(|body| serde_json::to_vec(body).unwrap().into()).unwrap_or_default();
        let media_type = hyper::header::HeaderValue::from_static("application/json");
        asked.headers.insert(hyper::header::CONTENT_TYPE, media_type);
        self.person.wire.ask_server(&asked).await
    }

    /// Makes new keys, whose card the server takes.
    async fn changes_keys(&mut self) {
        if self.bundle_version == 0 {
            let stored = self.asks::<()>("GET", "/v1/accounts/me/credentials", None).await;
            self.bundle_version = stored.parse::<reverie_protocol::api::Bundle>().version;
        }
        let before = self.cards.last().unwrap();
        let (keys, card) = self.keys.succeed(before, &mut randomness()).unwrap();
        self.bundle_version += 1;
        let put = PutCard { card: card.clone(), version: self.bundle_version, bundle: B64(b"sealed".to_vec()) };
        assert_eq!(self.asks("PUT", "/v1/accounts/me/card", Some(&put)).await.status, 204);
        self.keys = keys;
        self.cards.push(card);
    }
}

/// A journal on one device.
#[derive(Default)]
struct Device {
    log: JournalLog,
    last_sent: Option<SignedRecord>,
}

/// One case: a journal of heron's, from its opening.
struct Case<'a> {
    players: &'a mut [Player],
    journal: JournalId,
    plain: Plain,
    /// The journal as whoever sees everything has it.
    truth: JournalLog,
    devices: Vec<[Device; DEVICES]>,
}

fn path(journal: JournalId) -> String {
    format!("/v1/journals/{journal}/records")
}

impl<'a> Case<'a> {
    async fn open(players: &'a mut [Player]) -> Self {
        let journal = JournalId::make(&mut randomness());
        let devices = players.iter().map(|_| Default::default()).collect();
        let plain = Plain { members: vec![(0, false)], ..Plain::default() };
        let mut case = Self { players, journal, plain, truth: JournalLog::default(), devices };
        let owner = &case.players[0];
        let card = owner.cards.last().unwrap().clone();
        let member = Member { account: owner.account, role: MemberRole::Owner, since_epoch: 0, card };
        let opening = Header {
            v: 1,
            journal,
            seq: 0,
            prev: None,
            author: owner.account,
            record: RecordId::make(&mut randomness()),
            action: Action::Open,
            epoch: 0,
            epoch_commitment: Some(Hash::of("epoch 0")),
            body: Some(body()),
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: Some(vec![member]),
        };
        let record = owner.keys.sign_header(&opening, Some(BODY.to_vec()));
        assert!(case.send(0, &record).await.is_ok());
        case.plain.records.push((opening.record, 0, false, false));
        case.truth.append(journal, record).unwrap();
        case
    }

    async fn send(&self, who: usize, record: &SignedRecord) -> Result<(), ProblemCode> {
        let append = Append { records: vec![record.clone()] };
        let answer = self.players[who].asks("POST", &path(self.journal), Some(&append)).await;
        if answer.status == 200 { Ok(()) } else { Err(answer.parse::<Problem>().code) }
    }

    /// Fetches what is new. Everything that the server hands out passes `check`.
    async fn sync(&mut self, who: usize, device: usize) -> Result<(), TestCaseError> {
        let log = &self.devices[who][device].log;
        let after = log.head().map(|head| format!("?after={}", head.seq)).unwrap_or_default();
        let answer = self.players[who].asks::<()>("GET", &format!("{}{after}", path(self.journal)), None).await;
        prop_assert_eq!(answer.status == 200, self.plain.is_member(who), "reading is for members: {}", answer.status);
        if answer.status == 200 {
            for record in answer.parse::<RecordPage>().records {
                let taken = self.devices[who][device].log.append(self.journal, record).map(drop);
                prop_assert!(taken.is_ok(), "a client refuses what the server took: {taken:?}");
            }
        }
        Ok(())
    }

    async fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Sync { who, device } => self.sync(who, device).await,
            Step::Resend { who, device } => {
                let Some(record) = self.devices[who][device].last_sent.clone() else { return Ok(()) };
                let there = self.truth.records.iter().any(|logged| logged.signed.header == record.header);
                let sent = self.send(who, &record).await;
                // Whoever was removed since is told nothing, not even that.
                let expected = there && self.plain.is_member(who);
                prop_assert_eq!(sent.is_ok(), expected, "sending again: {:?}", sent);
                Ok(())
            }
            Step::Send { who, device, deed, fault } => self.send_new(who, device, deed, fault).await,
        }
    }

    async fn send_new(&mut self, who: usize, device: usize, deed: Deed, fault: Fault) -> Result<(), TestCaseError> {
        if let Deed::Rekey(whom) = deed {
            let mut placed = self.truth.state.as_ref().unwrap().members.iter();
            let placed = placed.rfind(|member| member.account == self.players[whom].account);
            if placed.is_some_and(|member| Some(&member.card) == self.players[whom].cards.last()) {
                // An account has so many cards and no more, in however many cases.
                if self.players[whom].cards.len() == limits::CARDS {
                    return Ok(());
                }
                self.players[whom].changes_keys().await;
            }
        }
        let Some(record) = self.build(who, device, deed, fault) else { return Ok(()) };
        let header = record.parse().unwrap();
        let fresh = self.devices[who][device].log.head() == self.truth.head();
        let right = matches!(fault, Fault::None | Fault::Lost | Fault::Twice);
        let expected = fresh && right && self.plain.allows(who, deed);
        let mut state = self.truth.state.clone();
        let by_check = check(&mut state, &record);
        let sent = self.send(who, &record).await;
        self.devices[who][device].last_sent = Some(record.clone());
        prop_assert_eq!(sent.is_ok(), expected, "the server against the model: {:?} {:?}", deed, sent);
        prop_assert_eq!(sent.is_ok(), by_check.is_ok(), "the server against the clients: {:?} {:?}", sent, by_check);
        if !fresh && self.plain.is_member(who) && matches!(fault, Fault::None | Fault::Lost) {
            prop_assert_eq!(sent, Err(ProblemCode::StaleHead), "a device that is behind is told so");
        }
        if sent.is_ok() {
            self.plain.apply(who, deed, header.record);
            self.truth.append(self.journal, record.clone()).unwrap();
            if fault == Fault::Twice {
                prop_assert!(self.send(who, &record).await.is_ok(), "the same again is answered alike");
            }
            if fault != Fault::Lost {
                self.devices[who][device].log.append(self.journal, record).unwrap();
            }
        }
        Ok(())
    }

    /// Builds what a device would, on what it has seen; nothing if it has seen nothing.
    fn build(&self, who: usize, device: usize, deed: Deed, fault: Fault) -> Option<SignedRecord> {
        let state = self.devices[who][device].log.state.as_ref()?;
        let player = &self.players[who];
        let mut members = state.members.clone();
        let mut withdraws = Vec::new();
        let account = |whom: usize| self.players[whom].account;
        let (action, new_epoch) = match deed {
            Deed::Write => (Action::Write, false),
            Deed::Withdraw(which) => {
                let unknown = RecordId::from_random_bytes([which as u8; 16]);
                withdraws.push(self.plain.records.get(which).map_or(unknown, |(record, ..)| *record));
                (Action::Withdraw, false)
            }
            Deed::Admit { whom, reader, from_now_on } => {
                let role = if reader { MemberRole::Reader } else { MemberRole::Writer };
                let since_epoch = if from_now_on { state.epoch + 1 } else { 0 };
                let card = self.players[whom].cards.last().unwrap().clone();
                members.push(Member { account: account(whom), role, since_epoch, card });
                (Action::Admit, from_now_on)
            }
            Deed::Remove(whom) => {
                members.retain(|member| member.account != account(whom));
                (Action::Remove, true)
            }
            Deed::Rotate => (Action::Rotate, true),
            Deed::Rekey(whom) => {
                let cards = &self.players[whom].cards;
                for member in members.iter_mut().filter(|member| member.account == account(whom)) {
                    let placed = cards.iter().position(|card| *card == member.card).unwrap();
                    member.card = cards.get(placed + 1).unwrap_or(&member.card).clone();
                }
                (Action::Rekey, true)
            }
            Deed::Close => (Action::Close, false),
        };
        let mut epoch = state.epoch + u32::from(new_epoch);
        if fault == Fault::Epoch {
            epoch += 1;
        }
        if fault == Fault::Ghost {
            let ghost = AccountKeys::make(&mut randomness());
            let account = AccountId::make(&mut randomness());
            members.push(Member { account, role: MemberRole::Reader, since_epoch: 0, card: ghost.card(account) });
        }
        let record = match fault {
            Fault::Reused => self.plain.records[0].0,
            _ => RecordId::make(&mut randomness()),
        };
        let listed = action.changes_members() || fault == Fault::Ghost;
        let bodied = action.changes_members() || action == Action::Write;
        let header = Header {
            v: 1,
            journal: self.journal,
            seq: state.seq + 1,
            prev: Some(state.head),
            author: player.account,
            record,
            action,
            epoch,
            epoch_commitment: new_epoch.then(|| Hash::of(format!("epoch {epoch}"))),
            body: bodied.then(body),
            attachments: Vec::new(),
            withdraws,
            members: listed.then_some(members),
        };
        let body = bodied.then(|| BODY.to_vec());
        if fault == Fault::Forged {
            return Some(AccountKeys::make(&mut randomness()).sign_header(&header, body));
        }
        let key = state.keys.get(&player.account)?;
        player.keys.sign_header_as(key, &header, body)
    }

    /// In the end everybody who is a member has the same journal, and nobody else is shown it.
    async fn end(&mut self) -> Result<(), TestCaseError> {
        for who in 0..PEOPLE.len() {
            let listed = self.players[who].asks::<()>("GET", "/v1/journals", None).await.parse::<Journals>().journals;
            let shown = listed.iter().find(|entry| entry.journal == self.journal);
            prop_assert_eq!(shown.is_some(), self.plain.is_member(who));
            if let Some(shown) = shown {
                prop_assert_eq!(Some(shown.head), self.truth.head());
                for device in 0..DEVICES {
                    self.sync(who, device).await?;
                    prop_assert_eq!(self.devices[who][device].log.head(), self.truth.head());
                    prop_assert_eq!(&self.devices[who][device].log.state, &self.truth.state);
                }
            }
        }
        let state = self.truth.state.as_ref().unwrap();
        prop_assert_eq!((state.epoch, state.closed), (self.plain.epoch, self.plain.closed));
        let members = self.plain.members.iter().map(|(who, _)| self.players[*who].account);
        prop_assert!(members.eq(state.members.iter().map(|member| member.account)));
        for (record, _, _, withdrawn) in &self.plain.records {
            prop_assert_eq!(state.records[record].withdrawn, *withdrawn);
        }
        Ok(())
    }
}

const BODY: &[u8] = b"{\"v\":1,\"grants\":[]}";

fn body() -> BodyRef {
    BodyRef { sha256: Hash::of(BODY), size: BODY.len() as u64 }
}

#[test]
fn server_clients_and_a_plain_model_judge_alike_whatever_is_sent() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(16);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (_world, players) = runtime.block_on(async {
        let Practice { world, quill, heron } = Practice::open().await;
        let mut players = Vec::new();
        for mut person in [heron, quill, world.unlocks("haddon").await, world.unlocks("admin").await] {
            person.sync().await.unwrap();
            players.push(Player::new(person));
        }
        (world, players)
    });
    let players = std::cell::RefCell::new(players);
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 300, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&steps(), |steps| {
        let mut players = players.borrow_mut();
        runtime.block_on(async {
            let mut case = Case::open(&mut players).await;
            for step in steps {
                case.step(step).await?;
            }
            case.end().await
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
