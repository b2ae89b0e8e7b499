//! `reverie-server`: what the host runs. Sets the server up, runs it, prints its API, checks its data, backs it up.

mod commands;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use reverie_server::check_data::check_data;
use reverie_server::init::{FIRST_HANDLE, Initialised, init};
use reverie_server::logs::DeclaredJson;
use reverie_server::{Clock, Config, DatabaseAddress, PublicAddress, Server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Reverie's server: keeps sealed journals in order and hands them to their members
///
/// The server cannot read what it keeps. Begin with `reverie-server init`, then run `reverie-server serve`.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the data folder, and a one-time code for the first administrator
    ///
    /// Run it again while nobody has joined to get a new code; the code before is void then. Once there is an
    /// administrator it changes nothing.
    Init {
        #[command(flatten)]
        place: Place,
    },
    /// Run the server until it gets SIGINT or SIGTERM
    ///
    /// Brings the database up to date first. Logs are JSON on standard error; they hold no content, handles, tokens or
    /// addresses. RUST_LOG sets how much is logged.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address and port to listen on
        #[arg(long, env = "REVERIE_LISTEN", default_value = "127.0.0.1:8787")]
        listen: SocketAddr,
        /// A reverse proxy that speaks TLS is in front; the client's address is the last of X-Forwarded-For
        #[arg(long)]
        behind_proxy: bool,
        /// Address at which browsers reach the server, like https://reverie.example: then people can enrol passkeys
        ///
        /// Browsers keep a passkey for the name in it. Under another name passkeys no longer work, and people need their
        /// authenticators or backup codes.
        #[arg(long, env = "REVERIE_PUBLIC_ADDRESS", value_name = "URL")]
        public_address: Option<PublicAddress>,
    },
    /// Print the specification of the API (openapi.json)
    Openapi {
        /// Compare with this file instead, and fail if it is not the same
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    /// Print what the server sees: every column, header and log field (docs/what-the-server-sees.md)
    Sees {
        /// Compare with this file instead, and fail if it is not the same
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    Backup(commands::BackupArgs),
    Restore(commands::RestoreArgs),
    Drill(commands::DrillArgs),
    ResetSecondFactor(commands::ResetSecondFactorArgs),
    /// Check that the database and the files are whole
    ///
    /// Verifies every journal's signatures and chain again, every body, every attachment and the chain of the audit log,
    /// and lists what is wrong.
    /// Run it on a copy or while the server is stopped: what arrives meanwhile may be reported.
    Check {
        #[command(flatten)]
        place: Place,
    },
}

/// Where the server keeps its things.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// Folder with the database, the keys and the attachments
    #[arg(long, env = "REVERIE_DATA", default_value = "reverie-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Keep the database on PostgreSQL 15 or newer, not in the folder: postgres://USER@HOST/DATABASE
    ///
    /// PostgreSQL's administrator makes it: `createuser reverie`, `createdb --owner reverie reverie`. Others can see the
    /// arguments of a program, so keep the password in REVERIE_DATABASE_URL, PGPASSWORD or ~/.pgpass. On another machine
    /// TLS is demanded and its certificate verified; `?sslrootcert=FILE` names an authority of your own.
    #[arg(long, env = "REVERIE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database: Option<String>,
}

impl Place {
    fn database(&self) -> anyhow::Result<DatabaseAddress> {
        self.database.as_deref().map_or(Ok(DatabaseAddress::default()), |url| Ok(DatabaseAddress::parse(url)?))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprint!("{}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// Returns an error line by line, from what failed down to why; what a cause only repeats is left out.
fn told(error: &anyhow::Error) -> String {
    let mut text = format!("Error: {error}\n");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(&format!("  {cause}\n"));
        }
    }
    text
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Init { place } => run_init(place).await,
        Command::Serve { place, listen, behind_proxy, public_address } => {
            serve(place, listen, behind_proxy, public_address).await
        }
        Command::Openapi { check } => print_or_compare("openapi", &reverie_server::openapi(), check),
        Command::Sees { check } => print_or_compare("sees", &reverie_server::sees::page(), check),
        Command::Backup(args) => commands::backup(args).await,
        Command::Restore(args) => commands::restore(args).await,
        Command::Drill(args) => commands::drill(args).await,
        Command::ResetSecondFactor(args) => commands::reset(args).await,
        Command::Check { place } => run_check(place).await,
    }
}

async fn run_init(place: Place) -> anyhow::Result<ExitCode> {
    let (database, data) = (place.database()?, place.data);
    let initialised = init(&data, &database, &Clock::system(), &mut UnwrapErr(SysRng)).await;
    match initialised.with_context(|| format!("{} cannot be set up", data.display()))? {
        Initialised::FirstAdministrator { code } => {
            let (folder, on) = (data.display(), place.database.map(|_| format!(" --database {database}")));
            eprintln!(
                "The server's data is in {folder}{}.",
                on.as_ref().map_or("", |_| ", its database on PostgreSQL")
            );
            eprintln!("Give this code to the practice's first administrator, who joins with it as `{FIRST_HANDLE}`.");
            eprintln!("It works once, for 72 hours. `reverie-server init` makes a new one and voids this one.");
            eprintln!(
                "Next: `reverie-server serve --data {folder}{}`, then `reverie join CODE --server URL`.\n",
                on.unwrap_or_default()
            );
            println!("{}", *code);
        }
        Initialised::AlreadySetUp => {
            eprintln!("The server in {} has an administrator already; nothing was changed.", data.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(
    place: Place,
    listen: SocketAddr,
    behind_proxy: bool,
    public_address: Option<PublicAddress>,
) -> anyhow::Result<ExitCode> {
    if !listen.ip().is_loopback() && !behind_proxy {
        bail!(
            "{listen} can be reached from other machines, and this server does not speak TLS: session tokens would \
             travel in clear. Put a reverse proxy with TLS in front and add --behind-proxy, or listen on 127.0.0.1."
        );
    }
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let what = match error.kind() {
            ErrorKind::AddrInUse => "another program listens there. Stop it, or choose another port with --listen",
            ErrorKind::PermissionDenied => "this user may not. Choose a port above 1023 with --listen",
            _ => "it is not an address of this machine. Choose another with --listen",
        };
        anyhow::Error::new(error).context(format!("{listen} cannot be listened on: {what}"))
    })?;
    let config = Config { behind_proxy, public_address, database: place.database()?, ..Config::new(place.data) };
    let server = Server::start(config, listener).await.context("the server does not start")?;
    eprintln!("Listening on http://{}", server.addr);
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,sea_orm=warn"));
    tracing_subscriber::fmt().event_format(DeclaredJson).with_env_filter(filter).with_writer(std::io::stderr).init();
    // What a panic says may quote what it choked on; a log has the place alone.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(error = place, "A part of the server failed, which is a mistake of ours. The rest goes on");
    }));
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("Stopping: requests that run are finished first");
    server.stop().await;
    tracing::info!("Stopped");
    Ok(ExitCode::SUCCESS)
}

/// Prints a text that is made from the code, or compares it with the file in which it is committed.
fn print_or_compare(command: &str, text: &str, committed: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let Some(file) = committed else {
        print!("{text}");
        return Ok(ExitCode::SUCCESS);
    };
    let committed = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    if committed == text {
        return Ok(ExitCode::SUCCESS);
    }
    bail!("{0} is not what the code says. Write it anew with `reverie-server {command} > {0}`", file.display());
}

async fn run_check(place: Place) -> anyhow::Result<ExitCode> {
    let report = check_data(&place.data, &place.database()?).await.context("the data cannot be checked")?;
    for finding in &report.findings {
        println!("{finding}");
    }
    for remark in &report.remarks {
        eprintln!("{remark}");
    }
    let (journals, records, attachments) = (report.journals, report.records, report.attachments);
    let entries = report.audit_entries;
    eprintln!(
        "Checked {journals} journals, {records} records, {attachments} attachments and {entries} entries of the audit log."
    );
    if report.findings.is_empty() {
        eprintln!("Everything is whole.");
        return Ok(ExitCode::SUCCESS);
    }
    let found = report.findings.len();
    eprintln!("Found wrong: {found}, listed above. Stop the server and restore a backup.");
    Ok(ExitCode::FAILURE)
}
