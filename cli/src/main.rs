//! The binary `reverie`; everything is in the library, so that tests and the reference of commands share it.

use std::process::ExitCode;

fn main() -> ExitCode {
    reverie_cli::run(std::env::args_os())
}
