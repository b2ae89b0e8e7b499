//! Searching for something that must not be there, in every way in which it could be.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

/// Returns the forms of a text under which a search must look: as it is, in UTF-16, in hexadecimal, and in
/// base64 at each of the three offsets at which it can begin.
pub fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms =
        vec![text.as_bytes().to_vec(), hex::encode(text).into_bytes(), hex::encode_upper(text).into_bytes()];
    forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    for offset in 0..3 {
        let shifted = [&b"\0\0"[..offset], text.as_bytes()].concat();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&shifted);
            // The first and last characters also carry bits of what stands beside the text.
            let inside = &encoded[if offset == 0 { 0 } else { offset + 1 }..encoded.len() - 2];
            forms.push(inside.as_bytes().to_vec());
        }
    }
    forms.push(STANDARD.encode(text).into_bytes());
    forms
}

/// Tells whether a text is in the bytes in any form.
pub fn contains(bytes: &[u8], text: &str) -> bool {
    forms(text).iter().any(|form| memmem::find(bytes, form).is_some())
}

/// Returns the bytes of all files of a folder and the names of all of them, one after the other.
pub fn all_files(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is ours") {
        let entry = entry.expect("the folder is ours");
        bytes.extend(entry.path().to_string_lossy().as_bytes());
        bytes.push(b'\n');
        if entry.path().is_dir() {
            bytes.extend(all_files(&entry.path()));
        } else {
            bytes.extend(fs::read(entry.path()).expect("the file is ours"));
        }
        bytes.push(b'\n');
    }
    bytes
}
