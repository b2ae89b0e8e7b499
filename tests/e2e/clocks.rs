//! Clocks that are a year off, either way: of a device, and of the server.

use std::fs;
use std::path::Path;
use std::process::Output;

use reverie_client::Invited;
use reverie_client::native::system::randomness;
use reverie_journal::{Kind, Timestamp};
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::{PASSWORD, environment};
use reverie_tests::{Person, Practice, StoryClock, World};

use crate::shell::{ok, passphrase_file, program_at};

const YEAR: i64 = 365 * 24 * 60 * 60;

/// Unlocks a device whose clock differs from everybody else's.
async fn unlocks_off(world: &World, home: &Path, seconds: i64) -> Person {
    let clock = StoryClock::at("2031-05-01T09:00:00-04:00");
    clock.advance(seconds);
    Person::unlock(home, world.wire().await, &clock).await.unwrap()
}

#[tokio::test]
async fn a_device_whose_clock_is_a_year_off_does_everything_and_nothing_of_it_is_lost() {
    for off in [YEAR, -YEAR] {
        let Practice { world, mut quill, heron } = Practice::open().await;
        let home = heron.home.clone();
        drop(heron);
        let mut heron = unlocks_off(&world, &home, off).await;
        heron.login(PASSWORD).await.unwrap();
        let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
        quill.sync().await.unwrap();
        // The order of records is what is proved; times are what a device said.
        assert_eq!(quill.queue()[0].unread, 1, "{off}");
        let brief = quill.brief(heron.account(), None, None).unwrap();
        assert_eq!((brief.header.new, brief.header.unread), (1, 1), "{off}");
        quill.receipt(&brief).await.unwrap().unwrap();
        quill.reply(entry, "I read it.".into(), false).await.unwrap();
        heron.sync().await.unwrap();
        assert!(serde_json::to_string(&heron.view(heron.account())).unwrap().contains("I read it."), "{off}");
        heron.withdraw(entry).await.unwrap();
        assert!(heron.verify(&mut |_, _| {}).await.unwrap().findings.is_empty(), "{off}");
        // Days in the access log are the server's.
        let days: Vec<_> = heron.access_logs().await.unwrap().into_iter().flat_map(|log| log.entries).collect();
        assert!(!days.is_empty() && days.iter().all(|entry| entry.day == "2031-05-01"), "{days:?}");
    }
}

#[tokio::test]
async fn a_clinician_whose_clock_is_a_year_off_invites_and_briefs_as_always() {
    for off in [YEAR, -YEAR] {
        let Practice { world, quill, mut heron } = Practice::open().await;
        heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
        let home = quill.home.clone();
        drop(quill);
        let mut quill = unlocks_off(&world, &home, off).await;
        quill.sync().await.unwrap();
        let brief = quill.brief(heron.account(), None, None).unwrap();
        assert_eq!((brief.header.new, brief.header.unread), (1, 1), "{off}");
        // The server alone tells how long an invitation is good.
        let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        let _cedar = world.joins("cedar-07", &code).await;
    }
}

#[tokio::test]
async fn a_server_whose_clock_jumps_by_a_year_keeps_everybody_logged_in_and_says_what_expired() {
    for off in [YEAR, -YEAR] {
        let Practice { world, mut quill, mut heron } = Practice::open().await;
        let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        world.clock.advance(off);
        // A session has no end of its own, and a login started and finished by the new clock works.
        heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
        quill.sync().await.unwrap();
        assert_eq!(quill.queue()[0].unread, 1, "{off}");
        heron.login(PASSWORD).await.unwrap();
        // An invitation was good for a quarter of an hour, and is not good for a year because a clock was put right.
        let wire = world.wire().await;
        let device = environment(&world.home("new"), &wire.url(), &world.clock, Box::new(randomness())).unwrap();
        let told = Invited::look(device, &code).await.err().expect("the invitation is no good").to_string();
        assert!(told.starts_with("This invitation has expired"), "{off}: {told}");
        // Its handle is free again.
        let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        let _cedar = world.joins("cedar-07", &code).await;
        assert!(heron.access_logs().await.unwrap().iter().any(|log| !log.entries.is_empty()));
    }
}

/// At a shell of a computer whose clock is so many seconds off.
fn off_by(world: &World, seconds: i64, profile: &str, arguments: &[&str]) -> Output {
    let now = Timestamp::from_unix(world.clock.now().unix() + seconds, 0).unwrap();
    let mut command = program_at(world, profile);
    command.env("REVERIE_NOW", now.to_string());
    command.args(["--server", &format!("http://{}", world.addr), "--passphrase-file", &passphrase_file(world)]);
    command.args(arguments).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_computer_whose_clock_is_a_year_off_one_joins_pairs_writes_and_shares() {
    for (off, handle) in [(YEAR, "cedar-07"), (-YEAR, "lantern-19")] {
        let Practice { world, mut quill, heron: _heron } = Practice::open().await;
        let code = quill.invite(AccountRole::Patient, Some(handle), INVITATION_IN_ROOM_SECONDS).await.unwrap();
        let here = |arguments: &[&str]| off_by(&world, off, "computer", arguments);
        let (joined, _) = ok(here(&["join", &code, "--yes", "--json"]));
        let joined: serde_json::Value = serde_json::from_str(&joined).unwrap();
        let words = world.home("kit-words");
        fs::write(
            &words,
            joined["recovery_words"]
                .as_array()
                .unwrap()
                .iter()
                .map(|word| word.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(" "),
        )
        .unwrap();
        ok(here(&["kit", "prove", "--words-file", words.to_str().unwrap()]));
        quill.sync().await.unwrap();
        quill.confirm(handle).await.unwrap();
        ok(here(&["pair", "--confirm", "quill"]));
        let parts = (1..=15).map(|part| part.to_string()).collect::<Vec<_>>().join(",");
        ok(here(&["consent", "give", "--acknowledge", &parts]));
        let (shared, _) = ok(here(&["write", "The greenhouse."]));
        let (kept, _) = ok(here(&["write", "Salt."]));
        let (_, said) = ok(here(&["share", &shared, "--yes"]));
        assert!(said.contains("is shared with quill."), "{off}: {said}");
        quill.sync().await.unwrap();
        let patient = quill.contact_of(handle).unwrap().account;
        assert_eq!(quill.brief(patient, None, None).unwrap().header.new, 1, "{off}");

        // The clock is put right: all of it is there, as it was signed, and nothing waits.
        let right = |arguments: &[&str]| off_by(&world, 0, "computer", arguments);
        let (list, said) = ok(right(&["list"]));
        assert!(list.contains(&shared) && list.contains(&kept), "{off}: {list}");
        assert!(!said.contains("on this device alone") && !said.contains("decisions wait"), "{off}: {said}");
        ok(right(&["verify"]));
        ok(right(&["withdraw", &shared, "--yes"]));
        ok(right(&["login"]));
    }
}
