//! The same keys in every run, so that a corpus stays meaningful.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng as _;
use reverie_crypto::{AccountKeys, Binding, CaptureKey, DeviceKey, EpochKey, HybridIdentity};
use reverie_protocol::ids::{AccountId, JournalId, RecordId};

/// An account, its keys and an epoch of a journal.
pub struct Keys {
    pub account: AccountId,
    pub keys: AccountKeys,
    pub epoch: EpochKey,
    pub binding: Binding,
    pub way: HybridIdentity,
    pub device: DeviceKey,
    pub capture: CaptureKey,
}

/// The same randomness each time.
pub fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([41; 32])
}

pub static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut rng = rng();
    let account = AccountId::from_bytes([1; 16]);
    let journal = JournalId::from_bytes([2; 16]);
    let record = RecordId::from_bytes([3; 16]);
    Keys {
        account,
        keys: AccountKeys::make(&mut rng),
        epoch: EpochKey::make(journal, 0, &mut rng),
        binding: Binding { journal, record, author: account },
        way: HybridIdentity::make(&mut rng),
        device: DeviceKey::make(&mut rng),
        capture: CaptureKey::make(&mut rng),
    }
});
