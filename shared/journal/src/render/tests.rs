//! Pages, looked at.

use super::*;
use crate::brief::brief;
use crate::document::{Entry, Kind};
use crate::fold::fold;
use crate::queue::queue;
use crate::sample::*;
use crate::text::Title;
use crate::view::PatientView;

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
      No measures yet, so there are no answers to flag here.

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
        also feeling and symbol · new, unread · to talk about · 1 reply
        │ A greenhouse, every pane fogged from the inside. I knew the door was
        │ locked before I tried it.
        │
        │ The green in there was so bright that it hummed. I did not want to break
        │ the glass, I only wanted somebody to come and open it from within.

        Added 27 Apr 2031, 08:10:
        │ The hum is the fridge in the first flat. I had forgotten that flat.

      Memory (1)

      * 23232323  18 Apr 2031, 21:30
        new, unread · to be known, not talked about
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
      No links to later entries yet.

    ── Themes ──────────────────────────────────────────────────────────────────────
      No themes yet.

    ── Unanswered ──────────────────────────────────────────────────────────────────
      No open questions.

    ── Measures ────────────────────────────────────────────────────────────────────
      No measures yet.

    ── Carried over ────────────────────────────────────────────────────────────────
      Nothing is carried over yet.

    ── Withdrawn ───────────────────────────────────────────────────────────────────
      1 record was withdrawn.

      This journal is not monitored. Nobody is alerted when you write.
    "#);
}

#[test]
fn the_patients_list_reads_well() {
    insta::assert_snapshot!(journal_text(&heron(), &names(), PAGE), @r#"
    Journal of heron-41
      4 private · 6 shared

    ── Private (4) ─────────────────────────────────────────────────────────────────
      Only you can read these. Your care circle cannot tell that they are there.
      11111111  19 Apr 2031  Fragment            salt. warm stones. nobody else.
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
