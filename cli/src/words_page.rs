//! `docs/words.md`: what people are told about their keys, their devices and what is not sent yet, in a row, to be read in a
//! row. It is made from the texts themselves, so it cannot go stale.

use std::fmt::Write as _;

use reverie_client::api::ApiError;
use reverie_client::store::StoreError;
use reverie_client::{ClientError, Divergence, Removal};
use reverie_journal::{FieldError, Guard, Timestamp};
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::JournalId;
use reverie_protocol::problem::{Problem, ProblemCode};

use crate::error::CommandError;
use crate::key_talk::PATHS;

/// Returns the page as Markdown.
pub fn words_page() -> String {
    let mut page = String::from(
        "# What is said\n\nEach text says what happened, what is safe, and the one next step; whoever reads it may be tired, groggy \
         or afraid of losing something. Read them in a row. A word in capitals stands for what is put in its place. This page \
         is made from `cli/src/key_talk/` and `shared/client/src/error.rs`; `cargo test -p reverie` says when it is stale.\n",
    );
    for path in PATHS {
        let _ = write!(page, "\n## {}\n\n", path.name);
        for text in path.texts {
            let _ = writeln!(page, "* {}", text.trim());
        }
    }
    page.push_str("\n## Errors\n\nWhat happened, and after the arrow what to do.\n\n");
    for error in errors() {
        let CommandError { message, hint, .. } = CommandError::from(error);
        let _ = writeln!(page, "* {message} → {}", hint.as_deref().unwrap_or("(nothing)"));
    }
    page
}

/// Returns the errors that have words of their own, each once, with something in each place.
fn errors() -> Vec<ClientError> {
    let handle = || "HANDLE".to_owned();
    let divergence = Divergence { journal: JournalId::from_bytes([1; 16]), seq: 7, seen: Hash([2; 32]), shown: None };
    let at = |seconds| Timestamp::from_unix(seconds, 0).expect("a time of our era");
    let removed = |why, said: &str| ClientError::DeviceRevoked { why, said: said.to_owned() };
    let refused =
        |code| ClientError::Api(ApiError::Refused(Box::new(Problem::new(code, format!("({})", code.code())))));
    let mut errors = vec![
        ClientError::Api(ApiError::Offline(reverie_client::http::HttpError(
            "the server at URL cannot be reached".into(),
        ))),
        ClientError::Store(StoreError {
            name: "outbox/000000000007".into(),
            reason: "this device's disk is full (No space left on device)".into(),
            full: true,
        }),
        ClientError::Field(FieldError::Empty { field: "words" }),
        ClientError::NoAccount,
        ClientError::KeysGone,
        ClientError::AccountExists(handle()),
        ClientError::WrongPassword,
        ClientError::LoggedOut,
        removed(Removal::Removed, "Another device of this account removed this one on 2031-05-01."),
        removed(
            Removal::Recovered,
            "The account was recovered with its recovery kit on 2031-05-01, which removes every device before.",
        ),
        removed(Removal::Erased, "This account was deleted on 2031-05-01, and the server has nothing of it any more."),
        ClientError::SecondFactorNeeded,
        ClientError::PasskeysAlone,
        ClientError::WrongSecondFactor(None),
        ClientError::WrongPasskey,
        ClientError::SecondFactorDue,
        ClientError::KitUnproved,
        ClientError::WrongKit(handle()),
        ClientError::OtherAccount,
        ClientError::CodeOver,
        ClientError::OlderAccount,
        ClientError::Behind,
        ClientError::Unsettled,
        ClientError::Mistyped(
            "the invitation code is mistyped somewhere; compare it with the original, group by group".into(),
        ),
        ClientError::PairingForged,
        ClientError::NotConfirmed { handle: handle() },
        ClientError::Estranged { handle: handle() },
        ClientError::OtherKeys { handle: handle() },
        ClientError::KeysChangedElsewhere,
        ClientError::MovedOn,
        ClientError::Unanswered(Box::new(ClientError::LoggedOut)),
        ClientError::Hidden { handle: handle(), since: at(1_935_316_800) },
        ClientError::UnknownContact(handle()),
        ClientError::Ambiguous("you share several journals: 3f2a91c0 (with HANDLE); say which one".into()),
        ClientError::CapturesFull("this device holds a hundred captures, the most while it is locked"),
        ClientError::Guarded(Guard { from: at(1_935_316_800), until: at(1_935_403_200) }),
        ClientError::ConsentNeeded(reverie_journal::ConsentState::NotGiven),
        ClientError::SharingPaused(at(1_935_316_800)),
        ClientError::NobodyReads,
        ClientError::FileUnavailable(Box::new(ClientError::LoggedOut)),
        ClientError::HistoryDiverged(divergence),
        ClientError::KeepsMoving(8),
        ClientError::Damaged("state.age".into()),
        ClientError::Damaged("captured/ID/FILE".into()),
        ClientError::Damaged("attachment ID".into()),
        ClientError::Damaged("evidence/ID".into()),
    ];
    errors.extend(ProblemCode::ALL.iter().copied().map(refused).filter(|error| error.next_step().is_some()));
    errors
}
