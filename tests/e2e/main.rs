//! The end-to-end tests: a real server, real clients, real sockets. What issue and design promise, played.

mod badinput;
mod cli;
mod crash;
mod deeds;
mod hostile;
mod password;
mod privacy;
mod thread;
