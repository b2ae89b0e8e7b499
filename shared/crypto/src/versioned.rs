//! Formats carry their version, which is read before anything else: a newer one may have other fields.

use serde::Deserialize;

/// Returns the version of a JSON format, or nothing if it has none.
pub(crate) fn version(json: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    serde_json::from_slice::<Version>(json).ok().map(|version| version.v)
}
