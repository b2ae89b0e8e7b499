//! The terminal: data to stdout, talk to stderr, questions only where somebody can answer.
//!
//! With `--json` stdout holds one JSON value and every line of stderr is JSON too; nothing is asked then but passwords.

use std::io::{self, IsTerminal as _, Write as _};
use std::iter;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reverie_journal::render::{Page, Receipts, Style, clean};
use serde::Serialize;
use serde_json::json;

use crate::error::{CommandError, internal_error, output_error, user_error};
use crate::key_talk::answers::{ASKS_FIRST, ASKS_FIRST_NEXT, NOT_AN_ANSWER};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 80;
/// Columns beyond which lines are hard to read.
const WIDEST: usize = 100;

/// How single keys are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Pressed at a terminal.
    Keys,
    /// Typed, each with Enter after it; or piped.
    Lines,
}

/// How this run talks.
pub(crate) struct Ui {
    json: bool,
    width: usize,
}

impl Ui {
    pub(crate) fn new(json: bool) -> Self {
        let terminal = terminal_size::terminal_size_of(io::stdout()).or_else(terminal_size::terminal_size);
        let width = terminal.map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, WIDEST));
        Self { json, width }
    }

    /// Tells whether the answer is to be JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Returns how pages are shown: emphasis only on a terminal that has it and a person who wants it (no-color.org).
    pub(crate) fn page(&self) -> Page {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let style = if io::stdout().is_terminal() && !plain { Style::Ansi } else { Style::Plain };
        Page { width: self.width, style, receipts: Receipts::Hidden }
    }

    /// Returns how a page is shown that is said and not answered: what is said has no control characters, emphasis neither.
    pub(crate) fn said_page(&self) -> Page {
        Page { style: Style::Plain, ..self.page() }
    }

    /// Answers: `value` for programs, `text` for people.
    pub(crate) fn answer(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), CommandError> {
        let text = if self.json {
            serde_json::to_string_pretty(value).map_err(|error| internal_error(error.to_string()))?
        } else {
            text()
        };
        if text.is_empty() {
            return Ok(());
        }
        self.line(&text)
    }

    /// Answers with one part more: for what is too long to be held as a whole.
    #[expect(clippy::unused_self, reason = "who talks does so through the one that knows how")]
    pub(crate) fn line(&self, text: &str) -> Result<(), CommandError> {
        let mut stdout = io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(stdout, "{text}{end}").and_then(|()| stdout.flush()).map_err(|error| output_error(&error))
    }

    /// Says something to the person. Programs are told by the answer alone.
    pub(crate) fn say(&self, text: &str) {
        if !self.json {
            self.stderr(&wrapped(&clean(text), textwrap::Options::new(self.width)));
        }
    }

    /// Says something that is copied whole, such as a command, without breaking its line.
    pub(crate) fn say_as_is(&self, text: &str) {
        if !self.json {
            self.stderr(&clean(text));
        }
    }

    /// Says something that must not be overlooked.
    pub(crate) fn warn(&self, text: &str) {
        if self.json {
            self.stderr(&json!({ "warning": clean(text) }).to_string());
        } else {
            self.stderr(&self.labelled("Warning", text));
        }
    }

    pub(crate) fn error(&self, error: &CommandError) {
        let CommandError { kind: _, message, hint, code } = error;
        if self.json {
            let told = json!({ "error": { "message": sentence(message), "hint": hint, "code": code } });
            return self.stderr(&told.to_string());
        }
        self.stderr(&self.labelled("Error", message));
        if let Some(hint) = hint {
            self.stderr(&self.labelled("Hint", hint));
        }
    }

    fn labelled(&self, label: &str, text: &str) -> String {
        let indent = " ".repeat(label.len() + 2);
        let options = textwrap::Options::new(self.width).subsequent_indent(&indent).break_words(false);
        wrapped(&format!("{label}: {}", sentence(text)), options)
    }

    #[expect(clippy::unused_self, reason = "who talks does so through the one that knows how")]
    fn stderr(&self, text: &str) {
        // Nobody listening is no reason to stop.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Tells whether somebody is there to answer.
    pub(crate) fn can_ask(&self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a yes-or-no question; anything but yes is no.
    pub(crate) fn ask(&self, question: &str) -> Result<bool, CommandError> {
        let answer = self.ask_line(&format!("{question} [y/N]"))?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks before something that cannot be undone without a trace, unless `yes` was said already.
    pub(crate) fn confirm(&self, yes: bool, question: &str) -> Result<bool, CommandError> {
        if yes {
            return Ok(true);
        }
        if !self.can_ask() {
            return Err(user_error(ASKS_FIRST).hint(ASKS_FIRST_NEXT).coded("needs_yes"));
        }
        self.ask(question)
    }

    /// Asks for a line.
    pub(crate) fn ask_line(&self, question: &str) -> Result<String, CommandError> {
        self.prompt(question);
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        read.map_err(|error| user_error(format!("the answer could not be read: {error}")))?;
        Ok(line)
    }

    /// Asks for one of several answers: its word or the first letter of it, in whatever case, with Enter after it. Enter alone
    /// is the first of them, and so is nobody being there any more: so the first of them changes nothing.
    pub(crate) fn ask_which<Answer: Copy>(
        &self,
        question: &str,
        first: (&str, Answer),
        others: &[(&str, Answer)],
    ) -> Result<Answer, CommandError> {
        loop {
            let line = self.ask_line(question)?.trim().to_lowercase();
            if line.is_empty() {
                return Ok(first.1);
            }
            let meant = |(word, _): &&(&str, Answer)| {
                line == *word || word.strip_prefix(&line).is_some_and(|_| line.len() == 1)
            };
            if let Some((_, answer)) = iter::once(&first).chain(others).find(meant) {
                return Ok(*answer);
            }
            self.say(NOT_AN_ANSWER);
        }
    }

    fn prompt(&self, question: &str) {
        let mut stderr = io::stderr().lock();
        // The space after the question stays: the answer is typed behind it.
        let _ = write!(stderr, "{} ", wrapped(&clean(question), textwrap::Options::new(self.width)).trim_end());
        let _ = stderr.flush();
    }

    /// Asks for one key of several, without Enter. Enter alone is the first of them. Nothing is returned where whoever
    /// answers has gone.
    ///
    /// The terminal is raw for no longer than it takes to press it: Ctrl-C ends the program as it always does.
    pub(crate) fn ask_key(
        &self,
        question: &str,
        keys: &[char],
        answers: Answers,
    ) -> Result<Option<char>, CommandError> {
        loop {
            let pressed = match answers {
                Answers::Keys => {
                    self.prompt(question);
                    let key = console::Term::stderr().read_char();
                    let key = key.map_err(|error| user_error(format!("the key could not be read: {error}")))?;
                    self.stderr(&key.to_string().trim_end().replace(char::is_control, ""));
                    key.to_string()
                }
                Answers::Lines => {
                    let line = self.ask_line(question)?;
                    if line.is_empty() {
                        return Ok(None);
                    }
                    line
                }
            };
            let key = pressed.trim().chars().next().map_or(keys.first().copied(), |key| Some(key.to_ascii_lowercase()));
            match key {
                Some(key) if keys.contains(&key) => return Ok(Some(key)),
                _ => self.say(NOT_AN_ANSWER),
            }
        }
    }

    /// Returns a bar for long work, drawn on stderr if that is a terminal.
    pub(crate) fn progress(&self, what: &'static str) -> ProgressBar {
        let target = if self.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
        let style = style.expect("the template is constant and names fields that indicatif has");
        ProgressBar::with_draw_target(None, target).with_style(style).with_message(what)
    }
}

/// Returns the text wrapped, with neither a command in backticks nor a telephone number broken over two lines.
fn wrapped(text: &str, options: textwrap::Options<'_>) -> String {
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    const NO_BREAK: &str = "\u{a0}";
    let parts = text.split('`').enumerate();
    let glued = parts.map(|(n, part)| if n % 2 == 1 { part.replace(' ', NO_BREAK) } else { part.to_owned() });
    textwrap::fill(&glued.collect::<Vec<_>>().join("`"), options).replace(NO_BREAK, " ")
}

/// Returns the text as a sentence: messages of libraries begin small and end without a stop.
fn sentence(text: &str) -> String {
    let cleaned = clean(text);
    let text = cleaned.trim();
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    // A file or handle at the beginning keeps its spelling.
    let word = text.split_whitespace().next().unwrap_or_default().trim_end_matches([',', ':']);
    let first = if word.chars().all(char::is_alphabetic) { first.to_uppercase() } else { first.to_owned() };
    let stop = if text.ends_with(['.', '!', '?', '`', ':']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_sentences() {
        assert_eq!(sentence("there is no account"), "There is no account.");
        assert_eq!(sentence("`list` shows them"), "`list` shows them.");
        assert_eq!(sentence("Done already."), "Done already.");
        assert_eq!(sentence("journal.md: changed"), "journal.md: changed.");
    }

    #[test]
    fn a_command_to_copy_stays_on_one_line() {
        let text = wrapped("To compare the words later, run `reverie pair --confirm quill` here.", 40.into());
        assert!(text.lines().any(|line| line.contains("`reverie pair --confirm quill`")), "{text}");
    }

    #[test]
    fn a_telephone_number_stays_on_one_line() {
        let text = wrapped("Your clinician is away. Noor Haddon covers: 617-555-0142.", 50.into());
        assert!(text.lines().any(|line| line.contains("617-555-0142")), "{text}");
    }

    #[test]
    fn a_message_drives_nobodys_terminal() {
        assert!(!sentence("no \u{1b}[2J here").contains('\u{1b}'));
    }
}
