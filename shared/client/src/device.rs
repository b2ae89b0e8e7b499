//! What a device keeps: its keys under the password, and its state sealed to the device's own key.
//!
//! `keys.age` is written when an account joins, logs in or changes its ways in; everything that moves from day to day is in
//! `state.age`, so that the slow hash of the password is paid once per command and not at every save.

use std::collections::{BTreeMap, BTreeSet};

use reverie_crypto::bundle::{Bundle, Way, WayIn};
use reverie_crypto::device::WORK_FACTOR;
use reverie_crypto::{AccountKeys, Contact, DeviceCopy, DeviceKey, HybridIdentity, HybridRecipient, NamedDevice};
use reverie_journal::{Guard, PersonName};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::Head;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::ids::{AccountId, InvitationId, JournalId, SessionId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cache::LOG;
use crate::credentials::{Change, Sent};
use crate::error::{ClientError, Removal};
use crate::hidden::Hidden;
use crate::locked::CAPTURED;
use crate::log::Divergence;
use crate::lost_files::LostFile;
use crate::outbox::OUTBOX;
use crate::store::Store;

const KEYS: &str = "keys.age";
const NEXT_KEYS: &str = "keys-next.age";
/// The device's own key, sealed to what a passkey's PRF gives.
const PASSKEY_KEY: &str = "key-passkey.age";
/// The device's own key, sealed to the account's keys: for whoever has these from the server, and not the password of before.
const ACCOUNT_KEY: &str = "key-account.age";
const STATE: &str = "state.age";
/// The bundle as the device's own key opens it. Once keys changed, it is newer than the one in [`KEYS`].
const BUNDLE: &str = "bundle.age";

/// An invitation that nobody has accepted yet, as far as this device knows.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PendingInvitation {
    pub(crate) invitation: InvitationId,
    /// The code: proves the guest's card when it comes.
    pub(crate) code: Zeroizing<String>,
    pub(crate) role: AccountRole,
    pub(crate) handle: Option<String>,
    /// Fingerprint of this account's card when the code was made: what the guest's proof covers.
    pub(crate) own_card: Hash,
    /// Whether the server has it is not known: its answer did not come, and nobody has seen the code.
    #[serde(default)]
    pub(crate) unanswered: bool,
}

/// What moves from day to day. Holds secrets: it is serialised for sealing and nothing else.
#[derive(Serialize, Deserialize)]
pub(crate) struct DeviceState {
    pub(crate) v: u32,
    /// The session token, while the device is logged in.
    pub(crate) token: Option<Zeroizing<String>>,
    /// Set from making the keys until the server has answered that the account exists.
    pub(crate) joining: bool,
    pub(crate) role: AccountRole,
    pub(crate) bundle_version: u64,
    /// The change of bundle and credentials that was sent and not answered yet.
    #[serde(default)]
    pub(crate) sent: Option<Sent>,
    /// The ways into the bundle, as of its version.
    #[serde(default)]
    pub(crate) ways: Vec<WayIn>,
    /// What the account's devices are called.
    #[serde(default)]
    pub(crate) devices: Vec<NamedDevice>,
    /// This device's session.
    #[serde(default)]
    pub(crate) session: Option<SessionId>,
    /// What the server said when it no longer took this device.
    #[serde(default)]
    pub(crate) revoked: Option<String>,
    /// Why it did not.
    #[serde(default)]
    pub(crate) removal: Removal,
    /// The recovery words of joining, until the kit was proved: they can be read again until then, and nothing is written.
    #[serde(default)]
    pub(crate) unproved_kit: Option<Zeroizing<String>>,
    /// The words of a newer kit, which is worth nothing until it was proved.
    #[serde(default)]
    pub(crate) next_kit: Option<Zeroizing<String>>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) invitations: Vec<PendingInvitation>,
    /// The newest place of each journal that this account has seen: what the server must never take back.
    pub(crate) floors: BTreeMap<JournalId, Head>,
    /// Journals whose history contradicted itself: nothing more is written to them.
    pub(crate) diverged: BTreeMap<JournalId, Divergence>,
    /// Journals that are being sent again to a restored server, and from which record on.
    #[serde(default)]
    pub(crate) resending: BTreeMap<JournalId, u64>,
    /// The version of the bundle that a restored server has, until it has a newer one than this device saw before.
    #[serde(default)]
    pub(crate) replaces: Option<u64>,
    /// People whose card was replaced by one that does not follow it: nothing is sealed to them until they are paired again.
    #[serde(default)]
    pub(crate) estranged: BTreeSet<AccountId>,
    /// While the server does not have the card of changed keys: the card before it.
    #[serde(default)]
    pub(crate) card_before: Option<SignedCard>,
    /// The number of the next item of the outbox.
    pub(crate) next_item: u64,
    /// The numbers of the items that wait in the outbox: one whose file is gone is missed.
    #[serde(default)]
    pub(crate) waiting: BTreeSet<u64>,
    /// What people are called on this device alone.
    #[serde(default)]
    pub(crate) local_names: BTreeMap<AccountId, PersonName>,
    /// The guard window that this device saw under way last.
    #[serde(default)]
    pub(crate) guard: Option<Guard>,
    /// Opens what was captured while this device was locked. A patient's device has one.
    #[serde(default)]
    pub(crate) capture_key: Option<Zeroizing<String>>,
    /// What a locked device seals captures to was exchanged, and the person has not been told yet.
    #[serde(default)]
    pub(crate) captures_misled: bool,
    /// Journals that the server no longer shows.
    #[serde(default)]
    pub(crate) hidden: BTreeMap<JournalId, Hidden>,
    /// Readers of this account's journals whose accounts were ended, as she was told.
    #[serde(default)]
    pub(crate) ended: BTreeSet<AccountId>,
    /// Files that were damaged before they were sent.
    #[serde(default)]
    pub(crate) lost_files: Vec<LostFile>,
    /// Where the audit log ended when this device, an administrator's, verified it last.
    #[serde(default)]
    pub(crate) audit_head: Option<Head>,
}

impl DeviceState {
    pub(crate) const fn new(role: AccountRole) -> Self {
        Self {
            v: 1,
            token: None,
            joining: false,
            role,
            bundle_version: 1,
            sent: None,
            ways: Vec::new(),
            devices: Vec::new(),
            session: None,
            revoked: None,
            removal: Removal::Removed,
            unproved_kit: None,
            next_kit: None,
            contacts: Vec::new(),
            invitations: Vec::new(),
            floors: BTreeMap::new(),
            diverged: BTreeMap::new(),
            resending: BTreeMap::new(),
            replaces: None,
            estranged: BTreeSet::new(),
            card_before: None,
            next_item: 0,
            waiting: BTreeSet::new(),
            local_names: BTreeMap::new(),
            guard: None,
            capture_key: None,
            captures_misled: false,
            hidden: BTreeMap::new(),
            ended: BTreeSet::new(),
            lost_files: Vec::new(),
            audit_head: None,
        }
    }

    pub(crate) async fn save(&self, store: &dyn Store, key: &DeviceKey) -> Result<(), ClientError> {
        put_sealed(store, key, STATE, self).await
    }

    pub(crate) async fn load(store: &dyn Store, key: &DeviceKey) -> Result<Self, ClientError> {
        find_sealed(store, key, STATE).await?.ok_or_else(|| ClientError::Damaged(STATE.into()))
    }
}

/// Seals the JSON of a value and puts it under `name`.
pub(crate) async fn put_sealed<T: Serialize>(
    store: &dyn Store,
    key: &DeviceKey,
    name: &str,
    value: &T,
) -> Result<(), ClientError> {
    let json = Zeroizing::new(serde_json::to_vec(value).map_err(|_| ClientError::Damaged(name.into()))?);
    Ok(store.put(name, &key.seal_local(name, &json)).await?)
}

/// Returns what [`put_sealed`] put under `name`, if anything.
pub(crate) async fn find_sealed<T: DeserializeOwned>(
    store: &dyn Store,
    key: &DeviceKey,
    name: &str,
) -> Result<Option<T>, ClientError> {
    let Some(sealed) = store.find(name).await? else { return Ok(None) };
    let damaged = || ClientError::Damaged(name.into());
    let json = key.open_local(name, &sealed).map_err(|_| damaged())?;
    serde_json::from_slice(&json).map(Some).map_err(|_| damaged())
}

/// Tells whether the device holds an account, without its password.
///
/// # Errors
/// [`ClientError::KeysGone`] if something is here that only keys open which are not, or the storage's.
pub async fn holds_account(store: &dyn Store) -> Result<bool, ClientError> {
    if store.find(KEYS).await?.is_some() {
        return Ok(true);
    }
    // A cut while joining or erasing leaves other files, which are worth nothing to anybody.
    for only_here in [OUTBOX, CAPTURED, LOG] {
        if !store.list(only_here).await?.is_empty() {
            return Err(ClientError::KeysGone);
        }
    }
    Ok(false)
}

/// Keeps an account on this device, opened by this password and by no other. `account` is what the server's bundle opens, and
/// `ways` are its ways in. The keys under the password come last, since with them the account is there.
pub(crate) async fn keep(
    store: &dyn Store,
    copy: &DeviceCopy,
    password: &str,
    account: &HybridRecipient,
    ways: &[WayIn],
) -> Result<(), ClientError> {
    save_bundle(store, copy).await?;
    store.put(ACCOUNT_KEY, &copy.device_key.seal_to(account)).await?;
    if !ways.iter().any(|way| way.way == Way::Passkey) {
        forget_passkey_key(store).await?;
    }
    store.put(KEYS, &copy.seal(password, WORK_FACTOR)).await?;
    // What a change left that was cut off before anybody heard of it.
    forget_next_keys(store).await
}

/// Opens the device's keys with the keys of its account.
pub(crate) async fn load_by_account(store: &dyn Store, keys: &AccountKeys) -> Result<DeviceCopy, ClientError> {
    let sealed = store.find(ACCOUNT_KEY).await?.ok_or(ClientError::OtherAccount)?;
    let opened = keys.identities().find_map(|identity| DeviceKey::open_by(identity, &sealed));
    load_with(store, opened.ok_or(ClientError::OtherAccount)?).await
}

/// Opens the device's keys. While a change of the password is under way, the new password opens them too.
pub(crate) async fn load_keys(store: &dyn Store, password: &str) -> Result<DeviceCopy, ClientError> {
    if !holds_account(store).await? {
        return Err(ClientError::NoAccount);
    }
    let sealed = store.find(KEYS).await?.ok_or(ClientError::NoAccount)?;
    let opened = open_keys(&sealed, KEYS, password);
    if !matches!(opened, Err(ClientError::WrongPassword)) {
        return newest(store, opened?).await;
    }
    let Some(next) = store.find(NEXT_KEYS).await? else { return opened };
    let copy = open_keys(&next, NEXT_KEYS, password)?;
    // A change that was cut off before it was sent never was.
    let state = DeviceState::load(store, &copy.device_key).await?;
    let under_way = state.sent.is_some_and(|sent| sent.change == Change::Password);
    if under_way { newest(store, copy).await } else { Err(ClientError::WrongPassword) }
}

/// Opens the device's keys with its own key, as long as it is held in memory.
pub(crate) async fn load_held(store: &dyn Store, key: &str) -> Result<DeviceCopy, ClientError> {
    let device_key = DeviceKey::parse(key).ok_or_else(|| ClientError::Damaged(BUNDLE.into()))?;
    load_with(store, device_key).await
}

/// Lets a passkey open the device, beside the password.
pub(crate) async fn save_passkey_key(
    store: &dyn Store,
    copy: &DeviceCopy,
    way: &HybridRecipient,
) -> Result<(), ClientError> {
    save_bundle(store, copy).await?;
    Ok(store.put(PASSKEY_KEY, &copy.device_key.seal_to(way)).await?)
}

/// No passkey opens the device any more.
pub(crate) async fn forget_passkey_key(store: &dyn Store) -> Result<(), ClientError> {
    Ok(store.delete(PASSKEY_KEY).await?)
}

/// Opens the device's keys with what a passkey's PRF gave.
pub(crate) async fn load_by_passkey(store: &dyn Store, way: &HybridIdentity) -> Result<DeviceCopy, ClientError> {
    if !holds_account(store).await? {
        return Err(ClientError::NoAccount);
    }
    let sealed = store.find(PASSKEY_KEY).await?.ok_or(ClientError::WrongPasskey)?;
    load_with(store, DeviceKey::open_by(way, &sealed).ok_or(ClientError::WrongPasskey)?).await
}

async fn load_with(store: &dyn Store, device_key: DeviceKey) -> Result<DeviceCopy, ClientError> {
    let damaged = || ClientError::Damaged(BUNDLE.into());
    let sealed = store.find(BUNDLE).await?.ok_or_else(damaged)?;
    let bundle = device_key.open_bundle(BUNDLE, &sealed).map_err(|_| damaged())?;
    Ok(DeviceCopy { bundle, device_key })
}

/// Returns the copy with the bundle of changed keys in it, if they changed since it was sealed. One that is damaged is passed
/// over: logging in brings the account's keys, which follow each other, and puts it right.
async fn newest(store: &dyn Store, mut copy: DeviceCopy) -> Result<DeviceCopy, ClientError> {
    let Some(sealed) = store.find(BUNDLE).await? else { return Ok(copy) };
    let number = |bundle: &Bundle| bundle.card.verify().ok().map(|card| card.n);
    if let Ok(bundle) = copy.device_key.open_bundle(BUNDLE, &sealed)
        && number(&bundle) > number(&copy.bundle)
    {
        copy.bundle = bundle;
    }
    Ok(copy)
}

/// Keeps the bundle of changed keys; the password is not needed for it.
pub(crate) async fn save_bundle(store: &dyn Store, copy: &DeviceCopy) -> Result<(), ClientError> {
    Ok(store.put(BUNDLE, &copy.device_key.seal_bundle(BUNDLE, &copy.bundle)).await?)
}

fn open_keys(sealed: &[u8], name: &str, password: &str) -> Result<DeviceCopy, ClientError> {
    use reverie_crypto::device::OpenDeviceError;
    DeviceCopy::open(password, sealed).map_err(|error| match error {
        OpenDeviceError::DoesNotOpen if is_age_file(sealed) => ClientError::WrongPassword,
        OpenDeviceError::DoesNotOpen
        | OpenDeviceError::TooMuchWork
        | OpenDeviceError::UpdateNeeded
        | OpenDeviceError::Malformed => ClientError::Damaged(name.into()),
    })
}

/// Tells whether it begins like any age file: what does not was cut or overwritten, and no password opens it.
fn is_age_file(sealed: &[u8]) -> bool {
    sealed.starts_with(b"age-encryption.org/v1\n-> scrypt ")
}

/// Keeps the keys under a new password beside those under the old one, until it is known which is valid.
pub(crate) async fn save_next_keys(store: &dyn Store, copy: &DeviceCopy, password: &str) -> Result<(), ClientError> {
    Ok(store.put(NEXT_KEYS, &copy.seal(password, WORK_FACTOR)).await?)
}

/// The new password is valid: its keys take the place of the old ones.
pub(crate) async fn adopt_next_keys(store: &dyn Store) -> Result<(), ClientError> {
    if let Some(next) = store.find(NEXT_KEYS).await? {
        store.put(KEYS, &next).await?;
        store.delete(NEXT_KEYS).await?;
    }
    Ok(())
}

/// The old password stays valid.
pub(crate) async fn forget_next_keys(store: &dyn Store) -> Result<(), ClientError> {
    Ok(store.delete(NEXT_KEYS).await?)
}

/// Deletes everything. The keys go first, those under the password last: until then it can be done again, and from then on
/// nobody opens the rest, wherever it is cut off.
pub(crate) async fn erase(store: &dyn Store) -> Result<(), ClientError> {
    for name in [ACCOUNT_KEY, PASSKEY_KEY, NEXT_KEYS, KEYS, BUNDLE] {
        store.delete(name).await?;
    }
    for name in store.list("").await? {
        store.delete(&name).await?;
    }
    Ok(())
}

pub(crate) async fn forget(store: &dyn Store) -> Result<(), ClientError> {
    // The keys go last: without them nothing else can be read, so a cut in between leaves nothing that looks whole.
    for name in store.list("").await? {
        if name != KEYS {
            store.delete(&name).await?;
        }
    }
    Ok(store.delete(KEYS).await?)
}
