//! What the demo shows: screens of the real command line, and a look into the server that nobody is offered.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use reverie_tests::database::Look;
use reverie_tests::server::program;
use serde_json::Value;

use crate::practice::{HERON, Lived, QUILL, Role};
use crate::{home, passphrase_file};

const WIDTH: usize = 80;

/// Says what is to come.
pub fn title() {
    println!("Harbor Lane Practice. Everybody and everything here is fictional.");
    println!("Dr. Ada Quill (`quill`) works with a patient whom the practice calls `heron-41`.");
    println!("Setting up: a server, three people with keys of their own, ten entries …");
}

/// Shows the screens one after the other.
///
/// `now` is what time it is to the people; without it, it is what the machine says.
pub async fn everything(data: &Path, lived: &Lived, now: Option<&str>) -> anyhow::Result<()> {
    heading("1. Who is waiting: the clinician's queue");
    reverie(data, &QUILL, now, &["queue"])?;
    heading("2. Before the session: the brief");
    reverie(data, &QUILL, now, &["brief", HERON.handle])?;
    heading("3. The patient's own journal: what is hers alone, what is shared");
    reverie(data, &HERON, now, &["list"])?;
    heading("4. What the server holds of \"The locked greenhouse\"");
    row(data, lived).await?;
    heading("5. Taken home: an export");
    export(data, lived, now)?;
    Ok(())
}

/// Prints commands to go on with.
pub fn what_next(data: &Path, server: &str) {
    heading("Go on");
    println!("The server stays up at {server}; its log is {}.", data.join("server.log").display());
    println!("Be one of the two (copy the lines of one into a shell):");
    let program = program("reverie");
    let program = std::env::current_dir().ok().and_then(|here| program.strip_prefix(here).ok()).unwrap_or(&program);
    let commands_of_both: [(&Role, &[&str]); 2] = [
        (&HERON, &["list", "write --kind dream \"Stairs again, and a window this time.\"", "verify"]),
        (&QUILL, &["queue", "brief heron-41", "verify"]),
    ];
    for (role, commands) in commands_of_both {
        println!("\n{}, {}; passphrase: {}\n", role.handle, role.who, role.passphrase);
        println!("  export REVERIE_HOME={} REVERIE_PROFILE={} \\", home(data).display(), role.handle);
        println!("         REVERIE_PASSPHRASE_FILE={}", passphrase_file(data, role).display());
        for command in commands {
            println!("  {} {command}", program.display());
        }
    }
    println!("\n`{} --help` tells the rest. `make demo` begins anew; `make clean` removes it all.", program.display());
}

fn heading(text: &str) {
    println!("\n\n━━ {text} {}\n", "━".repeat(WIDTH.saturating_sub(text.chars().count() + 4)));
}

/// Runs the real command line as somebody, and lets it speak for itself.
fn reverie(data: &Path, role: &Role, now: Option<&str>, arguments: &[&str]) -> anyhow::Result<()> {
    println!("{}$ reverie {}\n", role.handle, arguments.join(" "));
    let status = Command::new(program("reverie"))
        .args(arguments)
        .env("REVERIE_HOME", home(data))
        .env("REVERIE_PROFILE", role.handle)
        .env("REVERIE_PASSPHRASE_FILE", passphrase_file(data, role))
        .env("COLUMNS", WIDTH.to_string())
        .envs(now.map(|now| ("REVERIE_NOW", now)))
        .stdin(Stdio::null())
        .status()
        .context("the command line does not start")?;
    ensure!(status.success(), "`reverie {}` failed", arguments.join(" "));
    Ok(())
}

/// Prints the row of one record as the database holds it.
async fn row(data: &Path, lived: &Lived) -> anyhow::Result<()> {
    let look = Look::into(&data.join("server")).await;
    let id = hex::encode(lived.record.as_bytes());
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
fn export(data: &Path, lived: &Lived, now: Option<&str>) -> anyhow::Result<()> {
    let folder = data.join("export");
    reverie(data, &HERON, now, &["export", &folder.to_string_lossy(), "--sealed"])?;
    println!();
    let mut lines = Vec::new();
    tree(&folder, "", &mut lines)?;
    println!("{}", folder.display());
    lines.iter().for_each(|line| println!("{line}"));
    let (key, sealed) = sealed_entry(&folder, lived)?;
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
fn sealed_entry(folder: &Path, lived: &Lived) -> anyhow::Result<(PathBuf, PathBuf)> {
    for journal in fs::read_dir(folder.join("sealed"))? {
        let journal = journal?.path();
        for file in fs::read_dir(&journal)? {
            let header = file?.path();
            let Some(stem) = header.to_str().and_then(|path| path.strip_suffix(".header.json")) else { continue };
            let fields: Value = serde_json::from_slice(&fs::read(&header)?)?;
            if fields["record"] == lived.record.to_string() {
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
