//! Erasing one's own account, and what is left to be told of it.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{AccountErased, EraseAccount};
use reverie_protocol::erasure::SignedErasure;
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::ProblemCode;

use super::Part;
use crate::app::App;
use crate::caller::Caller;
use crate::erasure;
use crate::refusal::{Answer, not_found, refuse};

pub(super) struct ErasureApi;

#[OpenApi(prefix_path = "/v1")]
impl ErasureApi {
    /// Erase your account
    ///
    /// For patients; `not_permitted` for others, whom an administrator off-boards. Erases the account, its keys and devices,
    /// and every journal that it owns, with all records and files, at once and for good: all of it or nothing. What stays:
    /// the audit log, what you wrote in journals of others, one signed statement for each journal, and backups until they
    /// are replaced. Your other devices are told `account_erased`.
    ///
    /// `invalid_credentials`: a statement that your current card did not sign. `stale_head`: `journals` is not what you own
    /// now.
    #[oai(path = "/accounts/me/erase", method = "post", operation_id = "erase_account", tag = "Part::Accounts")]
    async fn erase(&self, app: Data<&Arc<App>>, caller: Caller, wanted: Json<EraseAccount>) -> Answer<AccountErased> {
        if caller.0.role != AccountRole::Patient {
            let detail = "Only a patient erases an account. An administrator off-boards clinicians and administrators.";
            return Err(refuse(ProblemCode::NotPermitted, detail));
        }
        Ok(Json(erasure::erase(*app, &caller.0, &wanted.0).await?))
    }

    /// Why is a journal gone?
    ///
    /// For every account that knows the journal's id. What its owner signed when she erased it; `not_found` if she did not.
    /// Verify it by the card that you know of her.
    #[oai(path = "/journals/:journal/erasure", method = "get", operation_id = "get_erasure", tag = "Part::Journals")]
    async fn erasure(
        &self,
        app: Data<&Arc<App>>,
        _caller: Caller,
        /// The journal's id.
        journal: Path<JournalId>,
    ) -> Answer<SignedErasure> {
        Ok(Json(erasure::find(*app, journal.0).await?.ok_or_else(|| not_found("erasure"))?))
    }
}
