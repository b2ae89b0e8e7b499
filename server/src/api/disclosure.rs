//! Everything that whoever runs the server could hand over about an account. Each disclosure is entered, and the person sees
//! it in her access log.

use std::sync::Arc;

use poem::Body;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json};
use reverie_protocol::audit::{AuditAct, AuditSubject};
use reverie_protocol::disclosure::{DisclosurePage, DisclosurePlace};
use reverie_protocol::ids::{AccountId, AttachmentId, JournalId};
use sea_orm::{EntityTrait as _, QuerySelect as _};
use tokio_util::io::ReaderStream;

use super::Part;
use crate::app::App;
use crate::attachment_files::CHUNK;
use crate::caller::AdministratorSession;
use crate::disclosure::{self, About};
use crate::entity::account;
use crate::refusal::{Answer, ApiError, malformed, not_found};

pub(super) struct DisclosureApi;

#[OpenApi(prefix_path = "/v1/admin/accounts", tag = "Part::Admin")]
impl DisclosureApi {
    /// Hand over what is held about an account
    ///
    /// For administrators; `not_permitted` for everybody else. Every row of every table that names the account, and every
    /// row of the journals that it owns, as stored; ask on with `next` until there is none. What people wrote is sealed, and
    /// the keys are not here. Entered in the audit log, and shown to the account in its access log.
    #[oai(path = "/:account/disclosure", method = "get", operation_id = "disclose_account")]
    async fn disclose(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// The account's id, from the list.
        account: Path<AccountId>,
        /// Begin in this table; without it, in the first.
        table: Query<Option<String>>,
        /// Leave out this many rows of it; without it, none.
        skip: Query<Option<u32>>,
    ) -> Answer<DisclosurePage> {
        let about = about(*app, account.0).await?;
        app.enter_today(app.act(administrator.0.account, AuditAct::DiscloseAccount, AuditSubject::account(account.0)))
            .await?;
        let skip = u64::from(skip.0.unwrap_or(0));
        let place = table.0.map(|table| DisclosurePlace { table, skip });
        let page = disclosure::page(app.db.read(), &about, place).await?;
        page.map(Json).ok_or_else(|| malformed("There is no such table; go on where `next` says."))
    }

    /// Hand over a sealed file of an account
    ///
    /// For administrators. One of those that the disclosure of the account lists, sealed as it is. Entered like the
    /// disclosure.
    ///
    /// `not_found`: the disclosure lists no such file, or its record was withdrawn and it was erased.
    #[oai(path = "/:account/disclosure/:journal/:attachment", method = "get", operation_id = "disclose_attachment")]
    async fn file(
        &self,
        app: Data<&Arc<App>>,
        administrator: AdministratorSession,
        /// The account's id, from the list.
        account: Path<AccountId>,
        /// The journal.
        journal: Path<JournalId>,
        /// The attachment.
        attachment: Path<AttachmentId>,
    ) -> Result<Binary<Body>, ApiError> {
        let about = about(*app, account.0).await?;
        if !disclosure::is_about(app.db.read(), &about, journal.0.uuid(), attachment.0.uuid()).await? {
            return Err(not_found("file"));
        }
        let act = app.act(administrator.0.account, AuditAct::DiscloseAccount, AuditSubject::account(account.0));
        app.enter_today(act).await?;
        match app.files.open_file(journal.0, attachment.0).await {
            Ok(file) => Ok(Binary(Body::from_bytes_stream(ReaderStream::with_capacity(file, CHUNK)))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(not_found("file")),
            Err(error) => Err(error.into()),
        }
    }
}

async fn about(app: &App, account: AccountId) -> Result<About, ApiError> {
    let handle: Option<String> = account::Entity::find_by_id(account.uuid())
        .select_only()
        .column(account::Column::Handle)
        .into_tuple()
        .one(app.db.read())
        .await?;
    let handle = handle.ok_or_else(|| not_found("account"))?;
    Ok(About { account: account.uuid(), handle })
}
