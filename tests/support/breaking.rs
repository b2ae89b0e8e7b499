//! A device that dies: its store takes so many writes, and none after.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use reverie_client::ClientError;
use reverie_client::native::Folder;
use reverie_client::store::{BlobWriter, Store, StoreError};

/// A folder that takes a number of writes more.
pub struct Breaking {
    folder: Folder,
    left: AtomicUsize,
}

impl Breaking {
    /// Opens the folder of a device, which dies after this many writes.
    pub fn after(writes: usize, home: &Path) -> Result<Arc<Self>, ClientError> {
        Ok(Arc::new(Self { folder: Folder::new(home)?, left: AtomicUsize::new(writes) }))
    }

    fn write(&self, name: &str) -> Result<(), StoreError> {
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        let died = |_| StoreError { name: name.into(), reason: "the device died here".into(), full: false };
        taken.map(drop).map_err(died)
    }
}

#[async_trait]
impl Store for Breaking {
    async fn find(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.find(name).await
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(name)?;
        self.folder.put(name, bytes).await
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.write(name)?;
        self.folder.delete(name).await
    }

    async fn rename(&self, name: &str, to: &str) -> Result<(), StoreError> {
        self.write(name)?;
        self.folder.rename(name, to).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.folder.list(prefix).await
    }

    async fn create(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError> {
        self.write(name)?;
        self.folder.create(name).await
    }

    async fn open(&self, name: &str) -> Result<Option<(Box<dyn Read + Send>, u64)>, StoreError> {
        self.folder.open(name).await
    }
}
