//! The list as a page for people: `docs/what-the-server-sees.md`.

use super::{Column, HEADERS_READ, HEADERS_SENT, Handed, Holds, LOG_FIELDS, Named, TABLES};

const OPENING: &str = "\
# What the server sees

Everything that a Reverie server stores, reads from a request, sends or logs. Nothing of it is what somebody wrote, said or
drew, nor a title, kind, mood, dose, score or phase: all of that is sealed before it leaves a device, to keys that never come
here. `threat-model.md` says what can be told from the rest.

This page is made from the program's own list (`reverie-server sees`), and tests compare that list with the schema of a real
database, with the specification of the API, and with the requests, answers and log lines of an end-to-end run.
";

const FILES: &str = "\
| in the data folder | what it is |
| --- | --- |
| `database/reverie.sqlite` (and `-wal`, `-shm`) | the database; the tables above |
| `attachments/JOURNAL/ATTACHMENT` | sealed files under their ids: age files, padded |
| `attachments/unfinished/` | sealed files on their way in |
| `keys/opaque-setup` | the key of OPAQUE, apart from the database: neither alone lets anybody try passwords |
| `lock` | empty; says that a server runs |
";

const MEMORY: &str = "\
* The network address of a client whose tries failed, the handle that it tried, how often and when last: for a quarter of an
  hour, to delay the next. How often codes of an account failed: for a day.
* What the audit log has of today.
* Requests and answers while they are under way.
";

/// Returns the page.
pub fn page() -> String {
    let mut page = OPENING.to_owned();
    page.push_str("\n## The database\n");
    for table in TABLES {
        page.push_str(&format!(
            "\n### `{}`\n\n{}\n\n| column | holds | what it says |\n| --- | --- | --- |\n",
            table.name, table.about
        ));
        for column in table.columns {
            page.push_str(&format!("| `{}` | {} | {} |\n", column.name, kind(column), column.what));
        }
    }
    page.push_str("\nColumns marked `*` are handed over as their SHA-256 when an account is disclosed.\n");
    page.push_str(&format!("\n## Files\n\n{FILES}"));
    page.push_str(&format!("\n## In memory alone\n\n{MEMORY}"));
    page.push_str("\n## Headers of requests\n\nThese are read. Every other header is taken off at the door, unread.\n");
    page.push_str(&names("header", HEADERS_READ));
    page.push_str("\n## Headers of answers\n");
    page.push_str(&names("header", HEADERS_SENT));
    page.push_str("\n## Log\n\nOne line of JSON for each request, and for what goes wrong. A field that is not here is not written.\n");
    page.push_str(&names("field", LOG_FIELDS));
    page.push_str("\n## Metrics\n\nNone yet.\n");
    page
}

fn names(title: &str, list: &[Named]) -> String {
    let rows: Vec<_> = list.iter().map(|named| format!("| `{}` | {} |\n", named.name, named.what)).collect();
    format!("\n| {title} | what it holds |\n| --- | --- |\n{}", rows.concat())
}

fn kind(column: &Column) -> String {
    let kind = match column.holds {
        Holds::Id => "id",
        Holds::Text => "text",
        Holds::Number | Holds::Small => "number",
        Holds::Flag => "yes or no",
        Holds::Bytes => "bytes",
    };
    let mark = if column.handed == Handed::AsHash { " *" } else { "" };
    format!("{kind}{mark}")
}
