//! A new password of an account that exists: OPAQUE registration once more. Storing it is one with storing the bundle.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use reverie_protocol::api::{NewPassword, PasswordStart, RegistrationStarted};
use reverie_protocol::bytes::B64;
use reverie_protocol::problem::ProblemCode;
use sea_orm::{EntityTrait as _, QuerySelect as _};

use super::Part;
use crate::app::App;
use crate::caller::Caller;
use crate::entity::account;
use crate::opaque::Opaque;
use crate::refusal::{Answer, ApiError, not_found, refuse};

pub(super) struct PasswordsApi;

#[OpenApi(prefix_path = "/v1/accounts/me/credentials", tag = "Part::Accounts")]
impl PasswordsApi {
    /// Begin to change the password
    ///
    /// For every account; stores nothing. Takes the OPAQUE registration request, made as for joining, and tells the
    /// slow-hash parameters to use. The change is made with the key bundle.
    #[oai(path = "/start", method = "post", operation_id = "start_password")]
    async fn start(
        &self,
        app: Data<&Arc<App>>,
        caller: Caller,
        start: Json<PasswordStart>,
    ) -> Answer<RegistrationStarted> {
        let handle: String = account::Entity::find_by_id(caller.0.account.uuid())
            .select_only()
            .column(account::Column::Handle)
            .into_tuple()
            .one(app.db.read())
            .await?
            .ok_or_else(|| not_found("account"))?;
        let response = app.opaque.start_registration(&handle, &start.0.request.0);
        let detail = "`request` is not an OPAQUE registration request.";
        let response = response.map_err(|_| refuse(ProblemCode::InvalidCredentials, detail))?;
        Ok(Json(RegistrationStarted { response: B64(response), ksf: app.ksf }))
    }
}

/// Judges what a client registered, and returns the OPAQUE record to store.
pub(super) fn judge(password: &NewPassword) -> Result<Vec<u8>, ApiError> {
    let invalid = |detail| refuse(ProblemCode::InvalidCredentials, detail);
    password
        .ksf
        .argon2()
        .map_err(|_| invalid("The slow-hash parameters are weaker or larger than what is accepted."))?;
    Opaque::finish_registration(&password.upload.0)
        .map_err(|_| invalid("`upload` is not an OPAQUE registration upload."))
}
