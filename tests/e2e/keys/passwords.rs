//! Changing the password, and hashing it slower.

use reverie_client::ClientError;
use reverie_crypto::DeviceCopy;
use reverie_journal::Kind;
use reverie_protocol::opaque::KsfParams;
use reverie_server::Config;
use reverie_tests::database::Look;
use reverie_tests::person::{PASSWORD, entry};
use reverie_tests::{Practice, World};

use super::{at, unlock};

const NEW: &str = "the stairs smell of snow";

#[tokio::test(flavor = "multi_thread")]
async fn the_other_device_opens_with_the_old_password_until_it_logs_in_with_the_new_one() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let code = heron.hand_over().await.unwrap();
    let tablet_home = world.home("tablet");
    let newcomer = reverie_client::Newcomer::take(at(&world, &tablet_home), &code).await.unwrap();
    let mut tablet = newcomer.login(PASSWORD).await.unwrap();
    drop(newcomer);
    heron.change_password(PASSWORD, NEW).await.unwrap();
    heron.write(entry(Kind::Dream, "Keys in the snow.")).await.unwrap();

    assert!(matches!(tablet.login(PASSWORD).await, Err(ClientError::WrongPassword)));
    tablet.login(NEW).await.unwrap();
    tablet.sync().await.unwrap();
    assert_eq!(tablet.view(tablet.account()).private.iter().flat_map(|private| &private.entries).count(), 1);
    drop(tablet);
    let env = at(&world, &tablet_home);
    let old = reverie_client::Unlocked::unlock(env, PASSWORD).await.err();
    assert!(matches!(old, Some(ClientError::WrongPassword)));
    reverie_client::Unlocked::unlock(at(&world, &tablet_home), NEW).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_new_password_or_a_wrong_old_one_changes_nothing() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    for (old, new) in [(PASSWORD, "password"), (PASSWORD, "heron-41"), (NEW, "the stairs smell of rust")] {
        assert!(heron.change_password(old, new).await.is_err());
    }
    drop(heron);
    unlock(&world, PASSWORD).await.unwrap().login(PASSWORD).await.unwrap();
}

async fn stored(world: &World) -> KsfParams {
    let cells =
        Look::into(&world.data()).await.column("SELECT ksf AS cell FROM account WHERE handle = 'heron-41'").await;
    serde_json::from_slice(&cells[0]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_login_hashes_the_same_password_as_slowly_as_the_server_wants_by_now() {
    let Practice { mut world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let slower = KsfParams { passes: 4, ..KsfParams::DEFAULT };
    world.reconfigure(|config| Config { ksf: slower, ..config }).await;
    assert_eq!(stored(&world).await, KsfParams::DEFAULT);
    unlock(&world, PASSWORD).await.unwrap().login(PASSWORD).await.unwrap();
    assert_eq!(stored(&world).await, slower);
    // And it is still the password, here and there.
    let mut heron = unlock(&world, PASSWORD).await.unwrap();
    heron.login(PASSWORD).await.unwrap();
    assert!(matches!(heron.login(NEW).await, Err(ClientError::WrongPassword)));
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_seals_this_devices_keys_anew_as_slowly_as_this_program_does_by_now() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let file = world.home("heron-41").join("keys.age");
    let slow = work(&std::fs::read(&file).unwrap());
    let copy = DeviceCopy::open(PASSWORD, &std::fs::read(&file).unwrap()).unwrap();
    // An older program sealed them quickly, and a half-done change left them under another password.
    std::fs::write(&file, copy.seal(NEW, 2)).unwrap();
    unlock(&world, NEW).await.unwrap().login(PASSWORD).await.unwrap();
    assert_eq!(work(&std::fs::read(&file).unwrap()), slow);
    assert!(matches!(unlock(&world, NEW).await.err(), Some(ClientError::WrongPassword)));
    unlock(&world, PASSWORD).await.unwrap();
}

/// Returns the scrypt work factor of an age file, as its second line says (C2SP age, `-> scrypt salt log2`).
fn work(sealed: &[u8]) -> String {
    let line = sealed.split(|byte| *byte == b'\n').nth(1).unwrap();
    String::from_utf8(line.to_vec()).unwrap().split(' ').nth(3).unwrap().to_owned()
}
