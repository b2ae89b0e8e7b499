//! What a browser answers about a passkey, as a page hands it on.

use reverie_client::passkey::{read_made, read_shown, with_prf};

/// Answers of a browser, and options of a server that a browser is given.
pub fn passkey(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok((shown, _)) = read_shown(text) {
        let sent = serde_json::to_value(&shown).expect("wire types are JSON");
        assert_eq!(sent.as_object().map(|fields| fields.len()), Some(4), "and nothing of a PRF");
    }
    drop(read_made(text));
    let _ = with_prf(text);
}
