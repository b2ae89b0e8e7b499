//! The recovery kit: nothing is written before it was proved, and the paper in the drawer can be tried.

use reverie_client::{ClientError, Invited, Unlocked};
use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::{PASSWORD, entry};
use reverie_tests::{Practice, World};

use super::{at, try_words};
use crate::shell::{flat, goes_home, ok, reverie};

/// Joins as cedar-07 and stops where the kit is to be proved.
async fn cedar(world: &World, quill: &mut Unlocked) -> Unlocked {
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let invited = Invited::look(at(world, &world.home("cedar-07")), &code).await.unwrap();
    invited.prepare(PASSWORD).await.unwrap().finish().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_before_the_kit_was_proved_and_its_words_can_be_read_until_then() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let mut cedar = cedar(&world, &mut quill).await;
    let words = cedar.unproved_kit().unwrap().words();
    // In the room, the words of pairing are compared before anything is printed.
    cedar.confirm("quill").await.unwrap();
    drop(cedar);
    let mut cedar = Unlocked::unlock(at(&world, &world.home("cedar-07")), PASSWORD).await.unwrap();
    assert!(!cedar.has_joined());
    let refused = cedar.write(entry(Kind::Image, "A locked door.")).await.unwrap_err();
    assert!(matches!(refused, ClientError::KitUnproved), "{refused}");
    assert_eq!(cedar.waiting_count(), 0, "it is not kept for later either: it would be lost with the device");
    assert_eq!(cedar.unproved_kit().unwrap().words(), words);

    let mut misspelt = words;
    misspelt[6] = "lanterrn";
    for (typed, told) in [
        (words[..23].join(" "), "a recovery code has 24 words, and these are 23"),
        (misspelt.join(" "), "word 7 is not one of the recovery words"),
        (format!("{}art", "abandon ".repeat(23)), "these words are a recovery kit, but another one"),
    ] {
        let refused = cedar.prove_kit(&typed).await.unwrap_err().to_string();
        assert!(refused.starts_with(told), "{refused}");
        assert!(!cedar.has_joined());
    }
    cedar.prove_kit(&words.join("  ").to_uppercase()).await.unwrap();
    assert!(cedar.has_joined() && cedar.unproved_kit().is_none());
    cedar.write(entry(Kind::Image, "A locked door.")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scanned_kit_proves_as_the_typed_one_and_a_drill_changes_nothing() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let mut cedar = cedar(&world, &mut quill).await;
    let kit = cedar.unproved_kit().unwrap();
    let (scanned, words) = (kit.text().to_string(), kit.words().join(" "));
    assert!(scanned.starts_with("reverie-kit cedar-07 http://127.0.0.1:"), "{scanned}");
    cedar.prove_kit(&scanned).await.unwrap();
    cedar.write(entry(Kind::Image, "A locked door.")).await.unwrap();

    let devices = cedar.devices().await.unwrap();
    let drilled = cedar.drill(&scanned).await.unwrap();
    assert_eq!((drilled.people, drilled.journals), (1, 1));
    assert_eq!(cedar.devices().await.unwrap(), devices, "no session is left over");
    cedar.login(PASSWORD).await.unwrap();
    assert!(cedar.drill(&words).await.is_ok());
    // A kit of somebody else, scanned, and its words alone.
    let others = scanned.replace("cedar-07", "heron-41");
    assert!(matches!(cedar.drill(&others).await, Err(ClientError::WrongKit(_))));
    assert!(matches!(try_words(&world, &words).await, Err(ClientError::WrongKit(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_kit_voids_the_old_one_and_nothing_on_the_sheets_is_the_practices() {
    let Practice { world, mut heron, quill: _quill } = Practice::open().await;
    let first = heron.make_kit().await.unwrap();
    heron.prove_kit(&first.text()).await.unwrap();
    let second = heron.make_kit().await.unwrap();
    let (old, new) = (first.words().join(" "), second.words().join(" "));
    assert!(heron.drill(&old).await.is_ok(), "until the new one is proved, the old one is valid");
    assert!(matches!(try_words(&world, &new).await, Err(ClientError::WrongKit(_))));
    heron.prove_kit(&new).await.unwrap();
    let void = try_words(&world, &old).await.unwrap_err();
    assert!(matches!(void, ClientError::WrongKit(_)), "{void}");
    try_words(&world, &new).await.unwrap();

    let html = second.html();
    for word in second.words().iter().chain(&["heron-41", "reverie recover", "private journal is gone"]) {
        assert!(html.contains(word), "{word}");
    }
    assert!(!html.contains("quill") && !html.contains("<script") && !html.contains("src="));
    assert!(!html.contains("AGE-SECRET") && second.pdf().starts_with(b"%PDF-"));
    assert_eq!(second.pdf(), second.pdf(), "the same kit is the same sheet");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kit_of_somebody_else_opens_nothing_is_named_as_such_and_changes_nothing() {
    let Practice { world, mut quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    let cedar = cedar(&world, &mut quill).await;
    let other = world.home("other");
    std::fs::write(&other, cedar.unproved_kit().unwrap().words().join(" ")).unwrap();
    let other = other.to_str().unwrap();
    let (made, _) = ok(reverie(&world, "heron-41", &["kit", "--json"]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let words: Vec<_> = made["recovery_words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let own = world.home("own");
    std::fs::write(&own, words.join(" ")).unwrap();
    let own = own.to_str().unwrap();

    let told = |arguments: &[&str]| {
        let refused = reverie(&world, "heron-41", arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        flat(&refused.stderr)
    };
    let prove = told(&["kit", "prove", "--words-file", other]);
    assert!(prove.contains("a recovery kit, but another one") && prove.contains("Nothing was changed"), "{prove}");
    ok(reverie(&world, "heron-41", &["kit", "prove", "--words-file", own]));
    let drill = told(&["kit", "drill", "--words-file", other]);
    assert!(drill.contains("not the one that opens heron-41 now") && drill.contains("Nothing was changed"), "{drill}");
    let (_, drilled) = ok(reverie(&world, "heron-41", &["kit", "drill", "--words-file", own]));
    assert!(drilled.contains("The kit works"), "{drilled}");

    // On a clean machine neither way takes it, and the machine stays clean for the right one.
    for command in [&["recover"][..], &["login", "--recovery"]] {
        let arguments = [command, &["--handle", "heron-41", "--words-file", other]].concat();
        let refused = reverie(&world, "clean", &arguments);
        let told = flat(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(told.contains("not the one that opens heron-41 now") && told.contains("Nothing was changed"), "{told}");
        assert!(flat(&reverie(&world, "clean", &["list"]).stderr).contains("no account"));
    }
    ok(reverie(&world, "clean", &["recover", "--handle", "heron-41", "--words-file", own]));
}
