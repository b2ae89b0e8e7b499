//! Random interleavings of two devices of one patient, with the line cut at any request or answer, a device that dies at any
//! write, and restarts in between: whatever happened, nothing that she made is dropped, doubled or put in another order, and
//! every share and withdrawal is finished.
//!
//! The oracle is what a device shows after each deed: that must come true. Where both devices decided about the same entry
//! without knowing of each other, either may win, but everybody must see the same, and the words must be there once.
//!
//! `PROPTEST_CASES=500 REVERIE_SEED=7 cargo test --workspace --test e2e two_devices` tries more. Bounded: six cases of at most
//! 24 deeds (ten took two minutes on two cores that four builds shared), and at most 60 tries to make a failure smaller.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reverie_client::native::system::randomness;
use reverie_client::{CircleChange, ClientError, Unlocked};
use reverie_journal::{Kind, Mark, PatientView, Talk};
use reverie_protocol::ids::DocumentId;
use reverie_protocol::problem::ProblemCode;
use reverie_tests::breaking::Breaking;
use reverie_tests::media::file;
use reverie_tests::person::{PASSWORD, PATIENCE, entry, entry_with, environment, environment_on};
use reverie_tests::{Fate, Person, Practice, StoryClock, Wire, World};
use zeroize::Zeroizing;

const CASES: u32 = 6;
const STEPS: usize = 24;

/// What she does; an entry is named by when it was made.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Write {
        with_file: bool,
    },
    Elaborate {
        entry: usize,
        with_file: bool,
    },
    Mark {
        entry: usize,
    },
    Share {
        entry: usize,
    },
    Withdraw {
        entry: usize,
    },
    Discard {
        entry: usize,
    },
    Restore {
        entry: usize,
    },
    /// She gives the shared journal a new key.
    Rotate,
    /// She gives her account new keys: the other device is logged out, with whatever waits on it.
    Rekey,
    /// Nothing but what every command does first.
    Look,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The server is away.
    Away,
    /// From this request on it is away.
    Request(usize),
    /// This answer is lost on the way, and the server is away after it.
    Answer(usize),
    /// This request alone never arrives.
    OneRequest(usize),
    /// This answer alone is lost on the way.
    OneAnswer(usize),
    /// The device dies at this write.
    Write(usize),
}

#[derive(Debug, Clone, Copy)]
struct Step {
    device: usize,
    /// The program ends and starts again before.
    restart: bool,
    /// What waits is sent and what is new is fetched before, as every command does.
    catch_up: bool,
    deed: Deed,
    fault: Fault,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let entry = || any::<prop::sample::Index>().prop_map(|which| which.index(6));
    let deed = prop_oneof![
        4 => any::<bool>().prop_map(|with_file| Deed::Write { with_file }),
        3 => (entry(), prop::bool::weighted(0.3)).prop_map(|(entry, with_file)| Deed::Elaborate { entry, with_file }),
        1 => entry().prop_map(|entry| Deed::Mark { entry }),
        4 => entry().prop_map(|entry| Deed::Share { entry }),
        3 => entry().prop_map(|entry| Deed::Withdraw { entry }),
        1 => entry().prop_map(|entry| Deed::Discard { entry }),
        1 => entry().prop_map(|entry| Deed::Restore { entry }),
        1 => Just(Deed::Rotate),
        1 => Just(Deed::Rekey),
        1 => Just(Deed::Look),
    ];
    let fault = prop_oneof![
        5 => Just(Fault::None),
        2 => Just(Fault::Away),
        2 => (0..12_usize).prop_map(Fault::Request),
        2 => (0..12_usize).prop_map(Fault::Answer),
        2 => (0..12_usize).prop_map(Fault::OneRequest),
        2 => (0..12_usize).prop_map(Fault::OneAnswer),
        2 => (0..14_usize).prop_map(Fault::Write),
    ];
    let step = (0..2_usize, prop::bool::weighted(0.3), prop::bool::weighted(0.7), deed, fault);
    let step =
        step.prop_map(|(device, restart, catch_up, deed, fault)| Step { device, restart, catch_up, deed, fault });
    prop::collection::vec(step, 1..STEPS)
}

/// One of her devices.
struct Device {
    account: Option<Unlocked>,
    wire: Wire,
    home: PathBuf,
    key: Zeroizing<String>,
}

impl Device {
    async fn new(Person { account, wire, home, .. }: Person) -> Self {
        let key = account.key_to_hold().await.unwrap();
        Self { account: Some(account), wire, home, key }
    }

    fn account(&mut self) -> &mut Unlocked {
        self.account.as_mut().expect("it is unlocked between steps")
    }

    fn view(&self) -> PatientView {
        let account = self.account.as_ref().expect("it is unlocked between steps");
        account.view(account.account())
    }

    /// The program ends, and starts again on what is on the disk; its disk takes so many writes more.
    async fn restarts(&mut self, clock: &StoryClock, writes: Option<usize>) {
        self.account = None;
        let (url, random) = (self.wire.url(), Box::new(randomness()));
        let environment = match writes {
            None => environment(&self.home, &url, clock, random),
            Some(writes) => {
                environment_on(Breaking::after(writes, &self.home).unwrap() as Arc<_>, &url, clock, random, PATIENCE)
            }
        };
        self.account = Unlocked::unlock_held(environment.unwrap(), &self.key).await.ok();
    }

    fn suffers(&self, fault: Fault) {
        self.wire.is_honest();
        let mut asked = 0..;
        self.wire.requests(move |_| {
            let number = asked.next().expect("it is endless");
            let fails = match fault {
                Fault::Away => true,
                Fault::Request(from) => number >= from,
                Fault::OneRequest(one) => number == one,
                Fault::Answer(lost) => number > lost,
                Fault::None | Fault::OneAnswer(_) | Fault::Write(_) => false,
            };
            if fails { Fate::HangUp } else { Fate::Pass }
        });
        let mut answered = 0..;
        self.wire.answers(move |_, _| {
            let number = answered.next().expect("it is endless");
            let fails = matches!(fault, Fault::Answer(lost) | Fault::OneAnswer(lost) if number == lost);
            if fails { Fate::CutOff } else { Fate::Pass }
        });
    }
}

/// What must become of an entry.
#[derive(Debug, Clone)]
struct Expected {
    id: DocumentId,
    words: String,
    made_on: usize,
    /// Each addition, and where it was made.
    layers: Vec<(usize, String)>,
    marked: bool,
    place: Place,
    /// It never left the private journal.
    stayed: bool,
    /// Both devices decided about it without knowing of each other.
    contested: bool,
    /// When each device touched it last.
    touched: [usize; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Private,
    Shared,
    Trash,
}

fn place(view: &PatientView, id: DocumentId) -> Option<Place> {
    if let Some(found) = view.entry(id) {
        return Some(if found.state.is_shared() { Place::Shared } else { Place::Private });
    }
    let mut trash = view.private.iter().flat_map(|private| &private.trash);
    trash.any(|trashed| trashed.view.entry.id() == id).then_some(Place::Trash)
}

/// Finds the entry of these words, wherever it is.
fn find(view: &PatientView, words: &str) -> Option<DocumentId> {
    let trash = view.private.iter().flat_map(|private| &private.trash).map(|trashed| &trashed.view);
    let mut all = view.entries().chain(trash).map(|view| &view.entry);
    all.find(|entry| entry.body().words.as_str() == words).map(|entry| entry.id())
}

/// Returns the words of all that was added to an entry, in order, beside it in private as well.
fn layers(view: &PatientView, id: DocumentId) -> Vec<String> {
    let trash = view.private.iter().flat_map(|private| &private.trash).map(|trashed| &trashed.view);
    let here = view.entries().chain(trash).filter(|view| view.entry.id() == id).flat_map(|view| &view.layers);
    let additions = view.private.iter().flat_map(|private| &private.additions).filter(|addition| addition.entry == id);
    let beside = additions.flat_map(|addition| &addition.layers);
    here.chain(beside).map(|layer| layer.layer.body().words.as_str().to_owned()).collect()
}

fn is_marked(view: &PatientView, id: DocumentId) -> bool {
    let trash = view.private.iter().flat_map(|private| &private.trash).map(|trashed| &trashed.view);
    let mut here = view.entries().chain(trash).filter(|view| view.entry.id() == id);
    here.any(|view| view.talk() == Talk::WantToTalk)
        || view.private.iter().flat_map(|private| &private.additions).any(|addition| {
            let talk = addition.mark.as_ref().map(|mark| mark.mark.body().talk);
            addition.entry == id && talk == Some(Talk::WantToTalk)
        })
}

/// A patient with two devices, and her clinician.
struct Ward {
    world: World,
    quill: Person,
    devices: [Device; 2],
}

impl Ward {
    async fn open() -> Self {
        let Practice { world, mut quill, mut heron } = Practice::open().await;
        heron.sync().await.unwrap();
        quill.sync().await.unwrap();
        let mut laptop = heron.by_code(&world.home("laptop"), world.wire().await, &world.clock).await.unwrap();
        laptop.sync().await.unwrap();
        let devices = [Device::new(heron).await, Device::new(laptop).await];
        Self { world, quill, devices }
    }
}

/// One case.
struct Case<'a> {
    ward: &'a mut Ward,
    entries: Vec<Expected>,
    now: usize,
    /// Up to which step all that a device did was on the server.
    sent: [usize; 2],
    /// Up to which step a device has seen what the other did.
    seen: [usize; 2],
}

/// New keys want what the other device has put into the bundle, and the error says that logging in takes it over.
fn stale(error: Option<&ClientError>) -> bool {
    error.and_then(ClientError::problem).is_some_and(|problem| problem.code == ProblemCode::VersionConflict)
}

/// So that words are never the same twice.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

fn new_words(what: &str) -> String {
    format!("{what} {}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn scan(with_file: bool) -> Vec<reverie_client::NewFile> {
    let scan = || file("scan.bin", "application/octet-stream", b"a scan".repeat(300), None);
    if with_file { vec![scan()] } else { Vec::new() }
}

impl Case<'_> {
    async fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        self.now += 1;
        let Step { device, restart, catch_up, deed, fault } = step;
        let clock = self.ward.world.clock.clone();
        let dies = if let Fault::Write(writes) = fault { Some(writes) } else { None };
        if restart || dies.is_some() {
            self.ward.devices[device].restarts(&clock, dies).await;
        }
        self.ward.devices[device].suffers(fault);
        if self.ward.devices[device].account.is_some() {
            if catch_up {
                self.catch_up(device).await;
            }
            self.does(device, deed).await?;
        }
        if dies.is_some() {
            self.ward.devices[device].suffers(Fault::Away);
            self.ward.devices[device].restarts(&clock, None).await;
            prop_assert!(self.ward.devices[device].account.is_some(), "a device that died unlocks again");
        }
        self.ward.devices[device].suffers(Fault::None);
        self.learn(device, deed)
    }

    async fn catch_up(&mut self, device: usize) {
        let account = self.ward.devices[device].account();
        if !account.is_logged_in() {
            // Removed by new keys; the same password, and she is back.
            let _ = account.login(PASSWORD).await;
        }
        let mut flushed = account.flush().await;
        if flushed.as_ref().is_ok_and(|flushed| stale(flushed.stopped_by.as_ref())) {
            let _ = account.login(PASSWORD).await;
            flushed = account.flush().await;
        }
        let synced = account.sync().await.is_ok_and(|notices| notices.is_empty());
        if flushed.is_ok_and(|flushed| flushed.waiting == 0) {
            self.sent[device] = self.now - 1;
        }
        if synced {
            self.seen[device] = self.sent[1 - device];
        }
    }

    /// Does the deed, whatever comes back. What it made is told by its words.
    async fn does(&mut self, device: usize, deed: Deed) -> Result<(), TestCaseError> {
        // Words may have been kept, whatever the device says of it.
        let words = new_words("words");
        match deed {
            Deed::Write { .. } => self.pending(device, words.clone(), None),
            Deed::Elaborate { entry, .. } if entry < self.entries.len() => {
                self.pending(device, words.clone(), Some(entry))
            }
            _ => {}
        }
        let known = |entry: usize| self.entries.get(entry).map(|entry| entry.id);
        let account = self.ward.devices[device].account.as_mut().expect("looked at before");
        let done = match deed {
            Deed::Look => return Ok(()),
            Deed::Rotate => {
                let circle = account.share_target(None).unwrap();
                match account.propose(circle.journal, CircleChange::Rotate).await {
                    Ok(proposal) => account.enact(&proposal).await,
                    refused => refused.map(drop),
                }
            }
            Deed::Rekey => account.change_keys_by(PASSWORD).await,
            Deed::Write { with_file } => {
                let new = if with_file {
                    entry_with(Kind::Image, &words, &words, scan(true))
                } else {
                    entry(Kind::Dream, &words)
                };
                account.write(new).await.map(drop)
            }
            Deed::Elaborate { entry, with_file } => {
                let Some(id) = known(entry) else { return Ok(()) };
                account.elaborate(id, words, scan(with_file), false).await.map(drop)
            }
            Deed::Mark { entry } => {
                let Some(id) = known(entry) else { return Ok(()) };
                let mark = Mark { entry: id, talk: Talk::WantToTalk, rank: None, tender: false };
                account.mark(mark).await.map(drop)
            }
            Deed::Share { entry } => {
                let Some(id) = known(entry) else { return Ok(()) };
                let circle = account.share_target(None).unwrap();
                account.share(id, &circle).await.map(drop)
            }
            Deed::Withdraw { entry } => {
                // Withdrawing a private entry erases it; the command line throws it away instead.
                let Some(id) = known(entry).filter(|id| !account.is_private_entry(*id)) else { return Ok(()) };
                account.withdraw(id).await.map(drop)
            }
            Deed::Discard { entry } => {
                let Some(id) = known(entry) else { return Ok(()) };
                account.discard(id).await.map(drop)
            }
            Deed::Restore { entry } => {
                let Some(id) = known(entry) else { return Ok(()) };
                if place(&account.view(account.account()), id) != Some(Place::Trash) {
                    return Ok(());
                }
                account.restore(id).await.map(drop)
            }
        };
        // What was said to be done is shown as done, sent or not.
        if done.is_ok() && account.waiting_count() == 0 {
            self.sent[device] = self.now;
        }
        Ok(())
    }

    /// Notes that words may have been kept.
    fn pending(&mut self, device: usize, words: String, of: Option<usize>) {
        match of {
            None => self.entries.push(Expected {
                id: DocumentId::from_bytes([0; 16]),
                words,
                made_on: device,
                layers: Vec::new(),
                marked: false,
                place: Place::Private,
                stayed: true,
                contested: false,
                touched: [0; 2],
            }),
            Some(entry) => self.entries[entry].layers.push((device, words)),
        }
    }

    /// Looks at what the device shows now: that is what must come true.
    fn learn(&mut self, device: usize, deed: Deed) -> Result<(), TestCaseError> {
        let view = self.ward.devices[device].view();
        let (now, seen) = (self.now, self.seen[device]);
        match deed {
            Deed::Look | Deed::Rotate | Deed::Rekey => {}
            Deed::Write { .. } => {
                let Some(new) = self.entries.last_mut().filter(|new| new.id.as_bytes() == &[0; 16]) else {
                    return Ok(());
                };
                match find(&view, &new.words) {
                    Some(id) => (new.id, new.touched[device]) = (id, now),
                    None => drop(self.entries.pop()),
                }
            }
            Deed::Elaborate { entry, .. } => {
                let Some(expected) = self.entries.get_mut(entry) else { return Ok(()) };
                let shown = layers(&view, expected.id);
                // If the device has died before, it was never kept, and whoever typed it was told.
                let last = expected.layers.last();
                if last.is_some_and(|(by, words)| *by == device && !shown.contains(words)) {
                    expected.layers.pop();
                }
                expected.touch(device, now, seen);
            }
            Deed::Mark { entry } => {
                let Some(expected) = self.entries.get_mut(entry) else { return Ok(()) };
                expected.marked |= is_marked(&view, expected.id);
                expected.touch(device, now, seen);
            }
            Deed::Share { entry } | Deed::Withdraw { entry } | Deed::Discard { entry } | Deed::Restore { entry } => {
                let Some(expected) = self.entries.get_mut(entry) else { return Ok(()) };
                // A device that never heard of it did nothing.
                let Some(place) = place(&view, expected.id) else { return Ok(()) };
                if place == expected.place {
                    return Ok(());
                }
                expected.place = place;
                expected.stayed &= place != Place::Shared;
                expected.touch(device, now, seen);
            }
        }
        Ok(())
    }

    /// In the end everything is sent, and everybody sees the same.
    async fn end(&mut self) -> Result<(), TestCaseError> {
        let clock = self.ward.world.clock.clone();
        for device in &mut self.ward.devices {
            device.suffers(Fault::None);
            device.restarts(&clock, None).await;
            // It may hear only now that the other one removed it.
            let _ = device.account().sync().await;
            if !device.account().is_logged_in() {
                device.account().login(PASSWORD).await.unwrap();
            }
        }
        for _ in 0..3 {
            for device in &mut self.ward.devices {
                // New keys that were on their way have arrived meanwhile, and removed it.
                if device.account().sync().await.is_err_and(|error| error.is_logged_out()) {
                    device.account().login(PASSWORD).await.unwrap();
                }
                let mut flushed = device.account().flush().await.unwrap();
                if stale(flushed.stopped_by.as_ref()) {
                    device.account().login(PASSWORD).await.unwrap();
                    flushed = device.account().flush().await.unwrap();
                }
                prop_assert!(flushed.stopped_by.is_none(), "nothing holds up the outbox: {:?}", flushed.stopped_by);
                let notices = device.account().sync().await.unwrap();
                prop_assert!(notices.is_empty(), "{notices:?}");
            }
        }
        self.ward.quill.sync().await.unwrap();
        let views = [self.ward.devices[0].view(), self.ward.devices[1].view()];
        let heron = self.ward.devices[0].account().account();
        let hers = self.ward.quill.view(heron);
        for device in &mut self.ward.devices {
            prop_assert_eq!(device.account().waiting_count(), 0);
            let findings = device.account().verify(&mut |_, _| {}).await.unwrap().findings;
            prop_assert!(findings.is_empty(), "{findings:?}");
        }
        prop_assert_eq!(&views[0], &views[1], "both devices show the same");
        let duplicates = views[0].private.iter().flat_map(|private| &private.duplicates).count();
        prop_assert_eq!(duplicates, 0, "no share is left half done");
        for expected in &self.entries {
            self.entry_is_right(expected, &views[0], &hers)?;
        }
        self.files_open(&views[0]).await?;
        self.order_is_right(&views[0])
    }

    fn entry_is_right(&self, expected: &Expected, view: &PatientView, hers: &PatientView) -> Result<(), TestCaseError> {
        let Expected { id, words, contested, .. } = expected;
        let at = place(view, *id);
        prop_assert!(at.is_some(), "{words} is not lost: {expected:?}");
        let json = serde_json::to_string(view).unwrap();
        let once = |words: &str| json.matches(&format!("\"words\":\"{words}\"")).count() == 1;
        prop_assert!(once(words), "{words} is there once: {expected:?}");
        for (_, added) in &expected.layers {
            prop_assert!(once(added), "{added} is there once: {expected:?}");
        }
        let read = hers.entry(*id).map(|entry| entry.entry.body().words.as_str());
        prop_assert_eq!(
            read.is_some(),
            at == Some(Place::Shared),
            "the clinician reads it if it is shared: {:?}",
            expected
        );
        if !contested {
            prop_assert_eq!(at, Some(expected.place), "where it was shown to be: {:?}", expected);
            prop_assert_eq!(is_marked(view, *id), expected.marked, "{:?}", expected);
            let hers: BTreeSet<_> = layers(hers, *id).into_iter().collect();
            let all: BTreeSet<_> = expected.layers.iter().map(|(_, words)| words.clone()).collect();
            prop_assert!(hers.is_subset(&all));
            for device in 0..2 {
                let of: Vec<_> =
                    expected.layers.iter().filter(|(by, _)| *by == device).map(|(_, words)| words).collect();
                let shown = layers(view, *id);
                let shown: Vec<_> = shown.iter().filter(|words| of.contains(words)).collect();
                prop_assert_eq!(shown, of, "additions are in the order in which they were made");
            }
        }
        Ok(())
    }

    /// What was written on one device and stayed private is in the order in which it was written.
    fn order_is_right(&self, view: &PatientView) -> Result<(), TestCaseError> {
        let private = view.private.iter().flat_map(|private| &private.entries);
        let seqs: BTreeMap<_, _> = private.map(|entry| (entry.entry.id(), entry.seq)).collect();
        for device in 0..2 {
            let stayed =
                self.entries.iter().filter(|entry| entry.made_on == device && entry.stayed && !entry.contested);
            let seqs: Vec<_> = stayed.filter_map(|entry| seqs.get(&entry.id)).collect();
            prop_assert!(seqs.is_sorted(), "written one after the other: {seqs:?}");
        }
        Ok(())
    }

    async fn files_open(&mut self, view: &PatientView) -> Result<(), TestCaseError> {
        for entry in view.entries().filter(|entry| self.entries.iter().any(|one| one.id == entry.entry.id())) {
            for attachment in entry.attachments() {
                for device in &mut self.ward.devices {
                    let mut bytes = Vec::new();
                    let saved = device.account().save_file(entry.journal, attachment, &mut bytes).await;
                    prop_assert!(saved.is_ok() && bytes == b"a scan".repeat(300), "{saved:?}");
                }
            }
        }
        Ok(())
    }
}

impl Expected {
    /// A device that had not seen all that the other did to the entry contests it.
    fn touch(&mut self, device: usize, now: usize, seen: usize) {
        self.contested |= self.touched[1 - device] > seen;
        self.touched[device] = now;
    }
}

#[test]
fn whatever_two_devices_do_and_whatever_is_cut_nothing_is_dropped_doubled_or_left_half_done() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u32>().ok());
    let cases = number("PROPTEST_CASES").unwrap_or(CASES);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let mut seed = [41; 32];
    seed[..4].copy_from_slice(&number("REVERIE_SEED").unwrap_or_default().to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    // A ward in which something failed is not used again: what comes after is about its own steps.
    let ward: RefCell<Option<Ward>> = RefCell::default();
    let outcome = runner.run(&steps(), |steps| {
        let mut kept = ward.borrow_mut();
        runtime.block_on(async {
            let mut ward = match kept.take() {
                Some(ward) => ward,
                None => Ward::open().await,
            };
            let mut case = Case { ward: &mut ward, entries: Vec::new(), now: 0, sent: [0; 2], seen: [0; 2] };
            for step in steps {
                case.step(step).await?;
            }
            case.end().await?;
            *kept = Some(ward);
            Ok(())
        })
    });
    drop(ward);
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
