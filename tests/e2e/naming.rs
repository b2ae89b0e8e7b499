//! What somebody is called on one device stays on it.

use std::fs;

use reverie_client::native::ExportFolder;
use reverie_journal::{Kind, PersonName};
use reverie_tests::search::{all_files, contains};
use reverie_tests::{Practice, World};

use crate::shell::{goes_home, ok, reverie};

const NAME: &str = "Imogen of the third floor";

fn name() -> Option<PersonName> {
    Some(PersonName::new(NAME).unwrap())
}

#[tokio::test]
async fn a_local_name_is_sealed_here_and_goes_nowhere() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    let entry = heron.shares(Kind::Image, "A door.").await.unwrap();
    quill.sync().await.unwrap();
    quill.name_locally(patient, name()).await.unwrap();
    assert_eq!(quill.names_here().of(patient), format!("heron-41 ({NAME})"));
    assert_eq!(quill.names().of(patient), "heron-41");

    // Everything that a clinician does with it on the screen goes out without it.
    let brief = quill.brief(patient, None, None).unwrap();
    quill.receipt(&brief).await.unwrap();
    quill.reply(entry, "Who has the key?".into(), true).await.unwrap();
    quill.sync().await.unwrap();
    let folder = world.home("taken away");
    let mut sink = ExportFolder::create(&folder).unwrap();
    quill.export(patient, true, &mut sink, &mut |_, _| {}).await.unwrap();
    heron.sync().await.unwrap();
    let hers = serde_json::to_string(&heron.view(patient)).unwrap();
    let sent: Vec<u8> =
        quill.wire.passed(|passed| passed.iter().flat_map(|passed| passed.asked.body.to_vec()).collect());
    for (what, bytes) in [
        ("export", all_files(&folder)),
        ("her view", hers.into_bytes()),
        ("brief", serde_json::to_vec(&brief).unwrap()),
        ("queue", serde_json::to_vec(&quill.queue()).unwrap()),
        ("server", all_files(&world.data())),
        ("wire", sent),
        ("device", all_files(&quill.home)),
    ] {
        assert!(!bytes.is_empty() && !contains(&bytes, NAME), "{what}");
    }
    // The device has it when it is unlocked again, and forgets it when it is told to.
    drop(quill);
    let mut quill = world.unlocks("quill").await;
    assert_eq!(quill.local_name(patient), Some(NAME));
    quill.name_locally(patient, None).await.unwrap();
    assert_eq!(quill.names_here().of(patient), "heron-41");
}

#[tokio::test]
async fn another_device_of_the_same_person_does_not_know_it() {
    let Practice { world, mut quill, .. } = Practice::open().await;
    let mut cedar = world.newcomer("cedar-07", &mut quill).await;
    cedar.name_locally(quill.account(), name()).await.unwrap();
    let home = world.home("tablet");
    let tablet = cedar.second_device(&home, world.wire().await, &world.clock).await.unwrap();
    assert_eq!(tablet.local_name(quill.account()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_the_name_stands_on_screens_and_not_in_json() {
    let Practice { world, quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "A door.").await.unwrap();
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let at = |world: &World, line: &[&str]| ok(reverie(world, "quill", line));
    let (_, said) = at(&world, &["name", "heron-41", "Imogen"]);
    assert!(said.contains("On this device heron-41 is called Imogen. Nobody else sees it."), "{said}");
    for screen in [&["queue"][..], &["brief", "heron-41"], &["members"]] {
        assert!(at(&world, screen).0.contains("heron-41 (Imogen)"), "{screen:?}");
        let json = at(&world, &[screen, &["--json"]].concat()).0;
        assert!(json.contains("heron-41") == (screen[0] != "brief") && !json.contains("Imogen"), "{screen:?}: {json}");
    }
    let markdown = at(&world, &["brief", "heron-41", "--markdown"]).0;
    assert!(markdown.contains("heron-41") && !markdown.contains("Imogen"), "what is taken away goes by the handle");
    let folder = world.home("taken away");
    at(&world, &["export", &folder.to_string_lossy()]);
    assert!(!fs::read_to_string(folder.join("journal.md")).unwrap().contains("Imogen"));
    at(&world, &["name", "heron-41", "--forget"]);
    assert!(!at(&world, &["queue"]).0.contains("Imogen"));
}
