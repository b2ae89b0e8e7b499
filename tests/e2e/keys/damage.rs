//! Damaged files, damaged bundles, and two who join at once: a clear error, nothing lost, and the next run goes on.

use std::fs;

use reverie_client::{ClientError, Invited, Unlocked};
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::OpenedSession;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::{PASSWORD, entry};
use reverie_tests::{Answer, Asked, Fate, Practice, World};

use super::{at, cut_after, over, unlock};

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_of_the_device_is_named_and_left_alone() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    heron.write(entry(Kind::Dream, "Written before.")).await.unwrap();
    drop(heron);
    for (name, damage) in [
        ("keys.age", b"".as_slice()),
        ("keys.age", b"age-encryption.org"),
        ("state.age", b""),
        ("state.age", b"age-encryption.org/v1\n-> X25519 "),
    ] {
        let path = world.home("heron-41").join(name);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, damage).unwrap();
        let told = unlock(&world, PASSWORD).await.err().unwrap();
        assert!(matches!(&told, ClientError::Damaged(file) if file == name), "{name}: {told}");
        assert!(told.next_step().unwrap().contains("recovery kit"), "{name}");
        assert_eq!(fs::read(&path).unwrap(), damage, "evidence is not overwritten");
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(unlock(&world, PASSWORD).await.unwrap().sync().await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_bundle_of_the_device_shuts_nobody_out_and_is_put_right_by_logging_in() {
    let Practice { world, heron, quill: _quill } = Practice::open().await;
    drop(heron);
    let path = world.home("heron-41").join("bundle.age");
    for damage in [b"".as_slice(), b"age-encryption.org/v1\n-> X25519 "] {
        fs::write(&path, damage).unwrap();
        let mut heron = unlock(&world, PASSWORD).await.unwrap();
        heron.write(entry(Kind::Dream, "All the same.")).await.unwrap();
        heron.login(PASSWORD).await.unwrap();
        assert_ne!(fs::read(&path).unwrap(), damage);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_bundle_from_the_server_is_refused_and_the_device_goes_on() {
    let Practice { world: _world, mut heron, quill: _quill } = Practice::open().await;
    for kept in [0, 40, 4000] {
        heron.wire.lies(move |asked: &Asked, answer: &Answer| {
            let of_login = asked.is("POST", "/sessions/finish") && answer.status == 200;
            let mut session: OpenedSession = of_login.then(|| answer.parse())?;
            session.bundle.as_mut().unwrap().bundle.0.truncate(kept);
            Some(Answer::json(200, &session))
        });
        let refused = heron.login(PASSWORD).await.unwrap_err();
        assert!(matches!(refused, ClientError::Untrustworthy(_)), "{refused}");
    }
    heron.wire.is_honest();
    heron.write(entry(Kind::Dream, "All the same.")).await.unwrap();
    heron.login(PASSWORD).await.unwrap();
    assert_eq!(heron.waiting_count(), 0);
}

/// Joins as cedar-07 on a device of this name, over a line with a fate.
async fn joins(world: &World, home: &str, code: &str, cut: Option<usize>) -> Result<Unlocked, ClientError> {
    let wire = cut_after(world, cut.unwrap_or(usize::MAX)).await;
    let env = over(&wire, world, &world.home(home));
    Invited::look(env, code).await?.prepare(PASSWORD).await?.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_join_at_once_with_one_code_one_joins_and_the_other_is_left_clean() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let (one, other) = tokio::join!(joins(&world, "one", &code, None), joins(&world, "other", &code, None));
    let (joined, refused, clean) = match (one, other) {
        (Ok(joined), Err(refused)) => (joined, refused, "other"),
        (Err(refused), Ok(joined)) => (joined, refused, "one"),
        _ => panic!("exactly one joins"),
    };
    assert!(refused.to_string().starts_with("This invitation was already used"), "{refused}");
    assert_eq!(joined.handle(), "cedar-07");
    let empty = Unlocked::unlock(at(&world, &world.home(clean)), PASSWORD).await.err();
    assert!(matches!(empty, Some(ClientError::NoAccount)));
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_that_is_cut_off_anywhere_is_finished_or_cleared_up_by_logging_in() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    for cut in 0.. {
        let handle = format!("cedar-{cut:02}");
        let code = quill.invite(AccountRole::Patient, Some(&handle), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        let whole = match joins(&world, &handle, &code, Some(cut)).await {
            // The account is made; what comes after it is sent by the next command.
            Ok(joined) => joined.waiting_count() == 0,
            Err(_) => false,
        };
        match Unlocked::unlock(at(&world, &world.home(&handle)), PASSWORD).await {
            // Nothing was made yet: the code is still good.
            Err(ClientError::NoAccount) => drop(joins(&world, &handle, &code, None).await.unwrap()),
            Err(error) => panic!("{cut}: {error}"),
            Ok(mut joining) => drop(joining.login(PASSWORD).await.unwrap()),
        }
        let mut joined = Unlocked::unlock(at(&world, &world.home(&handle)), PASSWORD).await.unwrap();
        let words = joined.unproved_kit().unwrap().words().join(" ");
        joined.prove_kit(&words).await.unwrap();
        let kept = joined.write(entry(Kind::Dream, "Whole.")).await.unwrap();
        assert!(kept.flushed.stopped_by.is_none(), "{cut}: {:?}", kept.flushed.stopped_by);
        assert!(joined.drill(&words).await.is_ok(), "{cut}: the words that were shown open the account");
        if whole {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_that_never_arrived_is_cleared_up_by_logging_in_whatever_was_run_before() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let wire = world.wire().await;
    wire.requests(|asked| if asked.is("POST", "/registration/finish") { Fate::HangUp } else { Fate::Pass });
    let home = world.home("cedar-07");
    let away = over(&wire, &world, &home);
    let prepared = Invited::look(away, &code).await.unwrap().prepare(PASSWORD).await.unwrap();
    assert!(prepared.finish().await.is_err_and(|error| error.is_offline()));
    let mut joining = Unlocked::unlock(at(&world, &home), PASSWORD).await.unwrap();
    assert!(joining.sync().await.is_err());
    drop(joining);
    let mut joining = Unlocked::unlock(at(&world, &home), PASSWORD).await.unwrap();
    let told = joining.login(PASSWORD).await.unwrap_err();
    assert!(told.to_string().contains("the account was not made; this device is clean again"), "{told}");
    drop(joining);
    joins(&world, "cedar-07", &code, None).await.unwrap();
}
