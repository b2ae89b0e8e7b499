//! Where words come from: the arguments, else a pipe, else the person's editor.

use std::io::{self, IsTerminal as _, Read as _};

use crate::editor::{Draft, write_in};
use crate::error::{CommandError, user_error};
use crate::profile::Profile;

/// Bytes read from a pipe: more than any entry takes, so that the limit is told by the field itself.
const MOST: u64 = 1024 * 1024;

/// What somebody wrote, with the draft that guards it.
pub(crate) struct Typed {
    pub(crate) words: String,
    draft: Option<Draft>,
}

/// Returns the words of a deed. Where nothing needs to be said, nobody is asked for words.
///
/// # Errors
/// A pipe that is not text, no way to write, or an editor that fails.
pub(crate) fn typed(arguments: &[String], profile: &Profile, needed: bool) -> Result<Typed, CommandError> {
    if !arguments.is_empty() {
        return Ok(Typed { words: arguments.join(" "), draft: None });
    }
    if !io::stdin().is_terminal() {
        let mut words = String::new();
        io::stdin().lock().take(MOST).read_to_string(&mut words).map_err(|error| {
            user_error(format!("what came through the pipe could not be read as text: {error}"))
                .hint("Words are UTF-8 text. To keep a file as it is, attach it: `--attach FILE`.")
        })?;
        return Ok(Typed { words: words.trim_end().to_owned(), draft: None });
    }
    if !needed {
        return Ok(Typed { words: String::new(), draft: None });
    }
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var_os(name).filter(|set| !set.is_empty()));
    let editor = editor.ok_or_else(|| {
        user_error("there are no words, and no editor to write them in")
            .hint("Give them as arguments or through a pipe, or set $EDITOR: `export EDITOR=nano`.")
    })?;
    let (words, draft) = write_in(&editor, profile.folder()?)?;
    Ok(Typed { words: words.trim_end().to_owned(), draft: Some(draft) })
}

impl Typed {
    /// Refuses words that say nothing.
    pub(crate) fn or_empty(self, message: &str) -> Result<Self, CommandError> {
        if !self.words.trim().is_empty() {
            return Ok(self);
        }
        self.draft.map_or(Ok(()), Draft::remove)?;
        Err(user_error(message).coded("empty"))
    }

    /// Passes on what became of the words: once they are kept the draft goes, until then errors say where it is.
    pub(crate) fn kept<T>(self, outcome: Result<T, impl Into<CommandError>>) -> Result<T, CommandError> {
        match (outcome, self.draft) {
            (Ok(kept), draft) => draft.map_or(Ok(()), Draft::remove).map(|()| kept),
            (Err(error), Some(draft)) => Err(draft.survives(error.into())),
            (Err(error), None) => Err(error.into()),
        }
    }
}
