//! Pages, looked at.

use super::*;
use crate::NOT_MONITORED_IN_FULL;
use crate::brief::brief;
use crate::calendar::Day;
use crate::content::OpenedJournal;
use crate::document::{
    Body, Course, Document, Dose, DoseCard, DoseKind, Entry, Kind, Outcome, Receipt, ReceiptKind, Route, SessionType,
};
use crate::fold::fold;
use crate::measure::{Instruments, Trend};
use crate::queue::queue;
use crate::rules::Side;
use crate::sample::*;
use crate::text::Title;
use crate::view::{PatientView, Unsent};

const PAGE: Page = Page { width: 80, style: Style::Plain, receipts: Receipts::Hidden };

fn heron() -> PatientView {
    fold(HERON, &story())
}

#[test]
fn the_brief_reads_well() {
    let view = heron();
    let brief = brief(&view.shared[0], QUILL, None, morning());
    insta::assert_snapshot!(brief_text(&brief, &names(), PAGE), @r#"
    Integration brief: heron-41, cycle 1, day 13 after the dose
      6 new · 5 unread
      From the beginning to 1 May 2031, 09:00
      Last record 27 Apr 2031, 08:10, 4 days ago

    ── Safety ──────────────────────────────────────────────────────────────────────
      No answer asks for care.
      No coverage statement, so PHQ-9 is not offered: `reverie coverage`.

    ── The patient's list ──────────────────────────────────────────────────────────

      Wants to talk about (1)
      22222222  18 Apr 2031  Image  1. The locked greenhouse

      Wants known, not talked about (1)
      23232323  18 Apr 2031  Memory  The stairs in the old flat. Somebody…

      Tender: "please don't raise this unless I do" (1)
      25252525  24 Apr 2031  Conflict  I want to tell her and I want it never…

    ── New and changed (6) ─────────────────────────────────────────────────────────

      Image (1)

      * 22222222  18 Apr 2031, 14:05  The locked greenhouse
        also feeling and symbol · in the day after the dose · new, unread · to talk
        about · 1 reply
        │ A greenhouse, every pane fogged from the inside. I knew the door was
        │ locked before I tried it.
        │
        │ The green in there was so bright that it hummed. I did not want to break
        │ the glass, I only wanted somebody to come and open it from within.

        Added 27 Apr 2031, 08:10:
        │ The hum is the fridge in the first flat. I had forgotten that flat.

      Memory (1)

      * 23232323  18 Apr 2031, 21:30
        in the day after the dose · new, unread · to be known, not talked about
        │ The stairs in the old flat. Somebody counting, below. I hold the rail and
        │ it is warm.
        File: memo.opus, 1:32, 276 kB

      Conflict (1)

      * 25252525  24 Apr 2031, 18:20
        new, unread · not yet to be talked about · tender: "please don't raise this
        unless I do"
        │ I want to tell her and I want it never to be told.

      Intention (1)

        21212121  16 Apr 2031, 20:10
        new
        │ To look at what I lock away, without forcing it.

      Blank (1)

      * 24242424  21 Apr 2031, 09:00
        new, unread
        (no words)

      Practice (1)

      * 26262626  27 Apr 2031, 12:15
        new, unread
        │ Left the study door open for an evening. Nothing happened, which was the
        │ thing.

    ── Intentions and what emerged ─────────────────────────────────────────────────

        21212121  16 Apr 2031  To look at what I lock away, without…
        No links yet.

    ── Themes ──────────────────────────────────────────────────────────────────────
      No themes yet.

    ── Unanswered ──────────────────────────────────────────────────────────────────
      No open questions.

    ── Measures ────────────────────────────────────────────────────────────────────
      No measures shared yet.

    ── Carried over ────────────────────────────────────────────────────────────────
      Nothing is carried over.

    ── Withdrawn ───────────────────────────────────────────────────────────────────
      1 record was withdrawn.

      This journal is not monitored. Nobody is alerted when you write.
    "#);
}

#[test]
fn the_brief_is_the_same_in_html_and_loads_nothing() {
    let view = heron();
    let brief = brief(&view.shared[0], QUILL, None, morning());
    let page = brief_html(&brief, &names());
    for part in ["<h1>Integration brief: heron-41", "The locked greenhouse", "<h2>Carried over</h2>", "Measures"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page, brief_html(&brief, &names()));
    assert!(!page.contains("src=") && !page.contains("href="), "{page}");
}

/// Heron's journal with measures, a promise and a disposition that did not reach her.
fn measured() -> PatientView {
    let shared = shared()
        .write(QUILL, document(0x51, at(1, 8, 0), coverage()))
        .write(QUILL, completed(0x52, SessionType::Dosing, at(18, 10, 0)))
        .write(HERON, response(0xb1, at(2, 9, 0), "PHQ-9", &[2, 3, 2, 2, 1, 2, 2, 1, 0]))
        .write(HERON, response(0xb2, at(20, 9, 0), "PHQ-9", &[2, 1, 2, 2, 1, 1, 0, 0, 1]))
        .write(HERON, response(0xb3, at(26, 9, 0), "PHQ-9", &[1, 1, 1, 1, 1, 1, 1]))
        .write(HERON, response(0xb4, at(21, 9, 0), "GAD-7", &[1, 1, 1, 1, 1, 0, 0]))
        .write(QUILL, disposition(0x53, 0xb2, at(22, 12, 0), Outcome::NotReached));
    fold(HERON, &[shared])
}

#[test]
fn safety_and_measures_read_well() {
    let brief = brief(&measured().shared[0], QUILL, None, morning());
    let text = brief_text(&brief, &names(), PAGE);
    let section = |from: &str, to: &str| text[text.find(from).unwrap()..text.find(to).unwrap()].trim().to_owned();
    insta::assert_snapshot!(section("── Safety", "── The patient's"), @r#"
    ── Safety ──────────────────────────────────────────────────────────────────────

      * b2b2b2b2  20 Apr 2031, 09:00  PHQ-9 item 9 = 1: "Several days"
        thoughts of dying or self-harm · OPEN, given 11 days ago: needs a
        disposition
        not reached by Dr. Ada Quill, 22 Apr 2031, 12:00
      Your patient is told: "Flagged answers are looked at within 1 business day;
      the number to call is 617-555-0123 (weekdays 9 to 17)."
    "#);
    insta::assert_snapshot!(section("── Measures", "── Carried"), @r#"
    ── Measures ────────────────────────────────────────────────────────────────────

      GAD-7: Generalized Anxiety Disorder, 7 items (1)
      b4b4b4b4  21 Apr 2031  5 of 21  unread  mild, 7 of 7 answered
        A cohort of 400 patients puts the change that matters at about 26.8 % (some
        1.5 points at moderate severity); it varies with severity (Kounali 2022).

      PHQ-9: Patient Health Questionnaire, 9 items (3)
      b1b1b1b1  2 Apr 2031   15 of 27  unread  moderately severe, 9 of 9 answered
                                               met: Algorithm: major depressive
                                               syndrome
                                               met: Total of 10 or more
      b2b2b2b2  20 Apr 2031  10 of 27  unread  moderate, 9 of 9 answered
                                               -5 from the first · -5 from the last
                                               met: Algorithm: other depressive
                                               syndrome
                                               met: Total of 10 or more
      b3b3b3b3  26 Apr 2031  no total  unread  7 of 9 answered
                                               only 6 days after the one before:
                                               both look back on some of the same
                                               days
        A change of 5 points is the figure commonly quoted.
        A cohort of 400 patients puts the change that matters at about 21 % (some
        1.7 points at moderate severity); it varies with severity (Kounali 2022).
      Bands are those published with the instrument. A score is not a diagnosis.
    "#);
    for verdict in ["better", "worse", "improv", "respon", "good", "bad"] {
        assert!(!section("── Measures", "── Carried").to_lowercase().contains(verdict), "{verdict}");
    }
}

/// Heron's shared journal with a course, two cycles and a dose card.
fn in_course() -> PatientView {
    let mut settings = course(at(1, 9, 0));
    settings.focus = Some(crate::FewWords::new("What is locked away.").unwrap());
    settings.clinic_phone = Some(coverage().phone);
    settings.measure_plan = ["PHQ-9", "GAD-7"].map(|name| crate::measure::InstrumentId::new(name).unwrap()).to_vec();
    let shared = shared()
        .write(QUILL, document(0xd1, at(1, 9, 0), settings))
        .write(QUILL, cycle(0xc1, at(1, 9, 0), None))
        .write(QUILL, in_cycle(completed(0x61, SessionType::Dosing, at(18, 10, 0)), 0xc1))
        .write(QUILL, dose_card(0xe1, 0x61, at(18, 10, 10)))
        .write(QUILL, scheduled(0x62, SessionType::Integration, at(18, 12, 0), at(31, 15, 0)));
    fold(HERON, &[shared])
}

#[test]
fn the_course_reads_well() {
    let view = in_course();
    insta::assert_snapshot!(course_text(&view.shared[0], &names(), morning(), Side::Clinician, PAGE), @r#"
    Course of heron-41: cycle 1, IM, day 13 after the dose
      Active since 1 Apr 2031
      Focus: What is locked away.
      Decisions wait 24 hours after a dose; then from 08:00 each capture is asked
      about.
      Measures: PHQ-9 and GAD-7
      Clinic: 617-555-0123 · Crisis help: US-MA

    ── Cycles (1) ──────────────────────────────────────────────────────────────────
      1  dosed  1 Apr 2031  dose 18 Apr 2031: IM 55 mg, 0.81 mg/kg
                            No preparation or evaluation session is recorded before
                            its dose.

    ── Sessions (2) ────────────────────────────────────────────────────────────────
      61616161  18 Apr 2031, 10:00  dosing       completed
      62626262  1 May 2031, 15:00   integration  scheduled
    "#);
    let Body::DoseCard(mut card) = dose_card(0xe1, 0x61, at(18, 10, 10)).body().clone() else { unreachable!() };
    card.hide_dose = true;
    let hiding = fold(HERON, &[shared().write(QUILL, document(0xe1, at(18, 10, 10), *card))]);
    let hidden = |side| dose_cards_text(&hiding.shared[0].dose_cards, side, PAGE);
    insta::assert_snapshot!(hidden(Side::Clinician), @r#"
    e1e1e1e1  18 Apr 2031  IM 55 mg, 0.81 mg/kg
    10:10 40 mg initial
    10:30 15 mg booster
    67.8 kg
    "#);
    insta::assert_snapshot!(hidden(Side::Patient), @"e1e1e1e1  18 Apr 2031  IM, the dose is not shown");
}

fn trend() -> Trend {
    let view = measured();
    let instruments = view.shared[0].instruments();
    Trend::new(instruments.find("PHQ-9").unwrap().instrument(), view.measures(), &view.shared, Side::Clinician)
}

#[test]
fn a_trend_reads_well_in_a_terminal() {
    insta::assert_snapshot!(trend_text(&trend(), PAGE), @r#"
    PHQ-9: Patient Health Questionnaire, 9 items
                       0───────────────────────────────────────────────27
      2 Apr 2031   15  ···························●······················
      18 Apr 2031      dose
      20 Apr 2031  10  ··················●·······························
      26 Apr 2031  -   7 of 9 answered
        A change of 5 points is the figure commonly quoted.
        A cohort of 400 patients puts the change that matters at about 21 % (some
        1.7 points at moderate severity); it varies with severity (Kounali 2022).
      Bands are those published with the instrument. A score is not a diagnosis.
    "#);
}

#[test]
fn a_trend_is_an_svg_of_its_own_in_one_colour() {
    let mut trend = trend();
    trend.title = "<script>alert(1)</script> & more".to_owned();
    let svg = trend_svg(&trend);
    insta::assert_snapshot!(svg, @r#"
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" font-family="sans-serif" font-size="12" fill="none" stroke="currentColor" role="img">
    <title>PHQ-9: &lt;script&gt;alert(1)&lt;/script&gt; &amp; more</title>
    <desc>Raw scores from 0 to 27. 2 Apr 2031: 15; 20 Apr 2031: 10; 26 Apr 2031: 7 of 9 answered</desc>
    <text x="56.0" y="24.0" text-anchor="start" fill="currentColor" stroke="none">PHQ-9: &lt;script&gt;alert(1)&lt;/script&gt; &amp; more</text>
    <line x1="56.0" y1="48.0" x2="56.0" y2="256.0"/>
    <line x1="56.0" y1="256.0" x2="616.0" y2="256.0"/>
    <text x="48.0" y="52.0" text-anchor="end" fill="currentColor" stroke="none">27</text>
    <text x="48.0" y="260.0" text-anchor="end" fill="currentColor" stroke="none">0</text>
    <line x1="424.9" y1="48.0" x2="424.9" y2="256.0" stroke-dasharray="2 4"/>
    <text x="424.9" y="42.0" text-anchor="middle" fill="currentColor" stroke="none">dose</text>
    <polyline points="72.0,140.4 468.0,179.0"/>
    <circle cx="72.0" cy="140.4" r="4" fill="currentColor"/>
    <text x="72.0" y="130.4" text-anchor="middle" fill="currentColor" stroke="none">15</text>
    <circle cx="468.0" cy="179.0" r="4" fill="currentColor"/>
    <text x="468.0" y="169.0" text-anchor="middle" fill="currentColor" stroke="none">10</text>
    <text x="56.0" y="276.0" text-anchor="start" fill="currentColor" stroke="none">2 Apr 2031</text>
    <text x="616.0" y="276.0" text-anchor="end" fill="currentColor" stroke="none">26 Apr 2031</text>
    <text x="56.0" y="300.0" text-anchor="start" fill="currentColor" stroke="none">Bands are those published with the instrument. A score is not a diagnosis.</text>
    </svg>
    "#);
    for banned in ["<script", "http://www.w3.org/1999", "href", "style=", "#", "rgb", " mg"] {
        assert!(!svg.contains(banned), "{banned}");
    }
    let paints = svg.split(['"', '\n']).collect::<Vec<_>>();
    let paints = paints.windows(2).filter(|two| two[0].ends_with("fill=") || two[0].ends_with("stroke="));
    assert!(paints.map(|two| two[1]).all(|paint| ["currentColor", "none"].contains(&paint)));
}

#[test]
fn a_score_reads_well() {
    let view = measured();
    let (instruments, page) = (view.shared[0].instruments(), PAGE);
    let instrument = instruments.find("PHQ-9").unwrap().instrument();
    let measure = view.measure(id(0xb2)).unwrap();
    insta::assert_snapshot!(score_text(instrument, measure.score().unwrap(), page), @r#"
    PHQ-9: Patient Health Questionnaire, 9 items
      Total 10 of 27, moderate (9 of 9 answered)
      PHQ-8 (without item 9)                 9 of 24
      PHQ-2 (items 1 and 2)                  3 of 6
      Symptoms that count for the algorithm  4 of 9
      Algorithm: major depressive syndrome  not met
      Algorithm: other depressive syndrome  met
      Total of 10 or more                   met
      Item 9: 1 ("Several days"), thoughts of dying or self-harm
        A change of 5 points is the figure commonly quoted.
        A cohort of 400 patients puts the change that matters at about 21 % (some
        1.7 points at moderate severity); it varies with severity (Kounali 2022).
      Bands are those published with the instrument. A score is not a diagnosis.
    "#);
    let shown = response_text(measure, &instruments, page);
    assert!(shown.contains("q9  1 Several days") && shown.contains("Thoughts that you would be better off"), "{shown}");
}

#[test]
fn an_instrument_shows_its_words_its_rights_and_that_nobody_is_watching() {
    let instruments = Instruments::default();
    let shown = instrument_text(instruments.find("PHQ-9").unwrap().instrument(), PAGE);
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Little interest or pleasure",
        "Nearly every day",
        "20 severe",
        "No permission required",
        "LOINC®",
        "not a diagnosis",
        NOT_MONITORED_IN_FULL,
    ] {
        assert!(flat.contains(part), "{part}: {flat}");
    }
    assert!(instruments_text(&instruments, PAGE).contains("PCL-5"));
}

#[test]
fn the_patients_list_reads_well() {
    insta::assert_snapshot!(journal_text(&heron(), &names(), PAGE), @r#"
    Journal of heron-41
      4 private · 6 shared

    ── Private (4) ─────────────────────────────────────────────────────────────────
      Only you can read these. Your care circle cannot tell that they are there.
      11111111  19 Apr 2031  Fragment            salt. warm stones. nobody else.
                                                 held for you to decide
      12121212  20 Apr 2031  Feeling             Angry at M. and at how quiet I was.
      13131313  23 Apr 2031  Dream               The pool again, without water.
      14141414  29 Apr 2031  Relational insight  I keep A. waiting the way I was
                                                 kept…

    ── Shared with Dr. Ada Quill (6) ───────────────────────────────────────────────
      21212121  16 Apr 2031  Intention  To look at what I lock away, without…
      22222222  18 Apr 2031  Image      The locked greenhouse
                                        to talk about · 1 addition · additions for
                                        yourself · 1 reply
      23232323  18 Apr 2031  Memory     The stairs in the old flat. Somebody…
                                        to be known, not talked about
                                        File: memo.opus, 1:32, 276 kB
      24242424  21 Apr 2031  Blank      (no words)
      25252525  24 Apr 2031  Conflict   I want to tell her and I want it never…
                                        not yet to be talked about · tender
      26262626  27 Apr 2031  Practice   Left the study door open for an…

      This journal is not monitored. Nobody is alerted when you write.
    "#);
}

#[test]
fn an_entry_reads_well() {
    insta::assert_snapshot!(entry_text(&heron(), id(0x22), &names(), PAGE).unwrap(), @r#"
    The locked greenhouse · 18 Apr 2031, 14:05 · 22222222
        Image, also feeling and symbol · shared with Dr. Ada Quill · to talk about
        │ A greenhouse, every pane fogged from the inside. I knew the door was
        │ locked before I tried it.
        │
        │ The green in there was so bright that it hummed. I did not want to break
        │ the glass, I only wanted somebody to come and open it from within.

        Dr. Ada Quill asked, 20 Apr 2031, 17:45:
        │ Thank you for this. Who, if anybody, has the key?

        Added 27 Apr 2031, 08:10:
        │ The hum is the fridge in the first flat. I had forgotten that flat.

        Added for yourself 28 Apr 2031, 08:00:
        │ Not for the session: it was my mother's key.
    "#);
}

#[test]
fn what_the_server_does_not_have_yet_says_so_wherever_its_entry_is_shown() {
    let mut view = heron();
    let (entry, added) = (view.entry(id(0x22)).unwrap().record, view.private.as_ref().unwrap().additions[0].records[0]);
    let shown = |view: &PatientView| {
        let alone = |text: String| {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            line.matches("on this device alone, not on the server yet").count()
        };
        let one = entry_text(view, id(0x22), &names(), PAGE).unwrap();
        (alone(one), alone(journal_text(view, &names(), PAGE)))
    };
    assert_eq!(shown(&view), (0, 0));
    view.waiting = [added].into();
    assert_eq!((shown(&view), view.unsent(view.entry(id(0x22)).unwrap())), ((1, 1), Unsent::Part));
    view.waiting = [entry].into();
    assert_eq!((shown(&view), view.unsent_entries().count()), ((1, 1), 1));
}

#[test]
fn a_capture_reads_well_and_so_does_the_entry_that_it_becomes() {
    let mut capture = Entry::new(Kind::Fragment, words("salt. warm stones."));
    capture.attachments = vec![memo(1, 60), memo(2, 61)];
    capture.captured_while_locked = true;
    let document = |capture: &Entry| document(9, at(18, 14, 5), capture.clone()).into_entry().unwrap();
    insta::assert_snapshot!(capture_text(&document(&capture), &[capture.attachments[1].id], PAGE), @r"
    Captured while locked · 18 Apr 2031, 14:05 · 09090909
        │ salt. warm stones.
        File: memo.opus, 1:00, 180 kB
        File: memo.opus, 1:01, 183 kB. It is damaged and does not open.
    ");
    (capture.words, capture.attachments) = (words(""), Vec::new());
    insta::assert_snapshot!(capture_text(&document(&capture), &[], PAGE), @r"
    Captured while locked · 18 Apr 2031, 14:05 · 09090909
        That nothing came.
    ");
    let view = fold(HERON, &[private().write(HERON, document(&capture).into())]);
    assert!(entry_text(&view, id(9), &names(), PAGE).unwrap().contains("private · captured while locked"));
}

#[test]
fn the_queue_reads_well() {
    insta::assert_snapshot!(queue_text(&queue(QUILL, &heron().shared, morning()), &names(), morning(), PAGE), @r#"
    Review queue: 1 patient, 5 unread
      1 May 2031, 09:00

      PATIENT   UNREAD  TO TALK  OLDEST       CYCLE      NEXT SESSION
      heron-41  5       1        13 days ago  1, day 13  integration today, 15:00
    "#);
}

#[test]
fn who_opened_what_is_told_only_where_the_practice_wants_it() {
    let told = Page { receipts: Receipts::Shown, ..PAGE };
    assert!(!journal_text(&heron(), &names(), PAGE).contains("opened"));
    assert!(journal_text(&heron(), &names(), told).contains("opened 20 Apr 2031 by Dr. Ada Quill"));
    assert!(journal_text(&heron(), &names(), told).contains("not opened yet"));
}

/// Returns text as one line, wherever it was broken.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn doses_of_different_routes_are_never_in_one_row_and_never_on_the_plot() {
    let card = |n: u8, day, route, mg: &str| {
        let dose = Dose { at: at(day, 9, 0), mg: mg.parse().unwrap(), kind: DoseKind::Initial, duration_min: None };
        document(
            n,
            at(day, 9, 0),
            DoseCard { doses: vec![dose], ..DoseCard::new(id(n), Day::of(at(day, 9, 0)), route) },
        )
    };
    let hidden = |document: Document| match document.body() {
        Body::DoseCard(card) => {
            crate::sample::document(4, document.at(), DoseCard { hide_dose: true, ..(**card).clone() })
        }
        _ => panic!("it is a dose card"),
    };
    let journal = shared()
        .write(HERON, response(9, at(9, 9, 0), "PHQ-9", &[1; 9]))
        .write(QUILL, card(1, 1, Route::Im, "40"))
        .write(QUILL, card(2, 3, Route::Sl, "200"))
        .write(QUILL, card(3, 5, Route::Im, "55"))
        .write(QUILL, hidden(card(4, 7, Route::Im, "60")));
    let view = fold(HERON, &[journal]);
    let instruments = Instruments::default();
    let trend = |reader| {
        let phq = instruments.find("PHQ-9").unwrap().instrument();
        Trend::new(phq, view.measures(), &view.shared, reader)
    };
    let text = trend_text(&trend(Side::Clinician), PAGE);
    let words = flat(&text);
    assert!(words.contains("IM 1 Apr 2031: 40 mg · 5 Apr 2031: 55 mg · 7 Apr 2031: 60 mg"), "{text}");
    assert!(words.contains("SL 3 Apr 2031: 200 mg") && words.contains("cannot be compared"), "{text}");
    assert!(text.lines().all(|line| !(line.contains("40 mg") && line.contains("200 mg"))));
    assert!(!trend_svg(&trend(Side::Clinician)).contains(" mg"));
    assert!(!trend_text(&trend(Side::Patient), PAGE).contains("60 mg"), "what the clinic hides is hidden");
}

#[test]
fn a_patient_reads_seen_before_your_session_only_if_her_practice_tells() {
    let told = |tell_when_read, reader: &[OpenedJournal]| {
        let course = document(0x7e, at(30, 9, 0), Course { tell_when_read, ..course(at(1, 0, 0)) });
        let reviewed = Receipt { receipt: ReceiptKind::Reviewed, entries: vec![id(0x21)] };
        let mut journals = reader.to_vec();
        let shared = journals.pop().unwrap().write(QUILL, course);
        journals.push(shared.write(QUILL, document(0x7f, at(30, 9, 5), reviewed)));
        flat(&journal_text(&fold(HERON, &journals), &names(), PAGE))
    };
    let story = story();
    let on = told(true, &story);
    assert!(on.contains("seen before your session by Dr. Ada Quill, 30 Apr 2031"), "{on}");
    let off = told(false, &story);
    assert!(!off.contains("seen before") && !off.contains("opened"), "{off}");
    // It is for her: a clinician's own pages do not change.
    let clinicians = told(true, &story[1..]);
    assert!(!clinicians.contains("seen before") && !clinicians.contains("opened"), "{clinicians}");
}

#[test]
fn a_patients_words_do_not_drive_a_clinicians_terminal() {
    let mut entry = Entry::new(Kind::Image, words("calm\u{1b}[2J\u{7} then \u{202e}turned"));
    entry.title = Some(Title::new("a\u{1b}]0;owned\u{7}\nopened by nobody").unwrap());
    let view = fold(HERON, &[shared().write(HERON, document(1, at(1, 9, 0), entry))]);
    let page = Page { style: Style::Plain, ..PAGE };
    let brief = brief(&view.shared[0], QUILL, None, morning());
    let pages = [
        brief_text(&brief, &names(), page),
        brief_markdown(&brief, &names()),
        journal_text(&view, &names(), page),
        journal_markdown(&view, &names()),
        entry_text(&view, id(1), &names(), page).unwrap(),
    ];
    for text in pages {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}') && !text.contains("\nopened by"), "{text:?}");
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    let view = heron();
    for width in [40, 60, 80, 120] {
        let page = Page { width, ..PAGE };
        let brief = brief(&view.shared[0], QUILL, None, morning());
        let pages = [
            brief_text(&brief, &names(), page),
            journal_text(&view, &names(), page),
            entry_text(&view, id(0x22), &names(), page).unwrap(),
        ];
        for line in pages.iter().flat_map(|page| page.lines()) {
            assert!(textwrap::core::display_width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn emphasis_adds_nothing_but_emphasis() {
    let bare = |text: &str| text.replace("\u{1b}[1m", "").replace("\u{1b}[2m", "").replace("\u{1b}[0m", "");
    let ansi = Page { style: Style::Ansi, ..PAGE };
    let view = heron();
    assert_ne!(journal_text(&view, &names(), ansi), journal_text(&view, &names(), PAGE));
    assert_eq!(bare(&journal_text(&view, &names(), ansi)), journal_text(&view, &names(), PAGE));
}
