//! Every file of a device after real use, damaged in every way: nothing panics, what is wrong is named with the next step or
//! mended, and with the file put back everything is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use reverie_client::LockedDevice;
use reverie_client::native::system::randomness;
use reverie_journal::Kind;
use reverie_tests::media::voice_memo;
use reverie_tests::person::{PASSWORD, entry_with, environment};
use reverie_tests::{Fate, Practice, World};

use crate::shell::{flat, goes_home, reverie, reverie_at};

/// Where nobody answers.
const NOWHERE: &str = "http://127.0.0.1:9";

fn files(root: &Path, inside: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(root.join(inside)).unwrap() {
        let path = inside.join(entry.unwrap().file_name());
        if root.join(&path).is_dir() {
            files(root, &path, found);
        } else if !path.ends_with(".reverie-lock") {
            found.insert(path.clone(), fs::read(root.join(&path)).unwrap());
        }
    }
}

/// Makes a device's folder what it was.
fn put_back(root: &Path, all: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::remove_dir_all(root).unwrap();
    for (path, bytes) in all {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), bytes).unwrap();
    }
}

fn damages(bytes: &[u8]) -> [(&'static str, Option<Vec<u8>>); 5] {
    let mut flipped = bytes.to_vec();
    flipped[bytes.len() / 2] ^= 1;
    [
        ("emptied", Some(Vec::new())),
        ("cut", Some(bytes[..bytes.len() / 2].to_vec())),
        ("flipped", Some(flipped)),
        ("garbage", Some(b"\x00\xffnot what was written".repeat(40))),
        ("deleted", None),
    ]
}

/// What must be said of a file, if not all of it goes on as if nothing were.
fn says(path: &Path, how: &str) -> Option<&'static str> {
    match path.iter().next()?.to_str()? {
        "keys.age" if how == "deleted" => Some("its file `keys.age` is missing"),
        "state.age" => Some("delete nothing. If you have a copy of that file, put it back."),
        "log" => Some("It is safe on the server. The next command that reaches the server fetches it again"),
        "outbox" => Some("could not be sent before its disk damaged"),
        "capture-recipient" => Some("You captured 1 thing while this device was locked. It is safe here."),
        _ => None,
    }
}

/// What a person has on this device, wherever the server is.
struct Device<'a> {
    world: &'a World,
    profile: &'static str,
    looks: &'static [&'static str],
    /// What stands in what she looks at, when nothing is damaged.
    shown: &'static [&'static str],
}

impl Device<'_> {
    fn play(&self) {
        let root = self.world.home("shells").join(self.profile).join("store");
        let mut all = BTreeMap::new();
        files(&root, Path::new(""), &mut all);
        let mut kinds = BTreeSet::new();
        for (path, whole) in &all {
            // One file of a kind suffers everything, the others the two that differ most.
            let first = kinds.insert(path.iter().next());
            for (how, damage) in
                damages(whole).into_iter().filter(|(how, _)| first || ["flipped", "deleted"].contains(how))
            {
                let what = format!("{} {how}", path.display());
                put_back(&root, &all);
                match damage {
                    Some(bytes) => fs::write(root.join(path), bytes).unwrap(),
                    None => fs::remove_file(root.join(path)).unwrap(),
                }
                let output = reverie_at(self.world, NOWHERE, self.profile, self.looks);
                let said = flat(&output.stderr);
                assert!(!said.contains("exchanged what it seals"), "{what}: nobody was here: {said}");
                assert!(!said.contains("panicked"), "{what}: {said}");
                match output.status.code() {
                    Some(0) => {}
                    Some(1) => assert!(
                        said.contains("Hint:") || said.contains("Next:") || said.contains("`reverie"),
                        "{what}: {said}"
                    ),
                    code => panic!("{what}: {code:?} {said}"),
                }
                if let Some(says) = says(path, how) {
                    assert!(said.contains(says), "{what}: {says} is not in {said}");
                }
                // Put back, or fetched again: all of it is there.
                fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
                fs::write(root.join(path), whole).unwrap();
                let output = reverie(self.world, self.profile, self.looks);
                let (shown, said) = (flat(&output.stdout), flat(&output.stderr));
                assert!(output.status.success(), "{what}: {said}");
                for words in self.shown {
                    assert!(shown.contains(words), "{what}: {words} is not in {shown} {said}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_patients_device_every_file_may_be_damaged_and_nothing_that_was_sent_or_waits_is_lost() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    let memo = vec![voice_memo("rain.wav", 1)];
    heron.write(entry_with(Kind::Memory, "Rain", "It rained.", memo)).await.unwrap();
    // A change of password that was cut off, and two deeds that wait.
    let mut registered = false;
    heron.wire.requests(move |asked| {
        registered |= asked.is("POST", "/credentials/start");
        if registered && asked.method == "PUT" { Fate::HangUp } else { Fate::Pass }
    });
    assert!(heron.change_password(PASSWORD, "the stairs smell of snow").await.is_err());
    heron.wire.requests(|_| Fate::HangUp);
    heron.writes(Kind::Fragment, "Dust.").await.unwrap();
    let memo = vec![voice_memo("sea.wav", 1)];
    heron.write(entry_with(Kind::Body, "Sea", "Salt.", memo)).await.unwrap();
    goes_home(&world, "heron-41", heron);
    let home = world.home("shells/heron-41/store");
    let env = environment(&home, NOWHERE, &world.clock, Box::new(randomness())).unwrap();
    let locked = LockedDevice::find(env).await.unwrap().unwrap();
    locked.capture("caught".into(), vec![voice_memo("wind.wav", 1)]).await.unwrap();
    drop(locked);
    let shown = ["The greenhouse.", "Rain", "Dust.", "Sea"].as_slice();
    Device { world: &world, profile: "heron-41", looks: &["list"], shown }.play();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_clinicians_device_every_file_may_be_damaged_and_nothing_is_lost() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    quill.wire.requests(|_| Fate::HangUp);
    quill.reply(entry, "I read it.".into(), false).await.unwrap();
    goes_home(&world, "quill", quill);
    Device { world: &world, profile: "quill", looks: &["queue"], shown: &["heron-41"] }.play();
}
