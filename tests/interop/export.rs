//! What a person takes home opens without us: with three implementations of age, none of them ours, and all alike.

use std::path::{Path, PathBuf};

use reverie_client::native::ExportFolder;
use reverie_journal::Kind;
use reverie_tests::media::voice_memo;
use reverie_tests::person::entry_with;
use reverie_tests::{Practice, stock};

use crate::typage::{Typage, key_in};

fn sealed_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "age"));
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn three_implementations_open_every_sealed_file_of_an_export_alike() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let memo = vec![voice_memo("tide.wav", 12)];
    heron.account.write(entry_with(Kind::Image, "The tide", "It went out.", memo)).await.unwrap();
    heron.shares(Kind::Dream, "The tin of buttons.").await.unwrap();
    let folder = world.home("export");
    let mut sink = ExportFolder::create(&folder).unwrap();
    heron.export(heron.account(), true, &mut sink, &mut |_, _| {}).await.unwrap();

    let typage = Typage::new();
    let mut opened = 0;
    for journal in std::fs::read_dir(folder.join("sealed")).unwrap().map(|entry| entry.unwrap().path()) {
        let key = journal.join("epoch-0.key");
        let (identity, _) = key_in(&std::fs::read_to_string(&key).unwrap());
        for sealed in [sealed_in(&journal), sealed_in(&journal.join("attachments"))].concat() {
            let [by_age, by_rage] = [stock::age, stock::rage].map(|open| open(&key, &sealed));
            assert!(by_age.status.success(), "{}", String::from_utf8_lossy(&by_age.stderr));
            assert!(by_rage.status.success(), "{}", String::from_utf8_lossy(&by_rage.stderr));
            let by_typage = typage.open(&identity, &std::fs::read(&sealed).unwrap()).unwrap();
            assert!(by_age.stdout == by_rage.stdout && by_age.stdout == by_typage, "{}", sealed.display());
            opened += 1;
        }
    }
    assert!(opened >= 3, "two entries and a file: {opened}");
}
