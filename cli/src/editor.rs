//! Words written in the person's own editor, on a draft that nobody else can read.
//!
//! The invariant: a draft is removed only once its words are kept. Until then whatever fails says where it is.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::error::{CommandError, user_error};

/// A draft in a folder of its own (0700), so that the backup and swap files of editors go with it.
#[derive(Debug)]
pub(crate) struct Draft {
    folder: PathBuf,
}

impl Draft {
    /// Returns where the words are.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("draft.txt")
    }

    /// Removes the draft: its words are kept elsewhere, or there are none.
    pub(crate) fn remove(self) -> Result<(), CommandError> {
        let path = self.path();
        fs::remove_dir_all(&self.folder).map_err(|error| {
            user_error(format!("your words are kept, but the draft {} could not be removed: {error}", path.display()))
                .hint("Remove it yourself: it can be read by whoever uses this account of the machine.")
        })
    }

    /// Adds to an error that the words are not lost, and where they are.
    pub(crate) fn survives(&self, error: CommandError) -> CommandError {
        error.also(&format!("Your words are in {}; remove that file once you have them.", self.path().display()))
    }
}

/// Opens `editor` on an empty draft under `folder` and returns what was written.
///
/// # Errors
/// If the editor cannot be run or fails; then whatever was saved stays, and the error says where.
pub(crate) fn write_in(editor: &OsStr, folder: &Path) -> Result<(String, Draft), CommandError> {
    let failed = |error: std::io::Error| user_error(format!("a draft could not be made: {error}"));
    let draft = Draft { folder: TempDir::with_prefix_in("draft-", folder).map_err(failed)?.keep() };
    let path = draft.path();
    private_file(&path).map_err(failed)?;
    let status = run(editor, &path);
    let words = fs::read_to_string(&path).unwrap_or_default();
    let error = match status {
        Ok(status) if status.success() => return Ok((words, draft)),
        Ok(_) => user_error("the editor ended with an error, so nothing was written to your journal"),
        Err(error) => user_error(format!("the editor could not be started: {error}"))
            .hint("Set $VISUAL or $EDITOR to an editor, or give the words as arguments or through a pipe."),
    };
    if words.trim().is_empty() {
        draft.remove()?;
        return Err(error);
    }
    Err(draft.survives(error))
}

fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Runs the editor as the shell would: `$EDITOR` may carry arguments of its own.
fn run(editor: &OsStr, path: &Path) -> std::io::Result<std::process::ExitStatus> {
    if !cfg!(unix) {
        return Command::new(editor).arg(path).status();
    }
    let mut line = editor.to_owned();
    line.push(" \"$1\"");
    Command::new("/bin/sh").arg("-c").arg(line).arg("reverie").arg(path).status()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn drafts(folder: &Path) -> usize {
        fs::read_dir(folder).map(Iterator::count).unwrap_or_default()
    }

    #[test]
    fn words_come_back_and_the_draft_stays_until_they_are_kept() {
        let folder = TempDir::new().unwrap();
        let (words, draft) = write_in("printf 'a grey heron' >".as_ref(), folder.path()).unwrap();
        assert_eq!(words, "a grey heron");
        assert_eq!(fs::metadata(draft.path()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(drafts(folder.path()), 1);
        draft.remove().unwrap();
        assert_eq!(drafts(folder.path()), 0);
    }

    #[test]
    fn a_failing_editor_loses_nothing() {
        let folder = TempDir::new().unwrap();
        let editor = "f() { printf 'a grey heron' > \"$1\"; false; }; f";
        let error = write_in(editor.as_ref(), folder.path()).unwrap_err();
        let hint = error.hint.unwrap();
        let path = hint.split(' ').find(|word| word.contains("draft-")).unwrap().trim_end_matches(';');
        assert_eq!(fs::read_to_string(path).unwrap(), "a grey heron");
    }

    #[test]
    fn an_editor_that_is_not_there_leaves_nothing_behind() {
        let folder = TempDir::new().unwrap();
        assert!(write_in("no-such-editor-anywhere".as_ref(), folder.path()).is_err());
        assert_eq!(drafts(folder.path()), 0);
    }
}
