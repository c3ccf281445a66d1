//! What was final on any node, ever.

use std::collections::BTreeMap;

use assay_client::{At, ChainClient, H256};

/// The one block of each height that any node has called final.
#[derive(Debug, Default)]
pub struct Ledger {
    blocks: BTreeMap<u32, H256>,
}

impl Ledger {
    /// Compares a node's final chain with what all nodes have called final until now, from the block behind `from` on, and
    /// takes it down. Returns the number of its newest final block.
    ///
    /// # Panics
    /// If the node has another block at a height that is final: a fork was finalised.
    pub async fn check(&mut self, name: &str, chain: &ChainClient, from: u32) -> u32 {
        let head = chain.head(At::Finalised).await;
        let head = head.unwrap_or_else(|error| panic!("{name}: {error}"));
        for number in from + 1..=head.number {
            let hash = chain.block_hash(number).await;
            let hash = hash.unwrap_or_else(|error| panic!("{name}: {error}"));
            self.note(name, number, hash);
        }
        head.number
    }

    fn note(&mut self, name: &str, number: u32, hash: Option<H256>) {
        let hash = hash.unwrap_or_else(|| panic!("{name} has lost block {number}"));
        let known = *self.blocks.entry(number).or_insert(hash);
        assert_eq!(
            known, hash,
            "a fork was finalised: {name} has another block {number}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "a fork was finalised: bob has another block 7")]
    fn two_blocks_of_one_height_are_a_fork() {
        let mut ledger = Ledger::default();
        ledger.note("alice", 7, Some(H256([1; 32])));
        ledger.note("bob", 6, Some(H256([2; 32])));
        ledger.note("bob", 7, Some(H256([3; 32])));
    }
}
