//! The binary as people run it, without any server: help, usage, and errors that come before one is asked.

mod errors;
mod help;
mod measures;
mod support;
