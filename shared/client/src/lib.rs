//! The client of Reverie: login, pairing, sync, outbox and everything a patient or clinician does, over two traits
//! (`http`, `store`) that a native program and a browser each bring their own of.

#![warn(missing_docs)]

pub mod api;
pub mod http;
#[cfg(feature = "native")]
pub mod native;
pub mod store;
