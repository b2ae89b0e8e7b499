//! What others wrote, against what we wrote: a third implementation of age, the vectors of C2SP, validators and
//! generators of clients, a tester that attacks the API from its specification, and the page that strangers build from.
//!
//! Everything foreign comes pinned, through `scripts/setup`, into `target/interop`. Nothing is skipped if it is missing.

#![expect(
    clippy::unwrap_used,
    reason = "all of this crate is tests, and Clippy sees only those that are marked as one"
)]

mod export;
mod foreign;
mod page;
mod schemathesis;
mod specification;
mod typage;
mod vectors;
