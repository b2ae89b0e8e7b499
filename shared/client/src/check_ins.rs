//! Check-ins: private, like all that a patient writes, until she shares one.

use reverie_journal::CheckIn;

use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Keeps a check-in in the private journal.
    ///
    /// # Errors
    /// The field that breaks its rule; then nothing was kept.
    pub async fn check_in(&mut self, check_in: CheckIn) -> Result<Kept, ClientError> {
        let journal = self.private_journal()?;
        self.keep_document(journal, check_in, Vec::new()).await
    }
}
