//! Consent, played: nothing is shared before it, it is asked anew when the words change, and the clinic has a receipt.

use std::fs;

use reverie_client::ClientError;
use reverie_journal::{ConsentState, ConsentText, Kind, render};
use reverie_protocol::header::SignedRecord;
use reverie_tests::{Practice, World};

use crate::measures::takes;
use crate::shell::{flat, goes_home, ok, reverie};

fn other_words() -> ConsentText {
    ConsentText { version: 2, ..ConsentText::shipped().clone() }
}

#[tokio::test]
async fn nothing_is_shared_before_every_part_is_acknowledged_though_no_clinic_asked() {
    let Practice { world, mut quill, .. } = Practice::open().await;
    let mut cedar = world.newcomer("cedar-07", &mut quill).await;
    let entry = cedar.writes(Kind::Image, "The greenhouse.").await.unwrap().document;
    let circle = cedar.share_target(None).unwrap();
    let refused = cedar.share(entry, &circle).await.unwrap_err();
    assert!(matches!(refused, ClientError::ConsentNeeded(ConsentState::NotGiven)), "{refused}");
    assert!(refused.next_step().unwrap().contains("reverie consent give"));
    let setting = cedar.measure_setting(None, false).unwrap();
    let gad = setting.instruments.find("GAD-7").unwrap().clone();
    let taken = crate::measures::take(&gad, &[0; 7]);
    let refused = cedar.keep_measure(&setting, &gad, &taken).await.unwrap_err();
    assert!(matches!(refused, ClientError::ConsentNeeded(_)), "{refused}");
    takes(&mut cedar, "GAD-7", &[0; 7], true).await;

    let some = cedar.give_consent(&circle, (1..=14).collect()).await.unwrap_err().to_string();
    assert!(some.contains("not acknowledged: 15"), "{some}");
    quill.sync().await.unwrap();
    let shared = &quill.view(cedar.account()).shared[0];
    assert!(shared.entries.is_empty() && shared.measures.is_empty() && shared.consents.is_empty());

    // Not in the day after a dose.
    cedar.note_session(world.clock.now()).await.unwrap();
    assert!(matches!(cedar.consents().await, Err(ClientError::Guarded(_))));
    world.clock.advance(86_400);
    cedar.consents().await.unwrap();
    cedar.share(entry, &circle).await.unwrap();
}

#[tokio::test]
async fn other_words_ask_anew_and_the_same_words_do_not() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    quill.ask_consent(patient, ConsentText::shipped().clone()).await.unwrap();
    heron.sync().await.unwrap();
    heron.shares(Kind::Image, "She agreed to these words already.").await.unwrap();
    quill.ask_consent(patient, other_words()).await.unwrap();
    heron.sync().await.unwrap();
    let next = heron.writes(Kind::Image, "The key.").await.unwrap().document;
    let circle = heron.share_target(None).unwrap();
    let refused = heron.share(next, &circle).await.unwrap_err();
    assert!(matches!(refused, ClientError::ConsentNeeded(ConsentState::TextChanged(_))), "{refused}");
    heron.consents().await.unwrap();
    heron.share(next, &circle).await.unwrap();

    // Taking back never waits, and stops sharing alone: what is shared she withdraws by hand.
    heron.note_session(world.clock.now()).await.unwrap();
    heron.take_consent_back(&circle).await.unwrap();
    heron.withdraw(next).await.unwrap();
    world.clock.advance(86_400);
    let refused = heron.share(next, &circle).await.unwrap_err();
    assert!(matches!(refused, ClientError::ConsentNeeded(ConsentState::TakenBack(_))), "{refused}");
}

#[tokio::test]
async fn the_receipt_of_the_clinic_is_her_signature_over_the_words_that_she_read() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let patient = heron.account();
    quill.ask_consent(patient, other_words()).await.unwrap();
    heron.sync().await.unwrap();
    heron.consents().await.unwrap();
    let circle = heron.share_target(None).unwrap();
    heron.take_consent_back(&circle).await.unwrap();
    quill.sync().await.unwrap();

    let receipts = quill.consent_receipts(patient);
    let said: Vec<_> = receipts.iter().map(|receipt| (receipt.given, receipt.text.clone().unwrap().version)).collect();
    assert_eq!(said, [(true, 1), (true, 2), (false, 2)]);
    let card = &quill.contact_of("heron-41").unwrap().card;
    for receipt in &receipts {
        assert_eq!(receipt.signed.fingerprint, card.fingerprint());
        let key = card.verify().unwrap().verifying_key;
        let header = receipt.signed.record.verify(&key).unwrap();
        assert_eq!((header.author, header.record, header.seq), (patient, receipt.record, receipt.seq));
        // Whoever changes one byte of what she signed has no receipt.
        let mut header = receipt.signed.record.header.clone();
        header.0[40] ^= 1;
        assert!(SignedRecord { header, ..receipt.signed.record.clone() }.verify(&key).is_err());
    }
    let page = render::consent_receipts_text(&receipts, &quill.names(), page());
    assert!(page.contains("Receipt: consent of heron-41, given") && page.contains("taken back"), "{page}");
    assert!(page.contains("15. Measures (acknowledged)"), "{page}");
}

fn page() -> render::Page {
    render::Page { width: 80, style: render::Style::Plain, receipts: render::Receipts::Hidden }
}

fn at_shell(world: &World, who: &str, line: &str) -> std::process::Output {
    reverie(world, who, &line.split(' ').collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_consent_is_asked_for_read_given_and_filed() {
    let Practice { world, mut quill, .. } = Practice::open().await;
    let cedar = world.newcomer("cedar-07", &mut quill).await;
    goes_home(&world, "cedar-07", cedar);
    goes_home(&world, "quill", quill);
    let (entry, _) = ok(at_shell(&world, "cedar-07", "capture The key."));
    let refused = at_shell(&world, "cedar-07", &format!("share {entry} --yes"));
    let told = flat(&refused.stderr);
    assert!(told.contains("Sharing needs your consent first, so nothing was shared"), "{told}");
    assert!(told.contains("Nothing is lost: it stays private. `reverie consent give` goes through the text"), "{told}");
    let (shown, _) = ok(at_shell(&world, "cedar-07", "consent show"));
    assert!(shown.contains("Not given yet.") && shown.contains("15. Measures"), "{shown}");
    let nobody = flat(&at_shell(&world, "cedar-07", "consent give").stderr);
    assert!(nobody.contains("there is nobody at a terminal"), "{nobody}");
    ok(at_shell(&world, "cedar-07", "consent give --acknowledge 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"));
    ok(at_shell(&world, "cedar-07", &format!("share {entry} --yes")));
    let (shown, _) = ok(at_shell(&world, "quill", "consent receipt cedar-07"));
    assert!(shown.contains("consent of cedar-07, given") && shown.contains("1 May 2031, 09:00"), "{shown}");

    let ours = world.home("ours.toml");
    fs::write(&ours, "name = \"harbor-lane\"\nversion = 1\n[[items]]\ntitle = \"Ours\"\ntext = \"Our words.\"\n")
        .unwrap();
    ok(at_shell(&world, "quill", &format!("consent ask cedar-07 --text {}", ours.display())));
    let (shown, _) = ok(at_shell(&world, "cedar-07", "consent show"));
    assert!(shown.contains("Given on 1 May 2031, 09:00, to other words.") && shown.contains("Our words."), "{shown}");
    let wrong = flat(&at_shell(&world, "cedar-07", "consent give --acknowledge 1,2").stderr);
    assert!(wrong.contains("The text has 1 parts; there is no part 2"), "{wrong}");
}
