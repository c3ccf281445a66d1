//! Messages side by side, padded, for kernels that hash several at once.

use super::keccak::{Digests, MAX_LANES, RATE};
use crate::cpu::Path;
use assay_commitment::Hash;

/// Bytes of a block.
const BLOCK: usize = 8 * RATE;

/// Messages that take the same number of blocks.
pub(super) struct Batch {
    path: &'static Path,
    /// Words of a padded message.
    padded: usize,
    /// The messages one after the other, as many as the kernel has lanes.
    words: Vec<u64>,
}

impl Batch {
    /// Room for messages of `blocks` blocks.
    pub(super) fn new(path: &'static Path, blocks: usize) -> Self {
        let padded = blocks * RATE;
        Self {
            path,
            padded,
            words: vec![0; padded * path.hash_lanes],
        }
    }

    /// Blocks of a message of `len` bytes.
    pub(super) fn blocks(len: usize) -> usize {
        len / BLOCK + 1
    }

    /// Bytes of a padded message.
    pub(super) fn bytes(blocks: usize) -> usize {
        blocks * BLOCK
    }

    /// The bytes of a lane's message, `len` of them, behind which the padding stands already. What was in them before is
    /// still there. The message takes as many blocks as the batch has.
    pub(super) fn message(&mut self, lane: usize, len: usize) -> &mut [u8] {
        debug_assert_eq!(Self::blocks(len) * RATE, self.padded);
        let words = &mut self.words[lane * self.padded..(lane + 1) * self.padded];
        let (message, padding) = bytemuck::cast_slice_mut::<u64, u8>(words).split_at_mut(len);
        padding.fill(0);
        padding[0] = 0x01;
        padding[padding.len() - 1] |= 0x80;
        message
    }

    /// The digests of all lanes; those to which nothing was written mean nothing.
    pub(super) fn digests(&self) -> [Hash; MAX_LANES] {
        let mut lanes = [core::ptr::null(); MAX_LANES];
        for (lane, message) in lanes.iter_mut().zip(self.words.chunks_exact(self.padded)) {
            *lane = message.as_ptr();
        }
        let mut digests = Digests::default();
        // SAFETY: the path was chosen for this processor; there are as many lanes as it asks for, each with all its blocks.
        unsafe { (self.path.sponge)(lanes.as_ptr(), self.padded / RATE, &mut digests) };
        hashes(digests)
    }
}

/// Digests as bytes.
pub(super) fn hashes(digests: Digests) -> [Hash; MAX_LANES] {
    digests.map(|words| bytemuck::cast(words.map(u64::to_le)))
}
