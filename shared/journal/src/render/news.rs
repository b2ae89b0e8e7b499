//! News as lines: one for each person from whom something came, in each patient's journals.

use reverie_protocol::ids::AccountId;

use super::clean;
use super::phrase::count;
use crate::names::Names;
use crate::news::{News, NewsKind};

/// Returns the lines, without content and without the time.
pub fn news_lines(news: &[News], names: &Names) -> Vec<String> {
    let mut news = news.to_vec();
    news.sort();
    let same = |one: &News, other: &News| (one.patient, one.by) == (other.patient, other.by);
    let lines = news.chunk_by(same).map(|news| {
        let things: Vec<_> = news.iter().map(|news| thing(news.what, news.count)).collect();
        clean(&format!("{}: {}", from(news[0].patient, news[0].by, names), things.join(", ")))
    });
    lines.collect()
}

fn from(patient: AccountId, by: Option<AccountId>, names: &Names) -> String {
    match by {
        Some(by) if by != patient => format!("{}, to {}", names.of(by), names.of(patient)),
        _ => names.of(patient),
    }
}

fn thing(what: NewsKind, n: usize) -> String {
    match what {
        NewsKind::FlaggedAnswer => {
            count(n, "flagged answer waits for a disposition", "flagged answers wait for a disposition")
        }
        NewsKind::Entry => count(n, "entry", "entries"),
        NewsKind::Addition => count(n, "addition to an entry", "additions to entries"),
        NewsKind::Measure => count(n, "measure", "measures"),
        NewsKind::Reply => count(n, "reply", "replies"),
        NewsKind::Proposal => count(n, "theme proposed", "themes proposed"),
        NewsKind::Session => count(n, "session planned or changed", "sessions planned or changed"),
        NewsKind::Withdrawal => count(n, "record taken back", "records taken back"),
    }
}
