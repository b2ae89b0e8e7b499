//! The HTTP API: one file for each resource, and the service that joins them.

mod access_log;
mod accounts;
mod admin;
mod attachments;
mod audit_log;
mod cards;
mod changes;
mod disclosure;
mod erasure;
mod examples;
mod handovers;
mod health;
mod invitations;
mod journal_list;
mod journals;
mod passkeys;
mod passwords;
mod registration;
mod samples;
mod second_factor;
mod sessions;
pub(crate) mod spec;

use std::sync::Arc;

use poem::{Endpoint, EndpointExt as _, Response, Route};
use poem_openapi::{ApiResponse, OpenApi, OpenApiService, Tags};
use reverie_protocol::limits;

use crate::app::App;
use crate::http::connection_limits::ConnectionLimits;
use crate::http::routes::Routes;
use crate::http::{body_guard, log, problems};
use crate::refusal::{ApiError, malformed};

/// The parts of the specification.
#[derive(Tags)]
enum Part {
    /// Joining, and pairing of two people: one code, one redemption.
    #[oai(rename = "invitations")]
    Invitations,
    /// Making an account (OPAQUE registration, RFC 9807).
    #[oai(rename = "registration")]
    Registration,
    /// Logging in and out (OPAQUE login, RFC 9807), one session for each device.
    #[oai(rename = "sessions")]
    Sessions,
    /// The caller's account, and the public cards of the people around it.
    #[oai(rename = "accounts")]
    Accounts,
    /// Signed, hash-chained, append-only logs of sealed records.
    #[oai(rename = "journals")]
    Journals,
    /// Sealed files that records name.
    #[oai(rename = "attachments")]
    Attachments,
    /// The practice's accounts, for its administrators.
    #[oai(rename = "admin")]
    Admin,
    /// Whether the server is up.
    #[oai(rename = "health")]
    Health,
}

/// Done; there is nothing to say.
#[derive(ApiResponse)]
enum Done {
    /// Done.
    #[oai(status = 204)]
    Done,
}

/// Accepts how many entries of a log somebody asks for.
fn page_limit(asked: Option<u64>) -> Result<u64, ApiError> {
    let limit = asked.unwrap_or(limits::ENTRIES_PER_PAGE);
    let allowed = (1..=limits::ENTRIES_PER_PAGE).contains(&limit);
    if allowed { Ok(limit) } else { Err(malformed("`limit` is between 1 and 500.")) }
}

fn service() -> OpenApiService<impl OpenApi, ()> {
    let parts = (
        invitations::InvitationsApi,
        registration::RegistrationApi,
        sessions::SessionsApi,
        handovers::HandoversApi,
        (second_factor::SecondFactorApi, passkeys::PasskeysApi),
        accounts::AccountsApi,
        cards::CardsApi,
        passwords::PasswordsApi,
        journals::JournalsApi,
        changes::ChangesApi,
        access_log::AccessLogApi,
        attachments::AttachmentsApi,
        erasure::ErasureApi,
        (admin::AdminApi, audit_log::AuditLogApi, disclosure::DisclosureApi),
        health::HealthApi,
    );
    OpenApiService::new(parts, "Reverie", env!("CARGO_PKG_VERSION")).description(include_str!("api/description.md"))
}

/// Returns the whole application as one endpoint that never fails.
pub(crate) fn endpoint(app: Arc<App>, limits: ConnectionLimits) -> impl Endpoint<Output = Response> {
    let spec = spec::json();
    let routes = Arc::new(Routes::from_spec(&spec));
    let text = spec::text(&spec);
    let openapi =
        poem::endpoint::make_sync(move |_| Response::builder().content_type("application/json").body(text.clone()));
    let (for_problems, for_sessions, known) = (Arc::clone(&routes), Arc::clone(&routes), Arc::clone(&app));
    Route::new()
        .at("/openapi.json", poem::get(openapi))
        .nest("/", service())
        .data(app)
        .map_to_response()
        .around(move |endpoint, request| {
            let (routes, app) = (Arc::clone(&for_sessions), Arc::clone(&known));
            async move {
                let _forgets = app.sessions.until_done(request.method(), routes.template(request.uri().path()));
                endpoint.call(request).await
            }
        })
        .around(move |endpoint, request| body_guard::guard(limits, endpoint, request))
        .around(move |endpoint, request| {
            let routes = Arc::clone(&for_problems);
            async move { problems::problems(&routes, endpoint, request).await }
        })
        .around(move |endpoint, request| {
            let routes = Arc::clone(&routes);
            async move { log::log(&routes, endpoint, request).await }
        })
}
