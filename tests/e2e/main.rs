//! The end-to-end tests: a real server, real clients, real sockets. What issue and design promise, played.

#![expect(
    clippy::unwrap_used,
    reason = "all of this crate is tests, and Clippy sees only those that are marked as one"
)]

mod accountability;
mod badinput;
mod capture;
mod changes;
mod cli;
mod clocks;
mod consent;
mod course;
mod crash;
mod damaged_files;
mod deeds;
mod demo;
mod disk_full;
mod erasure;
mod every_file;
mod fiction;
mod full_device;
mod guard;
mod hostile;
mod key_store;
mod keys;
mod locked;
mod meaning;
mod measures;
mod membership;
mod model;
mod naming;
mod not_monitored;
mod pairing;
mod password;
mod pausing;
mod privacy;
mod release;
mod restored;
mod review;
mod sees;
mod shell;
mod thread;
mod two_devices;
mod unlocking;
mod words;
