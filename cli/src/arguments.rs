//! What can be said on the command line. The doc comments are the help; each verb's own arguments stand in its file.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand};
use reverie_journal::{Detail, Details, EntryFilter, Field, Kind, Timestamp, find_field};
use reverie_protocol::account::AccountRole;
use reverie_protocol::limits;

use crate::commands::*;
use crate::time::beginning;

/// An end-to-end encrypted integration journal for ketamine-assisted psychotherapy
#[derive(Parser)]
#[command(name = "reverie", version, max_term_width = 100, disable_help_subcommand = true, disable_help_flag = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Said for every command.
#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The server; joining remembers it
    #[arg(long, global = true, value_name = "URL", env = "REVERIE_SERVER", hide_env_values = true)]
    pub(crate) server: Option<String>,
    /// Which of several accounts on this device
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "REVERIE_PROFILE",
        default_value = "default",
        hide_env_values = true
    )]
    pub(crate) profile: String,
    /// Where the accounts of this device are kept, sealed
    #[arg(long, global = true, value_name = "DIR", env = "REVERIE_HOME", hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// Read the password from the first line of a file
    #[arg(long, global = true, value_name = "FILE", env = "REVERIE_PASSPHRASE_FILE", hide_env_values = true)]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Read the password from the first line of a file descriptor
    #[arg(long, global = true, value_name = "N", conflicts_with = "passphrase_file")]
    pub(crate) passphrase_fd: Option<u32>,
    /// Read the code of your second factor from the first line of a file
    #[arg(long, global = true, value_name = "FILE", env = "REVERIE_SECOND_FACTOR_FILE", hide_env_values = true)]
    pub(crate) second_factor_file: Option<PathBuf>,
    /// Answer in JSON, errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Explain the command
    // The short form of clap's help throughout: the long one puts every option on lines of its own. What it would say
    // more, `explained` puts in front.
    #[arg(long, short, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Join(join::JoinArgs),
    Login(login::LoginArgs),
    Logout(logout::LogoutArgs),
    Unlock(unlock::UnlockArgs),
    Lock(unlock::LockArgs),
    #[command(hide = true)]
    Agent(unlock::AgentArgs),
    Password(password::PasswordArgs),
    SecondFactor(second_factor::SecondFactorArgs),
    Kit(kit::KitArgs),
    Recover(recover::RecoverArgs),
    Devices(devices::DevicesArgs),
    DeleteAccount(delete_account::DeleteAccountArgs),
    Whoami(whoami::WhoamiArgs),
    Rekey(rekey::RekeyArgs),
    Pair(pair::PairArgs),
    Invite(invite::InviteArgs),
    Write(write::WriteArgs),
    Capture(capture::CaptureArgs),
    Captured(captured::CapturedArgs),
    Prompt(prompt::PromptArgs),
    Kinds(kinds::KindsArgs),
    Trash(trash::TrashArgs),
    Earlier(earlier::EarlierArgs),
    FileToChart(file_to_chart::FileToChartArgs),
    Attach(attach::AttachArgs),
    Elaborate(elaborate::ElaborateArgs),
    Mark(mark::MarkArgs),
    CheckIn(check_in::CheckInArgs),
    Spoken(spoken::SpokenArgs),
    Search(search::SearchArgs),
    Theme(theme::ThemeArgs),
    Link(link::LinkArgs),
    Person(person::PersonArgs),
    Measure(measure::MeasureArgs),
    SafetyPlan(safety_plan::SafetyPlanArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Share(share::ShareArgs),
    Release(release::ReleaseArgs),
    Pause(pause::PauseArgs),
    Resume(pause::ResumeArgs),
    Withdraw(withdraw::WithdrawArgs),
    Admit(admit::AdmitArgs),
    Remove(remove::RemoveArgs),
    Rotate(rotate::RotateArgs),
    Close(close::CloseArgs),
    Queue(queue::QueueArgs),
    Brief(brief::BriefArgs),
    Prepare(prepare::PrepareArgs),
    Discuss(discuss::DiscussArgs),
    Forget(forget::ForgetArgs),
    GiveBack(give_back::GiveBackArgs),
    Note(note::NoteArgs),
    Consent(consent::ConsentArgs),
    Reply(reply::ReplyArgs),
    Session(session::SessionArgs),
    Course(course::CourseArgs),
    Cycle(cycle::CycleArgs),
    Dose(dose::DoseArgs),
    Name(name::NameArgs),
    Crisis(crisis::CrisisArgs),
    Members(members::MembersArgs),
    History(history::HistoryArgs),
    Coverage(coverage::CoverageArgs),
    Watch(watch::WatchArgs),
    Export(export::ExportArgs),
    Verify(verify::VerifyArgs),
    Resend(resend::ResendArgs),
    AccessLog(access_log::AccessLogArgs),
    Admin(admin::AdminArgs),
    Completions(completions::CompletionsArgs),
}

/// Who uses which command, as the long help groups them. Every command stands in one group.
const GROUPS: [(&str, &[&str]); 7] = [
    ("For everybody", &["crisis", "join", "login", "logout", "unlock", "lock", "whoami", "pair", "invite", "name"]),
    ("Your keys", &["password", "second-factor", "kit", "recover", "devices", "rekey"]),
    (
        "For patients",
        &[
            "capture",
            "captured",
            "write",
            "prompt",
            "kinds",
            "attach",
            "elaborate",
            "mark",
            "person",
            "check-in",
            "spoken",
            "list",
            "share",
            "release",
            "withdraw",
            "pause",
            "resume",
            "trash",
            "safety-plan",
            "earlier",
            "delete-account",
        ],
    ),
    ("For patients: who reads what is shared", &["admit", "remove", "rotate", "close"]),
    (
        "For clinicians",
        &[
            "queue",
            "brief",
            "prepare",
            "reply",
            "discuss",
            "forget",
            "note",
            "cycle",
            "dose",
            "coverage",
            "file-to-chart",
            "give-back",
        ],
    ),
    (
        "For both",
        &[
            "show",
            "search",
            "theme",
            "link",
            "watch",
            "consent",
            "course",
            "session",
            "measure",
            "members",
            "history",
            "export",
            "verify",
            "resend",
            "access-log",
        ],
    ),
    ("For administrators and shells", &["admin", "completions"]),
];

const NEXT_STEPS: &str = "\
Next steps:
  Somebody gave you a code       reverie join CODE --server URL
  You keep a journal             reverie write \"A grey heron, very still.\"
                                 reverie share ID
  You read before a session      reverie queue
                                 reverie brief HANDLE
  More about one command         reverie COMMAND --help

This journal is not monitored. Nobody is alerted when you write.
";

/// Returns the whole command line, with the commands grouped by who uses them.
pub(crate) fn command() -> clap::Command {
    let command = Arguments::command();
    let about = |name: &str| {
        let found = command.find_subcommand(name).and_then(clap::Command::get_about);
        found.map(ToString::to_string).unwrap_or_default()
    };
    let groups = GROUPS.map(|(who, names)| {
        let lines: Vec<_> = names.iter().map(|name| format!("  {name:<13} {}\n", about(name))).collect();
        format!("{who}:\n{}\n", lines.concat())
    });
    let template = format!(
        "{{about-with-newline}}\nUsage: reverie COMMAND [OPTIONS]\n\n{}Options of every command:\n{{options}}\n\n{NEXT_STEPS}",
        groups.concat()
    );
    command.help_template(template).mut_subcommands(explained)
}

/// Lets the help of a command, and of those below it, begin with everything that its doc comment says.
fn explained(command: clap::Command) -> clap::Command {
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let template =
        format!("{}\n\n{{usage-heading}} {{usage}}\n\n{{all-args}}{{after-help}}", textwrap::fill(&about, 80));
    command.help_template(template).mut_subcommands(explained)
}

/// Which entries somebody wants to see.
#[derive(Args)]
pub(crate) struct FilterArgs {
    /// Only entries of this kind
    #[arg(long, value_name = "KIND", value_parser = kind(), hide_possible_values = true)]
    kind: Option<Kind>,
    /// Only entries in this theme: its name or id
    #[arg(long, value_name = "THEME")]
    theme: Option<String>,
    /// Only entries with this person
    #[arg(long, value_name = "LABEL")]
    person: Option<String>,
    /// Only entries from this day or time on
    #[arg(long, value_name = "DATE", value_parser = beginning)]
    since: Option<Timestamp>,
}

impl From<FilterArgs> for EntryFilter {
    fn from(FilterArgs { kind, theme, person, since }: FilterArgs) -> Self {
        Self { kind, theme, person, since }
    }
}

/// Reads a handle.
pub(crate) fn handle(text: &str) -> Result<String, String> {
    limits::check_handle(text).map(|()| text.to_owned()).map_err(|error| error.to_string())
}

/// Reads one of the sixteen kinds.
pub(crate) fn kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::name)).map(|name| name.parse().expect("the parser takes names only"))
}

/// Reads a field of a kind, `vividness=3`.
pub(crate) fn detail(text: &str) -> Result<(&'static Field, Detail), String> {
    let (name, typed) = text.split_once('=').ok_or("write a field like vividness=3; `reverie kinds` lists them")?;
    let field = find_field(name).ok_or_else(|| format!("there is no field `{name}`; `reverie kinds` lists them"))?;
    let detail = field.read(typed).map_err(|_| format!("`{name}` is {}", field.help()))?;
    Ok((field, detail))
}

/// Returns fields together.
pub(crate) fn details(set: Vec<(&'static Field, Detail)>) -> Details {
    let mut details = Details::default();
    set.into_iter().for_each(|(field, detail)| details.set(field, detail));
    details
}

/// Reads one of these values by its name.
pub(crate) fn named<T: Copy + Send + Sync + 'static>(
    all: &[T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> + use<T> {
    let all = all.to_vec();
    PossibleValuesParser::new(all.iter().map(|one| name(*one)).collect::<Vec<_>>())
        .map(move |text| *all.iter().find(|one| name(**one) == text).expect("the parser takes these names only"))
}

/// Reads what an account is.
pub(crate) fn role(roles: &[AccountRole]) -> impl TypedValueParser<Value = AccountRole> + use<> {
    named(roles, AccountRole::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        command().debug_assert();
    }

    #[test]
    fn every_command_stands_in_one_group_of_the_help() {
        let grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let mut sorted = grouped.clone();
        sorted.sort_unstable();
        let command = command();
        let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
        let mut all: Vec<_> = shown.map(clap::Command::get_name).collect();
        all.sort_unstable();
        assert_eq!(sorted, all);
    }
}
