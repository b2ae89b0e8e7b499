//! The recovery kit on its way to paper and back: written where the person says, shown on the screen, typed back.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use reverie_client::{Kit, recovery};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::error::{CommandError, user_error};
use crate::key_talk::answers::{WORDS_NEEDED, WORDS_NEEDED_NEXT};
use crate::key_talk::kit::{KIT_NOT_WRITTEN_NEXT, PRINT_AND_DELETE, TYPE_LINE_AGAIN, TYPE_WORDS};
use crate::key_talk::then;
use crate::table::table;
use crate::ui::Ui;

/// Words on a line, typed and shown.
const ROW: usize = 6;
/// Bytes of a file with words, so that a wrong file is not read into memory.
const MOST: u64 = 16 * 1024;

/// Where the words come from if not from the keyboard.
#[derive(Args)]
pub(crate) struct TypedKit {
    /// Read the words, or the text of the kit's QR code, from a file instead of asking
    #[arg(long, value_name = "FILE")]
    pub(crate) words_file: Option<PathBuf>,
}

/// Writes the kit as PDF and HTML into a folder, for its owner's eyes only. Nothing that is there is replaced.
pub(crate) fn write(ui: &Ui, kit: &Kit, handle: &str, folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let failed = |path: &Path, error: &std::io::Error| {
        user_error(format!("the kit could not be written to {}: {error}", path.display())).hint(KIT_NOT_WRITTEN_NEXT)
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let (pdf, html) = (kit.pdf(), kit.html());
    let mut written = Vec::new();
    for (ending, bytes) in [("pdf", pdf.as_slice()), ("html", html.as_bytes())] {
        let path = folder.join(format!("reverie-kit-{handle}.{ending}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let put = options.open(&path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        put.map_err(|error| failed(&path, &error))?;
        ui.say_as_is(&format!("Written: {}", path.display()));
        written.push(path);
    }
    ui.say(PRINT_AND_DELETE);
    Ok(written)
}

/// Returns the words for people, numbered down the columns as they are printed.
pub(crate) fn words_text(kit: &Kit) -> String {
    let words = kit.words();
    let cell = |index: usize| format!("{:>2} {}", index + 1, words[index]);
    let rows: Vec<[String; 4]> = (0..ROW).map(|row| std::array::from_fn(|column| cell(column * ROW + row))).collect();
    let indented: Vec<_> = table(&rows).lines().map(|line| format!("    {line}")).collect();
    indented.join("\n") + "\n"
}

/// Reads the words from a file, or asks for them six at a time and checks each as it is typed. An empty line gives up.
pub(crate) fn typed(ui: &Ui, source: &TypedKit) -> Result<Option<SecretString>, CommandError> {
    if let Some(file) = &source.words_file {
        let failed = |why: String| user_error(format!("{} could not be read: {why}", file.display()));
        let size = fs::metadata(file).map_err(|error| failed(error.to_string()))?.len();
        if size > MOST {
            return Err(failed("24 words are shorter than that".into()));
        }
        return fs::read_to_string(file).map(|text| Some(text.into())).map_err(|error| failed(error.to_string()));
    }
    if !ui.can_ask() {
        return Err(user_error(WORDS_NEEDED).hint(WORDS_NEEDED_NEXT).coded("needs_words"));
    }
    ui.say(TYPE_WORDS);
    let mut words: Zeroizing<Vec<String>> = Zeroizing::default();
    while words.len() < recovery::WORDS {
        let first = words.len() + 1;
        let line = SecretString::from(ui.ask_line(&format!("Words {first} to {}:", first + ROW - 1))?);
        let line = line.expose_secret().trim();
        if line.is_empty() {
            return Ok(None);
        }
        let lower = Zeroizing::new(line.to_lowercase());
        let row: Vec<&str> = recovery::split(&lower);
        if line.starts_with("reverie-kit") || row.len() >= recovery::WORDS {
            return Ok(Some(line.to_owned().into()));
        }
        if let Err(error) = recovery::check_words(&row, first) {
            ui.warn(&then(&error, TYPE_LINE_AGAIN));
            continue;
        }
        words.extend(row.into_iter().map(str::to_owned));
    }
    Ok(Some(words.join(" ").into()))
}
