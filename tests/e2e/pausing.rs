//! A patient pauses what she shares, in one command and at any hour, and goes on when she wants to.

use reverie_client::ClientError;
use reverie_journal::Kind;
use reverie_tests::Practice;

use crate::measures::{take, takes};
use crate::shell::{flat, goes_home, ok, reverie};

#[tokio::test]
async fn while_she_pauses_nothing_more_is_shared_and_everything_else_goes_on() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let (patient, circle) = (heron.account(), heron.share_target(None).unwrap());
    let shared = heron.shares(Kind::Image, "A door.").await.unwrap();
    // In the day after a dose too.
    heron.note_session(world.clock.now()).await.unwrap();
    heron.pause(&circle).await.unwrap();
    assert!(heron.pause(&circle).await.unwrap_err().to_string().contains("is paused already"));
    assert!(matches!(heron.resume(&circle).await, Err(ClientError::Guarded(_))), "sharing again waits");
    world.clock.advance(86_400);

    let next = heron.writes(Kind::Image, "A key.").await.unwrap().document;
    assert!(matches!(heron.share(next, &circle).await, Err(ClientError::SharingPaused(_))));
    let added = heron.elaborate(shared, "Green.".into(), Vec::new(), false).await;
    assert!(matches!(added, Err(ClientError::SharingPaused(_))));
    heron.elaborate(shared, "For me.".into(), Vec::new(), true).await.unwrap();
    let setting = heron.measure_setting(None, false).unwrap();
    let gad = setting.instruments.find("GAD-7").unwrap().clone();
    let refused = heron.keep_measure(&setting, &gad, &take(&gad, &[0; 7])).await;
    assert!(matches!(refused, Err(ClientError::SharingPaused(_))));
    takes(&mut heron, "GAD-7", &[0; 7], true).await;

    quill.sync().await.unwrap();
    let brief = quill.brief(patient, None, None).unwrap();
    assert!(brief.header.paused_since.is_some(), "both see it");
    let seen = serde_json::to_string(&quill.view(patient)).unwrap();
    assert!(seen.contains("A door.") && !seen.contains("A key.") && !seen.contains("Green."));
    quill.reply(shared, "Take your time.".into(), false).await.unwrap();
    heron.withdraw(shared).await.unwrap();

    heron.resume(&circle).await.unwrap();
    heron.share(next, &circle).await.unwrap();
    quill.sync().await.unwrap();
    assert!(quill.brief(patient, None, None).unwrap().header.paused_since.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_a_pause_is_one_word() {
    let Practice { world, quill, mut heron } = Practice::open().await;
    let entry = heron.writes(Kind::Image, "A door.").await.unwrap().document.to_string();
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let (_, said) = ok(reverie(&world, "heron-41", &["pause"]));
    assert!(said.contains("Paused. Nothing more is shared with quill."), "{said}");
    let again = flat(&reverie(&world, "heron-41", &["pause"]).stderr);
    assert!(again.contains("Sharing with quill is paused already"), "{again}");
    let refused = flat(&reverie(&world, "heron-41", &["share", &entry, "--yes"]).stderr);
    assert!(refused.contains("You paused sharing on 1 May 2031, 09:00, so nothing was shared"), "{refused}");
    let (brief, _) = ok(reverie(&world, "quill", &["brief", "heron-41"]));
    assert!(brief.contains("The patient paused sharing on 1 May 2031, 09:00"), "{brief}");
    ok(reverie(&world, "heron-41", &["resume"]));
    ok(reverie(&world, "heron-41", &["share", &entry, "--yes"]));
}
