//! `make demo`: a fictional practice at work, on the real server, through the real client.
//!
//! It shows what each person sees, what the server holds, and what can be taken home; then it leaves the server up, with
//! commands to go on. Everything is made anew at each run, in `demo-data/`.

mod practice;
mod server;
mod show;
mod story;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::ensure;
use chrono::NaiveDate;
use clap::Parser;
use reverie_tests::ServerProcess;

use crate::practice::{ADMIN, Calendar, HERON, QUILL, Role};

/// Show a fictional practice at work
#[derive(Parser)]
struct Arguments {
    /// Stop the server at the end instead of leaving it up
    #[arg(long)]
    once: bool,
    /// Tell the story as if this were today
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<NaiveDate>,
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
    let data = &arguments.data;
    fresh(data)?;
    let today = arguments.today.unwrap_or_else(|| reverie_client::native::system::now().date());
    show::title();
    let code = ServerProcess::init(&data.join("server")).await;
    let (addr, process) = server::start(data)?;
    let server = format!("http://{addr}");
    let lived = practice::live(data, &server, &code, &Calendar::ending_before(today)).await?;
    let noon = arguments.today.map(|today| format!("{today}T12:00:00-04:00"));
    show::everything(data, &lived, noon.as_deref()).await?;
    if arguments.once {
        server::stop(process)?;
    } else {
        show::what_next(data, &server);
    }
    Ok(())
}

/// Removes what an earlier demo left and makes the folder with everybody's passphrase.
fn fresh(data: &Path) -> anyhow::Result<()> {
    server::kill_earlier(data);
    if data.exists() {
        ensure!(server::is_demo(data), "{} holds something other than a demo; choose another folder", data.display());
        fs::remove_dir_all(data)?;
    }
    fs::create_dir_all(data)?;
    server::mark(data)?;
    for role in [&ADMIN, &QUILL, &HERON] {
        fs::write(passphrase_file(data, role), format!("{}\n", role.passphrase))?;
    }
    Ok(())
}

/// Returns the folder that the command line is given as home: everybody has a profile in it.
pub fn home(data: &Path) -> PathBuf {
    data.join("people")
}

/// Makes the profile of somebody, which knows its server, and returns where the device's store is.
pub fn device(data: &Path, role: &Role, server: &str) -> io::Result<PathBuf> {
    let profile = home(data).join(role.handle);
    fs::create_dir_all(&profile)?;
    fs::write(profile.join("server"), format!("{server}\n"))?;
    Ok(profile.join("store"))
}

/// Returns the file with somebody's passphrase.
pub fn passphrase_file(data: &Path, role: &Role) -> PathBuf {
    data.join(format!("{}.passphrase", role.handle))
}
