//! `reverie completions`: what a shell needs to complete commands.

use std::io::{self, Write as _};

use clap::Args;
use clap_complete::Shell;

use crate::arguments::command;
use crate::error::{CommandError, output_error};

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  reverie completions bash > ~/.local/share/bash-completion/completions/reverie
  reverie completions zsh > ~/.zfunc/_reverie
  reverie completions fish > ~/.config/fish/completions/reverie.fish")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

pub(crate) fn run(CompletionsArgs { shell }: CompletionsArgs) -> Result<(), CommandError> {
    // Made in memory first: clap_complete panics where a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "reverie", &mut script);
    io::stdout().lock().write_all(&script).map_err(|error| output_error(&error))
}
