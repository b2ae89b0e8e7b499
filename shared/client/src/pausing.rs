//! Pausing: a patient stops sharing with a circle, at once and for as long as she wants. Nothing that is shared is taken
//! back by it, and nobody is put out.

use reverie_journal::{Deed, Pause};

use crate::circles::Circle;
use crate::error::ClientError;
use crate::unlocked::Unlocked;
use crate::writing::Kept;

impl Unlocked {
    /// Pauses sharing with a circle; that never waits. Nothing more is shared until it goes on.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if it is paused already.
    pub async fn pause(&mut self, circle: &Circle) -> Result<Kept, ClientError> {
        self.may(Deed::StopSharing)?;
        self.put_pause(circle, true).await
    }

    /// Goes on sharing with a circle.
    ///
    /// # Errors
    /// [`ClientError::NotPossible`] if it is not paused, or [`ClientError::Guarded`].
    pub async fn resume(&mut self, circle: &Circle) -> Result<Kept, ClientError> {
        self.may(Deed::Share)?;
        self.put_pause(circle, false).await
    }

    /// Tells whether sharing with a circle is paused.
    pub fn is_paused(&self, circle: &Circle) -> bool {
        self.circle_view(circle.journal).is_ok_and(|shared| shared.paused_since().is_some())
    }

    async fn put_pause(&mut self, circle: &Circle, paused: bool) -> Result<Kept, ClientError> {
        if self.circle_view(circle.journal)?.paused_since().is_some() == paused {
            let readers = self.readers_text(circle);
            let already = if paused { "is paused already" } else { "is not paused" };
            return Err(ClientError::NotPossible(format!("sharing with {readers} {already}")));
        }
        self.keep_document(circle.journal, Pause { paused }, Vec::new()).await
    }
}
