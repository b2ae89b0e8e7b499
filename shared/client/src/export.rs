//! Export: a folder that opens without us. Words and attachments as ordinary files, a signed manifest, and on request
//! everything as it is stored, with the keys that stock `age` takes.
//!
//! The same journal gives the same bytes: the manifest carries no time, and Ed25519 signatures are deterministic.

use std::io::{self, Read, Write};

use reverie_journal::export::{attachment_paths, files};
use reverie_journal::{NOT_MONITORED_IN_FULL, PatientView};
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, JournalId};
use reverie_protocol::signed::Kind;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::ClientError;
use crate::log::Logged;
use crate::unlocked::Unlocked;

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const SIGNATURE: &str = "manifest.sig";
pub(crate) const SEALED: &str = "sealed";

/// Takes the files of an export.
pub trait ExportSink {
    /// Starts a file. Paths are relative, with `/` between parts.
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write + Send>>;
}

/// Gives the files of an export back.
pub trait ExportSource {
    /// Opens a file, if there is one.
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + Send>>>;
    /// Lists all files.
    fn list(&self) -> io::Result<Vec<String>>;
}

/// Who made an export, of what.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) v: u32,
    pub(crate) patient: AccountId,
    pub(crate) exporter: Exporter,
    pub(crate) files: Vec<ListedFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exporter {
    pub(crate) account: AccountId,
    pub(crate) handle: String,
    pub(crate) card: SignedCard,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedFile {
    pub(crate) path: String,
    pub(crate) sha256: Hash,
    pub(crate) size: u64,
}

/// What was exported.
#[derive(Debug)]
pub struct Exported {
    /// How many files.
    pub files: usize,
    /// Attachments that could not be had, with the reason. They are not in the manifest.
    pub missing: Vec<(String, ClientError)>,
    /// A sealed body and the key that opens it, as paths: something to try stock `age` on.
    pub try_age: Option<(String, String)>,
}

/// Writes files and remembers what was written.
struct Writer<'a> {
    sink: &'a mut (dyn ExportSink + Send),
    listed: Vec<ListedFile>,
}

impl Unlocked {
    /// Exports everything that this account can see of a patient. `progress` is told how many of how many files are done.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if there is nothing of this patient here, [`ClientError::File`] if the place cannot
    /// be written. An attachment that cannot be had stops nothing; it is reported.
    pub async fn export(
        &self,
        patient: AccountId,
        sealed: bool,
        sink: &mut (dyn ExportSink + Send),
        progress: &mut (dyn FnMut(usize, usize) + Send),
    ) -> Result<Exported, ClientError> {
        let view = self.view(patient);
        let journals: Vec<JournalId> = view
            .private
            .iter()
            .map(|private| private.journal)
            .chain(view.shared.iter().map(|shared| shared.journal))
            .collect();
        if journals.is_empty() {
            return Err(ClientError::NotPossible("there is no journal to export".into()));
        }
        let mut writer = Writer { sink, listed: Vec::new() };
        writer.put("README.txt", readme(&self.names().of(patient), sealed).as_bytes())?;
        for file in files(&view, &self.names()) {
            writer.put(&file.path, &file.bytes)?;
        }
        let mut missing = Vec::new();
        let attachments = attachments(&view);
        let total = attachments.len() + if sealed { self.records_in(&journals) } else { 0 };
        let mut done = 0;
        for (journal, attachment, path) in &attachments {
            if let Err(error) = self.export_file(&mut writer, *journal, attachment, path).await {
                missing.push((path.clone(), error));
            }
            done += 1;
            progress(done, total);
        }
        let mut try_age = None;
        if sealed {
            for journal in &journals {
                self.export_sealed(&mut writer, *journal, &mut missing, &mut try_age, &mut || {
                    done += 1;
                    progress(done, total);
                })
                .await?;
            }
        }
        let files = writer.listed.len() + 2;
        self.sign_manifest(writer, patient)?;
        Ok(Exported { files, missing, try_age })
    }

    fn records_in(&self, journals: &[JournalId]) -> usize {
        journals.iter().filter_map(|journal| self.logs.get(journal)).map(|log| log.records.len()).sum()
    }

    async fn export_file(
        &self,
        writer: &mut Writer<'_>,
        journal: JournalId,
        attachment: &reverie_journal::Attachment,
        path: &str,
    ) -> Result<(), ClientError> {
        let opened = self.opened_file(journal, attachment).await?;
        let copied = writer.copy(path, &mut { opened });
        self.forget_fetched(attachment.id).await?;
        copied
    }

    async fn export_sealed(
        &self,
        writer: &mut Writer<'_>,
        journal: JournalId,
        missing: &mut Vec<(String, ClientError)>,
        try_age: &mut Option<(String, String)>,
        done: &mut (dyn FnMut() + Send),
    ) -> Result<(), ClientError> {
        let folder = format!("{SEALED}/{journal}");
        let keys = self.keys(journal).map(|keys| keys.epochs).unwrap_or_default();
        for (epoch, key) in &keys {
            writer.put(&format!("{folder}/epoch-{epoch}.key"), key.to_identity_file().expose_secret().as_bytes())?;
        }
        for logged in self.logs.get(&journal).map(|log| log.records.as_slice()).unwrap_or_default() {
            let header = &logged.header;
            let stem = format!("{folder}/{:06}", header.seq);
            writer.put(&format!("{stem}.header.json"), &logged.signed.header.0)?;
            writer.put(&format!("{stem}.sig"), logged.signed.signature.encode().as_bytes())?;
            let given = header.action.changes_members() || keys.contains_key(&header.epoch);
            if let Some(body) = logged.signed.body.as_ref().filter(|_| given) {
                let path = format!("{stem}.{}", body_extension(logged));
                writer.put(&path, &body.0)?;
                if !header.action.changes_members() {
                    *try_age = Some((path, format!("{folder}/epoch-{}.key", header.epoch)));
                }
            }
            for named in &header.attachments {
                if logged.signed.body.is_none() || !given {
                    continue;
                }
                let path = format!("{folder}/attachments/{}.age", named.id);
                let copied = match self.sealed_file(journal, named.id).await {
                    Ok(mut sealed) => writer.copy(&path, &mut sealed.reader),
                    Err(error) => Err(error),
                };
                self.forget_fetched(named.id).await?;
                if let Err(error) = copied {
                    missing.push((path, error));
                }
            }
            done();
        }
        Ok(())
    }

    fn sign_manifest(&self, mut writer: Writer<'_>, patient: AccountId) -> Result<(), ClientError> {
        let mut files = std::mem::take(&mut writer.listed);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let bundle = &self.copy.bundle;
        let exporter =
            Exporter { account: self.account(), handle: self.handle().to_owned(), card: bundle.card.clone() };
        let manifest = Manifest { v: 1, patient, exporter, files };
        let mut json = serde_json::to_vec_pretty(&manifest).expect("a manifest has only text keys, so it is JSON");
        json.push(b'\n');
        let signature = bundle.keys.sign_statement(Kind::Manifest, &json);
        writer.put(MANIFEST, &json)?;
        writer.put(SIGNATURE, format!("{}\n", B64(signature.0.to_vec()).encode()).as_bytes())
    }
}

/// How the name of a body ends: what is inside.
pub(crate) const fn body_extension(logged: &Logged) -> &'static str {
    if logged.header.action.changes_members() { "keyring.json" } else { "age" }
}

fn attachments(view: &PatientView) -> Vec<(JournalId, reverie_journal::Attachment, String)> {
    let paths = attachment_paths(view);
    let mut found = Vec::new();
    for entry in view.entries() {
        let layers = entry.layers.iter().flat_map(|layer| &layer.layer.body().attachments);
        for attachment in entry.entry.body().attachments.iter().chain(layers) {
            if let Some(path) = paths.get(&attachment.id) {
                found.push((entry.journal, attachment.clone(), path.clone()));
            }
        }
    }
    found
}

impl Writer<'_> {
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), ClientError> {
        self.copy(path, &mut &*bytes)
    }

    fn copy(&mut self, path: &str, from: &mut dyn Read) -> Result<(), ClientError> {
        let failed = |error: io::Error| ClientError::of_file(path, &error);
        let mut file = self.sink.create(path).map_err(failed)?;
        let mut hash = Sha256::new();
        let mut size = 0;
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let read = from.read(&mut chunk).map_err(failed)?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            size += read as u64;
            file.write_all(&chunk[..read]).map_err(failed)?;
        }
        file.flush().map_err(failed)?;
        self.listed.push(ListedFile { path: path.into(), sha256: Hash(hash.finalize().into()), size });
        Ok(())
    }
}

fn readme(handle: &str, sealed: bool) -> String {
    let mut text = format!(
        "Reverie: an export of the journal of {handle}\n\n\
         journal.md      to read, in any program that opens text\n\
         journal.json    the same, for programs\n\
         measures.csv    measures, if there are any, a row each: for a spreadsheet. A score is not a diagnosis\n\
         attachments/    voice memos, drawings and photos, as ordinary files\n\
         manifest.json   every file with its SHA-256; manifest.sig is its signature\n\n\
         To check that nothing was changed: reverie verify --export THIS-FOLDER\n\n\
         This folder is not encrypted. Whoever has it can read it.\n\
         {NOT_MONITORED_IN_FULL}\n"
    );
    if sealed {
        text.push_str(
            "\nsealed/ holds every record as it is stored, and the keys. Any age (https://age-encryption.org), also rage,\n\
             opens them, for example:\n\n\
             \x20   age -d -i sealed/JOURNAL/epoch-0.key sealed/JOURNAL/000001.age\n\
             \x20   age -d -i sealed/JOURNAL/epoch-0.key sealed/JOURNAL/attachments/ID.age | tar -x\n\n\
             NNNNNN.header.json is the signed header, NNNNNN.sig its signature, NNNNNN.keyring.json the keys as they were\n\
             sealed to the members (their account keys are post-quantum and need age 1.3 or newer).\n",
        );
    }
    text
}
