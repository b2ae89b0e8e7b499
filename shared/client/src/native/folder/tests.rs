//! What a program, a crash or another user of this computer can and cannot do to a folder.

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn folder() -> (TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::new(place.path().join("profile/heron-41")).unwrap();
    (place, folder)
}

/// Runs a future of the store, which never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    futures_util::FutureExt::now_or_never(future).expect("the folder never waits")
}

#[test]
fn a_blob_is_found_as_it_was_put() {
    let (_place, folder) = folder();
    now(folder.put("journals/a/pin", b"one")).unwrap();
    now(folder.put("journals/a/pin", b"two")).unwrap();
    assert_eq!(now(folder.find("journals/a/pin")).unwrap().unwrap(), b"two");
    let (mut file, size) = now(folder.open("journals/a/pin")).unwrap().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!((bytes.as_slice(), size), (&b"two"[..], 3));
}

#[test]
fn what_is_not_there_is_none() {
    let (_place, folder) = folder();
    now(folder.put("outbox/1", b"x")).unwrap();
    for name in ["device", "outbox", "outbox/2", "outbox/1/below"] {
        assert!(now(folder.find(name)).unwrap().is_none(), "{name}");
    }
    now(folder.delete("outbox/2")).unwrap();
}

#[test]
fn a_deleted_blob_is_gone() {
    let (_place, folder) = folder();
    now(folder.put("outbox/1", b"x")).unwrap();
    now(folder.delete("outbox/1")).unwrap();
    assert!(now(folder.find("outbox/1")).unwrap().is_none());
}

#[test]
fn a_writer_that_is_dropped_changes_nothing_and_leaves_nothing() {
    let (_place, folder) = folder();
    now(folder.put("attachments/a", b"before")).unwrap();
    let mut writer = now(folder.create("attachments/a")).unwrap();
    writer.write_all(b"half of").unwrap();
    assert_eq!(now(folder.find("attachments/a")).unwrap().unwrap(), b"before");
    drop(writer);
    assert_eq!(now(folder.find("attachments/a")).unwrap().unwrap(), b"before");
    assert_eq!(fs::read_dir(folder.root.join("attachments")).unwrap().count(), 1);
}

#[test]
fn a_finished_writer_replaces_the_blob_at_once() {
    let (_place, folder) = folder();
    now(folder.put("attachments/a", b"before")).unwrap();
    let (mut reader, _) = now(folder.open("attachments/a")).unwrap().unwrap();
    let mut writer = now(folder.create("attachments/a")).unwrap();
    writer.write_all(b"after").unwrap();
    writer.finish().unwrap();
    assert_eq!(now(folder.find("attachments/a")).unwrap().unwrap(), b"after");
    let mut old = Vec::new();
    reader.read_to_end(&mut old).unwrap();
    assert_eq!(old, b"before", "who was reading goes on reading what was there");
}

#[test]
fn what_a_killed_program_left_is_not_listed_and_goes_at_the_next_start() {
    let (_place, folder) = folder();
    now(folder.put("outbox/1", b"x")).unwrap();
    let leftover = folder.root.join("outbox").join(format!("{TEMPORARY}a1b2c3"));
    fs::write(&leftover, b"half").unwrap();
    assert_eq!(now(folder.list("")).unwrap(), ["outbox/1"]);
    let root = folder.root.clone();
    drop(folder);
    let folder = Folder::new(root).unwrap();
    assert!(!leftover.exists());
    assert_eq!(now(folder.find("outbox/1")).unwrap().unwrap(), b"x");
}

#[test]
fn a_list_holds_the_names_of_a_prefix_in_order_and_nothing_foreign() {
    let (_place, folder) = folder();
    for name in ["outbox/10", "outbox/2", "outbox-old/1", "device", "journals/a/b/c"] {
        now(folder.put(name, b"x")).unwrap();
    }
    fs::write(folder.root.join("Not Ours.txt"), b"x").unwrap();
    assert_eq!(now(folder.list("outbox/")).unwrap(), ["outbox/10", "outbox/2"]);
    assert_eq!(now(folder.list("outb")).unwrap(), ["outbox-old/1", "outbox/10", "outbox/2"]);
    assert_eq!(now(folder.list("journals/a/b")).unwrap(), ["journals/a/b/c"]);
    assert_eq!(now(folder.list("")).unwrap().len(), 5);
    assert_eq!(now(folder.list("../")).unwrap(), [""; 0]);
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let (place, folder) = folder();
    for name in ["", ".", "..", "../x", "a/../../x", "/etc/x", "a//b", "a/", ".hidden", "A", "a\\b", "c:x", "a\0", "é"]
    {
        assert!(now(folder.put(name, b"x")).is_err(), "{name:?}");
        assert!(now(folder.find(name)).is_err(), "{name:?}");
        assert!(now(folder.delete(name)).is_err(), "{name:?}");
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn a_refused_name_is_not_repeated_in_the_error() {
    let (_place, folder) = folder();
    let error = now(folder.put("Imogen Vale", b"x")).unwrap_err();
    assert!(!error.to_string().contains("Imogen"), "{error}");
}

#[test]
fn a_second_program_is_told_to_wait_until_the_first_is_done() {
    let (_place, folder) = folder();
    let root = folder.root.clone();
    let error = Folder::with_patience(&root, Duration::ZERO).err().unwrap();
    assert!(error.to_string().contains("another program is using this profile"), "{error}");
    let writer = now(folder.create("attachments/a")).unwrap();
    drop(folder);
    assert!(Folder::with_patience(&root, Duration::ZERO).is_err(), "a writer is still at work");
    drop(writer);
    assert!(Folder::with_patience(&root, Duration::ZERO).is_ok());
}

#[cfg(unix)]
#[test]
fn nobody_else_on_this_computer_can_look_in() {
    use std::os::unix::fs::PermissionsExt as _;

    let (place, folder) = folder();
    now(folder.put("journals/a", b"x")).unwrap();
    let mut writer = now(folder.create("journals/b")).unwrap();
    writer.write_all(b"x").unwrap();
    writer.finish().unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.path().join("profile")), 0o700);
    assert_eq!(mode(folder.root.clone()), 0o700);
    assert_eq!(mode(folder.root.join("journals")), 0o700);
    for file in ["journals/a", "journals/b", LOCK] {
        assert_eq!(mode(folder.root.join(file)), 0o600, "{file}");
    }
}

proptest! {
    #[test]
    fn whatever_the_name_its_file_is_inside(name in "[a-z./-]{0,12}|.*") {
        let folder = Folder { root: "/profile".into(), lock: Arc::new(tempfile::tempfile().unwrap()) };
        if let Ok(path) = folder.path(&name) {
            prop_assert!(path.starts_with("/profile"));
            prop_assert!(path.components().all(|part| !matches!(part, std::path::Component::ParentDir)));
        }
    }
}

#[test]
fn a_renamed_blob_is_under_its_new_name_alone_and_what_is_not_there_is_left() {
    let (_place, folder) = folder();
    now(folder.put("outbox/1", b"x")).unwrap();
    now(folder.rename("outbox/1", "set-aside/1")).unwrap();
    assert!(now(folder.find("outbox/1")).unwrap().is_none());
    assert_eq!(now(folder.find("set-aside/1")).unwrap().unwrap(), b"x");
    now(folder.rename("outbox/1", "set-aside/1")).unwrap();
    assert_eq!(now(folder.find("set-aside/1")).unwrap().unwrap(), b"x");
    assert!(now(folder.rename("set-aside/1", "../out")).is_err());
}
