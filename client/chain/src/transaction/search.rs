//! Where a transaction has been looked for.

use subxt::utils::H256;

use super::{SignedTransaction, DEPTH};
use crate::Head;

/// The blocks in which a transaction has been looked for.
pub(super) struct Search {
    /// The first block not looked at.
    pub(super) next: u32,
    /// The last blocks looked at.
    recent: Vec<(u32, H256)>,
    pub(super) found: Option<(Head, u32)>,
    pub(super) resend_at: u32,
}

impl Search {
    pub(super) fn new(transaction: &SignedTransaction) -> Self {
        Self {
            next: transaction.birth,
            recent: Vec::new(),
            found: None,
            resend_at: 0,
        }
    }

    pub(super) fn seen(&self, number: u32, hash: H256) -> bool {
        self.recent.contains(&(number, hash))
    }

    pub(super) fn note(&mut self, number: u32, hash: H256) {
        self.recent
            .retain(|(at, _)| *at != number && at.saturating_add(2 * DEPTH) > number);
        self.recent.push((number, hash));
        self.next = number.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Account;

    #[test]
    fn a_replaced_block_is_looked_at_again() {
        let transaction = SignedTransaction {
            bytes: vec![],
            account: Account([0; 32]),
            nonce: 0,
            birth: 5,
            expires: 68,
        };
        let mut search = Search::new(&transaction);
        search.note(5, H256([1; 32]));
        search.note(6, H256([2; 32]));
        assert!(search.seen(6, H256([2; 32])));
        assert!(!search.seen(6, H256([3; 32])));
        search.note(6, H256([3; 32]));
        assert!(!search.seen(6, H256([2; 32])));
        assert_eq!(search.next, 7);
    }
}
