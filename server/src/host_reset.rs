//! What whoever runs the server can do for somebody who has lost every second factor, where no administrator can: take it
//! away. It opens nothing: the password is as it was, and so are all keys.

use std::path::{Path, PathBuf};

use rand_core::CryptoRng;
use reverie_protocol::account::AccountRole;
use reverie_protocol::audit::{AuditAct, AuditSubject};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};

use crate::audit::{Act, Chain};
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::database::{Database, DatabaseAddress, OpenError};
use crate::entity::{account, named, session};
use crate::second_factor;

/// Whose second factor was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// What the account is in its practice: some have to enrol a new one before anything else.
    pub role: AccountRole,
    /// How many sessions ended.
    pub sessions: u64,
}

/// Why a second factor was not taken away. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// There is no database in the folder.
    #[error("there is no Reverie server in {}; is `--data` right?", .0.display())]
    NotInitialised(PathBuf),
    /// Nobody has this handle.
    #[error("no account is called `{0}`; nothing was changed. `reverie admin accounts` lists the handles")]
    NoAccount(String),
    /// The account has nothing to be taken away.
    #[error("`{0}` has no second factor; nothing was changed")]
    NoSecondFactor(String),
    /// The database cannot be opened or written.
    #[error("the database cannot be opened or written; nothing was changed")]
    Database(#[from] DbErr),
    /// PostgreSQL, or a version of the database, is not one to use.
    #[error(transparent)]
    Open(OpenError),
}

impl From<OpenError> for ResetError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Embedded(error) => Self::Database(error),
            other => Self::Open(other),
        }
    }
}

/// Takes an account's second factors and backup codes away and ends its sessions, all or nothing. It is in the audit log,
/// where the person sees that nobody of the practice did it. A server may run meanwhile; sessions that it looked up lately
/// go on for half a minute.
///
/// # Errors
/// [`ResetError`].
pub async fn reset_second_factor(
    data: &Path,
    database: &DatabaseAddress,
    handle: &str,
    clock: &Clock,
    rng: &mut impl CryptoRng,
) -> Result<Reset, ResetError> {
    let folder = DataFolder(data.to_owned());
    let not_initialised = || ResetError::NotInitialised(data.to_owned());
    if !folder.0.try_exists().unwrap_or(false) {
        return Err(not_initialised());
    }
    let db = Database::open(database, &folder.database()).await?.ok_or_else(not_initialised)?;
    let reset = reset(&db, handle, clock, rng).await;
    db.close().await?;
    reset
}

async fn reset(db: &Database, handle: &str, clock: &Clock, rng: &mut impl CryptoRng) -> Result<Reset, ResetError> {
    let tx = db.begin().await?;
    let mut chain = Chain::hold(&tx).await?;
    let found = account::Entity::find().filter(account::Column::Handle.eq(handle)).one(&tx).await?;
    let account = found.ok_or_else(|| ResetError::NoAccount(handle.chars().take(80).collect()))?;
    if !account.second_factor {
        return Err(ResetError::NoSecondFactor(account.handle));
    }
    second_factor::forget(&tx, account.id.into()).await?;
    let of_account = session::Column::Account.eq(account.id);
    let ended = session::Entity::delete_many().filter(of_account).exec(&tx).await?;
    let subject = Some(AuditSubject::account(account.id.into()));
    chain.enter(rng, &[Act { day: clock.today(), actor: None, act: AuditAct::ResetSecondFactor, subject }]).await?;
    tx.commit().await?;
    Ok(Reset { role: named(&account.role)?, sessions: ended.rows_affected })
}
