//! Documents as bytes: parsed strictly where the type is known, kept verbatim where it is not.
//!
//! The invariant: two clients never read different things in the same bytes. A field that is named twice is refused, at
//! any depth, and so is a field that version 1 of the type does not have.

use std::collections::BTreeSet;

use reverie_protocol::ids::DocumentId;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Body, Document, Typed};
use crate::text::FieldError;
use crate::timestamp::Timestamp;

/// The version of every document type so far.
const VERSION: u32 = 1;

/// A document of a type or version that this program does not know, kept as it came.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RawDocument {
    /// Its type.
    pub r#type: String,
    /// Its version.
    pub v: u32,
    /// Its JSON, verbatim.
    pub json: String,
}

impl std::fmt::Debug for RawDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawDocument({} bytes)", self.json.len())
    }
}

/// Why bytes are not a document that can be shown.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The type, or its version, is newer than this program.
    #[error("this was written by a newer version of Reverie; update to read it")]
    Newer(RawDocument),
    /// Not JSON, or not the fields of the type.
    #[error("this is not a document")]
    Malformed(#[source] serde_json::Error),
    /// A field breaks a rule of its type.
    #[error(transparent)]
    Field(#[from] FieldError),
}

impl Document {
    /// Parses the JSON of a document.
    ///
    /// # Errors
    /// [`ParseError::Newer`] keeps what a later version wrote; everything else is not a document. The source of
    /// [`ParseError::Malformed`] may quote the document and does not belong into a log.
    pub fn parse(json: &[u8]) -> Result<Self, ParseError> {
        let fields: Fields = serde_json::from_slice(json).map_err(ParseError::Malformed)?;
        fields.document(json)
    }

    /// Returns the document as JSON, the same bytes every time.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a document has only text keys and no value that fails to serialise")
    }
}

/// The top level of a document's JSON: names once each, values not parsed yet.
pub(super) struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    fn document(mut self, json: &[u8]) -> Result<Document, ParseError> {
        let (r#type, v) = (self.take::<String>("type")?, self.take::<u32>("v")?);
        let Some(read) = Self::reader(&r#type).filter(|_| v == VERSION) else {
            let json = String::from_utf8_lossy(json).into_owned();
            return Err(ParseError::Newer(RawDocument { r#type, v, json }));
        };
        let (id, at) = (self.take::<DocumentId>("id")?, self.take::<Timestamp>("at")?);
        Ok(Document::new(id, at, read(&self)?)?)
    }

    fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, ParseError> {
        let missing = || ParseError::Malformed(serde_json::Error::missing_field(name));
        let at = self.0.iter().position(|(field, _)| field == name).ok_or_else(missing)?;
        serde_json::from_str(self.0.swap_remove(at).1.get()).map_err(ParseError::Malformed)
    }

    pub(super) fn rest<T: DeserializeOwned + Into<Body>>(&self) -> Result<Body, ParseError> {
        let fields = self.0.iter().map(|(name, value)| (name.as_str(), &**value));
        T::deserialize(MapDeserializer::new(fields)).map(Into::into).map_err(ParseError::Malformed)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                let mut names = BTreeSet::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom("a field is named twice"));
                    }
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// `type`, `v`, `id` and `at`, then the fields of the type in the order of its definition.
#[derive(Serialize)]
struct Wire<'a, B> {
    r#type: &'static str,
    v: u32,
    id: DocumentId,
    at: Timestamp,
    #[serde(flatten)]
    body: &'a B,
}

impl<B: Typed> Serialize for Document<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let r#type = self.body.type_name();
        Wire { r#type, v: VERSION, id: self.id, at: self.at, body: &self.body }.serialize(serializer)
    }
}
