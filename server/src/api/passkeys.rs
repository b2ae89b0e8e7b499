//! Passkeys as second factor: enrolling one, and asking for one. Shown, listed and removed they are like every other second
//! factor.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use reverie_protocol::audit::AuditAct;
use reverie_protocol::limits::SECOND_FACTORS;
use reverie_protocol::passkey::{ConfirmPasskey, PasskeyOptions, ShownPasskey};
use reverie_protocol::problem::ProblemCode;

use super::{Done, Part};
use crate::app::App;
use crate::audit::Chain;
use crate::caller::{EnrollingSession, EnteringSession, Session};
use crate::passkeys::Verdict;
use crate::public_address::PublicAddress;
use crate::refusal::{Answer, ApiError, refuse};
use crate::{passkeys, random, second_factor};

pub(super) struct PasskeysApi;

#[OpenApi(prefix_path = "/v1/second-factor/passkey", tag = "Part::Sessions")]
impl PasskeysApi {
    /// Begin to enrol a passkey
    ///
    /// For every account that has no second factor, and for a session that has shown one. The options go to the browser
    /// (`navigator.credentials.create`), and its answer to `confirm_passkey` within five minutes; until then nothing
    /// counts. What this session was asked of a passkey before is void.
    ///
    /// `not_permitted`: this server was not told the address at which browsers reach it, or the account has ten.
    #[oai(path = "/", method = "post", operation_id = "begin_passkey")]
    async fn begin(&self, app: Data<&Arc<App>>, session: EnrollingSession) -> Answer<PasskeyOptions> {
        let (app, session) = (*app, session.0);
        let site = site(app)?;
        let tx = app.db.begin().await?;
        if second_factor::count(&tx, session.account).await? >= SECOND_FACTORS as u64 {
            return Err(second_factor::too_many());
        }
        let options = passkeys::begin(&tx, site, &session, app.clock.now()).await?;
        tx.commit().await?;
        Ok(Json(PasskeyOptions { options }))
    }

    /// Confirm a passkey
    ///
    /// For whoever began. Takes what the browser answered; from then on the passkey counts: other sessions of the account
    /// have to show a second factor too. Extension results stay in the browser: a PRF's are a key.
    ///
    /// `second_factor_failed`: it does not answer what this session was asked within five minutes, is from another site,
    /// did not ask for the person, or the passkey is enrolled already. Begin again.
    #[oai(path = "/confirm", method = "post", operation_id = "confirm_passkey")]
    async fn confirm(
        &self,
        app: Data<&Arc<App>>,
        session: EnrollingSession,
        confirm: Json<ConfirmPasskey>,
    ) -> Result<Done, ApiError> {
        let (app, session) = (*app, session.0);
        let site = site(app)?;
        let state = take(app, &session, true).await?.ok_or_else(not_enrolled)?;
        let tx = app.db.begin().await?;
        let mut chain = Chain::hold(&tx).await?;
        second_factor::still_enrolling(&tx, &session).await?;
        let enrolled = passkeys::enrol(&tx, site, &session, (&state, app.clock.today()), confirm.0).await?;
        enrolled.ok_or_else(not_enrolled)?;
        second_factor::note_has_one(&tx, session.account, true).await?;
        second_factor::note_shown(&tx, session.id.uuid()).await?;
        chain.enter(&mut random::system(), &[app.act(session.account, AuditAct::AddSecondFactor, None)]).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Ask for a passkey
    ///
    /// For every account that has one, and before the second factor was shown too. The options go to the browser
    /// (`navigator.credentials.get`), and its answer to `show_second_factor` within five minutes. What this session was
    /// asked of a passkey before is void.
    ///
    /// `not_found`: the account has no passkey. `not_permitted`: this server was not told the address at which browsers
    /// reach it.
    #[oai(path = "/ask", method = "post", operation_id = "ask_passkey")]
    async fn ask(&self, app: Data<&Arc<App>>, session: EnteringSession) -> Answer<PasskeyOptions> {
        let (app, session) = (*app, session.0);
        let site = site(app)?;
        let tx = app.db.begin().await?;
        let options = passkeys::ask(&tx, site, &session, app.clock.now()).await?;
        tx.commit().await?;
        Ok(Json(PasskeyOptions { options }))
    }
}

/// Judges what a passkey answered for a session. Not delayed: signatures are not guessed.
pub(super) async fn show(app: &App, session: &Session, shown: ShownPasskey) -> Result<Done, ApiError> {
    let site = site(app)?;
    let Some(state) = take(app, session, false).await? else {
        return Err(super::second_factor::note_failure(app, session, refused()).await);
    };
    let tx = app.db.begin().await?;
    let verdict = passkeys::judge(&tx, site, session, &state, shown).await?;
    if verdict != Verdict::Accepted {
        drop(tx);
        let refusal = if verdict == Verdict::Copied { copied() } else { refused() };
        return Err(super::second_factor::note_failure(app, session, refusal).await);
    }
    second_factor::note_shown(&tx, session.id.uuid()).await?;
    tx.commit().await?;
    Ok(Done::Done)
}

/// Uses up what the session was asked, before its answer is looked at.
async fn take(app: &App, session: &Session, enrols: bool) -> Result<Option<Vec<u8>>, ApiError> {
    let tx = app.db.begin().await?;
    let state = passkeys::take(&tx, session, enrols, app.clock.now()).await?;
    tx.commit().await?;
    Ok(state)
}

fn site(app: &App) -> Result<&PublicAddress, ApiError> {
    let detail = "This server takes no passkeys: it was not told the address at which browsers reach it. An \
                  authenticator app works. Whoever runs it gives it `--public-address`.";
    app.public_address.as_ref().ok_or_else(|| refuse(ProblemCode::NotPermitted, detail))
}

fn not_enrolled() -> ApiError {
    let detail = "The passkey was not enrolled: the answer came too late, was sent before, or is not for what was asked \
                  here. If the passkey is enrolled already, it works as it is. Otherwise begin again.";
    refuse(ProblemCode::SecondFactorFailed, detail)
}

fn refused() -> ApiError {
    let detail = "The passkey's answer does not count: it came too late, was sent before, or is not for what was asked \
                  here. Ask again.";
    refuse(ProblemCode::SecondFactorFailed, detail)
}

fn copied() -> ApiError {
    let detail = "This passkey has been used from a copy of it: its counter went back. Show another second factor or a \
                  backup code, remove this passkey, and look at who logged in.";
    refuse(ProblemCode::SecondFactorFailed, detail)
}
