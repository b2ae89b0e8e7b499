//! Words at the edges: the longest there are, other scripts, and none at all. They arrive as they were written.

use reverie_journal::Kind;
use reverie_tests::Practice;

use crate::shell::{goes_home, ok, reverie};

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_words_other_scripts_and_no_words_at_all_are_shared_as_they_were_written() {
    let Practice { world, mut quill, mut heron } = Practice::open().await;
    let longest = "\u{1f33f}".repeat(20_000);
    let words =
        [longest.as_str(), "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{200f}1, 2", "\u{1f469}\u{200d}\u{1f33e} e\u{301}", ""];
    let mut shared = Vec::new();
    for words in words {
        let kind = if words.is_empty() { Kind::Blank } else { Kind::Image };
        shared.push(heron.shares(kind, words).await.unwrap());
    }
    let one_too_many = heron.writes(Kind::Image, &format!("{longest}.")).await.unwrap_err().to_string();
    assert_eq!(one_too_many, "`words` has 20001 characters; at most 20000 fit");
    quill.sync().await.unwrap();
    let view = quill.view(heron.account());
    let read: Vec<_> = shared.iter().map(|id| view.entry(*id).unwrap().entry.body().words.as_str()).collect();
    assert_eq!(read, words);
    // The brief and the page of the entry hold them too.
    let brief = quill.brief(heron.account(), None, None).unwrap();
    assert_eq!(brief.header.new, 4);
    goes_home(&world, "quill", quill);
    let short = reverie_journal::short_id(shared[1].uuid());
    let (shown, _) = ok(reverie(&world, "quill", &["show", &short]));
    assert!(shown.contains("\u{5e9}\u{5dc}\u{5d5}\u{5dd}"), "{shown}");
    let (brief, _) = ok(reverie(&world, "quill", &["brief", "heron-41"]));
    assert!(brief.contains("\u{1f469}\u{200d}\u{1f33e}") && brief.contains("Blank"), "{brief}");
}
