//! Whether the server is up, and whether it takes requests.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::PlainText;
use sea_orm::{EntityTrait as _, QuerySelect as _};
use uuid::Uuid;

use super::Part;
use crate::app::App;
use crate::entity::journal;
use crate::refusal::{ApiError, busy};

pub(super) struct HealthApi;

#[OpenApi(tag = "Part::Health")]
impl HealthApi {
    /// Is the process up?
    ///
    /// For everybody. Says `ok` as long as requests are answered at all.
    #[oai(path = "/healthz", method = "get", operation_id = "health")]
    async fn health(&self) -> Result<PlainText<&'static str>, ApiError> {
        Ok(PlainText("ok\n"))
    }

    /// Does the server take requests?
    ///
    /// For everybody, and above all for a load balancer. Asks the database and the writer; 503 while the server is
    /// stopping.
    #[oai(path = "/readyz", method = "get", operation_id = "ready")]
    async fn ready(&self, app: Data<&Arc<App>>) -> Result<PlainText<&'static str>, ApiError> {
        let _: Option<Uuid> =
            journal::Entity::find().select_only().column(journal::Column::Id).into_tuple().one(app.db.read()).await?;
        if app.writer.is_running() { Ok(PlainText("ok\n")) } else { Err(busy()) }
    }
}
