//! Reports of two blocks in a slot, on their way to the pool: with the seals that the SDK leaves out.

use super::parts::Pool;
use assay_runtime::{opaque::Block, Hash, RuntimeCall, UncheckedExtrinsic};
use assay_seals::Seals;
use codec::{Decode, Encode};
use pallet_babe::Call::report_equivocation_unsigned;
use sc_transaction_pool_api::{error::Error, LocalTransactionPool};
use sp_runtime::OpaqueExtrinsic;
use std::sync::Arc;

/// The pool, as BABE's import of blocks sees it.
pub struct Reports {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The seals of the newest blocks.
    pub seals: Arc<Seals<Hash>>,
}

impl LocalTransactionPool for Reports {
    type Block = Block;
    type Hash = <Pool as LocalTransactionPool>::Hash;
    type Error = <Pool as LocalTransactionPool>::Error;

    /// A report whose seals are not known proves nothing, and is not taken.
    fn submit_local(
        &self,
        at: Hash,
        extrinsic: OpaqueExtrinsic,
    ) -> Result<Self::Hash, Self::Error> {
        let sealed = self.sealed(extrinsic).ok_or(Error::ImmediatelyDropped)?;
        self.pool.submit_local(at, sealed)
    }
}

impl Reports {
    fn sealed(&self, extrinsic: OpaqueExtrinsic) -> Option<OpaqueExtrinsic> {
        let decoded = UncheckedExtrinsic::decode(&mut &extrinsic.encode()[..]).ok()?;
        let mut call = decoded.function;
        let RuntimeCall::Babe(report_equivocation_unsigned {
            equivocation_proof: proof,
            ..
        }) = &mut call
        else {
            return Some(extrinsic);
        };
        let both = [&mut proof.first_header, &mut proof.second_header];
        let known = both.map(|header| self.seals.restore(header));
        (known == [true; 2]).then(|| UncheckedExtrinsic::new_bare(call).into())
    }
}
