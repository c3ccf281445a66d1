//! Synchronisation that keeps peers which lack a block.

use sc_consensus::{BlockImportError, BlockImportStatus};
use sc_network::{PeerId, ProtocolName};
use sc_network_common::sync::message::BlockAnnounce;
use sc_network_sync::{
    service::network::NetworkServiceHandle,
    strategy::{StrategyKey, SyncingAction, SyncingStrategy},
    types::BadPeer,
    SyncStatus,
};
use sp_blockchain::Error as ClientError;
use sp_runtime::traits::{Block, NumberFor};
use std::any::Any;

/// For what the SDK's strategy would drop a peer that has answered a question for a block with none. It is ready for the next question
/// then, as after any other answer.
const LACKS_A_BLOCK: &str = "No requested block data";

/// A strategy that drops no peer for lacking a block.
pub struct Lenient<B>(Box<dyn SyncingStrategy<B>>);

impl<B: Block> Lenient<B> {
    /// This strategy, but for that.
    pub fn new(strategy: Box<dyn SyncingStrategy<B>>) -> Self {
        Self(strategy)
    }
}

/// All actions but those that drop a peer for lacking a block.
fn kept<B: Block>(mut actions: Vec<SyncingAction<B>>) -> Vec<SyncingAction<B>> {
    actions.retain(|action| match action {
        SyncingAction::DropPeer(BadPeer(_, change)) => change.reason != LACKS_A_BLOCK,
        _ => true,
    });
    actions
}

impl<B: Block> SyncingStrategy<B> for Lenient<B> {
    fn actions(
        &mut self,
        network: &NetworkServiceHandle,
    ) -> Result<Vec<SyncingAction<B>>, ClientError> {
        self.0.actions(network).map(kept)
    }

    // All else is the strategy's.

    fn add_peer(&mut self, peer: PeerId, best: B::Hash, number: NumberFor<B>) {
        self.0.add_peer(peer, best, number);
    }
    fn remove_peer(&mut self, peer: &PeerId) {
        self.0.remove_peer(peer);
    }
    fn on_validated_block_announce(
        &mut self,
        is_best: bool,
        peer: PeerId,
        announce: &BlockAnnounce<B::Header>,
    ) -> Option<(B::Hash, NumberFor<B>)> {
        self.0.on_validated_block_announce(is_best, peer, announce)
    }
    fn set_sync_fork_request(&mut self, peers: Vec<PeerId>, hash: &B::Hash, number: NumberFor<B>) {
        self.0.set_sync_fork_request(peers, hash, number);
    }
    fn request_justification(&mut self, hash: &B::Hash, number: NumberFor<B>) {
        self.0.request_justification(hash, number);
    }
    fn clear_justification_requests(&mut self) {
        self.0.clear_justification_requests();
    }
    fn on_justification_import(&mut self, hash: B::Hash, number: NumberFor<B>, success: bool) {
        self.0.on_justification_import(hash, number, success);
    }
    fn on_generic_response(
        &mut self,
        peer: &PeerId,
        key: StrategyKey,
        protocol: ProtocolName,
        response: Box<dyn Any + Send>,
    ) {
        self.0.on_generic_response(peer, key, protocol, response);
    }
    fn on_blocks_processed(
        &mut self,
        imported: usize,
        count: usize,
        results: Vec<(
            Result<BlockImportStatus<NumberFor<B>>, BlockImportError>,
            B::Hash,
        )>,
    ) {
        self.0.on_blocks_processed(imported, count, results);
    }
    fn on_block_finalized(&mut self, hash: &B::Hash, number: NumberFor<B>) {
        self.0.on_block_finalized(hash, number);
    }
    fn update_chain_info(&mut self, best: &B::Hash, number: NumberFor<B>) {
        self.0.update_chain_info(best, number);
    }
    fn is_major_syncing(&self) -> bool {
        self.0.is_major_syncing()
    }
    fn num_peers(&self) -> usize {
        self.0.num_peers()
    }
    fn status(&self) -> SyncStatus<B> {
        self.0.status()
    }
    fn num_downloaded_blocks(&self) -> usize {
        self.0.num_downloaded_blocks()
    }
    fn num_sync_requests(&self) -> usize {
        self.0.num_sync_requests()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sc_network::ReputationChange;
    use sp_runtime::{generic, traits::BlakeTwo256, OpaqueExtrinsic};

    type TestBlock = generic::Block<generic::Header<u32, BlakeTwo256>, OpaqueExtrinsic>;

    #[test]
    fn who_lacks_a_block_stays_and_who_lies_goes() {
        let drop_for = |reason| {
            let change = ReputationChange::new(-1, reason);
            SyncingAction::<TestBlock>::DropPeer(BadPeer(PeerId::random(), change))
        };
        let actions = vec![
            drop_for("Bad block"),
            drop_for(LACKS_A_BLOCK),
            SyncingAction::Finished,
        ];
        let kept = kept(actions);
        assert_eq!(kept.len(), 2);
        assert!(matches!(&kept[0], SyncingAction::DropPeer(bad) if bad.1.reason == "Bad block"));
        assert!(kept[1].is_finished());
    }
}
