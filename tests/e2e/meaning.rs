//! What entries have in common, what was said aloud, how she is, and finding it all again. Named by the patient, proposed and
//! linked by her clinician too, and nothing of it tells of what is not shared.

use reverie_client::ClientError;
use reverie_journal::{
    Answered, CheckIn, Day, DoseCard, EntryFilter, FewWords, Kind, Part, ProposalAnswer, Query, Relation, Route,
    Session, SessionState, SessionType, Side, SpokenAs, SpokenLine, ThemeState, WithdrawCase,
};
use reverie_tests::person::Person;
use reverie_tests::{Practice, World};

use crate::shell::{flat, goes_home, ok, reverie};

fn themes_that(quill: &Person, heron: &Person) -> Vec<String> {
    let view = quill.view(heron.account());
    view.shared[0].themes.iter().map(|theme| theme.theme.body().name.as_str().to_owned()).collect()
}

/// Returns all that quill's screens are made of.
fn everything(quill: &Person, heron: &Person) -> String {
    let view = serde_json::to_string(&quill.view(heron.account())).unwrap();
    view + &serde_json::to_string(&quill.brief(heron.account(), None, None).unwrap()).unwrap()
}

#[tokio::test]
async fn a_theme_is_read_with_its_first_shared_entry_and_forgotten_with_the_last() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let door = heron.writes(Kind::Image, "A locked greenhouse.").await.unwrap().document;
    let key = heron.writes(Kind::Symbol, "A key in a tin.").await.unwrap().document;
    heron.put_in_theme("the locked greenhouse", &[door, key], false).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(themes_that(&quill, &heron), Vec::<String>::new());

    let with = heron.share_target(None).unwrap();
    heron.share(door, &with).await.unwrap();
    quill.sync().await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    let theme = &brief.themes.themes[0];
    assert_eq!((theme.name.as_str(), theme.state), ("the locked greenhouse", ThemeState::New));
    assert_eq!(theme.cycles.iter().map(|count| count.entries).sum::<usize>(), 1, "the private one is not counted");

    // A new name reaches whoever knows the old one.
    let theme = heron.find_theme("The Locked Greenhouse").unwrap();
    heron.rename_theme(&theme, "the greenhouse").await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(themes_that(&quill, &heron), ["the greenhouse"]);

    heron.withdraw(door).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(themes_that(&quill, &heron), Vec::<String>::new());
    let seen = serde_json::to_string(&quill.view(heron.account())).unwrap();
    assert!(!seen.contains("greenhouse"), "{seen}");
    let own = heron.find_theme("the greenhouse").unwrap();
    assert_eq!((own.private.len(), own.shared.len()), (2, 0), "she has all of it still");
}

#[tokio::test]
async fn what_is_private_in_a_theme_changes_nothing_that_a_clinician_gets() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let door = heron.shares(Kind::Image, "A locked greenhouse.").await.unwrap();
    heron.put_in_theme("doors", &[door], false).await.unwrap();
    quill.sync().await.unwrap();
    let before = everything(&quill, &heron);
    let key = heron.writes(Kind::Symbol, "A key in a tin.").await.unwrap().document;
    heron.put_in_theme("doors", &[key], false).await.unwrap();
    heron.put_in_theme("for me alone", &[door, key], true).await.unwrap();
    heron.link(key, Relation::Echoes, door, false).await.unwrap();
    heron.label_person("Mum", &[door], true).await.unwrap();
    let doors = heron.find_theme("doors").unwrap();
    heron.take_out_of_theme(&doors, &[key]).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(everything(&quill, &heron), before);
    assert_eq!(heron.view(heron.account()).links_of(door).len(), 1, "she sees it");
}

#[tokio::test]
async fn a_clinician_proposes_and_the_patient_takes_it_under_her_own_name_or_declines() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let door = heron.shares(Kind::Image, "A locked greenhouse.").await.unwrap();
    let lake = heron.shares(Kind::Image, "A lake.").await.unwrap();
    quill.sync().await.unwrap();
    quill.propose_theme("doors", &[door]).await.unwrap();
    quill.propose_theme("water", &[lake]).await.unwrap();
    assert_eq!(themes_that(&quill, &heron), Vec::<String>::new(), "a proposal is no theme");

    heron.sync().await.unwrap();
    let proposals = heron.view(heron.account()).shared[0].proposals.clone();
    let ids: Vec<_> = proposals.iter().map(|view| view.proposal.id().to_string()).collect();
    heron.accept_theme(&ids[0], Some("doors that wait")).await.unwrap();
    heron.decline_theme(&ids[1]).await.unwrap();
    quill.sync().await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    let answers: Vec<_> = brief.themes.proposals.iter().map(|proposal| proposal.answer.clone()).collect();
    assert!(matches!(&answers[0], ProposalAnswer::Accepted(Some(name)) if name.as_str() == "doors that wait"));
    assert_eq!(answers[1], ProposalAnswer::Declined);
    assert_eq!(themes_that(&quill, &heron), ["doors that wait"]);

    // Nobody names or fills a theme for her.
    let refused = quill.put_in_theme("mine", &[door], false).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotPossible(_)), "{refused}");
    let private = heron.writes(Kind::Dream, "The pool.").await.unwrap().document;
    let refused = quill.propose_theme("water", &[lake, private]).await.unwrap_err();
    assert!(matches!(refused, ClientError::UnknownEntry(_)), "{refused}");
}

#[tokio::test]
async fn what_emerged_from_an_intention_is_linked_by_either_and_each_in_their_own_name() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let intention = heron.shares(Kind::Intention, "To look at what I lock away.").await.unwrap();
    let door = heron.shares(Kind::Image, "A locked greenhouse.").await.unwrap();
    let lake = heron.shares(Kind::Image, "A lake.").await.unwrap();
    heron.link(door, Relation::CameFromIntention, intention, false).await.unwrap();
    heron.elaborate(intention, "Something else came of it.".into(), vec![], false).await.unwrap();
    quill.sync().await.unwrap();
    quill.link(lake, Relation::Contradicts, intention, false).await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    let emerged: Vec<_> = brief.intentions.intentions[0].emerged.iter().map(|one| (one.entry, one.linked_by)).collect();
    assert_eq!(emerged, [(door, Side::Patient), (lake, Side::Clinician)]);
    assert_eq!(brief.intentions.intentions[0].revisits.len(), 1);

    let refused = heron.link(door, Relation::CameFromIntention, lake, false).await.unwrap_err().to_string();
    assert_eq!(refused, "the second entry is no intention, so nothing came from it");
    let refused = heron.unlink(lake, Relation::Contradicts, intention).await.unwrap_err().to_string();
    assert_eq!(refused, "you have not linked these entries like this");
    quill.unlink(lake, Relation::Contradicts, intention).await.unwrap();
    heron.sync().await.unwrap();
    assert_eq!(heron.view(heron.account()).links_of(intention).len(), 1);
}

#[tokio::test]
async fn a_link_follows_its_entries_and_comes_back_with_them() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let door = heron.shares(Kind::Image, "A locked greenhouse.").await.unwrap();
    let lake = heron.writes(Kind::Image, "A lake.").await.unwrap().document;
    heron.link(lake, Relation::Echoes, door, false).await.unwrap();
    quill.sync().await.unwrap();
    assert!(quill.view(heron.account()).shared[0].links.is_empty());
    let with = heron.share_target(None).unwrap();
    heron.share(lake, &with).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(quill.view(heron.account()).shared[0].links.len(), 1);
    heron.withdraw(door).await.unwrap();
    quill.sync().await.unwrap();
    assert!(quill.view(heron.account()).shared[0].links.is_empty());
    assert_eq!(heron.view(heron.account()).links_of(lake).len(), 1, "the link is hers");
}

#[tokio::test]
async fn what_is_written_to_a_prompt_that_quotes_an_intention_is_linked_to_it() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let dosed_at = "2031-04-25T10:00:00-04:00".parse().unwrap();
    let session = Session::new(SessionType::Dosing, SessionState::Completed, dosed_at);
    quill.record_session(heron.account(), session).await.unwrap();
    let intention = heron.writes(Kind::Intention, "To look at what I lock away.").await.unwrap().document;
    heron.sync().await.unwrap();
    let quoting = loop {
        let prompted = heron.next_prompt().unwrap().unwrap();
        if prompted.intention.is_some() {
            break prompted;
        }
        heron.answer_prompt(&prompted, Answered::RatherNot, String::new()).await.unwrap();
    };
    assert!(quoting.text.contains("To look at what I lock away."), "{}", quoting.text);
    let came = heron.answer_prompt(&quoting, Answered::Wrote, "The door was warm.".into()).await.unwrap().document;
    let view = heron.view(heron.account());
    let links: Vec<_> = view.links_of(intention).iter().map(|view| view.link.body().from).collect();
    assert_eq!(links, [came]);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_themes_links_and_people_are_said_seen_and_found() {
    let Practice { world, quill, mut heron } = Practice::open().await;
    let intention = heron.shares(Kind::Intention, "To look at what I lock away.").await.unwrap();
    let door = heron.writes(Kind::Image, "A locked greenhouse.").await.unwrap().document;
    let [intention, door] = [intention, door].map(|id| id.to_string());
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let at = |who: &str, arguments: &[&str]| reverie(&world, who, arguments);

    let (_, said) = ok(at("heron-41", &["theme", "add", "the locked greenhouse", &door]));
    assert!(said.contains("has 1 entry now. Nobody else knows of it."), "{said}");
    ok(at("heron-41", &["person", "add", "Mamá", &door]));
    ok(at("heron-41", &["link", &door, "came-from-intention", &intention]));
    let (_, said) = ok(at("heron-41", &["share", &door, "--yes"]));
    assert!(said.contains("your themes and people are in it: \"Mamá\", the theme \"the locked greenhouse\""), "{said}");
    let (shown, _) = ok(at("heron-41", &["show", &door]));
    for part in ["Theme: \"the locked greenhouse\" · With: Mamá", "came from", "To look at what I lock away."] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (found, _) = ok(at("heron-41", &["list", "--person", "mama"]));
    assert!(found.contains("A locked greenhouse.") && !found.contains("To look"), "{found}");
    let (found, _) = ok(at("heron-41", &["list", "--theme", "THE LOCKED GREENHOUSE"]));
    assert!(found.contains("A locked greenhouse.") && !found.contains("To look"), "{found}");

    let (brief, _) = ok(at("quill", &["brief", "heron-41"]));
    for part in ["new the locked greenhouse", "led to", "linked by the patient", "With: Mamá"] {
        assert!(brief.contains(part), "{part}: {brief}");
    }
    let (proposed, _) = ok(at("quill", &["--json", "theme", "propose", "doors", &door]));
    let proposed: serde_json::Value = serde_json::from_str(&proposed).unwrap();
    let (list, said) = ok(at("heron-41", &["theme", "list"]));
    assert!(list.contains("Proposed (1)") && list.contains("doors by quill"), "{list}");
    assert!(said.contains("`reverie theme accept ID`"), "{said}");
    let (_, said) = ok(at("heron-41", &["list"]));
    assert!(said.contains("1 theme is proposed to you"), "{said}");
    ok(at("heron-41", &["theme", "accept", proposed["short_id"].as_str().unwrap()]));
    for again in ["accept", "decline"] {
        let refused = at("heron-41", &["theme", again, proposed["short_id"].as_str().unwrap()]);
        assert!(flat(&refused.stderr).contains("You accepted this proposal already"), "{}", flat(&refused.stderr));
    }
    let (list, _) = ok(at("quill", &["theme", "list"]));
    assert!(list.contains("1 shared doors"), "{list}");

    for (who, arguments, says) in [
        ("quill", vec!["theme", "add", "mine", &door], "only the patient names a theme"),
        ("heron-41", vec!["theme", "propose", "mine", &door], "Only clinicians propose"),
        ("heron-41", vec!["theme", "rename", "fire", "water"], "no theme of this name"),
        ("heron-41", vec!["theme", "add", " ", &door], "`name` is empty"),
        ("quill", vec!["person", "add", "Mum", &door], "only the patient says who is in an entry"),
        ("heron-41", vec!["link", &door, "echoes", &door], "not to itself"),
    ] {
        let refused = at(who, &arguments);
        let told = flat(&refused.stderr).to_lowercase();
        assert!(!refused.status.success() && told.contains(&says.to_lowercase()), "{arguments:?}: {told}");
    }
}

#[tokio::test]
async fn a_line_that_was_said_aloud_is_taken_corrected_or_refused_and_nobody_sees_which() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let starts_at = "2031-04-28T10:00:00-04:00".parse().unwrap();
    let dosing = Session::new(SessionType::Dosing, SessionState::Completed, starts_at);
    let session = quill.record_session(heron.account(), dosing).await.unwrap().document;
    let mut card = DoseCard::new(session, Day::of(starts_at), Route::Im);
    let line = |text: &str| SpokenLine { at: None, words: FewWords::new(text).unwrap() };
    card.spoken_lines = vec![line("It is only a door."), line("Cold."), line("Mother has the key.")];
    quill.record_dose(heron.account(), card).await.unwrap();
    let before = everything(&quill, &heron);

    heron.sync().await.unwrap();
    let lines = heron.spoken_lines().unwrap();
    let taken = heron.take_spoken(&lines[0], None).await.unwrap().document;
    let corrected = heron.take_spoken(&lines[1], Some("Cold, and then not.")).await.unwrap().document;
    heron.refuse_spoken(&lines[2]).await.unwrap();
    let said: Vec<_> = heron.spoken_lines().unwrap().iter().map(|line| line.answer).collect();
    assert_eq!(said, [Some(SpokenAs::Adopted), Some(SpokenAs::Corrected), Some(SpokenAs::Refused)]);
    let view = heron.view(heron.account());
    let words = |id| view.entry(id).unwrap().entry.body().words.as_str().to_owned();
    assert_eq!((words(taken), words(corrected)), ("It is only a door.".into(), "Cold, and then not.".into()));
    quill.sync().await.unwrap();
    assert_eq!(everything(&quill, &heron), before, "not a byte tells what she said of them");

    let with = heron.share_target(None).unwrap();
    heron.share(corrected, &with).await.unwrap();
    quill.sync().await.unwrap();
    let seen = quill.view(heron.account());
    let entry = seen.entry(corrected).unwrap().entry.body();
    assert_eq!(entry.session, Some(session), "what is shared says when it was said");
    drop(world);
}

#[tokio::test]
async fn a_check_in_is_private_until_it_is_shared_and_its_note_stands_in_the_safety_strip() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let card = |note: &str| CheckIn {
        mood: Some(6),
        tension: Some(3),
        sleep_hours: Some("7.5".parse().unwrap()),
        physical: Some(FewWords::new(note).unwrap()),
    };
    let before = everything(&quill, &heron);
    let own = heron.check_in(card("For me alone.")).await.unwrap().document;
    quill.sync().await.unwrap();
    assert_eq!(everything(&quill, &heron), before);

    let shared = heron.check_in(card("Still a little dizzy.")).await.unwrap().document;
    let with = heron.share_target(None).unwrap();
    heron.share(shared, &with).await.unwrap();
    quill.sync().await.unwrap();
    let brief = quill.brief(heron.account(), None, None).unwrap();
    assert_eq!(brief.check_ins.len(), 1);
    assert!(brief.check_ins[0].unread && brief.safety.flags.is_empty(), "a note is no flagged answer");
    quill.receipt(&brief).await.unwrap().unwrap();
    assert!(!quill.brief(heron.account(), None, None).unwrap().check_ins[0].unread);

    heron.sync().await.unwrap();
    assert!(matches!(heron.withdraw_case(shared).unwrap(), WithdrawCase::Opened { .. }));
    heron.withdraw(shared).await.unwrap();
    quill.sync().await.unwrap();
    assert!(!everything(&quill, &heron).contains("dizzy"));
    let view = heron.view(heron.account());
    let ids: Vec<_> = view.check_ins().map(|view| view.check_in.id()).collect();
    assert_eq!(ids, [own, shared], "both are hers still");
}

#[tokio::test]
async fn a_search_finds_what_the_device_holds_and_asks_the_server_nothing() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let lake = heron.shares(Kind::Image, "El lago, y mi MAMÁ en la orilla.").await.unwrap();
    world.clock.advance(60);
    heron.writes(Kind::Dream, "The lake again, for me alone.").await.unwrap();
    heron.elaborate(lake, "She kept the key.".into(), vec![], true).await.unwrap();
    quill.sync().await.unwrap();
    quill.reply(lake, "What was the lake like?".into(), true).await.unwrap();
    heron.sync().await.unwrap();
    let asked = (heron.wire.count(|_| true), quill.wire.count(|_| true));
    let find = |person: &Person, words: &str| {
        let found = person.search(&Query::new(&[words.to_owned()], EntryFilter::default()));
        found.into_iter().map(|found| found.places.iter().map(|place| place.part).collect()).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(find(&heron, "mama"), [vec![Part::FirstWords]]);
    assert_eq!(find(&heron, "LAKE"), [vec![Part::Reply], vec![Part::FirstWords]]);
    assert_eq!(find(&heron, "key"), [vec![Part::PrivateAddition]]);
    assert_eq!(find(&quill, "mama").len(), 1);
    assert_eq!((find(&quill, "key").len(), find(&quill, "alone").len()), (0, 0), "what is private is not found");
    assert_eq!((heron.wire.count(|_| true), quill.wire.count(|_| true)), asked);

    heron.withdraw(lake).await.unwrap();
    quill.sync().await.unwrap();
    assert_eq!(find(&quill, "mama").len(), 0, "nothing outlives a withdrawal");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_shell_check_ins_are_kept_shared_and_words_are_found_without_the_server() {
    let Practice { mut world, quill, mut heron } = Practice::open().await;
    let door = heron.shares(Kind::Image, "A locked greenhouse, and the light in it.").await.unwrap().to_string();
    goes_home(&world, "heron-41", heron);
    goes_home(&world, "quill", quill);
    let at = |world: &World, who: &str, arguments: &[&str]| reverie(world, who, arguments);

    let (_, said) = ok(at(&world, "heron-41", &["check-in", "--mood", "6", "--sleep", "7.5"]));
    assert!(said.contains("Kept, for you alone.") && said.contains("not monitored"), "{said}");
    let (_, said) = ok(at(&world, "heron-41", &["check-in", "--physical", "Dizzy on the stairs.", "--share"]));
    for part in ["Kept, and shared with quill", "not read today", "call your clinic", "not monitored"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (list, _) = ok(at(&world, "heron-41", &["list"]));
    assert!(list.contains("mood 6 of 10 · slept 7.5 hours") && list.contains("Physical: Dizzy"), "{list}");
    let (brief, _) = ok(at(&world, "quill", &["brief", "heron-41"]));
    for part in ["Check-in, physical note", "Dizzy on the stairs.", "told that it is not read on the day"] {
        assert!(brief.contains(part), "{part}: {brief}");
    }
    assert!(!brief.contains("mood 6"), "{brief}");
    for (arguments, says) in [
        (vec!["check-in"], "nothing on this card"),
        (vec!["check-in", "--mood", "11"], "11 is not in 0..=10"),
        (vec!["check-in", "--sleep", "25"], "0 to 24 hours"),
        (vec!["search"], "nothing to look for"),
    ] {
        let refused = at(&world, "heron-41", &arguments);
        let told = flat(&refused.stderr).to_lowercase();
        assert!(!refused.status.success() && told.contains(says), "{arguments:?}: {told}");
    }

    world.stop().await;
    let (found, said) = ok(at(&world, "quill", &["search", "LIGHT", "greenhouse"]));
    assert!(found.contains("first words: A locked «greenhouse», and the light in it."), "{found}");
    assert!(found.contains(&door[..8]) && said.contains("1 entry was found."), "{found} {said}");
    assert!(!said.to_lowercase().contains("server"), "{said}");
    let (json, _) = ok(at(&world, "heron-41", &["--json", "search", "locked", "--kind", "image"]));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()[0]["places"][0]["part"], "first_words");
    let (_, said) = ok(at(&world, "heron-41", &["search", "locked", "--kind", "dream"]));
    assert!(said.contains("Nothing was found."), "{said}");
}
