//! The binary as people run it, without any server: help, usage, and errors that come before one is asked.

#[cfg(target_os = "linux")]
mod agent;
#[cfg(target_os = "linux")]
mod closed_memory;
mod errors;
mod help;
mod measures;
mod support;
