//! What a native program brings: sockets for `http`, a folder for `store`, the system's clock and randomness.
//!
//! Only here does the client touch the machine; a browser brings its own of each.

pub mod export_folder;
pub mod folder;
pub mod sockets;
pub mod system;

pub use self::export_folder::ExportFolder;
pub use self::folder::Folder;
pub use self::sockets::{AddressError, Sockets, Timeouts};
