//! What the demo shows: screens of the real command line, and a look into the server that nobody is offered.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use reverie_journal::{Timestamp, short_id};
use reverie_tests::database::Look;
use reverie_tests::fiction::{Fiction, Scene};
use reverie_tests::server::program;
use serde_json::Value;

use crate::play::Lived;
use crate::{home, lost, passphrase_file};

const WIDTH: usize = 80;
/// The entry whose row and sealed file are shown.
const LOOKED_AT: (&str, &str) = ("heron-41", "greenhouse");

/// The screens that are shown while the stories are played, and how far they have come.
pub struct Screens<'a> {
    data: &'a Path,
    shown: usize,
    unseen: bool,
    bar: ProgressBar,
}

impl<'a> Screens<'a> {
    pub fn new(data: &'a Path) -> Self {
        Self { data, shown: 0, unseen: false, bar: bar("Playing") }
    }

    /// Returns screens that nobody looks at: of the practice, played once more.
    pub fn unseen(data: &'a Path, copy: u16, of: u16) -> Self {
        Self { data, shown: 0, unseen: true, bar: bar(&format!("Playing {copy} of {of}")) }
    }

    pub const fn are_shown(&self) -> bool {
        !self.unseen
    }

    /// Says how far the stories have come.
    pub fn progress(&self, done: usize, of: usize, day: &str) {
        self.bar.set_length(of as u64);
        self.bar.set_position(done as u64);
        self.bar.set_message(day.to_owned());
    }

    /// Shows a screen of the story, as of this time.
    pub fn scene(&mut self, scene: &Scene, patient: &str, lived: &Lived, at: Timestamp) -> anyhow::Result<()> {
        self.shown += 1;
        let word = |word: &String| -> anyhow::Result<String> {
            let Some(name) = word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) else {
                return Ok(word.clone());
            };
            let entry = lived.entry(patient, name).with_context(|| format!("the story has no entry `{name}` yet"))?;
            Ok(short_id(entry.uuid()).to_string())
        };
        let command = scene.command.iter().map(word).collect::<anyhow::Result<Vec<_>>>()?;
        let command: Vec<_> = command.iter().map(String::as_str).collect();
        let (number, data) = (self.shown, self.data);
        self.bar.suspend(|| {
            heading(&format!("{number}. {}", scene.title));
            said(&format!("{}. {}", at.minute_text(), scene.says));
            reverie(data, &scene.by, Some(&at.to_string()), &command, scene.lines, scene.talk)
        })
    }
}

fn bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {bar:40} {msg}").expect("the template is one");
    ProgressBar::new(0).with_style(style).with_prefix(what.to_owned())
}

/// Says what is to come.
pub fn title(fiction: &Fiction) {
    println!("{}. Everybody and everything here is fictional.\n", fiction.practice.name);
    said(
        "Three patients, two clinicians, sixteen weeks. What they write and do is played now, through the real client, to a \
         server of their own; on the way we stop to look over their shoulders.",
    );
}

/// Shows the screens at the end, one after the other.
///
/// `now` is what time it is to the people; without it, it is what the machine says.
pub async fn everything(data: &Path, fiction: &Fiction, lived: &Lived, now: Option<&str>) -> anyhow::Result<()> {
    let (patient, id) = LOOKED_AT;
    let entry = lived.entry(patient, id).context("the story has the entry")?;
    let record = lived.record(entry).context("the entry is shared")?.to_string();
    heading("Today: the clinician's queue");
    reverie(data, "quill", now, &["queue"], None, false)?;
    heading("Today: before the session, the brief");
    reverie(data, "quill", now, &["brief", patient], Some(40), false)?;
    heading("What the server holds of \"The locked greenhouse\"");
    row(data, &record).await?;
    heading("Taken home: an export");
    export(data, patient, &record, now)?;
    heading("What no search of the server finds");
    not_found(data, fiction)
}

/// Prints commands to go on with.
pub fn what_next(data: &Path, server: &str, fiction: &Fiction) {
    heading("Go on");
    println!("The server stays up at {server}; its log is {}.", data.join("server.log").display());
    println!("Be one of them (copy the lines of one into a shell):");
    let program = program("reverie");
    let program = std::env::current_dir().ok().and_then(|here| program.strip_prefix(here).ok()).unwrap_or(&program);
    println!("\n  export REVERIE_HOME={}", home(data).display());
    let clinicians = fiction.practice.clinician.iter().map(|role| (&role.handle, &role.person, &role.passphrase));
    let patients = fiction.patients.iter().map(|tale| (&tale.handle, &tale.person, &tale.passphrase));
    for (handle, person, passphrase) in clinicians.chain(patients) {
        let commands: &[&str] = match handle.as_str() {
            "quill" => &["queue", "brief heron-41", "measure trend PHQ-9 heron-41", "note heron-41 --list"],
            "haddon" => &["queue", "brief lantern-19", "course show lantern-19"],
            "heron-41" => &["list", "write --kind dream \"Stairs again, and a window this time.\""],
            "cedar-07" => &["list", "measure trend PHQ-9"],
            _ => &["list", "history"],
        };
        println!("\n  # {person}; passphrase: {passphrase}");
        println!(
            "  export REVERIE_PROFILE={handle} REVERIE_PASSPHRASE_FILE={}",
            passphrase_file(data, handle).display()
        );
        for command in commands {
            println!("  {} {command}", program.display());
        }
    }
    println!("\n`{} --help` tells the rest. `make demo` begins anew; `make clean` removes it all.", program.display());
}

fn heading(text: &str) {
    println!("\n\n━━ {text} {}\n", "━".repeat(WIDTH.saturating_sub(text.chars().count() + 4)));
}

/// Prints a sentence or two.
fn said(text: &str) {
    println!("{}\n", textwrap::fill(text, WIDTH));
}

/// Runs the real command line as somebody, and shows what it answers: all of it, or so many lines; with `talk`, also what
/// it says beside the answer.
fn reverie(
    data: &Path,
    handle: &str,
    now: Option<&str>,
    arguments: &[&str],
    lines: Option<usize>,
    talk: bool,
) -> anyhow::Result<()> {
    println!("{handle}$ reverie {}\n", arguments.join(" "));
    let is_lost = lost(data).join(handle).is_dir();
    let (mut screen, both) = std::io::pipe()?;
    let mut command = Command::new(program("reverie"));
    command
        .args(arguments)
        .env("REVERIE_HOME", if is_lost { lost(data) } else { home(data) })
        .env("REVERIE_PROFILE", handle)
        .env("REVERIE_PASSPHRASE_FILE", passphrase_file(data, handle.trim_end_matches("-phone")))
        .env("COLUMNS", WIDTH.to_string())
        .envs(now.map(|now| ("REVERIE_NOW", now)))
        .stdin(Stdio::null())
        .stderr(if talk { Stdio::from(both.try_clone()?) } else { Stdio::null() })
        .stdout(both);
    let mut running = command.spawn().context("the command line does not start")?;
    // The pipe ends when nobody can write to it any more.
    drop(command);
    let mut shown = String::new();
    screen.read_to_string(&mut shown)?;
    let status = running.wait()?;
    // 1 is an answer too: it says why not, and what to do.
    ensure!(matches!(status.code(), Some(0 | 1)), "`reverie {}` failed: {shown}", arguments.join(" "));
    let all: Vec<_> = shown.trim_end().lines().collect();
    let shown = lines.unwrap_or(all.len()).min(all.len());
    all[..shown].iter().for_each(|line| println!("{line}"));
    if shown < all.len() {
        println!("\n  … and {} lines more: `reverie {}`", all.len() - shown, arguments.join(" "));
    }
    Ok(())
}

/// Looks for words of the patients, and for what clinicians keep to themselves, in everything that the server has.
fn not_found(data: &Path, fiction: &Fiction) -> anyhow::Result<()> {
    let (server, words) = (data.join("server"), data.join("words.txt"));
    let notes = fiction.patients.iter().flat_map(|tale| &tale.notes).filter_map(|note| note.canary());
    let entries = fiction.patients.iter().flat_map(|tale| &tale.entries);
    // Short titles could stand anywhere by chance.
    let titles = entries.filter_map(|entry| entry.title.as_deref()).filter(|title| title.chars().count() >= 10);
    let looked_for: Vec<_> = notes.chain(titles).collect();
    fs::write(&words, looked_for.join("\n"))?;
    let grep = |arguments: &[&str]| -> anyhow::Result<String> {
        println!("host$ grep {}", arguments.join(" "));
        let found = Command::new("grep").args(arguments).output().context("every system has a grep")?;
        let mut found: Vec<_> = String::from_utf8_lossy(&found.stdout).lines().map(str::to_owned).collect();
        found.sort();
        Ok(found.join("\n"))
    };
    println!("{} strings: the canaries of the process notes, and titles of entries.\n", looked_for.len());
    let (words, server) = (words.to_string_lossy(), server.to_string_lossy());
    let found = grep(&["-rlaF", "-f", &words, &server])?;
    ensure!(found.is_empty(), "the server holds what it must not: {found}");
    println!("(nothing)\n");
    println!("What it knows is that an account of this name exists:\n");
    let found = grep(&["-rlaF", "-e", "heron-41", &server])?;
    ensure!(!found.is_empty(), "a search that finds nothing at all proves nothing");
    println!("{found}");
    Ok(())
}

/// Prints the row of one record as the database holds it.
async fn row(data: &Path, record: &str) -> anyhow::Result<()> {
    let look = Look::into(&data.join("server")).await;
    let id = record.replace('-', "");
    let database = data.join("server/database/reverie.sqlite");
    println!("host$ sqlite3 {} 'SELECT * FROM record …'\n", database.display());
    for column in [
        "journal",
        "seq",
        "id",
        "author",
        "action",
        "header",
        "signature",
        "body",
        "withdrawn",
        "chain_hash",
        "received_day",
    ] {
        let sql = format!("SELECT \"{column}\" AS cell FROM record WHERE lower(hex(id)) = '{id}'");
        let cell = look.column(&sql).await.pop().unwrap_or_default();
        println!("  {column:<13}{}", shown(column, &cell));
    }
    println!("\nWho, when, how big. Not what: the body is an age file, and the keys that open it");
    println!("are on the devices of the two. The server has no code that decrypts.");
    Ok(())
}

/// Returns a cell as a person can look at it, for a line that begins at column 15.
fn shown(column: &str, cell: &[u8]) -> String {
    let indent = format!("\n{}", " ".repeat(15));
    match column {
        "header" => abbreviated(cell).replace('\n', &indent),
        "body" => {
            let rows = cell.chunks(16).take(6).map(|row| {
                let hex: Vec<_> = row.chunks(2).map(hex::encode).collect();
                let letter = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
                format!("{:<40} {}", hex.join(" "), row.iter().map(letter).collect::<String>())
            });
            format!("{} bytes{indent}{}{indent}…", cell.len(), rows.collect::<Vec<_>>().join(&indent))
        }
        _ => std::str::from_utf8(cell).ok().filter(|text| text.chars().all(|letter| !letter.is_control())).map_or_else(
            || if cell.len() > 16 { format!("{}…", hex::encode(&cell[..16])) } else { hex::encode(cell) },
            str::to_owned,
        ),
    }
}

/// Returns JSON on several lines, with what is long cut short.
fn abbreviated(json: &[u8]) -> String {
    fn shorten(value: &mut Value) {
        match value {
            Value::String(text) if text.chars().count() > LONG => {
                *text = format!("{}…", text.chars().take(LONG - 1).collect::<String>())
            }
            Value::Array(items) => items.iter_mut().for_each(shorten),
            Value::Object(fields) => fields.values_mut().for_each(shorten),
            _ => {}
        }
    }
    const LONG: usize = 44;
    let Ok(mut value) = serde_json::from_slice::<Value>(json) else { return "(no JSON)".into() };
    shorten(&mut value);
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// Exports as the patient, shows what is in the folder, and opens one file of it with a program that is not ours.
fn export(data: &Path, patient: &str, record: &str, now: Option<&str>) -> anyhow::Result<()> {
    let folder = data.join("export");
    reverie(data, patient, now, &["export", &folder.to_string_lossy(), "--sealed"], None, false)?;
    println!();
    let mut lines = Vec::new();
    tree(&folder, "", &mut lines)?;
    println!("{}", folder.display());
    lines.iter().for_each(|line| println!("{line}"));
    let (key, sealed) = sealed_entry(&folder, record)?;
    println!("\nAny age opens it, without Reverie:\n\n$ age -d -i {} \\\n      {}\n", key.display(), sealed.display());
    match Command::new("age").arg("-d").arg("-i").arg(&key).arg(&sealed).stdin(Stdio::null()).output() {
        Ok(opened) => {
            ensure!(opened.status.success(), "age did not open it: {}", String::from_utf8_lossy(&opened.stderr));
            println!("{}", abbreviated(&opened.stdout));
        }
        Err(_) => println!("(age is not installed here; `apt install age` or `brew install age`, then try it)"),
    }
    Ok(())
}

/// Finds the sealed body of the entry, and its key.
fn sealed_entry(folder: &Path, record: &str) -> anyhow::Result<(PathBuf, PathBuf)> {
    for journal in fs::read_dir(folder.join("sealed"))? {
        let journal = journal?.path();
        for file in fs::read_dir(&journal)? {
            let header = file?.path();
            let Some(stem) = header.to_str().and_then(|path| path.strip_suffix(".header.json")) else { continue };
            let fields: Value = serde_json::from_slice(&fs::read(&header)?)?;
            if fields["record"] == record {
                return Ok((
                    journal.join(format!("epoch-{}.key", fields["epoch"])),
                    PathBuf::from(format!("{stem}.age")),
                ));
            }
        }
    }
    bail!("the export does not hold the entry")
}

/// Writes a folder as a tree; of many files of one kind, the first few.
fn tree(folder: &Path, indent: &str, lines: &mut Vec<String>) -> anyhow::Result<()> {
    const MOST: usize = 7;
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let hidden = entries.len().saturating_sub(MOST);
    let hidden = if hidden > 1 { hidden } else { 0 };
    let shown = entries.len() - hidden;
    for (at, entry) in entries[..shown].iter().enumerate() {
        let last = at + 1 == shown && hidden == 0;
        lines.push(format!("{indent}{} {}", if last { "└──" } else { "├──" }, entry.file_name().to_string_lossy()));
        if entry.file_type()?.is_dir() {
            tree(&entry.path(), &format!("{indent}{}   ", if last { " " } else { "│" }), lines)?;
        }
    }
    if hidden > 0 {
        lines.push(format!("{indent}└── … and {hidden} more"));
    }
    Ok(())
}
