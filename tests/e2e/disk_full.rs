//! A full disk, the server's or a device's: it is said, nothing is lost or half done, and with room again work goes on.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use reverie_journal::Kind;
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_protocol::problem::ProblemCode;
use reverie_tests::media::file;
use reverie_tests::person::{PASSWORD, entry_with};
use reverie_tests::server::{has_small_disks, in_own_namespace, program, small_disk};
use reverie_tests::{Person, Practice, ServerProcess, StoryClock, Wire};

/// Writes to a file until the disk has no room, and returns how to make room again.
fn fill(folder: &Path) -> impl FnOnce() + use<> {
    let ballast = folder.join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    let mut filled = 0;
    while file.write_all(&[0; 4096]).is_ok() {
        filled += 1;
    }
    assert!(filled > 10, "there was some room before");
    move || fs::remove_file(ballast).unwrap()
}

fn words(person: &Person) -> Vec<String> {
    let view = person.view(person.account());
    let private = view.private.iter().flat_map(|private| &private.entries);
    private.map(|entry| entry.entry.body().words.as_str().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_full_disk_says_so_keeps_all_it_took_and_goes_on_when_there_is_room() {
    if !has_small_disks().await {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let (server, code) = ServerProcess::on_small_disk(24, &disk).await;
    let clock = StoryClock::at("2031-05-01T09:00:00-04:00");
    let join = async |handle: &str, code: &str| {
        let wire = Wire::to(server.addr).await;
        Person::join(&folder.path().join(handle), wire, &clock, code).await.unwrap()
    };
    let mut admin = join("admin", &code).await;
    let code = admin.invite(AccountRole::Patient, Some("heron-41"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let mut heron = join("heron-41", &code).await;
    assert_eq!(heron.writes(Kind::Fragment, "Before.").await.unwrap().flushed.waiting, 0);
    let make_room = fill(&server.inside(&disk));

    // Until the database itself has no room left in what it has taken already.
    let mut refused = None;
    let mut written = vec!["Before.".to_owned()];
    for number in 0..200 {
        let text = format!("{number} {}", "heron ".repeat(500));
        let kept = heron.writes(Kind::Fragment, &text).await.unwrap();
        written.push(text);
        if let Some(error) = kept.flushed.stopped_by {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("the disk is full");
    assert!(refused.is(ProblemCode::Busy) && refused.is_offline(), "{refused}");
    assert!(refused.to_string().contains("no room left on its disk"), "{refused}");
    // A recording as well, and whoever reads is not harmed.
    let memo =
        entry_with(Kind::Body, "Said aloud", "Warm.", vec![file("memo.wav", "audio/wav", vec![7; 200_000], None)]);
    let kept = heron.write(memo).await.unwrap();
    written.push("Warm.".into());
    assert_eq!(kept.flushed.waiting, 2, "both wait on her device");
    assert_eq!(words(&heron), written);

    // Read by another connection than the one that wrote: it was committed, and not into a transaction left open.
    make_room();
    let flushed = heron.flush().await.unwrap();
    assert_eq!(flushed.waiting, 0, "{:?}", flushed.stopped_by);
    assert_eq!(heron.verify(&mut |_, _| {}).await.unwrap().findings, []);
    assert_eq!(words(&heron), written);
    let log = server.stop().await;
    assert!(log.contains("no room left on the disk"), "whoever runs the server can see why: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_a_full_disk_says_so_and_keeps_what_it_has() {
    if !has_small_disks().await {
        return;
    }
    let Practice { world, quill: _quill, heron } = Practice::open().await;
    drop(heron);
    let (small, home) = (world.home("small"), world.home("heron-41"));
    fs::create_dir(&small).unwrap();
    fs::write(world.home("passphrase"), PASSWORD).unwrap();
    // A device with a little room: it writes until there is none, and once more when there is.
    let script = format!(
        "{} && mkdir -p {small}/heron && cp -r {home} {small}/heron/store && dd if=/dev/zero of={small}/ballast bs=4k 2>/dev/null; \
         reverie=$1; shift; \"$reverie\" \"$@\" write First.; echo exit $?; rm {small}/ballast; \
         \"$reverie\" \"$@\" write Second.; echo exit $?; \"$reverie\" \"$@\" list",
        small_disk(4, &small),
        small = small.display(),
        home = home.display(),
    );
    let output = in_own_namespace(&script)
        .arg(program("reverie"))
        .args(["--profile", "heron", "--home"])
        .arg(&small)
        .args(["--server", &format!("http://{}", world.addr), "--passphrase-file"])
        .arg(world.home("passphrase"))
        .output()
        .await
        .unwrap();
    let (said, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("exit 1") && said.contains("exit 0"), "{said}\n{warned}");
    assert!(warned.contains("No space left on device"), "{warned}");
    assert!(said.contains("Second.") && !said.contains("First."), "{said}");
}
