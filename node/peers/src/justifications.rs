//! Justifications that have to be asked for.
//!
//! Others go on to the next set of voters as soon as a block is final that changes it. Who has missed their last votes must ask
//! for that block's justification, for the justifications of all later blocks are signed by sets that it does not know yet.
//! Synchronisation asks when it imports such a block, and for those that it finds at the start up to the best block. A block
//! above that is forgotten: after a start between two imports when finality has just taken the best block back, nobody would ask for it, and
//! finality would stand still on this node until the next start. So all of them are asked for here, at the start and whenever
//! finality stands.

use std::{collections::HashSet, time::Duration};

use futures::{Stream, StreamExt};
use sc_consensus::JustificationSyncLink;
use sp_blockchain::{Backend, Result};
use sp_runtime::traits::{Block, Header, NumberFor, Zero};

/// How long finality stands until the justifications are asked for anew.
pub(crate) const STANDS: Duration = Duration::from_secs(30);

/// Asks for the justifications of all blocks that are not final and change who finalises, now and whenever `finalised` has
/// brought nothing for a while. Ends with it.
pub async fn pursue_justifications<B: Block>(
    chain: &impl Backend<B>,
    sync: &impl JustificationSyncLink<B>,
    mut finalised: impl Stream + Unpin,
) {
    loop {
        match set_changes(chain) {
            Ok(changes) => ask_anew(sync, &changes),
            Err(error) => {
                tracing::warn!(target: "sync", %error, "cannot look for blocks that change the voters")
            }
        }
        loop {
            match tokio::time::timeout(STANDS, finalised.next()).await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(_) => break,
            }
        }
    }
}

/// Asks for these and for no others: synchronisation asks for a block only once all it knows of before it are final.
fn ask_anew<B: Block>(sync: &impl JustificationSyncLink<B>, changes: &[(B::Hash, NumberFor<B>)]) {
    sync.clear_justification_requests();
    for (hash, number) in changes {
        tracing::debug!(target: "sync", %number, ?hash, "a justification is looked for");
        sync.request_justification(hash, *number);
    }
}

/// The blocks that are not final and change who finalises, on all forks, parents before children.
fn set_changes<B: Block>(chain: &impl Backend<B>) -> Result<Vec<(B::Hash, NumberFor<B>)>> {
    let finalised = chain.info().finalized_number;
    let (mut seen, mut changes) = (HashSet::new(), Vec::new());
    for leaf in chain.leaves()? {
        let mut hash = leaf;
        while seen.insert(hash) {
            let Some(header) = chain.header(hash)? else {
                break;
            };
            if *header.number() <= finalised {
                break;
            }
            if changes_voters::<B>(&header) {
                changes.push((hash, *header.number()));
            }
            hash = *header.parent_hash();
        }
    }
    changes.sort_by_key(|(_, number)| *number);
    Ok(changes)
}

/// Whether a block, once final, changes who finalises. Our runtime schedules no change for a later block.
fn changes_voters<B: Block>(header: &B::Header) -> bool {
    sc_consensus_grandpa::find_scheduled_change::<B>(header)
        .is_some_and(|change| change.delay.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::mpsc::{unbounded, UnboundedSender};
    use sc_client_api::{backend::NewBlockState, in_mem::Blockchain};
    use sp_blockchain::HeaderBackend;
    use sp_consensus_grandpa::{ConsensusLog, ScheduledChange, GRANDPA_ENGINE_ID};
    use sp_runtime::{
        codec::Encode, generic, traits::BlakeTwo256, Digest, DigestItem, OpaqueExtrinsic,
    };
    use std::sync::Mutex;

    type Head = generic::Header<u32, BlakeTwo256>;
    type Test = generic::Block<Head, OpaqueExtrinsic>;
    type Hash = <Test as Block>::Hash;

    /// What synchronisation was told to ask for, without what it was told to forget.
    #[derive(Default)]
    struct Mock {
        asked: Mutex<Vec<(Hash, u32)>>,
        times: Mutex<u32>,
    }

    impl JustificationSyncLink<Test> for Mock {
        fn request_justification(&self, hash: &Hash, number: u32) {
            self.asked.lock().unwrap().push((*hash, number));
        }
        fn clear_justification_requests(&self) {
            self.asked.lock().unwrap().clear();
            *self.times.lock().unwrap() += 1;
        }
    }

    /// Adds a block, on a fork of its own.
    fn add(chain: &Blockchain<Test>, parent: Hash, number: u32, digest: Digest) -> Hash {
        let header = Head::new(
            number,
            Default::default(),
            Default::default(),
            parent,
            digest,
        );
        let state = match number {
            0..=2 => NewBlockState::Final,
            _ => NewBlockState::Normal,
        };
        let hash = header.hash();
        chain.insert(hash, header, None, None, state, true).unwrap();
        hash
    }

    fn change(delay: u32) -> Digest {
        let next_authorities = Vec::new();
        let scheduled = ScheduledChange {
            next_authorities,
            delay,
        };
        let log = ConsensusLog::ScheduledChange(scheduled).encode();
        Digest {
            logs: vec![DigestItem::Consensus(GRANDPA_ENGINE_ID, log)],
        }
    }

    /// Blocks 0, 1 and 2 are final and 2 is the best; 1, 4 and 6 change the voters, and on another fork 3.
    fn chain() -> (Blockchain<Test>, Vec<(Hash, u32)>) {
        let chain = Blockchain::new();
        let other = || Digest {
            logs: vec![DigestItem::Other(vec![1])],
        };
        let genesis = add(&chain, Default::default(), 0, Digest::default());
        let first = add(&chain, genesis, 1, change(0));
        let second = add(&chain, first, 2, Digest::default());
        let third = add(&chain, second, 3, Digest::default());
        let forked = add(&chain, second, 3, change(0));
        add(&chain, forked, 4, other());
        let fourth = add(&chain, third, 4, change(0));
        let fifth = add(&chain, fourth, 5, change(7));
        let sixth = add(&chain, fifth, 6, change(0));
        add(&chain, fifth, 6, other());
        (chain, vec![(forked, 3), (fourth, 4), (sixth, 6)])
    }

    #[test]
    fn changes_above_the_best_block_and_on_forks_are_found_and_final_ones_are_not() {
        let (chain, expected) = chain();
        assert_eq!(chain.info().best_number, 2);
        assert_eq!(set_changes(&chain).unwrap(), expected);
    }

    /// Lets the pursuit look at the stream, and then `time` pass.
    async fn pass(time: Duration) {
        tokio::task::yield_now().await;
        tokio::time::sleep(time).await;
    }

    #[tokio::test(start_paused = true)]
    async fn justifications_are_asked_for_at_the_start_and_when_finality_stands() {
        let (chain, expected) = chain();
        let mock = Mock::default();
        let (finality, finalised) = unbounded();
        let times = || *mock.times.lock().unwrap();
        let watch = async |finality: UnboundedSender<()>| {
            tokio::task::yield_now().await;
            assert_eq!(times(), 1);
            for _ in 0..5 {
                pass(STANDS - Duration::from_secs(1)).await;
                finality.unbounded_send(()).unwrap();
            }
            assert_eq!(times(), 1, "finality went on");
            pass(STANDS + Duration::from_secs(1)).await;
            assert_eq!(times(), 2);
            pass(STANDS).await;
            assert_eq!(times(), 3);
        };
        futures::join!(
            pursue_justifications(&chain, &mock, finalised),
            watch(finality)
        );
        assert_eq!(*mock.asked.lock().unwrap(), expected, "each once");
    }
}
