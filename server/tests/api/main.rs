//! The API over raw HTTP, against a real server on a port of its own: what it takes, and above all what it refuses.
//!
//! Bodies are not sealed here: the server cannot tell, and must not. Real sealing is in the end-to-end tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod accounts;
mod attachments;
mod audit;
mod backup;
mod bad_input;
mod cards;
mod changes;
mod command;
mod devices;
mod disclosure;
mod erasure;
mod framework;
mod home;
mod invitations;
mod journals;
mod passkeys;
mod postgresql;
mod resend;
mod second_factor;
mod sees;
mod sessions;
mod slow_clients;
mod specification;
mod upkeep;
mod world;
