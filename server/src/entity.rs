//! The tables, one file each, and how the wire's types stand in their columns.

pub(crate) mod account;
pub(crate) mod attachment;
pub(crate) mod audit;
pub(crate) mod audit_head;
pub(crate) mod authenticator;
pub(crate) mod backup_code;
pub(crate) mod ended_session;
pub(crate) mod erased_journal;
pub(crate) mod handover;
pub(crate) mod invitation;
pub(crate) mod journal;
pub(crate) mod login_attempt;
pub(crate) mod member;
pub(crate) mod passkey;
pub(crate) mod passkey_ceremony;
pub(crate) mod past_card;
pub(crate) mod record;
pub(crate) mod session;

use reverie_protocol::hash::Hash;
use sea_orm::DbErr;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Returns a wire enum's name, as it stands in a text column.
pub(crate) fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => unreachable!("wire enums without fields are JSON strings"),
    }
}

/// Reads a wire enum from a text column.
pub(crate) fn named<T: DeserializeOwned>(name: &str) -> Result<T, DbErr> {
    serde_json::from_value(serde_json::Value::String(name.into())).map_err(corrupt)
}

/// Returns a wire object as it stands in a JSON column.
pub(crate) fn json_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("wire objects have text keys and no failing parts")
}

/// Reads a wire object from a JSON column.
pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, DbErr> {
    serde_json::from_str(json).map_err(corrupt)
}

/// Reads a SHA-256 from a bytes column.
pub(crate) fn hash(bytes: &[u8]) -> Result<Hash, DbErr> {
    bytes.try_into().map(Hash).map_err(corrupt)
}

/// Reads a count or position, which is never negative.
pub(crate) fn count(stored: i64) -> Result<u64, DbErr> {
    stored.try_into().map_err(corrupt)
}

/// Returns a count or position as stored: the wire's limits keep every one far below 2^63.
pub(crate) fn stored_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn corrupt(error: impl std::fmt::Display) -> DbErr {
    DbErr::Type(format!("a stored value is damaged: {error}"))
}
