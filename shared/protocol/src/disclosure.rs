//! Everything that whoever runs the server could hand over about an account, column by column, as it is stored.

use serde::{Deserialize, Serialize};

use crate::bytes::B64;
use crate::hash::Hash;

/// One column of a row. Exactly one of the values is there; none, if the column is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct DisclosedCell {
    /// The column's name.
    pub column: String,
    /// Words, JSON, or an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A number; days count from 1970-01-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// Yes or no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<bool>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<B64>,
    /// SHA-256 of bytes that are not handed over, since who has them could finish a login that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Hash>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct DisclosedRow {
    /// The table in which it stands.
    pub table: String,
    /// Every column of it.
    pub cells: Vec<DisclosedCell>,
}

/// Where a disclosure goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct DisclosurePlace {
    /// The table.
    pub table: String,
    /// How many of its rows come before.
    pub skip: u64,
}

/// A page of what is held about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
#[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
pub struct DisclosurePage {
    /// Rows as they are stored.
    pub rows: Vec<DisclosedRow>,
    /// Where it goes on; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DisclosurePlace>,
}
