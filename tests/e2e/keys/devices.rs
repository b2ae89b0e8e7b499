//! Devices: one more by a code from the old one, names that the server never sees, and removed ones that are told why.

use reverie_client::{ClientError, Newcomer, Unlocked};
use reverie_journal::Kind;
use reverie_protocol::limits::HANDOVER_SECONDS;
use reverie_protocol::problem::ProblemCode;
use reverie_tests::Practice;
use reverie_tests::database::Look;
use reverie_tests::person::{PASSWORD, entry};

use super::at;
use crate::shell::{at_a_terminal, device_goes_home, goes_home, ok, reverie};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_the_old_device_and_the_password_bring_everything_to_a_new_one() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    heron.login(PASSWORD).await.unwrap();
    heron.write(entry(Kind::Dream, "Two keys, one door.")).await.unwrap();
    let code = heron.hand_over().await.unwrap();
    let home = world.home("tablet");
    let env = at(&world, &home).on_device("kitchen tablet");
    let newcomer = Newcomer::take(env, &code.to_uppercase()).await.unwrap();
    assert_eq!(newcomer.handle(), "heron-41");
    // A mistyped password costs no new code; without the password the code is worth nothing.
    assert!(matches!(newcomer.login("the stairs smell of snow").await, Err(ClientError::WrongPassword)));
    let mut tablet = newcomer.login(PASSWORD).await.unwrap();
    tablet.sync().await.unwrap();
    assert_eq!(tablet.view(tablet.account()).private.iter().flat_map(|private| &private.entries).count(), 1);
    assert!(tablet.contact_of("quill").unwrap().confirmed);

    let again = Newcomer::take(at(&world, &world.home("thief")), &code).await.err().unwrap();
    assert!(matches!(again, ClientError::CodeOver), "{again}");
    heron.login(PASSWORD).await.unwrap();
    let listed = heron.devices().await.unwrap();
    let names: Vec<_> = listed.iter().map(|device| device.name.as_deref().unwrap_or("?")).collect();
    assert_eq!(names.iter().filter(|name| **name == "kitchen tablet").count(), 1, "{names:?}");
    assert_eq!(listed.iter().filter(|device| device.current).count(), 1);
    assert!(listed.iter().all(|device| device.first_day == "2031-05-01" && device.last_day == "2031-05-01"));

    // The server has seen neither the name nor the code.
    let cells = Look::into(&world.data()).await.cells().await;
    let database: Vec<u8> = cells.into_iter().flat_map(|cell| cell.bytes).collect();
    for secret in ["kitchen tablet", code.as_str(), &code.replace('-', "")] {
        assert!(memchr::memmem::find(&database, secret.as_bytes()).is_none(), "{secret}");
        assert!(memchr::memmem::find(&heron.wire.bytes(), secret.as_bytes()).is_none(), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_is_over_after_ten_minutes() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let code = heron.hand_over().await.unwrap();
    world.clock.advance(i64::from(HANDOVER_SECONDS));
    let late = Newcomer::take(at(&world, &world.home("tablet")), &code).await.err().unwrap();
    assert!(matches!(late, ClientError::CodeOver), "{late}");
    let mistyped = Newcomer::take(at(&world, &world.home("tablet")), &code[1..]).await.err().unwrap();
    assert!(mistyped.to_string().contains("too short"), "{mistyped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_gets_nothing_more_and_its_next_start_says_why() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let home = world.home("tablet");
    let code = heron.hand_over().await.unwrap();
    let mut tablet = Newcomer::take(at(&world, &home), &code).await.unwrap().login(PASSWORD).await.unwrap();
    tablet.sync().await.unwrap();
    let others = heron.devices().await.unwrap();
    let tablets = others.iter().rfind(|device| !device.current).unwrap();
    heron.remove_device(tablets.session).await.unwrap();
    let gone = heron.remove_device(tablets.session).await.unwrap_err();
    assert!(gone.is(ProblemCode::NotFound), "{gone}");
    heron.write(entry(Kind::Dream, "After the tablet.")).await.unwrap();

    let kept = tablet.write(entry(Kind::Dream, "On the tablet.")).await.unwrap();
    assert!(matches!(kept.flushed.stopped_by, Some(ClientError::DeviceRevoked { .. })));
    drop(tablet);
    let mut tablet = Unlocked::unlock(at(&world, &home), PASSWORD).await.unwrap();
    let told = tablet.sync().await.unwrap_err();
    assert_eq!(
        told.to_string(),
        "this device was removed from the account. Another device of this account removed this one on 2031-05-01."
    );
    assert!(told.next_step().unwrap().contains("stays readable here"));
    assert_eq!(tablet.view(tablet.account()).private.iter().flat_map(|private| &private.entries).count(), 1);
    // Whoever knows the password is its owner: logging in brings it back, and what was kept is sent.
    tablet.login(PASSWORD).await.unwrap();
    assert_eq!(tablet.waiting_count(), 0);

    heron.remove_other_devices().await.unwrap();
    assert!(matches!(tablet.sync().await, Err(ClientError::DeviceRevoked { .. })));
    assert_eq!(heron.devices().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_in_whole_sentences_that_devices_were_removed_and_what_to_do_if_one_was_lost() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let home = world.home("tablet");
    let code = heron.hand_over().await.unwrap();
    drop(Newcomer::take(at(&world, &home), &code).await.unwrap().login(PASSWORD).await.unwrap());
    goes_home(&world, "heron-41", heron);
    let (_, said) = ok(reverie(&world, "heron-41", &["devices", "remove", "--others", "--yes"]));
    assert!(said.contains("`reverie rekey`"), "{said}");

    device_goes_home(&world, "tablet", &home);
    let (_, said) = ok(reverie(&world, "tablet", &["list"]));
    assert!(said.contains("removed this one on 2031-05-01. What it holds stays readable here"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_another_one_changed_the_account_behind_makes_no_half_new_keys() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let home = world.home("tablet");
    let code = heron.hand_over().await.unwrap();
    let mut tablet = Newcomer::take(at(&world, &home), &code).await.unwrap().login(PASSWORD).await.unwrap();
    heron.login(PASSWORD).await.unwrap();
    tablet.login(PASSWORD).await.unwrap();
    tablet.rename_device("The tablet").await.unwrap();
    drop(tablet);

    let before = heron.fingerprint();
    let behind = heron.change_keys().await.unwrap_err();
    assert!(matches!(behind, ClientError::Behind), "{behind}");
    assert_eq!(heron.fingerprint(), before, "nothing was changed");
    let withdrawn = heron.withdraw(entry).await.unwrap();
    assert!(withdrawn.stopped_by.is_none(), "what protects waits for nothing: {withdrawn:?}");

    // Whoever removes a lost device has typed the password, and need not type it again for new keys.
    goes_home(&world, "heron-41", heron);
    let (screen, _) = ok(at_a_terminal(&world, "heron-41", &["devices", "remove", "--others"], "y\ny\n"));
    assert!(screen.contains("You have new keys"), "{screen}");
    let (_, said) = ok(reverie(&world, "heron-41", &["write", "After it."]));
    assert!(!said.contains("not on the server yet"), "{said}");
}
