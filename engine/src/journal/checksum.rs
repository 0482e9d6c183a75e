//! What tells that bytes are those that were written.

use twox_hash::XxHash3_64;

/// The checksum of the events of a commit, or of the parts of a checkpoint, each hashed upon those
/// before; part of the format.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checksum(u64);

impl Checksum {
    pub(super) fn add(&mut self, bytes: impl AsRef<[u8]>) {
        self.0 = XxHash3_64::oneshot_with_seed(self.0, bytes.as_ref());
    }

    pub(super) fn value(&self) -> i64 {
        self.0.cast_signed()
    }
}
