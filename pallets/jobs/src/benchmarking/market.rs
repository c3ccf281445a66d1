//! A market with one buyer, one provider and one job that is as large as a job may be.

use alloc::{vec, vec::Vec};

use assay_commitment::{fold_path, trace_root_from_tree, tree_height, Level};
use assay_protocol::{
    Balance, BlockNumber, BlockTime, ConstantsRoot, DeclaredWork, DeviceClass, JobId, JobSpec,
    JobSubmission, NodeTreeRoot, Params, ProgramHeader, Requirements, Reserve, Schedule,
    SegmentCommitment, SegmentIndex, StateRoot, StepCount, TensorRoot, TreeNode,
    MAX_BLOB_LOCATIONS, MAX_DATASETS, MAX_EXCLUDED, MAX_INTERVALS_PER_SEGMENT, NUMERICS_VERSION,
    UNIT,
};
use frame_benchmarking::{account, BenchmarkError};
use frame_support::{traits::Get, BoundedVec};
use pallet_assay_protocol::{benchmarking::set_widest, ProtocolParams};
use pallet_assay_providers::benchmarking::{endowed, longest_url, registered, Minting};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    agenda::SPREAD,
    types::{Due, HostKeccak},
    Agenda, Config, NextJob, Pallet, States,
};

/// A runtime in which the benchmarks can make providers, jobs and tokens.
pub trait Market: Config + Minting + pallet_assay_protocol::Config {}

impl<T: Config + Minting + pallet_assay_protocol::Config> Market for T {}

/// Price of a full segment.
pub const PRICE: Balance = 100 * UNIT;

/// Who takes part, and the job.
pub struct Scene<T: Config> {
    /// Who pays.
    pub buyer: T::AccountId,
    /// The provider's owner.
    pub owner: T::AccountId,
    /// The provider's operator key.
    pub operator: T::AccountId,
    /// The job.
    pub job: JobId,
}

impl<T: Market> Scene<T> {
    /// A job of so many segments with an escrow for `funded` of them, and a provider that signs with `operator`.
    pub fn submitted(
        operator: T::AccountId,
        segments: u32,
        funded: u32,
    ) -> Result<Self, BenchmarkError> {
        set_widest::<T>()?;
        let scene = Self {
            buyer: endowed::<T>("buyer", 0),
            owner: registered::<T>(operator.clone())?,
            operator,
            job: JobId(0),
        };
        scene.submit(segments, funded)
    }

    /// Another job of the same buyer, under parameters that are not in force any more. Two more providers can be excluded
    /// from it.
    pub fn submit(mut self, segments: u32, funded: u32) -> Result<Self, BenchmarkError> {
        self.job = NextJob::<T>::get();
        Pallet::<T>::do_submit(self.buyer.clone(), largest::<T>(segments, funded))?;
        set_widest::<T>()?;
        States::<T>::mutate_extant(self.job, |state| {
            let others = (2..MAX_EXCLUDED).map(|number| account("excluded", number, 0));
            state.excluded = BoundedVec::truncate_from(others.collect());
        });
        Ok(self)
    }

    /// The provider claims the job.
    pub fn claimed(self) -> Result<Self, BenchmarkError> {
        Pallet::<T>::do_claim(self.operator.clone(), self.job)?;
        Ok(self)
    }

    /// The provider claims and accepts the job; its first segment trains.
    pub fn accepted(self) -> Result<Self, BenchmarkError> {
        let scene = self.claimed()?;
        Pallet::<T>::do_accept(scene.operator.clone(), scene.job)?;
        Ok(scene)
    }

    /// The provider commits these segments.
    pub fn committed(self, segments: core::ops::Range<u32>) -> Result<Self, BenchmarkError> {
        for segment in segments {
            Pallet::<T>::do_commit_segment(
                self.operator.clone(),
                self.job,
                SegmentIndex(segment),
                commitment()?,
            )?;
        }
        Ok(self)
    }
}

/// Chain time.
pub fn now<T: Config>() -> BlockNumber {
    T::ChainTime::current_block_number()
}

/// Goes forward by so many blocks.
pub fn pass<T: Config>(blocks: BlockNumber) {
    T::ChainTime::set_block_number(now::<T>().saturating_add(blocks));
}

/// The parameters in force; those of the job are the same.
pub fn params<T: Config>() -> Params {
    T::Protocol::current().1
}

/// Blocks from a segment's start to the first that is too late for it.
pub fn until_late<T: Config>() -> BlockNumber {
    let millis = T::BlockMillis::get();
    let seconds = seconds(&params::<T>());
    let blocks = params::<T>().deadline_blocks(seconds, BlockTime { millis });
    blocks.saturating_add(1)
}

/// Fills the agenda of `blocks` from now and of those after it but the last that an entry for it may go to, in which
/// there is room for one.
pub fn fill_agenda<T: Config>(blocks: BlockNumber) {
    let first = now::<T>().saturating_add(blocks);
    let most = T::AgendaPerBlock::get() as usize;
    for block in first..=first.saturating_add(SPREAD) {
        let last = usize::from(block == first.saturating_add(SPREAD));
        let entries = vec![Due::TimeOut(JobId(u64::MAX)); most.saturating_sub(last)];
        Agenda::<T>::insert(block, BoundedVec::truncate_from(entries));
    }
}

/// A job of so many segments, each as long as it may be, with an escrow for `funded` of them.
pub fn largest<T: Config>(segments: u32, funded: u32) -> JobSubmission {
    let params = params::<T>();
    let spec = largest_spec(&params, segments);
    let cost = Reserve::of(&spec, SegmentIndex(0), PRICE, &params).total();
    JobSubmission {
        spec,
        escrow: cost.saturating_mul(funded.into()),
    }
}

/// What the largest job fixes.
pub fn largest_spec(params: &Params, segments: u32) -> JobSpec {
    let datasets = (0..MAX_DATASETS).map(|number| TensorRoot([number as u8; 32]));
    let blobs: Vec<_> = (0..MAX_BLOB_LOCATIONS).map(|_| longest_url()).collect();
    JobSpec {
        header: ProgramHeader {
            version: NUMERICS_VERSION,
            flags: 0,
            seed: [1; 32],
            nodes: params.limits.max_nodes,
            slots: params.limits.max_slots,
            inputs: MAX_DATASETS,
            constants: params.limits.max_constants,
            constants_root: ConstantsRoot([2; 32]),
        },
        node_tree_root: NodeTreeRoot([3; 32]),
        start_state: StateRoot([4; 32]),
        datasets: BoundedVec::truncate_from(datasets.collect()),
        dataset_rows: 1 << 32,
        batch_size: params.limits.max_batch_size,
        schedule: Schedule {
            total_steps: StepCount(
                u64::from(MAX_INTERVALS_PER_SEGMENT).saturating_mul(segments.into()),
            ),
            steps_per_segment: MAX_INTERVALS_PER_SEGMENT,
            steps_per_interval: 1,
        },
        work: DeclaredWork {
            flops_per_step: 1,
            bytes_per_step: 1,
            memory_bytes: 1,
        },
        seconds_per_segment: seconds(params),
        price_per_segment: PRICE,
        requirements: Requirements {
            device: DeviceClass::Gpu,
            memory_bytes: u64::MAX,
            min_stake: 0,
        },
        blobs: BoundedVec::truncate_from(blobs),
        max_pause: params.segments.max_pause,
    }
}

/// As many seconds as a segment may be declared to take.
const fn seconds(params: &Params) -> u32 {
    params.limits.max_seconds_per_segment
}

/// A commitment of as many intervals as there may be.
pub(crate) fn commitment() -> Result<SegmentCommitment, BenchmarkError> {
    let (count, state) = (u64::from(MAX_INTERVALS_PER_SEGMENT), [5; 32]);
    let path = vec![[6; 32]; tree_height(count) as usize];
    let tree = fold_path::<HostKeccak>(state, count.saturating_sub(1), count, &path)
        .map_err(|_| "no path of a commitment")?;
    let path: Vec<TreeNode> = path.into_iter().map(TreeNode).collect();
    Ok(SegmentCommitment {
        trace: trace_root_from_tree::<HostKeccak>(Level::Interval, count, tree)
            .0
            .into(),
        final_state: StateRoot(state),
        path: BoundedVec::truncate_from(path),
    })
}
