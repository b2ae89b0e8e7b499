//! Every object of this crate: round trip, wrong reader, flipped byte, wrong context, permanent vector, properties.
//!
//! One file for each object. The vectors in `tests/vectors/` were made once (`examples/make_vectors.rs`) and must open
//! for ever. Tests that ask stock age need `age` on the path (`apt-get install age`).

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests run on a desk: vectors are files, stock age is a program"
)]

mod account;
mod attachment;
mod backup_code;
mod body;
mod bundle;
mod capture;
mod device;
mod epoch;
mod fixtures;
mod handover;
mod hybrid;
mod keyring;
mod padding;
mod pairing;
mod password;
mod recovery;
mod rfc9807;
mod words;
mod x25519;
