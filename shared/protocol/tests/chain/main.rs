//! The wire against those who attack it: each rule of `check` is named after the attack that it stops.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod audit;
mod circle;
mod epochs;
mod forgery;
mod members;
mod parsers;
mod vectors;
mod writes;
