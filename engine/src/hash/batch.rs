//! Messages side by side, padded, for kernels that hash several at once.

use super::keccak::{MAX_LANES, RATE};
use crate::cpu::Path;
use assay_commitment::Hash;

/// Bytes of a block.
const BLOCK: usize = 8 * RATE;

/// Messages of one length.
pub(super) struct Batch {
    path: &'static Path,
    /// Words of a padded message.
    padded: usize,
    /// The messages one after the other, as many as the kernel has lanes.
    words: Vec<u64>,
}

impl Batch {
    /// Room for messages of `len` bytes; their padding stands already.
    pub(super) fn new(path: &'static Path, len: usize) -> Self {
        let padded = (len / BLOCK + 1) * RATE;
        let mut batch = Self {
            path,
            padded,
            words: vec![0; padded * path.hash_lanes],
        };
        for lane in 0..path.hash_lanes {
            let bytes = batch.lane(lane);
            bytes[len] = 0x01;
            bytes[8 * padded - 1] |= 0x80;
        }
        batch
    }

    /// The bytes of a message, its padding last.
    pub(super) fn lane(&mut self, lane: usize) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words[lane * self.padded..(lane + 1) * self.padded])
    }

    /// The digests of all lanes; those past the path's lanes mean nothing.
    pub(super) fn digests(&self) -> [Hash; MAX_LANES] {
        let mut lanes = [core::ptr::null(); MAX_LANES];
        for (lane, message) in lanes.iter_mut().zip(self.words.chunks_exact(self.padded)) {
            *lane = message.as_ptr();
        }
        let mut digests = [[0; 4]; MAX_LANES];
        // SAFETY: the path was chosen for this processor; there are as many lanes as it asks for, each with all its blocks.
        unsafe { (self.path.sponge)(lanes.as_ptr(), self.padded / RATE, &mut digests) };
        digests.map(|words| bytemuck::cast(words.map(u64::to_le)))
    }
}
