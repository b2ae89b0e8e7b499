//! A recording, drawing or photo that the disk damaged while it waited to be sent: it holds nothing up, it is sealed again
//! from wherever it can still be had, and if it is lost, its name and its entry are said.

use std::fs;
use std::path::{Path, PathBuf};

use reverie_client::LostFile;
use reverie_journal::{Kind, ShareState};
use reverie_protocol::ids::DocumentId;
use reverie_tests::media::{file, voice_memo};
use reverie_tests::person::{Person, entry_with};
use reverie_tests::{Fate, Practice};

use crate::shell::{goes_home, ok, reverie};

/// The server is away.
fn away(person: &Person) {
    person.wire.requests(|_| Fate::HangUp);
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path()).collect();
    found.sort();
    found
}

/// What a disk does to a file.
type Damage = fn(&Path);

/// Flips a bit in the middle.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn names_of_files(person: &Person, entry: DocumentId) -> Vec<String> {
    let view = person.view(person.account());
    view.entry(entry).unwrap().attachments().map(|file| file.name.as_str().to_owned()).collect()
}

async fn opens(person: &Person, entry: DocumentId) -> Vec<u8> {
    let view = person.view(person.account());
    let view = view.entry(entry).unwrap();
    let mut heard = Vec::new();
    person.save_file(view.journal, view.attachments().next().unwrap(), &mut heard).await.unwrap();
    heard
}

#[tokio::test]
async fn a_recording_that_the_disk_damaged_holds_nothing_up_and_its_words_are_sent_without_it() {
    let damages: [(&str, Damage); 5] = [
        ("flipped", flip),
        ("cut", |path| fs::write(path, &fs::read(path).unwrap()[..5000]).unwrap()),
        ("emptied", |path| fs::write(path, b"").unwrap()),
        ("garbage", |path| fs::write(path, [7; 4000]).unwrap()),
        ("deleted", |path| fs::remove_file(path).unwrap()),
    ];
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    for (number, (what, damage)) in damages.into_iter().enumerate() {
        away(&heron);
        let files = vec![voice_memo("rain.wav", 1)];
        let hurt = heron.write(entry_with(Kind::Memory, "Rain", "It rained.", files)).await.unwrap().document;
        damage(files_in(&heron.home.join("files")).last().unwrap());
        let files = vec![file("door.txt", "text/plain", vec![1; 10], None)];
        let next = heron.write(entry_with(Kind::Image, "Door", "It opened.", files)).await.unwrap().document;
        drop(heron);

        heron = world.unlocks("heron-41").await;
        let flushed = heron.flush().await.unwrap();
        assert!(flushed.stopped_by.is_none(), "{what}: {:?}", flushed.stopped_by);
        assert_eq!((flushed.sent, flushed.waiting, flushed.notices.len()), (2, 0, 1), "{what}");
        let LostFile { name, entry, told, .. } = heron.lost_files().last().unwrap();
        assert_eq!((name.as_str(), *entry, *told), ("rain.wav", Some(hurt), false), "{what}");
        assert_eq!(names_of_files(&heron, hurt), [""; 0], "{what}");
        assert_eq!(opens(&heron, next).await, [1; 10], "{what}");
        let left = files_in(&heron.home.join("damaged/files"));
        let evidence = number + 1 - usize::from(what == "deleted");
        assert_eq!((heron.lost_files().len(), left.len()), (number + 1, evidence), "{what}: what is left is evidence");
        assert_eq!(heron.verify(&mut |_, _| {}).await.unwrap().findings, [], "{what}");
        for path in files_in(&heron.home.join("files")) {
            fs::remove_file(path).unwrap();
        }
    }
    // Erased, nothing of it stays.
    let entries: Vec<_> = heron.lost_files().iter().filter_map(|lost| lost.entry).collect();
    for entry in &entries {
        heron.withdraw(*entry).await.unwrap();
    }
    heron.erase(&entries).await.unwrap();
    heron.sync().await.unwrap();
    assert_eq!((heron.lost_files().len(), files_in(&heron.home.join("damaged/files")).len()), (0, 0));
}

#[tokio::test]
async fn a_file_that_is_damaged_while_its_share_waits_is_sealed_again_from_where_it_was() {
    // From the server, as this device has lost its own; and from this device, before the server has anything.
    for sent_before in [true, false] {
        let Practice { world, mut quill, mut heron } = Practice::open().await;
        if !sent_before {
            away(&heron);
        }
        let files = vec![voice_memo("rain.wav", 1)];
        let entry = heron.write(entry_with(Kind::Memory, "Rain", "It rained.", files)).await.unwrap().document;
        let private = files_in(&heron.home.join("files"));
        let with = heron.share_target(None).unwrap();
        heron.wire.requests(|asked| if asked.is_append() || asked.method == "PUT" { Fate::HangUp } else { Fate::Pass });
        assert!(heron.share(entry, &with).await.unwrap().stopped_by.is_some());
        let sealed = files_in(&heron.home.join("files")).into_iter().find(|path| !private.contains(path)).unwrap();
        flip(&sealed);
        if sent_before {
            private.iter().for_each(|path| fs::remove_file(path).unwrap());
        }
        // Words wait for a file that can be had, only not now.
        heron.wire.requests(|asked| {
            let is_file = asked.method == "GET" && asked.path.contains("/attachments/");
            if is_file || asked.is_append() { Fate::HangUp } else { Fate::Pass }
        });
        assert!(heron.flush().await.unwrap().stopped_by.unwrap().is_offline());
        assert_eq!(heron.lost_files(), []);
        drop(heron);

        let mut heron = world.unlocks("heron-41").await;
        let flushed = heron.flush().await.unwrap();
        assert!(flushed.stopped_by.is_none(), "{:?}", flushed.stopped_by);
        assert_eq!((flushed.waiting, flushed.notices.len(), heron.lost_files().len()), (0, 0, 0));
        quill.sync().await.unwrap();
        let view = quill.view(heron.account());
        let view = view.entry(entry).unwrap();
        let mut heard = Vec::new();
        quill.save_file(view.journal, view.attachments().next().unwrap(), &mut heard).await.unwrap();
        assert!(heard.starts_with(b"RIFF"));
        let view = heron.view(heron.account());
        assert!(view.entry(entry).unwrap().state.is_shared() && view.private.unwrap().entries.is_empty());
        assert_eq!(heron.verify(&mut |_, _| {}).await.unwrap().findings, []);
    }
}

#[tokio::test]
async fn a_file_that_had_arrived_before_the_disk_damaged_it_is_not_lost() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    heron.wire.answers(|asked, _| if asked.is_append() { Fate::CutOff } else { Fate::Pass });
    let files = vec![voice_memo("rain.wav", 1)];
    let kept = heron.write(entry_with(Kind::Memory, "Rain", "It rained.", files)).await.unwrap();
    assert_eq!(kept.flushed.waiting, 1);
    flip(&files_in(&heron.home.join("files"))[0]);
    drop(heron);
    let mut heron = world.unlocks("heron-41").await;
    assert_eq!(heron.flush().await.unwrap().waiting, 0);
    assert_eq!(heron.lost_files(), []);
    assert!(opens(&heron, kept.document).await.starts_with(b"RIFF"), "it is fetched");
}

#[tokio::test]
async fn an_addition_that_was_nothing_but_the_file_goes_with_it() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Body, "Warm.").await.unwrap();
    away(&heron);
    heron.elaborate(entry, String::new(), vec![voice_memo("hum.wav", 1)], false).await.unwrap();
    heron.elaborate(entry, "And cold.".into(), vec![voice_memo("cold.wav", 1)], true).await.unwrap();
    heron.withdraw(entry).await.unwrap();
    for path in files_in(&heron.home.join("files")) {
        flip(&path);
    }
    drop(heron);
    let mut heron = world.unlocks("heron-41").await;
    let flushed = heron.flush().await.unwrap();
    assert!(flushed.stopped_by.is_none() && flushed.waiting == 0, "{:?}", flushed.stopped_by);
    let view = heron.view(heron.account());
    let found = view.entry(entry).unwrap();
    let layers: Vec<_> = found.layers.iter().map(|layer| layer.layer.body().words.as_str()).collect();
    assert_eq!((found.state, layers), (ShareState::Private, vec!["And cold."]));
    let mut lost: Vec<_> = heron.lost_files().iter().map(|lost| (lost.name.as_str(), lost.entry)).collect();
    lost.sort();
    lost.dedup();
    assert_eq!(lost, [("cold.wav", Some(entry)), ("hum.wav", Some(entry))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_the_lost_file_is_named_until_it_was_read_and_stands_with_its_entry() {
    let Practice { mut world, quill: _quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    world.stop().await;
    let memo = world.home("rain.txt");
    fs::write(&memo, "It rained on the glass.").unwrap();
    let memo = memo.to_string_lossy().into_owned();
    let (short, _) = ok(reverie(&world, "heron-41", &["write", "Rain.", "--attach", &memo]));
    ok(reverie(&world, "heron-41", &["write", "Dust."]));
    flip(&files_in(&world.home("shells/heron-41/store/files"))[0]);
    world.restart().await;

    for _ in 0..2 {
        let (_, said) = ok(reverie(&world, "heron-41", &["verify"]));
        let told =
            format!("The file rain.txt of the entry {short} was damaged by this device's disk before it was sent");
        assert_eq!(said.matches(&told).count(), 1, "{said}");
        assert!(
            said.contains(&format!("`reverie attach {short} FILE`")) && said.contains("Your words are safe"),
            "{said}"
        );
    }
    let (json, _) = ok(reverie(&world, "heron-41", &["list", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["waiting"], &json["lost_files"][0]["name"]), (&0.into(), &"rain.txt".into()));
    let (_, said) = ok(reverie(&world, "heron-41", &["list"]));
    assert!(!said.contains("rain.txt"), "it was read: {said}");
    let (shown, said) = ok(reverie(&world, "heron-41", &["show", &short]));
    assert!(shown.contains("Rain.") && !shown.contains("rain.txt"), "{shown}");
    assert!(said.contains("A file of this entry is missing: rain.txt."), "{said}");
    ok(reverie(&world, "heron-41", &["attach", &short, &memo]));
    let (shown, _) = ok(reverie(&world, "heron-41", &["show", &short]));
    assert!(shown.contains("rain.txt"), "{shown}");
}
