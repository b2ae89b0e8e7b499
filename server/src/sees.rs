//! What the server sees: one list of every column, header, log field and file, and `docs/what-the-server-sees.md` made of
//! it.
//!
//! The list is what the program goes by, not only what it says: a header that is not in it is taken off a request at the
//! door, a log field that is not in it is not written, and what `disclose` hands over are its columns. Tests compare it with
//! the real schema, the specification, and what passes in an end-to-end run.

mod columns;
mod logged;
mod page;
mod traffic;

pub use self::columns::{Column, Handed, Holds, TABLES, Table};
pub use self::logged::LOG_FIELDS;
pub use self::page::page;
pub use self::traffic::{HEADERS_READ, HEADERS_SENT};

/// A name and what it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The header or field.
    pub name: &'static str,
    /// What it holds.
    pub what: &'static str,
}

/// Tells whether a list has this name.
pub fn declares(list: &[Named], name: &str) -> bool {
    list.iter().any(|named| named.name == name)
}
