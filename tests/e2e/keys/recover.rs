//! Recovery on a clean machine, with nothing but the kit.

use reverie_client::kit::read;
use reverie_client::{ClientError, Recovery, Unlocked};
use reverie_journal::Kind;
use reverie_protocol::api::OpenedSession;
use reverie_protocol::ids::AccountId;
use reverie_tests::person::{PASSWORD, entry, environment};
use reverie_tests::wire::Answer;
use reverie_tests::{Fate, Practice, World};

use super::{at, unlock};

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
    let recovery = Recovery::open(at(&world, &world.home("clean")), "heron-41", &read(&words).unwrap().code).await;
    let recovery = recovery.unwrap();
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
        assert!(matches!(old.login(password).await, Err(ClientError::WrongPassword)));
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
    let code = || read(&words).unwrap().code;
    for place in 0.. {
        let home = world.home("clean");
        let wire = world.wire().await;
        let mut asked = 0;
        wire.answers(move |_, _| {
            asked += 1;
            if asked > place { Fate::CutOff } else { Fate::Pass }
        });
        let random = Box::new(reverie_client::native::system::randomness());
        let env = environment(&home, &wire.url(), &world.clock, random).unwrap();
        let cut = match Recovery::open(env, "heron-41", &code()).await {
            Ok(recovery) => recovery.finish(NEW).await.map(drop).err(),
            Err(error) => Some(error),
        };
        let Some(error) = cut else { break };
        assert!(error.is_offline(), "{place}: {error}");
        // Nothing is on the device, so nothing is in the way of doing it again.
        let again = Recovery::open(at(&world, &home), "heron-41", &code()).await.unwrap();
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
    let code = || read(&words).unwrap().code;
    let sessions = async || unlock(&world, PASSWORD).await.unwrap().devices().await.unwrap().len();
    let recovery = Recovery::open(at(&world, &world.home("clean")), "heron-41", &code()).await.unwrap();
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
    let random = Box::new(reverie_client::native::system::randomness());
    let clean = environment(&world.home("clean"), &wire.url(), &world.clock, random).unwrap();
    let lied_to = Recovery::open(clean, "heron-41", &code()).await.err().unwrap();
    assert!(matches!(lied_to, ClientError::Untrustworthy(_)), "{lied_to}");
    assert_eq!(sessions().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_holds_an_account_is_not_recovered_over() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let words = before(&world).await;
    let home = world.home("heron-41");
    let refused = Recovery::open(at(&world, &home), "heron-41", &read(&words).unwrap().code).await.err().unwrap();
    assert!(matches!(refused, ClientError::AccountExists(_)), "{refused}");
    let other = Recovery::open(at(&world, &world.home("clean")), "quill", &read(&words).unwrap().code).await;
    assert!(matches!(other.err(), Some(ClientError::WrongKit(handle)) if handle == "quill"));
    unlock(&world, PASSWORD).await.unwrap().sync().await.unwrap();
}
