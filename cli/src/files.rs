//! Files to attach: what they are called, what they are, how big they are.

use std::fs::File;
use std::path::{Path, PathBuf};

use reverie_client::NewFile;

use crate::error::{CommandError, user_error};

/// Opens files to be attached.
///
/// # Errors
/// The first that cannot be opened, or is no file.
pub(crate) fn open_files(paths: &[PathBuf]) -> Result<Vec<NewFile>, CommandError> {
    paths.iter().map(|path| open_file(path)).collect()
}

fn open_file(path: &Path) -> Result<NewFile, CommandError> {
    let failed = |why: &str| {
        user_error(format!("{} cannot be attached: {why}", path.display())).hint("Nothing was written yet.")
    };
    let file = File::open(path).map_err(|error| failed(&error.to_string()))?;
    let about = file.metadata().map_err(|error| failed(&error.to_string()))?;
    if !about.is_file() {
        return Err(failed("it is no file"));
    }
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| failed("its name is not text"))?;
    Ok(NewFile {
        name: name.to_owned(),
        media_type: mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned(),
        size: about.len(),
        seconds: None,
        reader: Box::new(file),
    })
}
