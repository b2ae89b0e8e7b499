//! What a client needs from the world around it, given once: the server, a place to keep things, the time, randomness.

use std::sync::{Arc, Mutex, PoisonError};

use rand_core::{CryptoRng, Rng};
use reverie_journal::Timestamp;
use reverie_protocol::ids::DocumentId;

use crate::api::Api;
use crate::second_factor::{AskSecondFactor, Nobody};
use crate::store::Store;

/// Tells the time, with the offset of where the person is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The world around a client. A browser, a phone, a terminal and a test each make their own.
#[derive(Clone)]
pub struct Environment {
    /// The server.
    pub api: Api,
    /// Where the device keeps its things.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Clock,
    /// What this device is called among the account's devices.
    pub device_name: String,
    /// Who is asked for the account's second factor.
    pub second_factor: Arc<dyn AskSecondFactor>,
    randomness: Arc<Mutex<Box<dyn CryptoRng + Send>>>,
    document_ids: Arc<Mutex<Box<dyn Rng + Send>>>,
}

impl Environment {
    /// Returns an environment. `document_ids` is apart from `randomness` so that a demo can tell the same story twice
    /// while keys and ciphertext stay random; anything but a demo or a test gives the system's randomness for both.
    pub fn new(
        api: Api,
        store: Arc<dyn Store>,
        clock: Clock,
        randomness: Box<dyn CryptoRng + Send>,
        document_ids: Box<dyn Rng + Send>,
    ) -> Self {
        let document_ids = Arc::new(Mutex::new(document_ids));
        let device_name = "a device without a name".to_owned();
        let (second_factor, randomness) = (Arc::new(Nobody), Arc::new(Mutex::new(randomness)));
        Self { api, store, clock, device_name, second_factor, randomness, document_ids }
    }

    /// Returns the same environment of a device with a name, which only the account's own devices learn.
    pub fn on_device(self, device_name: impl Into<String>) -> Self {
        Self { device_name: device_name.into(), ..self }
    }

    /// Returns the same environment with somebody who can be asked for a second factor.
    pub fn asking(self, second_factor: Arc<dyn AskSecondFactor>) -> Self {
        Self { second_factor, ..self }
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Runs `with` on the randomness that keys, ids of records and ciphertexts are made from.
    pub fn random<T>(&self, with: impl FnOnce(&mut Box<dyn CryptoRng + Send>) -> T) -> T {
        with(&mut self.randomness.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the id of a new document.
    pub fn document_id(&self) -> DocumentId {
        let mut ids = self.document_ids.lock().unwrap_or_else(PoisonError::into_inner);
        DocumentId::make(&mut *ids)
    }
}
