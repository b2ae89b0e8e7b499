//! From the process's arguments to its exit code: 0 done, 1 something for the person to act on, 2 usage, 255 our mistake.

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::arguments::{Arguments, command};
use crate::commands;
use crate::error::{CommandError, Kind, internal_error};
use crate::logged_in::Start;
use crate::ui::Ui;

/// Runs the command that the arguments name, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = command().try_get_matches_from(&arguments).and_then(|matches| Arguments::from_arg_matches(&matches));
    let Arguments { global, command } = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error, &arguments),
    };
    let ui = Ui::new(global.json);
    // Before any password or key is read.
    #[cfg(unix)]
    if let Err(error) = crate::closed_memory::close() {
        return finish(&ui, &internal_error(format!("this process could not close its memory to others: {error}")));
    }
    // A panic's message may quote what it choked on, so only its place is told.
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| internal_error(format!("no asynchronous runtime: {error}")))?;
        runtime.block_on(commands::run(&ui, Start { global }, command))
    }));
    let outcome = outcome.unwrap_or_else(|_| Err(internal_error("something that cannot happen happened".to_owned())));
    match outcome {
        Ok(code) => code,
        Err(error) => finish(&ui, &error),
    }
}

fn finish(ui: &Ui, error: &CommandError) -> ExitCode {
    if error.kind != Kind::BrokenPipe {
        ui.error(error);
    }
    match error.kind {
        Kind::User => ExitCode::from(1),
        Kind::Usage => ExitCode::from(2),
        Kind::Internal => ExitCode::from(255),
        // Whoever reads our output has seen enough: `reverie list | head` is no failure.
        Kind::BrokenPipe => ExitCode::SUCCESS,
    }
}

/// Prints help and version, or what is wrong with the arguments.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let json = arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json");
    if error.use_stderr() && json {
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        Ui::new(true).error(&CommandError::new(Kind::Usage, message).coded("usage"));
    } else {
        // A closed pipe after `--help | head` is nobody's concern.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
