//! The story's time and the ids of its documents: set by whoever tells it, the same at every telling.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng as _;
use reverie_client::Clock;
use reverie_journal::Timestamp;

/// Minutes east of UTC where the story takes place.
const OFFSET_MINUTES: i32 = -4 * 60;

/// A clock that stands still until it is set.
#[derive(Clone, Debug)]
pub struct StoryClock {
    seconds: Arc<AtomicI64>,
    /// By how much this clock is wrong: what it shows is so many seconds behind.
    behind: i64,
    /// Whether a server goes by it as well.
    of_server: Arc<AtomicBool>,
}

impl StoryClock {
    /// Returns a clock that stands at `time`, like `2031-05-01T09:00:00-04:00`.
    pub fn at(time: &str) -> Self {
        let time: Timestamp = time.parse().expect("the story's times are written as RFC 3339");
        Self { seconds: Arc::new(AtomicI64::new(time.unix())), behind: 0, of_server: Arc::default() }
    }

    /// Returns a clock that goes along with this one, and is wrong by so many seconds.
    #[must_use]
    pub fn behind(&self, seconds: i64) -> Self {
        Self { behind: seconds, ..self.clone() }
    }

    /// Sets the clock.
    pub fn set(&self, time: Timestamp) {
        self.seconds.store(time.unix(), Ordering::Relaxed);
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.seconds.load(Ordering::Relaxed) - self.behind, OFFSET_MINUTES)
            .expect("stories are set in our era")
    }

    /// Returns the clock as a client takes it.
    pub fn for_client(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    /// Returns the clock as a server takes it.
    pub fn for_server(&self) -> reverie_server::Clock {
        self.of_server.store(true, Ordering::Relaxed);
        let clock = self.clone();
        reverie_server::Clock::new(move || clock.now().unix())
    }

    /// Returns the time by which the server goes: the story's, or, if it is a program of its own, this machine's.
    pub fn server_seconds(&self) -> i64 {
        let own = self.of_server.load(Ordering::Relaxed);
        if own { self.now().unix() } else { reverie_client::native::system::now().unix() }
    }
}

/// Returns what a person's document ids are made from: the same at every telling, different for each seed.
pub fn document_ids(seed: &str) -> ChaCha20Rng {
    let mut bytes = [0; 32];
    for (byte, letter) in bytes.iter_mut().zip(seed.bytes()) {
        *byte = letter;
    }
    ChaCha20Rng::from_seed(bytes)
}
