//! The end-to-end tests: a real server, real clients, real sockets. What issue and design promise, played.

mod hostile;
mod thread;
