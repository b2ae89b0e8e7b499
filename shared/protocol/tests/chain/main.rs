//! The wire against those who attack it: each test is named after the attack that it stops, and
//! `rules.rs` says which rule of `check` stops which.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod audit;
mod circle;
mod epochs;
mod erasure;
mod evidence;
mod forgery;
mod members;
mod parsers;
mod rules;
mod vectors;
mod writes;
