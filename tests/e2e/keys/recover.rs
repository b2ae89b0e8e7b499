//! Recovery on a clean machine, with nothing but the kit.

use reverie_client::kit::read;
use reverie_client::{ClientError, Invited, Newcomer, Notice, Recovery, Removal, Unlocked};
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::OpenedSession;
use reverie_protocol::ids::AccountId;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::{PASSWORD, entry};
use reverie_tests::wire::Answer;
use reverie_tests::{Fate, Practice, World};

use super::{at, by_kit, cut_after, over, unlock};
use crate::shell::{at_a_terminal, device_goes_home, flat, ok, passphrase_file, program_at, reverie};

const NEW: &str = "the stairs smell of snow";

/// Gives heron-41 a kit, a private entry and a shared one, and returns the kit's words.
async fn before(world: &World) -> String {
    let mut heron = world.unlocks("heron-41").await;
    let words = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&words).await.unwrap();
    heron.write(entry(Kind::Dream, "For me alone.")).await.unwrap();
    heron.shares(Kind::Image, "A grey heron, very still.").await.unwrap();
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_alone_brings_everything_back_and_removes_the_old_devices() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    let recovery = by_kit(at(&world, &world.home("clean")), &words).await.unwrap();
    assert_eq!((recovery.people(), recovery.journals()), (1, 2), "floors and people come with the bundle");
    let mut clean = recovery.finish(NEW).await.unwrap();
    assert_eq!(clean.sync().await.unwrap().len(), 0);
    let view = clean.view(clean.account());
    assert_eq!(view.private.iter().flat_map(|private| &private.entries).count(), 1);
    assert_eq!(view.shared.iter().flat_map(|shared| &shared.entries).count(), 1);
    assert!(clean.contact_of("quill").unwrap().confirmed);
    clean.write(entry(Kind::Dream, "Back again.")).await.unwrap();
    assert_eq!(clean.devices().await.unwrap().len(), 1);
    assert!(clean.drill(&words).await.is_ok(), "the kit stays valid");

    // The old device opens what it holds, and gets nothing: neither with its session nor with either password.
    let mut old = unlock(&world, PASSWORD).await.unwrap();
    let told = old.sync().await.unwrap_err();
    assert!(told.to_string().contains("recovered with its recovery kit on 2031-05-01"), "{told}");
    for password in [PASSWORD, NEW] {
        let why = old.login(password).await.expect_err("neither password opens the account here");
        assert!(matches!(&why, ClientError::DeviceRevoked { why: Removal::Recovered, .. }), "{why}");
    }
    drop(clean);
    let mut clean = Unlocked::unlock(at(&world, &world.home("clean")), NEW).await.unwrap();
    clean.login(NEW).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_is_cut_off_anywhere_is_done_again_from_the_beginning() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    for place in 0.. {
        let home = world.home("clean");
        let wire = cut_after(&world, place).await;
        let env = over(&wire, &world, &home);
        let cut = match by_kit(env, &words).await {
            Ok(recovery) => recovery.finish(NEW).await.map(drop).err(),
            Err(error) => Some(error),
        };
        let Some(error) = cut else { break };
        assert!(error.is_offline(), "{place}: {error}");
        // Nothing is on the device, so nothing is in the way of doing it again.
        let again = by_kit(at(&world, &home), &words).await.unwrap();
        again.leave().await.unwrap();
    }
    let mut clean = Unlocked::unlock(at(&world, &world.home("clean")), NEW).await.unwrap();
    clean.sync().await.unwrap();
    assert_eq!(clean.view(clean.account()).private.iter().flat_map(|private| &private.entries).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_comes_to_nothing_leaves_no_session_behind() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    let sessions = async || unlock(&world, PASSWORD).await.unwrap().devices().await.unwrap().len();
    let recovery = by_kit(at(&world, &world.home("clean")), &words).await.unwrap();
    assert_eq!(sessions().await, 2, "the words have opened one");
    let weak = recovery.finish("password").await.err().unwrap();
    assert!(matches!(weak, ClientError::WeakPassword(_)), "{weak}");
    assert_eq!(sessions().await, 1);

    // A server that says that they are somebody else's.
    let wire = world.wire().await;
    wire.lies(|asked, answer| {
        let mut opened: OpenedSession = serde_json::from_slice(&answer.body).ok()?;
        opened.account.account = AccountId::from_bytes([7; 16]);
        (asked.path == "/v1/sessions/recover").then(|| Answer::json(200, &opened))
    });
    let clean = over(&wire, &world, &world.home("clean"));
    let lied_to = by_kit(clean, &words).await.err().unwrap();
    assert!(matches!(lied_to, ClientError::Untrustworthy(_)), "{lied_to}");
    assert_eq!(sessions().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_not_recovered_over_by_what_does_not_open_it() {
    let Practice { world, heron, mut quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    let home = world.home("heron-41");
    let mut heron = unlock(&world, PASSWORD).await.unwrap();
    let newer = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&newer).await.unwrap();
    drop(heron);
    let void = by_kit(at(&world, &home), &words).await.err();
    assert!(matches!(void, Some(ClientError::WrongKit(_))), "the kit before the newest opens nothing here either");
    // Somebody else's kit, on her device.
    let others = quill.make_kit().await.unwrap().words().join(" ");
    quill.prove_kit(&others).await.unwrap();
    let before = quill.devices().await.unwrap();
    let other = Recovery::open(at(&world, &home), "quill", &read(&others).unwrap().code).await.err();
    assert!(matches!(other, Some(ClientError::OtherAccount)), "{:?}", other.map(|error| error.to_string()));
    assert_eq!(quill.devices().await.unwrap(), before, "no session is left over");
    let other = Recovery::open(at(&world, &world.home("clean")), "quill", &read(&words).unwrap().code).await;
    assert!(matches!(other.err(), Some(ClientError::WrongKit(handle)) if handle == "quill"));
    unlock(&world, PASSWORD).await.unwrap().sync().await.unwrap();
}

/// Has heron-41's device write without the network.
async fn writes_on_the_train(world: &World) {
    let wire = world.wire().await;
    wire.requests(|_| Fate::HangUp);
    let away = over(&wire, world, &world.home("heron-41"));
    let mut heron = Unlocked::unlock(away, PASSWORD).await.unwrap();
    world.clock.advance(60);
    heron.write(entry(Kind::Feeling, "Written on the train.")).await.unwrap();
}

/// What becomes of heron-41's device that wrote without the network, when another one recovers the account. Returns the words
/// of the kit.
async fn recovered_elsewhere() -> (World, String) {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    writes_on_the_train(&world).await;
    let recovery = by_kit(at(&world, &world.home("clean")), &words).await;
    recovery.unwrap().finish(NEW).await.unwrap();
    (world, words)
}

/// Asserts that the device has sent what it held, and opens with the new password and not with the one before.
async fn nothing_is_lost(world: &World, mut heron: Unlocked, password: &str) {
    assert_eq!(heron.waiting_count(), 0);
    heron.sync().await.unwrap();
    drop(heron);
    let mut heron = unlock(world, password).await.unwrap();
    heron.sync().await.unwrap();
    let view = heron.view(heron.account());
    let words: Vec<_> =
        view.private.iter().flat_map(|it| &it.entries).map(|it| it.entry.body().words.as_str()).collect();
    assert_eq!(words, ["For me alone.", "Written on the train."]);
    drop(heron);
    let before = unlock(world, PASSWORD).await;
    assert!(password == PASSWORD || matches!(before.err(), Some(ClientError::WrongPassword)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_comes_back_by_the_kit_and_sends_what_it_had_written() {
    let (world, words) = recovered_elsewhere().await;
    let home = world.home("heron-41");
    let recovery = by_kit(at(&world, &home), &words).await.unwrap();
    assert!(recovery.is_here());
    let wrong = recovery.add_device(PASSWORD).await.err();
    assert!(matches!(wrong, Some(ClientError::WrongPassword)), "the password from before the recovery is over");
    let recovery = by_kit(at(&world, &home), &words).await.unwrap();
    let mut heron = recovery.add_device(NEW).await.unwrap();
    assert_eq!(heron.devices().await.unwrap().len(), 2, "the other device stays");
    nothing_is_lost(&world, heron, NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_comes_back_by_a_code_and_sends_what_it_had_written() {
    let (world, _) = recovered_elsewhere().await;
    let mut clean = Unlocked::unlock(at(&world, &world.home("clean")), NEW).await.unwrap();
    let code = clean.hand_over().await.unwrap();
    let newcomer = Newcomer::take(at(&world, &world.home("heron-41")), &code).await.unwrap();
    assert!(matches!(newcomer.login(PASSWORD).await, Err(ClientError::WrongPassword)), "and it can be tried again");
    let heron = newcomer.login(NEW).await.unwrap();
    drop(newcomer);
    nothing_is_lost(&world, heron, NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_with_one_device_and_a_forgotten_password_loses_nothing_of_it() {
    let (world, words) = recovered_elsewhere().await;
    let newest = "the lamp hums like a far sea";
    // Cut off after each answer, and done again from the beginning.
    for place in 0.. {
        assert!(place < 40, "it comes to an end");
        let wire = cut_after(&world, place).await;
        let env = over(&wire, &world, &world.home("heron-41"));
        let Ok(recovery) = by_kit(env, &words).await else { continue };
        assert!(recovery.is_here());
        let Ok(heron) = recovery.finish(newest).await else { continue };
        if heron.waiting_count() == 0 {
            break;
        }
    }
    let heron = unlock(&world, newest).await.unwrap();
    nothing_is_lost(&world, heron, newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_opens_a_device_whose_key_file_is_gone_or_damaged() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    writes_on_the_train(&world).await;
    let file = world.home("heron-41").join("keys.age");
    for damage in [None, Some(&b"age-encryption.org/v1\n-> scr"[..])] {
        match damage {
            None => std::fs::remove_file(&file).unwrap(),
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
        }
        let home = world.home("heron-41");
        let recovery = by_kit(at(&world, &home), &words).await.unwrap();
        assert!(recovery.is_here());
        recovery.add_device(PASSWORD).await.unwrap();
        nothing_is_lost(&world, unlock(&world, PASSWORD).await.unwrap(), PASSWORD).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kit_that_another_device_made_since_opens_this_one_and_the_one_before_it_does_not() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let old = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&old).await.unwrap();
    heron.write(entry(Kind::Dream, "For me alone.")).await.unwrap();
    let mut laptop = heron.by_code(&world.home("laptop"), world.wire().await, &world.clock).await.unwrap();
    drop(heron);
    writes_on_the_train(&world).await;
    laptop.login(PASSWORD).await.unwrap();
    let newest = laptop.make_kit().await.unwrap().words().join(" ");
    laptop.prove_kit(&newest).await.unwrap();
    let home = world.home("heron-41");
    let refused = by_kit(at(&world, &home), &old).await.err();
    assert!(matches!(refused, Some(ClientError::WrongKit(_))));
    let recovery = by_kit(at(&world, &home), &newest).await.unwrap();
    let heron = recovery.finish(NEW).await.unwrap();
    nothing_is_lost(&world, heron, NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_is_finished_by_a_kit_that_another_device_proved_or_that_recovered_the_account() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    for handle in ["cedar-07", "alder-03"] {
        let code = quill.invite(AccountRole::Patient, Some(handle), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        let invited = Invited::look(at(&world, &world.home(handle)), &code).await.unwrap();
        let mut joined = invited.prepare(PASSWORD).await.unwrap().finish().await.unwrap();
        let words = joined.unproved_kit().unwrap().words().join(" ");
        if handle == "cedar-07" {
            let code = joined.hand_over().await.unwrap();
            let tablet = Newcomer::take(at(&world, &world.home("tablet")), &code).await.unwrap();
            let mut tablet = tablet.login(PASSWORD).await.unwrap();
            let newer = tablet.make_kit().await.unwrap().words().join(" ");
            tablet.prove_kit(&newer).await.unwrap();
            joined.login(PASSWORD).await.unwrap();
            assert!(joined.prove_kit(&words).await.is_err(), "this sheet opens nothing any more");
        } else {
            drop(joined);
            let home = world.home(handle);
            let recovery = Recovery::open(at(&world, &home), handle, &read(&words).unwrap().code).await.unwrap();
            joined = recovery.finish(NEW).await.unwrap();
        }
        assert!(joined.has_joined());
        joined.write(entry(Kind::Image, "A locked door.")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_leaves_no_session_behind() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    heron.login(PASSWORD).await.unwrap();
    let words = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&words).await.unwrap();
    let before = heron.devices().await.unwrap();
    let recovery = by_kit(at(&world, &world.home("clean")), &words).await;
    assert!(matches!(recovery.unwrap().add_device(NEW).await, Err(ClientError::WrongPassword)));
    assert_eq!(heron.devices().await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_shell_a_removed_device_is_told_how_to_come_back_and_does() {
    let (world, words) = recovered_elsewhere().await;
    device_goes_home(&world, "heron", &world.home("heron-41"));
    let (sheet, new) = (world.home("sheet"), world.home("new"));
    std::fs::write(&sheet, &words).unwrap();
    std::fs::write(&new, NEW).unwrap();
    let (sheet, new) = (sheet.to_str().unwrap(), new.to_str().unwrap());

    let refused = flat(&reverie(&world, "heron", &["list"]).stderr);
    assert!(
        refused.contains("recovered with its recovery kit") && refused.contains("`reverie login --recovery`"),
        "{refused}"
    );
    assert!(
        refused.contains(
            "What waits is sent once this device is logged in again, with your kit: `reverie login --recovery`"
        ),
        "{refused}"
    );
    let login = reverie(&world, "heron", &["login", "--new-passphrase-file", new]);
    let refused = flat(&login.stderr);
    assert!(
        !login.status.success()
            && refused.contains("`reverie login --recovery`, or with a code from your other device"),
        "{refused}"
    );
    let mut clean = Unlocked::unlock(at(&world, &world.home("clean")), NEW).await.unwrap();
    clean.change_password(NEW, PASSWORD).await.unwrap();
    let code = clean.hand_over().await.unwrap();
    ok(reverie(&world, "heron", &["login", "--code", &code]));
    clean.sync().await.unwrap();
    let words = |account: &Unlocked| account.view(account.account()).entries().count();
    assert_eq!(words(&clean), 3, "what waited was sent");

    // Then the password is lost: the kit sets another one, here.
    let recover = ["recover", "--handle", "heron-41", "--words-file", sheet];
    let (_, said) = ok(reverie(&world, "heron", &recover));
    assert!(said.contains("what is on it stays, also what was not sent yet"), "{said}");
    assert!(said.contains("holds all that it held. Every other device was removed."), "{said}");
    let (listed, _) = ok(reverie(&world, "heron", &["list"]));
    assert!(listed.contains("Written on the train."), "{listed}");
    assert!(clean.sync().await.unwrap_err().to_string().contains("recovered with its recovery kit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_recovers_is_asked_whether_a_device_was_lost_and_gets_new_keys_on_the_spot() {
    let Practice { world, heron, mut quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    let typed = world.home("typed");
    std::fs::write(&typed, &words).unwrap();
    let recover = ["recover", "--handle", "heron-41", "--words-file", typed.to_str().unwrap()];
    let (_, said) = ok(reverie(&world, "script", &recover));
    assert!(said.contains("If a device of yours was lost or stolen: `reverie rekey`"), "{said}");
    let before = quill.sync().await.unwrap().len();
    assert_eq!(before, 0, "nobody has new keys yet");

    let (screen, _) = ok(at_a_terminal(&world, "terminal", &recover, "y\n"));
    assert!(screen.contains("Was a device of yours lost or stolen? Give your account new keys now? [y/N]"), "{screen}");
    assert!(screen.contains("Whoever has the lost device opens nothing that you write from now on."), "{screen}");
    let notices = quill.sync().await.unwrap();
    assert!(matches!(notices.as_slice(), [Notice::NewKeys { handle, .. }] if handle == "heron-41"), "{notices:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_kit_tells_a_fresh_profile_its_server_and_a_known_one_nothing() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let words = heron.make_kit().await.unwrap().words().join(" ");
    heron.prove_kit(&words).await.unwrap();
    drop(heron);
    let sheet = |name: &str, server: &str| {
        let file = world.home(name);
        std::fs::write(&file, format!("reverie-kit heron-41 {server} {words}")).unwrap();
        file
    };
    // Somebody else may have the address that the practice had when the kit was printed.
    let (scanned, moved) = (sheet("scanned", &format!("http://{}", world.addr)), sheet("moved", "http://127.0.0.1:9"));
    let logs_in = |sheet: &std::path::Path| {
        let mut login = program_at(&world, "fresh");
        login.args(["--passphrase-file", &passphrase_file(&world), "login", "--recovery", "--words-file"]);
        login.arg(sheet).output().unwrap()
    };
    let refused = logs_in(&moved);
    assert!(flat(&refused.stderr).contains("cannot be reached"), "{}", flat(&refused.stderr));
    ok(logs_in(&scanned));
    ok(logs_in(&moved));
}
