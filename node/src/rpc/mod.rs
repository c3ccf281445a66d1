//! What clients may ask of the node, beyond what every Substrate node answers.

mod assay;

use crate::service::parts::{FullBackend, FullClient, Pool, SelectChain};
use assay::{Assay, AssayApiServer};
use assay_runtime::{opaque::Block, Hash};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the answers are made of.
pub struct Needs {
    /// State and blocks.
    pub client: Arc<FullClient>,
    /// Transactions that wait, for the next nonce.
    pub pool: Arc<Pool>,
    /// Which chain is the best.
    pub select_chain: SelectChain,
    /// The validator's keys.
    pub keystore: KeystorePtr,
    /// BABE's epochs.
    pub babe_worker: BabeWorkerHandle<Block>,
    /// The round in which GRANDPA is.
    pub voter_state: SharedVoterState,
    /// Who finalises.
    pub authorities: SharedAuthoritySet<Hash, u32>,
    /// Justifications as they come.
    pub justifications: GrandpaJustificationStream<Block>,
    /// Proofs of finality of past blocks.
    pub finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// The methods of this node, beside those that every node has.
pub fn build(
    needs: &Needs,
    executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
    let Needs { client, pool, .. } = needs;
    let babe = Babe::new(
        client.clone(),
        needs.babe_worker.clone(),
        needs.keystore.clone(),
        needs.select_chain.clone(),
    );
    let grandpa = Grandpa::new(
        executor,
        needs.authorities.clone(),
        needs.voter_state.clone(),
        needs.justifications.clone(),
        needs.finality_proofs.clone(),
    );
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool.clone()).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(babe.into_rpc())?;
    module.merge(grandpa.into_rpc())?;
    module.merge(Assay::new(client.clone()).into_rpc())?;
    Ok(module)
}
