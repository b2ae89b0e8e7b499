//! Capturing on a device that is locked: nothing readable stays, nobody is asked, nothing becomes an entry unseen, and
//! nothing that was captured is lost, whatever is cut or damaged.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use reverie_client::native::system::randomness;
use reverie_client::{ClientError, LockedDevice, Unlocked};
use reverie_crypto::CaptureKey;
use reverie_crypto::capture::OpenCaptureError;
use reverie_journal::{Kind, Session, SessionState, SessionType, ShareState};
use reverie_protocol::ids::DocumentId;
use reverie_tests::breaking::Breaking;
use reverie_tests::media::{file, voice_memo};
use reverie_tests::person::{PASSWORD, PATIENCE, environment, environment_on};
use reverie_tests::server::program;
use reverie_tests::{Practice, World};

use crate::shell::{at_a_terminal, flat, goes_home, ok, reverie};

/// Returns heron's device as whoever finds it has it: no password, and no server that answers.
async fn locked(world: &World) -> LockedDevice {
    let clock = &world.clock;
    let nowhere = environment(&world.home("heron-41"), "http://127.0.0.1:9", clock, Box::new(randomness())).unwrap();
    LockedDevice::find(nowhere).await.unwrap().expect("a patient's device takes captures")
}

fn words(person: &Unlocked) -> Vec<String> {
    let view = person.view(person.account());
    view.entries().map(|view| view.entry.body().words.as_str().to_owned()).collect()
}

/// Returns the files of the store below this folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn what_is_captured_while_locked_becomes_an_entry_once_it_is_kept_with_the_time_of_its_capture() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    drop(heron);
    let captured_at = world.clock.now();
    let id = locked(&world).await.capture("salt. warm stones.".into(), vec![voice_memo("sea.wav", 1)]).await.unwrap();
    world.clock.advance(3600);

    let mut heron = world.unlocks("heron-41").await;
    assert_eq!((heron.captured_count().await.unwrap(), words(&heron)), (1, vec![]), "it is told, and no entry yet");
    heron.sync().await.unwrap();
    assert_eq!(heron.waiting_count(), 0, "nothing of it is sent");
    let captured = heron.captured().await.unwrap();
    let document = captured[0].opened.as_ref().ok().unwrap();
    assert_eq!((document.id(), document.at(), captured[0].damaged.len()), (id, captured_at, 0));

    let kept = heron.keep_captured(id).await.unwrap();
    assert!(kept.flushed.stopped_by.is_none());
    let view = heron.view(heron.account());
    let entry = view.entry(id).unwrap();
    assert_eq!((entry.entry.at(), entry.state), (captured_at, ShareState::Private));
    assert!(entry.entry.body().captured_while_locked);
    let mut heard = Vec::new();
    heron.save_file(entry.journal, entry.attachments().next().unwrap(), &mut heard).await.unwrap();
    assert!(heard.starts_with(b"RIFF"));
    assert_eq!((heron.captured_count().await.unwrap(), files(&heron.home.join("captured")).len()), (0, 0));
    assert!(heron.verify(&mut |_, _| {}).await.unwrap().findings.is_empty());

    // Shared like any other, and it still says how it came.
    let circle = heron.share_target(None).unwrap();
    heron.share(id, &circle).await.unwrap();
    quill.sync().await.unwrap();
    assert!(quill.view(heron.account()).entry(id).unwrap().entry.body().captured_while_locked);
}

#[tokio::test]
async fn nothing_readable_stays_on_a_locked_device() {
    let Practice { world, heron, .. } = Practice::open().await;
    drop(heron);
    let memo = file("a-canary-in-a-name.txt", "text/plain", b"a canary in a file".to_vec(), None);
    let id = locked(&world).await.capture("a canary in words".into(), vec![memo]).await.unwrap();
    let kept = files(&world.home("heron-41").join("captured"));
    assert_eq!(kept.len(), 2);
    for path in kept {
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"), "{}", path.display());
        assert!(!path.to_string_lossy().contains("canary") && path.to_string_lossy().contains(&id.to_string()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn whoever_finds_the_device_cannot_fill_its_disk() {
    let Practice { world, heron, .. } = Practice::open().await;
    drop(heron);
    let device = locked(&world).await;
    device.capture("one".into(), vec![]).await.unwrap();
    // As if somebody had filled nearly all the room that there is, without the time that sealing takes.
    let held = files(&world.home("heron-41").join("captured"))[0].with_file_name("recording");
    fs::File::create(&held).unwrap().set_len(255 << 20).unwrap();
    let large = file("large.bin", "application/octet-stream", vec![7; 2 << 20], None);
    let refused = device.capture("two".into(), vec![large]).await.unwrap_err();
    assert!(matches!(refused, ClientError::CapturesFull(_)), "{refused}");
    assert!(refused.to_string().contains("256 MiB"), "{refused}");
    assert!(refused.next_step().unwrap().starts_with("What was captured before is safe."));
    assert_eq!(files(&world.home("heron-41").join("captured")).len(), 2, "nothing is left of what was refused");
    device.capture("two".into(), vec![]).await.unwrap();
    for n in 2..100 {
        device.capture(format!("number {n}"), vec![]).await.unwrap();
    }
    let refused = device.capture("one too many".into(), vec![]).await.unwrap_err();
    assert!(refused.to_string().contains("a hundred captures"), "{refused}");
    drop(device);
    let heron = world.unlocks("heron-41").await;
    assert_eq!(heron.captured_count().await.unwrap(), 100, "what was there before is there");
}

#[tokio::test]
async fn a_damaged_capture_and_one_for_another_key_are_shown_as_such_and_stay_until_they_are_dropped() {
    let Practice { world, heron, .. } = Practice::open().await;
    let home = heron.home.clone();
    drop(heron);
    let device = locked(&world).await;
    let whole = device.capture("whole".into(), vec![]).await.unwrap();
    let cut = device.capture("cut".into(), vec![]).await.unwrap();
    let lost = device.capture("the words are there".into(), vec![voice_memo("lost.wav", 1)]).await.unwrap();
    drop(device);
    let document = |id: DocumentId| home.join(format!("captured/{id}/document"));
    let bytes = fs::read(document(cut)).unwrap();
    fs::write(document(cut), &bytes[..bytes.len() - 7]).unwrap();
    for path in files(&home.join(format!("captured/{lost}"))) {
        if path != document(lost) {
            fs::write(path, b"not a recording any more").unwrap();
        }
    }
    // Somebody's own: sealed to a key that this device does not have, and a copy of one under another name.
    let [strange, copied] = [1, 2].map(|n| DocumentId::from_random_bytes([n; 16]));
    let other = CaptureKey::make(&mut randomness()).to_recipient();
    for (id, bytes) in
        [(strange, other.seal(strange, &[], b"{}").unwrap()), (copied, fs::read(document(whole)).unwrap())]
    {
        fs::create_dir(home.join(format!("captured/{id}"))).unwrap();
        fs::write(document(id), bytes).unwrap();
    }

    let mut heron = world.unlocks("heron-41").await;
    let captured = heron.captured().await.unwrap();
    let found = |id| captured.iter().find(|one| one.id == id).unwrap();
    let why = |id| found(id).opened.as_ref().err().copied();
    assert_eq!(why(cut), Some(OpenCaptureError::DoesNotOpen));
    assert_eq!(why(strange), Some(OpenCaptureError::DoesNotOpen));
    assert_eq!(why(copied), Some(OpenCaptureError::WrongId));
    assert_eq!((why(whole), why(lost), found(lost).damaged.len()), (None, None, 1));
    let refused = heron.keep_captured(cut).await.unwrap_err();
    assert!(refused.to_string().contains("it does not open"), "{refused}");
    assert_eq!(heron.captured_count().await.unwrap(), 5, "nothing is thrown away unasked");

    heron.keep_captured(whole).await.unwrap();
    heron.keep_captured(lost).await.unwrap();
    assert_eq!(words(&heron), ["whole", "the words are there"], "the words are kept without the file");
    for id in [cut, strange, copied] {
        heron.drop_captured(id).await.unwrap();
    }
    assert_eq!(heron.captured_count().await.unwrap(), 0);
}

#[tokio::test]
async fn what_captures_are_sealed_to_cannot_be_exchanged_unnoticed() {
    let Practice { world, heron, .. } = Practice::open().await;
    let recipient = heron.home.join("capture-recipient");
    drop(heron);
    let ours = fs::read(&recipient).unwrap();
    fs::write(&recipient, CaptureKey::make(&mut randomness()).to_recipient().to_string()).unwrap();
    locked(&world).await.capture("for somebody else's eyes".into(), vec![]).await.unwrap();

    let mut heron = world.unlocks("heron-41").await;
    assert!(heron.captures_were_misled());
    assert_eq!(fs::read(&recipient).unwrap(), ours, "it is put right");
    assert!(heron.captured().await.unwrap()[0].opened.is_err());
    drop(heron);
    heron = world.unlocks("heron-41").await;
    assert!(heron.captures_were_misled(), "until she was told");
    heron.told_of_misled_captures().await.unwrap();
    drop(heron);
    assert!(!world.unlocks("heron-41").await.captures_were_misled());

    // One that is no recipient at all is none: the password is asked for, as if there were no captures.
    fs::write(&recipient, b"scribble").unwrap();
    let wire = world.wire().await;
    let env = environment(&world.home("heron-41"), &wire.url(), &world.clock, Box::new(randomness())).unwrap();
    assert!(LockedDevice::find(env).await.unwrap().is_none());
}

#[tokio::test]
async fn a_capture_that_dies_at_any_write_is_whole_or_nothing_and_keeping_it_is_done_once() {
    let Practice { world, heron, .. } = Practice::open().await;
    let home = heron.home.clone();
    let url = heron.wire.url();
    drop(heron.account);
    let on = |store| environment_on(store, &url, &world.clock, Box::new(randomness()), PATIENCE).unwrap();
    let mut captures = 0;
    for writes in 0.. {
        let device = LockedDevice::find(on(Breaking::after(writes, &home).unwrap())).await.unwrap().unwrap();
        let captured = device.capture("caught".into(), vec![voice_memo("sea.wav", 1)]).await;
        drop(device);
        captures += usize::from(captured.is_ok());
        let heron = Unlocked::unlock(on(Breaking::after(usize::MAX, &home).unwrap()), PASSWORD).await.unwrap();
        assert_eq!(heron.captured_count().await.unwrap(), captures, "{writes}");
        assert_eq!(files(&home.join("captured")).len(), 2 * captures, "{writes}: halves are cleared away");
        if captured.is_ok() {
            break;
        }
    }
    let id = {
        let heron = Unlocked::unlock(on(Breaking::after(usize::MAX, &home).unwrap()), PASSWORD).await.unwrap();
        heron.captured().await.unwrap()[0].id
    };
    for writes in 0.. {
        let kept = match Unlocked::unlock(on(Breaking::after(writes, &home).unwrap()), PASSWORD).await {
            // Cut while it is kept: somebody who does not know whether it worked says it again.
            Ok(mut heron) => match heron.keep_captured(id).await {
                Ok(kept) => kept.flushed.stopped_by.is_none() && kept.flushed.waiting == 0,
                Err(ClientError::UnknownEntry(_)) => true,
                Err(_) => false,
            },
            Err(_) => false,
        };
        if kept {
            break;
        }
    }
    let mut heron = Unlocked::unlock(on(Breaking::after(usize::MAX, &home).unwrap()), PASSWORD).await.unwrap();
    heron.flush().await.unwrap();
    heron.sync().await.unwrap();
    assert_eq!((words(&heron), heron.captured_count().await.unwrap()), (vec!["caught".to_owned()], 0));
    assert!(heron.verify(&mut |_, _| {}).await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn a_removed_device_and_one_with_a_wrong_clock_lose_no_capture() {
    let Practice { world, mut heron, .. } = Practice::open().await;
    let mut laptop = heron.by_code(&world.home("laptop"), world.wire().await, &world.clock).await.unwrap();
    drop(heron);
    for (year, said) in [(365, "a year ahead"), (-730, "a year behind")] {
        world.clock.advance(year * 86_400);
        locked(&world).await.capture(said.into(), vec![]).await.unwrap();
    }
    world.clock.advance(365 * 86_400);
    laptop.remove_other_devices().await.unwrap();

    let mut heron = world.unlocks("heron-41").await;
    let captured = heron.captured().await.unwrap();
    let years: Vec<_> = captured.iter().map(|one| one.opened.as_ref().ok().unwrap().at().day_text()).collect();
    assert_eq!(years, ["1 May 2030", "30 Apr 2032"], "the time is what the device's clock said");
    for one in &captured {
        let kept = heron.keep_captured(one.id).await.unwrap();
        assert!(matches!(kept.flushed.stopped_by, Some(ClientError::DeviceRevoked { .. } | ClientError::LoggedOut)));
    }
    assert_eq!(
        (heron.waiting_count(), words(&heron).len()),
        (2, 2),
        "it is here, sealed, and says that it is not sent"
    );
    heron.login(PASSWORD).await.unwrap();
    heron.flush().await.unwrap();
    laptop.sync().await.unwrap();
    assert_eq!(words(&laptop).len(), 2, "and goes where it belongs once the device is taken back");
}

#[tokio::test]
async fn in_the_day_after_a_dose_captures_are_kept_and_none_is_dropped() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let dose = Session::new(SessionType::Dosing, SessionState::Completed, world.clock.now());
    quill.record_session(heron.account(), dose).await.unwrap();
    heron.sync().await.unwrap();
    world.clock.advance(60);
    drop(heron);
    let [kept, other] = ["green", "black"].map(str::to_owned);
    let kept = locked(&world).await.capture(kept, vec![]).await.unwrap();
    let other = locked(&world).await.capture(other, vec![]).await.unwrap();
    let mut heron = world.unlocks("heron-41").await;
    assert!(matches!(heron.drop_captured(other).await, Err(ClientError::Guarded(_))), "what cannot be undone waits");
    heron.keep_captured(kept).await.unwrap();
    let view = heron.view(heron.account());
    assert_eq!(view.entry(kept).unwrap().state, ShareState::Held, "captured in that day, whenever it was kept");
    assert_eq!(heron.captured_count().await.unwrap(), 1);
}

#[tokio::test]
async fn clinicians_have_no_captures() {
    let Practice { world, quill, heron: _heron } = Practice::open().await;
    drop(quill);
    let wire = world.wire().await;
    let env = environment(&world.home("quill"), &wire.url(), &world.clock, Box::new(randomness())).unwrap();
    assert!(LockedDevice::find(env).await.unwrap().is_none());
    assert!(!world.home("quill").join("capture-recipient").exists());
}

/// Runs a command on a device that nobody has unlocked, with nobody at a terminal.
fn without_password(world: &World, arguments: &[&str]) -> Output {
    let run = Command::new(program("reverie"))
        .env_clear()
        .env("REVERIE_NOW", world.clock.now().to_string())
        .args(["--home", &world.home("shells").to_string_lossy(), "--profile", "heron-41"])
        .args(["--server", "http://127.0.0.1:9"])
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    run.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_a_locked_device_asks_for_nothing_and_tells_at_the_next_unlocking() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    heron.writes(Kind::Dream, "Written before.").await.unwrap();
    goes_home(&world, "heron-41", heron);
    let (id, said) = ok(without_password(&world, &["capture", "salt.", "warm", "stones."]));
    assert!(said.contains("sealed: nobody can read it before the device is unlocked"), "{said}");
    assert!(said.contains("This journal is not monitored"), "{said}");
    let memo = world.home("memo.txt");
    fs::write(&memo, "hummed").unwrap();
    ok(without_password(&world, &["capture", "--file", &memo.to_string_lossy()]));
    let refused = without_password(&world, &["list"]);
    assert!(flat(&refused.stderr).contains("A password is needed"), "everything else asks as before");

    let (listed, said) = ok(reverie(&world, "heron-41", &["list"]));
    assert!(said.contains(
        "You captured 2 things while this device was locked. They are safe here. To look at them: `reverie captured`."
    ));
    assert!(!listed.contains("warm stones"), "{listed}");
    let (json, _) = ok(reverie(&world, "heron-41", &["list", "--json"]));
    assert!(json.contains("\"captured\": 2"), "{json}");
    let (shown, said) = ok(reverie(&world, "heron-41", &["captured"]));
    assert!(shown.contains("salt. warm stones.") && shown.contains("1 file"), "{shown}");
    assert!(said.contains("look whether it is yours"), "{said}");
    ok(reverie(&world, "heron-41", &["captured", "--keep", &id]));
    let (shown, said) = ok(reverie(&world, "heron-41", &["show", &id]));
    assert!(shown.contains("private · captured while locked"), "{shown}");
    assert!(said.contains("You captured 1 thing"), "{said}");
    let (json, _) = ok(reverie(&world, "heron-41", &["captured", "--json"]));
    let left: serde_json::Value = serde_json::from_str(&json).unwrap();
    let left = left[0]["captured"].as_str().unwrap().to_owned();
    let refused = reverie(&world, "heron-41", &["captured", "--drop", &left]);
    assert!(flat(&refused.stderr).contains("the same command with `--yes`"), "{}", flat(&refused.stderr));
    ok(reverie(&world, "heron-41", &["captured", "--drop", &left, "--yes"]));
    let (_, said) = ok(reverie(&world, "heron-41", &["captured"]));
    assert!(said.contains("Nothing was captured while this device was locked."), "{said}");
    // Where a password is given, it is an entry at once.
    let (_, said) = ok(reverie(&world, "heron-41", &["capture", "at once"]));
    assert!(said.contains("Kept. Private."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_terminal_a_capture_is_shown_without_the_signs_that_colour_it() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    ok(without_password(&world, &["capture", "A bell, twice."]));
    let (screen, _) = ok(at_a_terminal(&world, "heron-41", &["captured"], "k\n"));
    assert!(screen.contains("A bell, twice."), "{screen}");
    assert!(!screen.contains('\u{fffd}') && !screen.contains("[1m"), "{screen}");
}
