//! Appending to a journal: judge records against the journal's state, then hand them to the writer.
//!
//! The server judges with the same `check` as every client. A stale `seq` or `prev` is told first, since the client's
//! remedy is to build anew; the same records sent again get the same answer.

mod again;
mod judge;
mod lately;
mod stored;

use reverie_protocol::api::{Head, Resent};
use reverie_protocol::check::{CheckError, JournalState};
use reverie_protocol::header::{Action, Header, SignedRecord};
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;

use crate::app::App;
use crate::erasure;
use crate::refusal::{ApiError, malformed, not_found, refuse, stale_head};
use crate::writer::{Append, Refused};
use judge::{Judged, judge};
pub(crate) use lately::Lately;
use stored::{Uploads, already_there, load_past, load_state};

/// How records are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// By their author, for the first time.
    New,
    /// By a member who has them, to a server that lost them.
    Again,
}

/// Who sends records, and how.
#[derive(Debug, Clone, Copy)]
struct Sender {
    account: AccountId,
    sent: Sent,
}

/// Appends an author's records to a journal, all or none, and returns where the last of them stands.
pub(crate) async fn append(
    app: &App,
    author: AccountId,
    journal: JournalId,
    records: &[SignedRecord],
) -> Result<Head, ApiError> {
    within_limits(records)?;
    let headers = parse(records, journal)?;
    if headers.iter().any(|header| header.author != author) {
        let detail = "The record names another author than the account that sends it.";
        return Err(refuse(ProblemCode::InvalidRecord, detail));
    }
    extend(app, Sender { account: author, sent: Sent::New }, journal, records, &headers).await
}

/// Appends what a member sends again, whoever wrote it, all or none.
pub(crate) async fn append_again(
    app: &App,
    member: AccountId,
    journal: JournalId,
    records: &[SignedRecord],
) -> Result<Resent, ApiError> {
    within_limits(records)?;
    let headers = parse(records, journal)?;
    let head = extend(app, Sender { account: member, sent: Sent::Again }, journal, records, &headers).await?;
    Ok(Resent { head, missing: again::missing(app, journal, &headers).await? })
}

async fn extend(
    app: &App,
    sender: Sender,
    journal: JournalId,
    records: &[SignedRecord],
    headers: &[Header],
) -> Result<Head, ApiError> {
    let first = &headers[0];
    // What is kept answers for the author. Whoever sends again need not be the author, so is looked up each time.
    let kept = if sender.sent == Sent::New { app.lately.find(first) } else { None };
    let mut state = match kept {
        Some(state) => state,
        None => {
            let Some(state) = load_state(app, sender.account, journal).await? else {
                return open(app, sender, records, headers).await;
            };
            if let Some(head) = already_there(app, journal, records, headers).await? {
                return Ok(head);
            }
            if Some(first.seq) != state.seq.checked_add(1) || first.prev != Some(state.head) {
                return Err(stale_head(Some(head(&state))));
            }
            state
        }
    };
    let uploads = load_past(app, &mut state, headers).await?;
    let extends = Some(head(&state));
    let judged = judge(app, sender, Some(state), extends, records, headers, &uploads).await?;
    if sender.sent == Sent::Again {
        // Only now: what was not verified moves nobody's upload.
        again::make_room(app, journal, headers).await?;
    }
    submit(app, sender.account, judged, records, headers).await
}

const fn head(state: &JournalState) -> Head {
    Head { seq: state.seq, hash: state.head }
}

/// Opens a journal that does not exist yet.
async fn open(app: &App, sender: Sender, records: &[SignedRecord], headers: &[Header]) -> Result<Head, ApiError> {
    if headers[0].action != Action::Open {
        return Err(not_found("journal"));
    }
    if erasure::is_erased(app, headers[0].journal).await? {
        return Err(refuse(
            ProblemCode::Erased,
            "The journal's owner erased it with her account. It does not come back.",
        ));
    }
    let judged = judge(app, sender, None, None, records, headers, &Uploads::new()).await?;
    // Whoever sends a journal again is in it, or it is none of theirs.
    if judged.state.members.iter().all(|member| member.account != sender.account) {
        return Err(not_found("journal"));
    }
    submit(app, sender.account, judged, records, headers).await
}

async fn submit(
    app: &App,
    author: AccountId,
    Judged { append, state }: Judged,
    records: &[SignedRecord],
    headers: &[Header],
) -> Result<Head, ApiError> {
    let (journal, head) = (append.journal, append.head);
    let act = append.act.filter(|act| !app.entered.holds(act));
    match app.writer.append(Append { act, ..append }).await {
        Ok(()) => {
            app.lately.keep(state);
            act.into_iter().for_each(|act| app.entered.note(act));
            Ok(head)
        }
        Err(Refused::StaleHead(now)) => {
            app.lately.forget(journal);
            // Whoever was removed a moment ago is told no head either.
            load_state(app, author, journal).await?;
            // The same records may have been written a moment ago, by a try whose answer was lost.
            already_there(app, journal, records, headers).await?.ok_or_else(|| stale_head(now))
        }
        Err(refused) => Err(refused.into()),
    }
}

fn within_limits(records: &[SignedRecord]) -> Result<(), ApiError> {
    let too_large = |detail: &str| Err(refuse(ProblemCode::TooLarge, detail));
    if records.is_empty() {
        return Err(malformed("There are no records to append."));
    }
    if records.len() > limits::RECORDS_PER_APPEND {
        return too_large("One append takes up to 100 records. Send them in several appends.");
    }
    if records.iter().any(|record| record.header.0.len() > limits::HEADER_BYTES) {
        return too_large("A record's header is over 256 KiB.");
    }
    if records.iter().any(|record| record.body.as_ref().is_some_and(|body| body.0.len() > limits::BODY_BYTES)) {
        return too_large("A record's sealed body is over 1 MiB. Put large things into attachments.");
    }
    Ok(())
}

/// Parses the headers, which are not believed before `check` has verified them.
fn parse(records: &[SignedRecord], journal: JournalId) -> Result<Vec<Header>, ApiError> {
    let mut headers = Vec::with_capacity(records.len());
    for record in records {
        // The claim is read first, so that a header of a newer version is told as such.
        record.claim().map_err(|error| invalid(&error.into()))?;
        let header = record.parse().map_err(|error| invalid(&error.into()))?;
        if header.journal != journal {
            return Err(invalid(&CheckError::WrongJournal));
        }
        headers.push(header);
    }
    Ok(headers)
}

fn invalid(error: &CheckError) -> ApiError {
    let code = match error {
        CheckError::RecordReused => ProblemCode::RecordReused,
        _ => ProblemCode::InvalidRecord,
    };
    let mut detail = error.to_string();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    refuse(code, format!("{detail}. Nothing was stored."))
}
