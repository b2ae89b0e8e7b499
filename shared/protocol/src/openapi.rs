//! How ids, bytes and hashes are described in `openapi.json`, and read and written by poem-openapi.
//!
//! poem-openapi ignores serde attributes, so these types say the same thing twice: a test compares both encodings.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;

use crate::bytes::B64;
use crate::hash::Hash;
use crate::ids::{
    AccountId, AttachmentId, DocumentId, FactorId, HandoverId, InvitationId, JournalId, RecordId, SessionId, SubjectId,
};

macro_rules! string_type {
    ($type:ty, $name:literal, $schema:expr, $parse:expr, $print:expr) => {
        impl Type for $type {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                $name.into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Inline(Box::new($schema))
            }

            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                Box::new(self.as_raw_value().into_iter())
            }
        }

        impl ParseFromJSON for $type {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value.unwrap_or_default() {
                    Value::String(text) => $parse(&text).map_err(ParseError::custom),
                    value => Err(ParseError::expected_type(value)),
                }
            }
        }

        impl ParseFromParameter for $type {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                $parse(value).map_err(ParseError::custom)
            }
        }

        impl ToJSON for $type {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String($print(self)))
            }
        }
    };
}

macro_rules! id_types {
    ($($type:ty),*) => {
        $(string_type!($type, "string_uuid", MetaSchema::new_with_format("string", "uuid"), str::parse, ToString::to_string);)*
    };
}

id_types!(
    AccountId,
    JournalId,
    RecordId,
    AttachmentId,
    DocumentId,
    InvitationId,
    HandoverId,
    SessionId,
    SubjectId,
    FactorId
);
string_type!(B64, "string_byte", MetaSchema::new_with_format("string", "byte"), B64::decode, B64::encode);
string_type!(
    Hash,
    "string_sha256",
    MetaSchema { pattern: Some("^[0-9a-f]{64}$".into()), ..MetaSchema::new("string") },
    str::parse,
    ToString::to_string
);
