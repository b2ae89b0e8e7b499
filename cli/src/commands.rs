//! One file for each verb, and the table of what each starts from: nothing, an unlocked account, or one caught up.

use std::process::ExitCode;

use crate::arguments::Command;
use crate::error::CommandError;
use crate::logged_in::Purpose::{Reading, Writing};
use crate::logged_in::Start;
use crate::ui::Ui;

pub(crate) mod access_log;
pub(crate) mod admin;
pub(crate) mod admit;
pub(crate) mod attach;
pub(crate) mod brief;
pub(crate) mod capture;
pub(crate) mod captured;
pub(crate) mod check_in;
pub(crate) mod close;
pub(crate) mod completions;
pub(crate) mod consent;
pub(crate) mod course;
pub(crate) mod coverage;
pub(crate) mod crisis;
pub(crate) mod cycle;
pub(crate) mod delete_account;
pub(crate) mod devices;
pub(crate) mod discuss;
pub(crate) mod dose;
pub(crate) mod earlier;
pub(crate) mod elaborate;
pub(crate) mod export;
pub(crate) mod file_to_chart;
pub(crate) mod forget;
pub(crate) mod give_back;
pub(crate) mod history;
pub(crate) mod invite;
pub(crate) mod join;
pub(crate) mod kinds;
pub(crate) mod kit;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod mark;
pub(crate) mod measure;
pub(crate) mod members;
pub(crate) mod name;
pub(crate) mod note;
pub(crate) mod pair;
pub(crate) mod password;
pub(crate) mod pause;
pub(crate) mod person;
pub(crate) mod prepare;
pub(crate) mod prompt;
pub(crate) mod queue;
pub(crate) mod recover;
pub(crate) mod rekey;
pub(crate) mod release;
pub(crate) mod remove;
pub(crate) mod reply;
pub(crate) mod resend;
pub(crate) mod rotate;
pub(crate) mod safety_plan;
pub(crate) mod search;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod share;
pub(crate) mod show;
pub(crate) mod spoken;
pub(crate) mod theme;
pub(crate) mod trash;
pub(crate) mod unlock;
pub(crate) mod verify;
pub(crate) mod watch;
pub(crate) mod whoami;
pub(crate) mod withdraw;
pub(crate) mod write;

/// Runs a command.
pub(crate) async fn run(ui: &Ui, start: Start, command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Join(args) => join::run(ui, start, args).await,
        Command::Login(args) => login::run(ui, start, args).await,
        Command::Logout(args) => logout::run(ui, start, args).await,
        Command::Kit(args) => kit::run(ui, start, args).await,
        Command::Unlock(args) => unlock::unlock(ui, start, args).await,
        Command::Lock(unlock::LockArgs {}) => unlock::lock(ui, &start),
        Command::Agent(args) => unlock::agent(&args),
        Command::Password(args) => password::run(ui, start, args).await,
        Command::SecondFactor(args) => second_factor::run(ui, start, args).await,
        Command::Devices(args) => devices::run(ui, start, args).await,
        Command::DeleteAccount(args) => delete_account::run(ui, start, args).await,
        Command::Recover(args) => recover::run(ui, start, args).await,
        Command::Whoami(args) => whoami::run(ui, start, args).await,
        Command::Pair(args) => pair::run(ui, start, args).await,
        Command::Invite(args) => invite::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Capture(args) => capture::run(ui, start, args).await,
        Command::Captured(args) => captured::run(ui, start, args).await,
        Command::Prompt(args) => prompt::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Kinds(args) => kinds::run(ui, args),
        Command::Trash(args) => trash::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::FileToChart(args) => file_to_chart::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Write(args) => write::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Attach(args) => attach::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Elaborate(args) => elaborate::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Mark(args) => mark::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::CheckIn(args) => check_in::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Spoken(args) => spoken::run(ui, start, args).await,
        Command::Search(args) => search::run(ui, start, args).await,
        Command::Theme(args) => theme::run(ui, start, args).await,
        Command::Link(args) => link::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Person(args) => person::run(ui, start, args).await,
        Command::Measure(args) => measure::run(ui, start, args).await,
        Command::Coverage(args) => coverage::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::SafetyPlan(args) => safety_plan::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::List(args) => list::run(ui, start.log_in(ui, Reading).await?, args).await,
        Command::Show(args) => show::run(ui, start.log_in(ui, Reading).await?, args).await,
        Command::Share(args) => share::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Release(args) => release::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Pause(args) => pause::pause(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Resume(args) => pause::resume(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Withdraw(args) => withdraw::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Admit(args) => admit::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Remove(args) => remove::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Rotate(args) => rotate::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Close(args) => close::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Rekey(args) => rekey::run(ui, start, args).await,
        Command::Name(args) => name::run(ui, start, args).await,
        Command::Crisis(args) => crisis::run(ui, &args),
        Command::Forget(args) => forget::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Members(args) => members::run(ui, start.log_in(ui, Reading).await?, args),
        Command::History(args) => history::run(ui, start.log_in(ui, Reading).await?, args),
        Command::Queue(args) => queue::run(ui, start.log_in(ui, Reading).await?, args).await,
        Command::Watch(args) => watch::run(ui, start, args).await,
        Command::Brief(args) => brief::run(ui, start.log_in(ui, Reading).await?, args).await,
        Command::Reply(args) => reply::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Session(args) => session::run(ui, start, args).await,
        Command::Prepare(args) => prepare::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::GiveBack(args) => give_back::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Earlier(args) => earlier::run(ui, start.log_in(ui, Reading).await?, args).await,
        Command::Discuss(args) => discuss::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Note(args) => note::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Consent(args) => consent::run(ui, start, args).await,
        Command::Course(args) => course::run(ui, start, args).await,
        Command::Cycle(args) => cycle::run(ui, start, args).await,
        Command::Dose(args) => dose::run(ui, start, args).await,
        Command::Export(args) => export::run(ui, start.log_in(ui, Reading).await?, args).await,
        Command::Verify(args) => return verify::run(ui, start, args).await,
        Command::Resend(args) => return resend::run(ui, start, args).await,
        Command::AccessLog(args) => access_log::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Admin(args) => admin::run(ui, start.log_in(ui, Writing).await?, args).await,
        Command::Completions(args) => completions::run(args),
    }?;
    Ok(ExitCode::SUCCESS)
}
