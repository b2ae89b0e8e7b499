//! `make demo`: a fictional practice at work, on the real server, through the real client.
//!
//! Three patients and two clinicians live through sixteen weeks (`tests/fiction/`). On the way it stops to show what each of
//! them sees, then what the server holds and what can be taken home; then it leaves the server up, with commands to go on.
//! Everything is made anew at each run, in `demo-data/`.

mod calendar;
mod clinician;
mod patient;
mod people;
mod play;
mod server;
mod show;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::ensure;
use chrono::NaiveDate;
use clap::Parser;
use reverie_tests::ServerProcess;
use reverie_tests::fiction::{Fiction, Role};

use crate::calendar::Calendar;
use crate::people::Somebody;
use crate::play::Play;
use crate::show::Screens;

/// Show a fictional practice at work
#[derive(Parser)]
struct Arguments {
    /// Stop the server at the end instead of leaving it up
    #[arg(long)]
    once: bool,
    /// Tell the stories as if this were today
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<NaiveDate>,
    /// Play everybody so many times: three patients and two clinicians each
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    scale: u16,
    /// Stop the stories after this day, and show no more than the screens until then
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// Folder for the demo's data; what an earlier demo left there is removed
    #[arg(long, default_value = "demo-data", value_name = "DIR")]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let (data, fiction) = (&arguments.data, Fiction::load());
    fresh(data)?;
    let today = arguments.today.unwrap_or_else(|| reverie_client::native::system::now().date());
    let calendar = Calendar::ending_before(today);
    calendar.begins(&fiction.patients);
    show::title(&fiction);
    let code = ServerProcess::init(&data.join("server")).await;
    let (addr, process) = server::start(data)?;
    let server = format!("http://{addr}");
    let role = fiction.practice.administrator.clone();
    let mut administrator = Somebody::join(data, &server, &calendar.clock, role, &code).await?;

    let mut screens = Screens::new(data);
    let mut play = Play::open(data, &server, &calendar, &fiction, &mut administrator, "").await?;
    let lived = play.live(&mut screens, arguments.until).await?;
    if arguments.until.is_none() {
        let noon = arguments.today.map(|today| format!("{today}T12:00:00-04:00"));
        show::everything(data, &fiction, &lived, noon.as_deref()).await?;
    }
    for copy in 2..=arguments.scale {
        calendar.begins(&fiction.patients);
        let suffix = format!("-{copy}");
        let mut play = Play::open(data, &server, &calendar, &fiction, &mut administrator, &suffix).await?;
        play.live(&mut Screens::unseen(data, copy, arguments.scale), arguments.until).await?;
    }
    if arguments.once {
        server::stop(process)?;
    } else {
        show::what_next(data, &server, &fiction);
    }
    Ok(())
}

/// Removes what an earlier demo left and makes the folder.
fn fresh(data: &Path) -> anyhow::Result<()> {
    server::kill_earlier(data);
    if data.exists() {
        ensure!(server::is_demo(data), "{} holds something other than a demo; choose another folder", data.display());
        fs::remove_dir_all(data)?;
    }
    fs::create_dir_all(data)?;
    server::mark(data)?;
    Ok(())
}

/// Returns the folder that the command line is given as home: everybody has a profile in it.
pub fn home(data: &Path) -> PathBuf {
    data.join("people")
}

/// Returns the folder of devices that were lost: each is a profile whose handle ends with `-phone`.
pub fn lost(data: &Path) -> PathBuf {
    data.join("lost")
}

/// Makes the profile of somebody, which knows its server, and a file with the passphrase; returns where the device's store
/// is.
pub fn device(data: &Path, role: &Role, server: &str) -> io::Result<PathBuf> {
    let profile = home(data).join(&role.handle);
    fs::create_dir_all(&profile)?;
    fs::write(profile.join("server"), format!("{server}\n"))?;
    fs::write(passphrase_file(data, &role.handle), format!("{}\n", role.passphrase))?;
    Ok(profile.join("store"))
}

/// Returns the file with somebody's passphrase.
pub fn passphrase_file(data: &Path, handle: &str) -> PathBuf {
    data.join(format!("{handle}.passphrase"))
}
