//! The reference of the command line, `docs/cli.md`: the help of every command, as it is.

use std::fmt::Write as _;

use crate::arguments::command;

/// Columns of the reference.
const WIDTH: usize = 80;

/// Returns the reference as Markdown. Options of every command stand once, at the beginning.
pub fn reference() -> String {
    let mut root = command().term_width(WIDTH);
    root.build();
    let mut text = String::from(
        "# The command line\n\nThis page is made from `reverie --help`; `cargo test -p reverie` says when it is stale.\n",
    );
    section(&mut text, &mut root, "##");
    for sub in root.get_subcommands() {
        sections(&mut text, sub, "##");
    }
    text
}

/// Writes the section of a command, and those of the commands below it.
fn sections(text: &mut String, command: &clap::Command, level: &str) {
    section(text, &mut without_global(command.clone()), level);
    for below in command.get_subcommands() {
        sections(text, below, &format!("{level}#"));
    }
}

fn without_global(command: clap::Command) -> clap::Command {
    command.mut_args(|argument| if argument.is_global_set() { argument.hide(true) } else { argument }).term_width(WIDTH)
}

fn section(text: &mut String, command: &mut clap::Command, level: &str) {
    let name = command.get_bin_name().unwrap_or("reverie").to_owned();
    let help = command.render_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    write!(text, "\n{level} `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim())
        .expect("writing to a String cannot fail");
}
