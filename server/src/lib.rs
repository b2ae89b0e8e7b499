//! Reverie's server: orders, stores and hands out sealed records, and can open none of them.
//!
//! It depends on `reverie-protocol` and on nothing that decrypts; a test of the workspace asks Cargo to prove it.

mod api;
mod app;
mod append;
mod attachment_files;
mod audit;
pub mod backup;
mod byte_range;
mod caller;
mod changes;
pub mod check_data;
mod clock;
mod data;
mod database;
mod disclosure;
mod entity;
mod erasure;
pub mod host_reset;
mod http;
pub mod init;
mod invitations;
mod known_sessions;
pub mod logs;
mod opaque;
mod passkeys;
mod public_address;
mod random;
mod refusal;
pub mod restore;
mod second_factor;
pub mod sees;
mod server;
mod sessions;
mod throttle;
mod token;
mod upkeep;
mod writer;

pub use clock::Clock;
pub use data::DataFolder;
pub use database::{AddressError, DatabaseAddress, OpenError};
pub use http::connection_limits::ConnectionLimits;
pub use public_address::{BadPublicAddress, PublicAddress};
pub use server::{Config, RunningServer, Server, StartError};
pub use throttle::Delays;

/// Returns `openapi.json`: the specification of the API, made from the code.
pub fn openapi() -> String {
    api::spec::text(&api::spec::json())
}

/// Returns the specification as poem-openapi writes it, before [`openapi`] tidies it: for the test of duplicate keys.
#[doc(hidden)]
pub fn untidied_openapi() -> String {
    api::spec::raw()
}
