//! The seals that are missing in reports of two blocks in a slot.
//!
//! The SDK looks for a validator's second block in a slot when it imports a block. The block's seal, which is the signature of
//! its author, has been taken off the header by then and lies beside it; so neither of the two headers in its report has one, and the
//! chain refuses the report as not proved. Here seals are remembered as blocks pass, and put back into the headers.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sp_consensus_babe::digests::CompatibleDigestItem;
use sp_runtime::{
    traits::{Block, Header},
    DigestItem,
};

/// Seals that are remembered. The SDK remembers the headers of two thousand slots at most, in most of which there is one block.
pub(crate) const CAPACITY: usize = 4_096;

/// The newest seals, by the hashes of their headers without them.
pub struct Seals<H>(Mutex<Newest<H>>);

struct Newest<H> {
    seals: HashMap<H, DigestItem>,
    /// The oldest first.
    order: VecDeque<H>,
}

impl<H> Default for Seals<H> {
    fn default() -> Self {
        Self(Mutex::new(Newest {
            seals: HashMap::new(),
            order: VecDeque::new(),
        }))
    }
}

impl<H: Hash + Eq + Copy> Seals<H> {
    /// Remembers the seal of a header, and forgets the oldest if there are too many.
    fn remember(&self, header: H, seal: DigestItem) {
        let mut newest = self.lock();
        if newest.seals.insert(header, seal).is_some() {
            return;
        }
        newest.order.push_back(header);
        if newest.order.len() > CAPACITY {
            let oldest = newest.order.pop_front();
            oldest.map(|oldest| newest.seals.remove(&oldest));
        }
    }

    /// Puts a header's seal back, unless it has one. Returns whether it has one now.
    pub fn restore(&self, header: &mut impl Header<Hash = H>) -> bool {
        if header.digest().logs.last().is_some_and(is_seal) {
            return true;
        }
        let seal = self.lock().seals.get(&header.hash()).cloned();
        let found = seal.is_some();
        header.digest_mut().logs.extend(seal);
        found
    }

    fn lock(&self) -> MutexGuard<'_, Newest<H>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_seal(item: &DigestItem) -> bool {
    item.as_babe_seal().is_some()
}

/// Remembers the seals of the blocks that are imported: before they are, for the SDK's report is a part of that.
#[derive(Clone)]
pub struct Remembering<I, H> {
    import: I,
    seals: Arc<Seals<H>>,
}

impl<I, H> Remembering<I, H> {
    /// Remembers what this import gets.
    pub const fn new(import: I, seals: Arc<Seals<H>>) -> Self {
        Self { import, seals }
    }
}

#[async_trait]
impl<B: Block, I: BlockImport<B> + Send + Sync> BlockImport<B> for Remembering<I, B::Hash> {
    type Error = I::Error;

    async fn check_block(&self, block: BlockCheckParams<B>) -> Result<ImportResult, Self::Error> {
        self.import.check_block(block).await
    }

    async fn import_block(&self, block: BlockImportParams<B>) -> Result<ImportResult, Self::Error> {
        let seal = block.post_digests.iter().find(|item| is_seal(item));
        if let Some(seal) = seal {
            self.seals.remember(block.header.hash(), seal.clone());
        }
        self.import.import_block(block).await
    }
}
