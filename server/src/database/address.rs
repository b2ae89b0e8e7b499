//! Where the database is. An address may hold a password, so it is shown without, and never as it was written.

use std::fmt;
use std::net::IpAddr;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Parameters that an address may have; a mistyped one must not be passed over in silence.
const PARAMETERS: [&str; 12] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "options",
];

/// Where a server's database is; by default in its data folder.
#[derive(Clone, Default)]
pub struct DatabaseAddress(Option<Box<PgConnectOptions>>);

/// Why an address is not one.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is of another kind of database, or of none.
    #[error(
        "a database's address looks like postgres://USER@HOST/DATABASE; without one, SQLite is used, in the data folder"
    )]
    NotPostgresql,
    /// A parameter after the `?` is none that there is.
    #[error("a database's address has no parameter like the one after `?`; there are {}", PARAMETERS.join(", "))]
    UnknownParameter,
    /// A part of it cannot be read.
    #[error("a part of the database's address cannot be read; write / in a name as %2F, @ as %40, : as %3A, % as %25")]
    Unreadable,
}

impl DatabaseAddress {
    /// Reads an address like `postgres://reverie@db.example/reverie?sslrootcert=/etc/db.pem`. What it leaves out comes
    /// from PostgreSQL's own variables and password file (`PGPASSWORD`, `~/.pgpass`).
    ///
    /// On another machine TLS is demanded and the certificate verified, unless `sslmode` says otherwise.
    ///
    /// # Errors
    /// [`AddressError`], which quotes nothing of the address.
    pub fn parse(url: &str) -> Result<Self, AddressError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(AddressError::NotPostgresql);
        }
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let parameters =
            || query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split('=').next().unwrap_or(pair));
        if parameters().any(|name| !PARAMETERS.contains(&name)) {
            return Err(AddressError::UnknownParameter);
        }
        let mut options: PgConnectOptions = url.parse().map_err(|_| AddressError::Unreadable)?;
        let decided = parameters().any(|name| name == "sslmode") || std::env::var_os("PGSSLMODE").is_some();
        if !decided && !is_this_machine(&options) {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        Ok(Self(Some(Box::new(options))))
    }

    /// Returns how to connect to PostgreSQL, if that is what this is.
    pub(super) fn postgresql(&self) -> Option<&PgConnectOptions> {
        self.0.as_deref()
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("the data folder"),
            Some(options) => f.write_str(&place(options)),
        }
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseAddress({self})")
    }
}

/// Returns an address without its password and parameters.
pub(super) fn place(options: &PgConnectOptions) -> String {
    let socket = options.get_socket().map(|socket| socket.display().to_string());
    let host = socket.unwrap_or_else(|| options.get_host().to_owned()).replace('/', "%2F");
    let host = if host.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{host}]") } else { host };
    let (user, port) = (options.get_username(), options.get_port());
    format!("postgres://{user}@{host}:{port}/{}", options.get_database().unwrap_or(user))
}

fn is_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    options.get_socket().is_some() || host.starts_with('/') || host == "localhost" || loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> String {
        let address = DatabaseAddress::parse(url).unwrap();
        format!("{:?}", address.postgresql().unwrap().get_ssl_mode())
    }

    #[test]
    fn a_database_on_another_machine_is_reached_encrypted_and_verified_unless_somebody_decides_otherwise() {
        assert_eq!(mode("postgres://reverie@db.example/reverie"), "VerifyFull");
        assert_eq!(mode("postgres://reverie@192.0.2.7/reverie?sslrootcert=/etc/db.pem"), "VerifyFull");
        assert_eq!(mode("postgres://reverie@db.example/reverie?sslmode=require"), "Require");
        for here in ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpostgresql"] {
            assert_eq!(mode(&format!("postgresql://reverie@{here}/reverie")), "Prefer", "{here}");
        }
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address = DatabaseAddress::parse("postgres://reverie:hunter%402@db.example:6000/practice").unwrap();
        for shown in [address.to_string(), format!("{address:?}")] {
            assert!(shown.contains("postgres://reverie@db.example:6000/practice"), "{shown}");
            assert!(!shown.contains("hunter"), "{shown}");
        }
        let socket = DatabaseAddress::parse("postgres://reverie@%2Frun%2Fpg/practice").unwrap().to_string();
        assert_eq!(socket, "postgres://reverie@%2Frun%2Fpg:5432/practice");
    }

    #[test]
    fn what_is_no_address_is_told_without_quoting_it() {
        for wrong in
            ["", "hunter2", "mysql://hunter2@a/b", "postgres://a:hunter2@b:port/c", "postgres://a@b/c?pasword=hunter2"]
        {
            let error = DatabaseAddress::parse(wrong).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
