//! Capture and elaboration, played: first words stay, kinds come later or never, the trash gives back, prompts press nobody,
//! and what is filed to the chart is seen by the patient.

use reverie_journal::{Answered, Details, Kind, ShareState, TRASH_DAYS, WithdrawCase, find_field};
use reverie_tests::{Practice, World};

use crate::shell::{flat, goes_home, ok, reverie};

#[tokio::test]
async fn an_entry_is_sorted_out_later_and_its_first_words_stay() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Fragment, "salt. warm stones.").await.unwrap();
    let mut details = Details::default();
    let vividness = find_field("vividness").unwrap();
    details.set(vividness, vividness.read("3").unwrap());
    heron.sort_out(entry, String::new(), Some(Kind::Image), details, false).await.unwrap();
    quill.sync().await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    assert_eq!(brief.entries[0].kind, Kind::Image);
    assert_eq!(brief.entries[0].entries[0].words.as_str(), "salt. warm stones.");
    assert_eq!(brief.entries[0].entries[0].details, ["vividness: 3"]);
    let view = quill.view(heron.account());
    assert_eq!(view.entry(entry).unwrap().entry.body().kind, Kind::Fragment, "it was captured as a fragment");
}

#[tokio::test]
async fn the_trash_gives_back_for_thirty_days_and_then_erases() {
    let Practice { world, quill: _quill, mut heron } = Practice::open().await;
    let [kept, gone] = [
        heron.writes(Kind::Dream, "The pool, without water.").await.unwrap().document,
        heron.writes(Kind::Dream, "The stairs.").await.unwrap().document,
    ];
    heron.discard(kept).await.unwrap();
    heron.discard(gone).await.unwrap();
    assert_eq!(heron.view(heron.account()).entries().count(), 0);
    world.clock.advance(TRASH_DAYS * 86_400 - 1);
    heron.sync().await.unwrap();
    assert_eq!(heron.trash().len(), 2);
    heron.restore(kept).await.unwrap();
    world.clock.advance(1);
    heron.sync().await.unwrap();
    assert!(heron.trash().is_empty());
    let view = heron.view(heron.account());
    let words: Vec<_> = view.entries().map(|view| view.entry.body().words.as_str()).collect();
    assert_eq!(words, ["The pool, without water."]);
    assert_eq!(view.entry(kept).unwrap().state, ShareState::Private);
}

#[tokio::test]
async fn what_is_filed_is_seen_by_the_patient_and_told_before_she_withdraws() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let entry = heron.shares(Kind::Image, "The greenhouse.").await.unwrap();
    quill.sync().await.unwrap();
    quill.file_to_chart(entry).await.unwrap();
    heron.sync().await.unwrap();
    assert_eq!(heron.view(heron.account()).entry(entry).unwrap().state, ShareState::Filed);
    let case = heron.withdraw_case(entry).unwrap();
    assert!(matches!(case, WithdrawCase::Filed { .. }));
    assert!(case.sentence(&heron.names()).starts_with("Copied into your chart on 1 May 2031 by quill."));
    heron.withdraw(entry).await.unwrap();
    quill.sync().await.unwrap();
    assert!(quill.view(heron.account()).entry(entry).is_none());
}

#[tokio::test]
async fn prompts_are_answered_in_any_way_and_nobody_sees_which() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let before = serde_json::to_vec(&quill.view(heron.account())).unwrap();
    let first = heron.next_prompt().unwrap().unwrap();
    heron.answer_prompt(&first, Answered::RatherNot, String::new()).await.unwrap();
    let second = heron.next_prompt().unwrap().unwrap();
    assert_ne!(second.prompt.id, first.prompt.id);
    let kept = heron.answer_prompt(&second, Answered::Wrote, "What the door wants.".into()).await.unwrap();
    let third = heron.next_prompt().unwrap().unwrap();
    let blank = heron.answer_prompt(&third, Answered::NothingCame, String::new()).await.unwrap();
    let view = heron.view(heron.account());
    assert_eq!(view.entry(kept.document).unwrap().kind(), second.prompt.kind.unwrap_or(Kind::Fragment));
    assert_eq!(view.entry(blank.document).unwrap().kind(), Kind::Blank);
    assert_eq!(view.entries().count(), 2, "what she would rather not leaves no entry");
    quill.sync().await.unwrap();
    assert_eq!(serde_json::to_vec(&quill.view(heron.account())).unwrap(), before);
}

fn at_shell(world: &World, who: &str, line: &str) -> std::process::Output {
    reverie(world, who, &line.split(' ').collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_a_capture_takes_one_command_and_no_decision() {
    let Practice { world, quill, heron } = Practice::open().await;
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let (_, said) = ok(at_shell(&world, "heron-41", "capture"));
    assert!(said.contains("Kept: that nothing came."), "{said}");
    let (id, _) = ok(at_shell(&world, "heron-41", "capture salt. warm stones."));
    ok(at_shell(
        &world,
        "heron-41",
        &format!("elaborate {id} --kind image --set modality=sound --set vividness=4 It hummed."),
    ));
    let (shown, _) = ok(at_shell(&world, "heron-41", &format!("show {id}")));
    for part in ["Image · private", "salt. warm stones.", "sorted as image", "modality: sound · vividness: 4"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for (wrong, says) in
        [("vividness=9", "`vividness` is 0 to 4"), ("mood=3", "there is no field `mood`"), ("x", "write a field like")]
    {
        let refused = at_shell(&world, "heron-41", &format!("write --kind image --set {wrong} A door"));
        assert!(!refused.status.success() && flat(&refused.stderr).contains(says), "{}", flat(&refused.stderr));
    }
    let (prompt, said) = ok(at_shell(&world, "heron-41", "prompt"));
    assert_eq!(prompt, "What has become stuck, in your own words?");
    assert!(said.contains("`--rather-not` or `--nothing-came`"), "{said}");

    let (_, said) = ok(at_shell(&world, "heron-41", &format!("withdraw {id} --yes")));
    assert!(said.contains("for thirty days you can take it out again"), "{said}");
    let (trash, _) = ok(at_shell(&world, "heron-41", "trash list"));
    assert!(trash.contains(&id) && trash.contains("erased on 31 May 2031"), "{trash}");
    ok(at_shell(&world, "heron-41", &format!("trash restore {id}")));
    ok(at_shell(&world, "heron-41", &format!("share {id} --yes")));
    let (chart, said) = ok(at_shell(&world, "quill", &format!("file-to-chart {id} --yes")));
    assert!(
        chart.contains("salt. warm stones.") && said.contains("heron-41 will see that you copied this"),
        "{chart} {said}"
    );
    let (shown, _) = ok(at_shell(&world, "heron-41", &format!("show {id}")));
    assert!(shown.contains("filed to the chart 1 May 2031 by quill"), "{shown}");
}
