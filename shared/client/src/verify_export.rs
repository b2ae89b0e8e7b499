//! Verifying an exported folder, with the server gone: its manifest, its files, and the chains of what it holds sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::SignedRecord;
use reverie_protocol::ids::JournalId;
use reverie_protocol::signed::{Kind, Signature};
use sha2::{Digest as _, Sha256};

use crate::error::ClientError;
use crate::export::{ExportSource, MANIFEST, Manifest, SEALED, SIGNATURE, body_extension};
use crate::log::{JournalLog, Logged};
use crate::verify::{Verified, summary};

/// Verifies an exported folder: its manifest's signature, every file's hash, and the chains of what it holds sealed.
///
/// Whose signature it should be, only the reader knows: compare [`Verified::fingerprint`]. `known` gives names to
/// fingerprints that this device trusts.
///
/// # Errors
/// [`ClientError::File`] if the folder cannot be read, or is no export.
pub fn verify_export(
    source: &dyn ExportSource,
    known: Option<&BTreeMap<Hash, String>>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Verified, ClientError> {
    let mut verified = Verified::default();
    let json = read(source, MANIFEST)?.ok_or_else(|| ClientError::File {
        name: MANIFEST.into(),
        reason: "it is not there; this is not an exported folder".into(),
    })?;
    let manifest: Manifest = serde_json::from_slice(&json)
        .map_err(|error| ClientError::File { name: MANIFEST.into(), reason: format!("it cannot be read ({error})") })?;
    verify_signature(source, &json, &manifest, known, &mut verified)?;

    let total = manifest.files.len();
    let mut listed = BTreeSet::from([MANIFEST.to_owned(), SIGNATURE.to_owned()]);
    for (done, file) in manifest.files.iter().enumerate() {
        progress(done, total);
        listed.insert(file.path.clone());
        match hash(source, &file.path)? {
            None => verified.finding(&file.path, "the file is missing"),
            Some(found) if found != (file.sha256, file.size) => verified.finding(&file.path, "the file was changed"),
            Some(_) => verified.files += 1,
        }
    }
    progress(total, total);
    let paths = source.list().map_err(|error| unreadable("the folder", &error))?;
    for path in paths.iter().filter(|path| !listed.contains(*path)) {
        verified.finding(path, "the file is not in the manifest; it was added later");
    }
    let journals: BTreeSet<&str> =
        paths.iter().filter_map(|path| path.strip_prefix(SEALED)?.split('/').nth(1)).collect();
    for journal in journals {
        verify_sealed(source, journal, &mut verified)?;
    }
    Ok(verified)
}

fn verify_signature(
    source: &dyn ExportSource,
    json: &[u8],
    manifest: &Manifest,
    known: Option<&BTreeMap<Hash, String>>,
    verified: &mut Verified,
) -> Result<(), ClientError> {
    let fingerprint = manifest.exporter.card.fingerprint();
    verified.fingerprint = Some(fingerprint);
    let stranger = || match known {
        Some(_) => format!("{} (not known on this device)", manifest.exporter.handle),
        None => manifest.exporter.handle.clone(),
    };
    let signer = known.and_then(|known| known.get(&fingerprint)).cloned();
    verified.signed_by = Some(signer.unwrap_or_else(stranger));
    let signature = read(source, SIGNATURE)?.and_then(|text| {
        let bytes = B64::decode(std::str::from_utf8(&text).ok()?.trim()).ok()?;
        Some(Signature(bytes.0.try_into().ok()?))
    });
    let card = manifest.exporter.card.verify().ok().filter(|card| card.account == manifest.exporter.account);
    match (signature, card) {
        (Some(signature), Some(card)) if card.verifying_key.verify(Kind::Manifest, json, &signature).is_ok() => {}
        _ => verified.finding(SIGNATURE, "the manifest is not signed by the account that it names"),
    }
    Ok(())
}

fn verify_sealed(source: &dyn ExportSource, folder: &str, verified: &mut Verified) -> Result<(), ClientError> {
    let base = format!("{SEALED}/{folder}");
    let Ok(journal) = folder.parse::<JournalId>() else {
        verified.finding(base, "the folder's name is no journal");
        return Ok(());
    };
    let mut log = JournalLog::default();
    for seq in 0_u64.. {
        let stem = format!("{base}/{seq:06}");
        let Some(header) = read(source, &format!("{stem}.header.json"))? else { break };
        let signature = read(source, &format!("{stem}.sig"))?.unwrap_or_default();
        let signature = B64::decode(String::from_utf8_lossy(&signature).trim()).unwrap_or_default();
        let signed = SignedRecord { header: B64(header), signature, body: None };
        match log.append(journal, signed) {
            Err(refusal) => {
                verified.finding(stem, refusal);
                break;
            }
            Ok(logged) => {
                let mut logged: Logged = logged.clone();
                logged.signed.body = read(source, &format!("{stem}.{}", body_extension(&logged)))?.map(B64);
                // A withdrawn record has no body; one that is there must be the one that was signed.
                if logged.signed.body.is_some() && logged.body().is_err() {
                    verified.finding(stem, "the body is not the one that was signed");
                }
                for named in logged.header.attachments {
                    let path = format!("{base}/attachments/{}.age", named.id);
                    if hash(source, &path)?.is_some_and(|found| found != (named.sha256, named.size)) {
                        verified.finding(path, "the attachment is not the one that was signed");
                    }
                }
            }
        }
    }
    verified.journals.push(summary(journal, &log));
    Ok(())
}

fn read(source: &dyn ExportSource, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
    let mut bytes = Vec::new();
    match source.open(path).map_err(|error| unreadable(path, &error))? {
        None => Ok(None),
        Some(mut file) => {
            file.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
            Ok(Some(bytes))
        }
    }
}

fn hash(source: &dyn ExportSource, path: &str) -> Result<Option<(Hash, u64)>, ClientError> {
    let Some(mut file) = source.open(path).map_err(|error| unreadable(path, &error))? else { return Ok(None) };
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut chunk).map_err(|error| unreadable(path, &error))?;
        if read == 0 {
            return Ok(Some((Hash(hash.finalize().into()), size)));
        }
        hash.update(&chunk[..read]);
        size += read as u64;
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> ClientError {
    ClientError::File { name: path.into(), reason: error.to_string() }
}
