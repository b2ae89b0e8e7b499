//! The harness of the end-to-end tests and of the demo: a real server, real clients over real sockets, and a wire between
//! them that can listen, lie and break.
//!
//! Nothing here stands in for the product. A test that passes says something about what people run.

pub mod authenticator;
pub mod breaking;
pub mod database;
pub mod desktop;
pub mod fiction;
pub mod hostile;
pub mod json;
pub mod media;
pub mod memory;
pub mod person;
pub mod postgresql;
pub mod practice;
pub mod search;
pub mod server;
pub mod soak;
pub mod stock;
pub mod story;
pub mod wire;

pub use self::desktop::Desktop;
pub use self::hostile::Hostile;
pub use self::person::Person;
pub use self::practice::{Practice, World};
pub use self::server::ServerProcess;
pub use self::story::StoryClock;
pub use self::wire::{Answer, Asked, Fate, Wire};
