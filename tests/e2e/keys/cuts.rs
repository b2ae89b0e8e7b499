//! A change that is cut off, by the line or by the device, leaves one of the two valid, and the device finds out which.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reverie_client::kit::read;
use reverie_client::native::system::randomness;
use reverie_client::{Change, ClientError, Recovery, Unlocked};
use reverie_journal::Kind;
use reverie_tests::breaking::Breaking;
use reverie_tests::person::{PASSWORD, PATIENCE, entry, environment_on};
use reverie_tests::{Fate, Practice, Wire, World};

use super::{at, try_words, unlock};

/// Where something is cut off.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// The request of this number never reaches the server.
    Before(usize),
    /// Its answer is lost half-way.
    Amid(usize),
    /// The request of this number never reaches the server; the next ones do.
    OnceBefore(usize),
    /// Its answer is lost half-way; the next ones are not.
    OnceAmid(usize),
    /// The device dies after this many writes.
    Device(usize),
}

/// A line that breaks where it was told to.
struct Doomed {
    asked: Arc<AtomicUsize>,
    _wire: Wire,
}

impl Doomed {
    /// Tells whether there was nothing at that place any more.
    fn was_spared(&self, cut: Cut, whole: bool) -> bool {
        match cut {
            Cut::OnceBefore(at) | Cut::OnceAmid(at) => self.asked.load(Ordering::Relaxed) <= at,
            Cut::Before(_) | Cut::Amid(_) | Cut::Device(_) => whole,
        }
    }
}

/// Unlocks heron-41's device so that what it does next is cut off there. The line breaks with what comes beside it.
async fn doomed(world: &World, password: &str, cut: Cut) -> (Unlocked, Doomed) {
    let wire = world.wire().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let number = move || count.fetch_add(1, Ordering::Relaxed);
    match cut {
        Cut::Before(at) => wire.requests(move |_| if number() >= at { Fate::HangUp } else { Fate::Pass }),
        Cut::Amid(at) => {
            let mut over = false;
            let seen = Arc::clone(&asked);
            wire.requests(move |_| if seen.load(Ordering::Relaxed) > at { Fate::HangUp } else { Fate::Pass });
            wire.answers(move |_, _| {
                over |= number() >= at;
                if over { Fate::CutOff } else { Fate::Pass }
            });
        }
        Cut::OnceBefore(at) => wire.requests(move |_| if number() == at { Fate::HangUp } else { Fate::Pass }),
        Cut::OnceAmid(at) => wire.answers(move |_, _| if number() == at { Fate::CutOff } else { Fate::Pass }),
        Cut::Device(_) => {}
    }
    let writes = if let Cut::Device(writes) = cut { writes } else { usize::MAX };
    let store = Breaking::after(writes, &world.home("heron-41")).unwrap();
    let env = environment_on(store, &wire.url(), &world.clock, Box::new(randomness()), PATIENCE).unwrap();
    (Unlocked::unlock(env, password).await.unwrap(), Doomed { asked, _wire: wire })
}

/// Each is tried at one place after the other until nothing is cut off any more.
const CUTS: [fn(usize) -> Cut; 5] = [Cut::Before, Cut::Amid, Cut::OnceBefore, Cut::OnceAmid, Cut::Device];

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_that_is_cut_off_anywhere_leaves_one_password_valid() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let mut valid = PASSWORD.to_owned();
    let (mut stayed, mut changed) = (0, 0);
    // What is cut before a request is cut by the device's death after the write before it: passwords hash slowly.
    for cut in &CUTS[1..] {
        for place in 0.. {
            let cut = cut(place);
            let new = format!("the stairs smell of snow {stayed} {changed}");
            let (mut heron, line) = doomed(&world, &valid, cut).await;
            let whole = heron.change_password(&valid, &new).await.is_ok();
            drop(heron);

            // The device opens with what was valid, or with what is; whichever is tried first, logging in finds out.
            let mut logged_in = Vec::new();
            for password in [&new, &valid] {
                let Ok(mut heron) = unlock(&world, password).await else { continue };
                if heron.login(password).await.is_ok() {
                    logged_in.push(password.clone());
                    assert_eq!(heron.unsettled(), None, "{cut:?}");
                }
            }
            assert_eq!(logged_in.len(), 1, "{cut:?}: exactly one password is valid");
            let left = world.home("heron-41").join("keys-next.age").exists();
            assert!(!left, "{cut:?}: no password that never was valid opens a file");
            let other = if logged_in[0] == new { &valid } else { &new };
            let closed = unlock(&world, other).await.err();
            assert!(matches!(closed, Some(ClientError::WrongPassword)), "{cut:?}: the other opens nothing any more");
            if logged_in[0] == new {
                changed += 1
            } else {
                stayed += 1
            }
            assert!(!whole || logged_in[0] == new, "{cut:?}: what was told as done is done");
            valid = logged_in.remove(0);
            if line.was_spared(cut, whole) {
                break;
            }
        }
    }
    assert!(stayed > 5 && changed > 2, "both were met: {stayed}, {changed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_kit_that_is_cut_off_anywhere_leaves_one_kit_valid() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    // The practice's heron joined in another life: a first kit of this one.
    let mut heron = unlock(&world, PASSWORD).await.unwrap();
    let mut valid = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&valid).await.unwrap();
    drop(heron);
    let (mut stayed, mut replaced) = (0, 0);
    for cut in CUTS {
        for place in 0.. {
            let cut = cut(place);
            let mut heron = unlock(&world, PASSWORD).await.unwrap();
            let new = heron.make_kit().await.unwrap().words().join(" ");
            drop(heron);
            let (mut heron, line) = doomed(&world, PASSWORD, cut).await;
            let whole = heron.prove_kit(&new).await.is_ok();
            drop(heron);

            let opens = [try_words(&world, &valid).await.is_ok(), try_words(&world, &new).await.is_ok()];
            assert_ne!(opens[0], opens[1], "{cut:?}: exactly one kit is valid");
            let mut heron = unlock(&world, PASSWORD).await.unwrap();
            if let Some(settled) = heron.settle().await.unwrap() {
                assert_eq!((settled.change, settled.done), (Change::Kit, opens[1]), "{cut:?}");
            }
            assert_eq!(heron.unproved_kit().is_some(), opens[0], "{cut:?}: the new one still waits if it is not valid");
            if opens[1] {
                (valid, replaced) = (new, replaced + 1);
            } else {
                stayed += 1;
            }
            assert!(heron.drill(&valid).await.is_ok(), "{cut:?}");
            if line.was_spared(cut, whole) {
                break;
            }
        }
    }
    assert!(stayed >= 2 && replaced > 3, "both were met: {stayed}, {replaced}");
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_device_that_is_cut_off_anywhere_can_be_done_again_or_nobody_opens_what_is_left() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let whole = world.home("heron-41");
    let mut heron = unlock(&world, PASSWORD).await.unwrap();
    let words = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&words).await.unwrap();
    heron.write(entry(Kind::Dream, "For me alone.")).await.unwrap();
    drop(heron);
    let (mut opened, mut shut) = (0, 0);
    for writes in 0.. {
        let home = world.home(&format!("copy-{writes}"));
        std::fs::create_dir(&home).unwrap();
        let copied = std::process::Command::new("cp").arg("-r").arg(whole.join(".")).arg(&home).status().unwrap();
        assert!(copied.success());
        let store = Breaking::after(writes, &home).unwrap();
        let url = format!("http://{}", world.addr);
        let env = environment_on(store, &url, &world.clock, Box::new(randomness()), PATIENCE).unwrap();
        let erased = Unlocked::unlock(env, PASSWORD).await.unwrap().erase_device().await.is_ok();
        if erased {
            let left: Vec<_> = std::fs::read_dir(&home).unwrap().map(|file| file.unwrap().file_name()).collect();
            assert!(left.iter().all(|name| name == ".reverie-lock" || home.join(name).is_dir()), "{left:?}");
            break;
        }
        if let Ok(heron) = Unlocked::unlock(at(&world, &home), PASSWORD).await {
            heron.erase_device().await.unwrap();
            opened += 1;
            continue;
        }
        // The kit opens the account, and nothing that is left here.
        match Recovery::open(at(&world, &home), "heron-41", &read(&words).unwrap().code).await {
            Ok(recovery) => assert!(!recovery.is_here()),
            Err(error) => assert!(matches!(error, ClientError::OtherAccount), "{error}"),
        }
        shut += 1;
    }
    assert!(opened >= 2 && shut > 0, "both were met: {opened}, {shut}");
}
