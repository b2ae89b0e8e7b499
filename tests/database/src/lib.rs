//! PostgreSQL for tests: one throw-away server for each run of a test program, and a database of its own for whoever
//! asks.
//!
//! The server is watched by a shell that removes it when this process is gone, so nothing is left behind by a test that
//! fails, is interrupted or is killed. It listens on a socket in a temporary folder and nowhere else.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tests that run on either database run on PostgreSQL if this variable says `postgresql`, and on SQLite without it.
pub const TESTS_ON: &str = "REVERIE_TESTS_ON";

/// Tells whether this run is to be on PostgreSQL.
///
/// # Panics
/// If the variable asks for something that there is not: a run that silently tested something else would prove nothing.
pub fn on_postgresql() -> bool {
    match std::env::var(TESTS_ON).as_deref() {
        Ok("postgresql") => true,
        Ok("sqlite" | "") | Err(_) => false,
        Ok(other) => panic!("{TESTS_ON} is `{other}`; it may be `sqlite` or `postgresql`"),
    }
}

/// A database on PostgreSQL, removed when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// Makes an empty database.
    ///
    /// # Panics
    /// If PostgreSQL is not installed.
    pub fn empty() -> Self {
        Self::from_template("template0")
    }

    /// Makes a copy. Whoever is still connected to the original is sent away: a server that was stopped a moment ago.
    pub fn copy(&self) -> Self {
        let original = &self.name;
        let sessions = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{original}'");
        cluster().run("psql", &["--dbname", "postgres", "--quiet", "--command", &sessions]);
        Self::from_template(original)
    }

    fn from_template(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster().run("createdb", &["--template", template, &name]);
        Self { name }
    }

    /// Returns its address.
    pub fn url(&self) -> String {
        let folder = cluster().folder.display().to_string().replace('/', "%2F");
        format!("postgres://reverie@{folder}/{}", self.name)
    }

    /// Runs a statement as the database's superuser, and returns what it gives, a line for each row.
    pub fn sql(&self, statement: &str) -> String {
        sql(&self.name, statement)
    }

    /// Has the server that holds this database write everything to disk before it says so, as PostgreSQL does unless it is told
    /// otherwise.
    pub fn make_durable(&self) {
        for setting in ["fsync", "full_page_writes"] {
            self.sql(&format!("ALTER SYSTEM SET {setting} = on"));
        }
        self.sql("SELECT pg_reload_conf()");
        assert_eq!(self.sql("SHOW fsync"), "on");
    }

    /// Closes all connections and takes no more.
    pub fn shut(&self) {
        let Self { name } = self;
        sql("postgres", &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
        sql(
            "postgres",
            &format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"),
        );
    }

    /// Takes connections again.
    pub fn open(&self) {
        sql("postgres", &format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name));
    }

    /// Returns the folder in which the server keeps all of its databases.
    pub fn server_files(&self) -> PathBuf {
        cluster().folder.join("data")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What cannot be removed now goes with the server.
        let _ = cluster().command("dropdb", &["--force", &self.name]).output();
    }
}

fn sql(database: &str, statement: &str) -> String {
    let arguments = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement, database];
    cluster().run("psql", &arguments)
}

/// The server of this process.
struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    _watch: Child,
    /// The end of this is what the watch waits for.
    _alive: ChildStdin,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    fn start() -> Self {
        let mut watch = Command::new("sh")
            .args(["-c", include_str!("cluster.sh")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let alive = watch.stdin.take().expect("stdin is piped");
        let lines = BufReader::new(watch.stdout.take().expect("stdout is piped")).lines();
        let said: Vec<_> = lines.take(2).map_while(Result::ok).map(PathBuf::from).collect();
        let Ok([programs, folder]) = <[PathBuf; 2]>::try_from(said) else {
            panic!("PostgreSQL could not be started for the tests; what is wrong stands above")
        };
        Self { programs, folder, _watch: watch, _alive: alive }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("--host").arg(&self.folder).args(["--username", "reverie"]).args(arguments);
        command.current_dir(Path::new("/")).stdin(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program, arguments).output().expect("PostgreSQL's programs are together");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}
