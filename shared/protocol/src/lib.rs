//! The wire of Reverie: ids, signed headers, the one validity function, limits, problem codes, requests and answers.
//!
//! Everything here is shared by server and clients. Nothing here does I/O and nothing here can open a sealed body:
//! the server depends on this crate and on no other of `shared/`. `docs/protocol.md` tells the same in prose.

#![warn(missing_docs)]

pub mod account;
pub mod api;
pub mod audit;
pub mod bytes;
pub mod card;
pub mod changes;
pub mod check;
pub mod disclosure;
pub mod erasure;
pub mod events;
pub mod evidence;
pub mod hash;
pub mod header;
pub mod ids;
pub mod keyring;
pub mod limits;
pub mod opaque;
#[cfg(feature = "openapi")]
mod openapi;
pub mod pairing;
pub mod passkey;
pub mod problem;
pub mod second_factor;
pub mod signed;
