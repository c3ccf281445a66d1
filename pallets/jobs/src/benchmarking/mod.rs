//! Benchmarks of each call and of its branches, each in the heaviest state there is for it.
//!
//! Where something falls due later, the agenda is full up to the last block in which an entry may find room.

#![allow(clippy::arithmetic_side_effects)] // Small numbers of our own.

use alloc::boxed::Box;

use assay_protocol::{
    DeclineReason, EndReason, JobStatus, Reserve, SegmentIndex, SegmentStatus, StateRoot,
    TraceRoot, MAX_PIPELINE,
};
use frame_benchmarking::v2::*;
use frame_support::weights::Weight;
use frame_system::RawOrigin;
use pallet_assay_providers::benchmarking::endowed;

use crate::{clean_up::CHUNK, types::CleanUp, Agenda, Call, Config, Pallet, Records};
use crate::{Segments, States, WeightInfo};

pub mod market;

use market::{fill_agenda, largest, now, params, pass, until_late, Market, Scene, PRICE};

/// The provider's operator key.
fn operator<T: Config>() -> T::AccountId {
    account("operator", 0, 0)
}

/// A job of two segments that is paused for want of escrow after the first one's commitment.
fn paused<T: Market>() -> Result<Scene<T>, BenchmarkError> {
    let scene = Scene::submitted(operator::<T>(), 2, 1)?
        .accepted()?
        .committed(0..1)?;
    let status = States::<T>::get(scene.job).map(|state| state.status);
    match status {
        Some(JobStatus::Paused { .. }) => Ok(scene),
        _ => Err("the job is not paused".into()),
    }
}

/// A job that has ended with so many final segments, and whose retention is over.
fn ended<T: Market>(segments: u32) -> Result<Scene<T>, BenchmarkError> {
    let scene = Scene::<T>::submitted(operator::<T>(), segments, 1)?;
    Pallet::<T>::do_cancel(scene.buyer.clone(), scene.job)?;
    for segment in 0..segments {
        let status = SegmentStatus::Final {
            provider: scene.owner.clone(),
            at: 1,
            paid: Reserve::default(),
            trace: TraceRoot([1; 32]),
            final_state: StateRoot([2; 32]),
        };
        Segments::<T>::insert(scene.job, SegmentIndex(segment), status);
    }
    States::<T>::mutate_extant(scene.job, |state| {
        state.progress.committed = segments;
        state.progress.finalised = segments;
    });
    pass::<T>(params::<T>().segments.retention);
    Ok(scene)
}

fn status<T: Config>(scene: &Scene<T>) -> Option<JobStatus<T::AccountId>> {
    States::<T>::get(scene.job).map(|state| state.status)
}

#[benchmarks(where T: Market)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn submit() -> Result<(), BenchmarkError> {
        pallet_assay_protocol::benchmarking::set_widest::<T>()?;
        let buyer = endowed::<T>("buyer", 0);
        fill_agenda::<T>(params::<T>().assignment.open_limit + 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(buyer), Box::new(largest::<T>(2, 2)));
        assert_eq!(Records::<T>::iter().count(), 1);
        Ok(())
    }

    /// A job that has a provider and no segment.
    #[benchmark]
    fn cancel() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 2, 2)?.claimed()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(scene.buyer.clone()), scene.job);
        let cancelled = EndReason::Cancelled;
        assert!(
            matches!(status(&scene), Some(JobStatus::Ended { reason, .. }) if reason == cancelled)
        );
        Ok(())
    }

    /// A segment starts.
    #[benchmark]
    fn top_up() -> Result<(), BenchmarkError> {
        let scene = paused::<T>()?;
        let params = params::<T>();
        let fee = params.money.protocol_fee.floor_of(PRICE);
        fill_agenda::<T>(until_late::<T>());
        #[extrinsic_call]
        _(
            RawOrigin::Signed(scene.buyer.clone()),
            scene.job,
            PRICE + fee,
        );
        assert!(matches!(status(&scene), Some(JobStatus::Running { .. })));
        Ok(())
    }

    #[benchmark]
    fn claim() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 2, 2)?;
        fill_agenda::<T>(params::<T>().assignment.accept_window + 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(scene.operator.clone()), scene.job);
        assert!(matches!(status(&scene), Some(JobStatus::Assigned { .. })));
        Ok(())
    }

    #[benchmark]
    fn accept() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 2, 2)?.claimed()?;
        fill_agenda::<T>(until_late::<T>());
        #[extrinsic_call]
        _(RawOrigin::Signed(scene.operator.clone()), scene.job);
        assert!(matches!(status(&scene), Some(JobStatus::Running { .. })));
        Ok(())
    }

    /// The provider is slashed, and the job opens again.
    #[benchmark]
    fn decline() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 2, 2)?.claimed()?;
        fill_agenda::<T>(params::<T>().assignment.open_limit + 1);
        #[extrinsic_call]
        _(
            RawOrigin::Signed(scene.operator.clone()),
            scene.job,
            DeclineReason::Unsupported,
        );
        assert!(matches!(status(&scene), Some(JobStatus::Open { .. })));
        Ok(())
    }

    /// The next segment starts.
    #[benchmark]
    fn commit_segment() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 4, 4)?
            .accepted()?
            .committed(0..1)?;
        fill_agenda::<T>(params::<T>().segments.challenge_window);
        fill_agenda::<T>(until_late::<T>());
        let commitment = Box::new(market::commitment()?);
        #[extrinsic_call]
        _(
            RawOrigin::Signed(scene.operator.clone()),
            scene.job,
            SegmentIndex(1),
            commitment,
        );
        assert!(Segments::<T>::contains_key(scene.job, SegmentIndex(2)));
        Ok(())
    }

    /// The next segment's window is over as well, and the pipeline was full: another segment starts.
    #[benchmark]
    fn finalise_segment() -> Result<(), BenchmarkError> {
        let pipeline = MAX_PIPELINE;
        let scene = Scene::<T>::submitted(operator::<T>(), pipeline + 1, pipeline + 1)?
            .accepted()?
            .committed(0..pipeline)?;
        pass::<T>(params::<T>().segments.challenge_window);
        fill_agenda::<T>(1);
        fill_agenda::<T>(until_late::<T>());
        let origin = RawOrigin::Signed(scene.buyer.clone());
        #[extrinsic_call]
        _(origin, scene.job, SegmentIndex(0));
        assert!(Segments::<T>::contains_key(
            scene.job,
            SegmentIndex(pipeline)
        ));
        Ok(())
    }

    /// The job opens again.
    #[benchmark]
    fn time_out_acceptance() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 2, 2)?.claimed()?;
        pass::<T>(params::<T>().assignment.accept_window + 1);
        fill_agenda::<T>(params::<T>().assignment.open_limit + 1);
        #[block]
        {
            Pallet::<T>::do_time_out(scene.job)?;
        }
        assert!(matches!(status(&scene), Some(JobStatus::Open { .. })));
        Ok(())
    }

    /// The job opens again.
    #[benchmark]
    fn time_out_segment() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::submitted(operator::<T>(), 2, 2)?.accepted()?;
        pass::<T>(until_late::<T>());
        fill_agenda::<T>(params::<T>().assignment.open_limit + 1);
        #[block]
        {
            Pallet::<T>::do_time_out(scene.job)?;
        }
        assert!(matches!(status(&scene), Some(JobStatus::Open { .. })));
        Ok(())
    }

    /// A paused job whose segments are all final ends, and its provider is free.
    #[benchmark]
    fn time_out_waiting() -> Result<(), BenchmarkError> {
        let scene = paused::<T>()?;
        pass::<T>(params::<T>().segments.challenge_window);
        Pallet::<T>::do_finalise_segment(scene.job, SegmentIndex(0))?;
        pass::<T>(params::<T>().segments.max_pause);
        #[block]
        {
            Pallet::<T>::do_time_out(scene.job)?;
        }
        assert!(matches!(status(&scene), Some(JobStatus::Ended { .. })));
        Ok(())
    }

    #[benchmark]
    fn clean_up_part() -> Result<(), BenchmarkError> {
        let scene = ended::<T>(CHUNK + 1)?;
        let done;
        #[block]
        {
            done = Pallet::<T>::do_clean_up(scene.job)?;
        }
        assert_eq!(done, CleanUp::Part);
        Ok(())
    }

    /// The job was the last under its parameters.
    #[benchmark]
    fn clean_up_whole() -> Result<(), BenchmarkError> {
        let scene = ended::<T>(CHUNK)?;
        let done;
        #[block]
        {
            done = Pallet::<T>::do_clean_up(scene.job)?;
        }
        assert_eq!(done, CleanUp::Whole);
        Ok(())
    }

    /// A block's agenda is full, and no weight is left to serve any of it.
    #[benchmark]
    fn agenda_block() {
        fill_agenda::<T>(0);
        let first = now::<T>();
        crate::AgendaCursor::<T>::put(first);
        let block = <T as Config>::WeightInfo::agenda_block();
        let entry = Weight::from_parts(1, 0);
        #[block]
        {
            Pallet::<T>::serve_agenda(block.saturating_mul(2).saturating_add(entry));
        }
        assert!(!Agenda::<T>::get(first).is_empty());
    }

    impl_benchmark_test_suite!(Pallet, crate::benchmarking::chain(), crate::mock::Test);
}

/// A chain at its genesis.
#[cfg(test)]
fn chain() -> sp_io::TestExternalities {
    use sp_runtime::BuildStorage;
    let genesis = crate::mock::RuntimeGenesisConfig::default();
    genesis.build_storage().unwrap().into()
}
