//! Benchmarks of each branch of each call, each in the heaviest state there is for it.
//!
//! Moves are made in trees as high as they may be. The benchmarks marked `extra` give a figure for each operator and each
//! kind of opening; `play_prove` and `play_open` are the heaviest of them.

#![allow(clippy::arithmetic_side_effects)] // Small numbers of our own.

use assay_game::{signing_hash, Entry, Move, Outcome, Party};
use assay_protocol::SegmentIndex;
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::RawOrigin;
use pallet_assay_jobs::{
    benchmarking::market::{fill_agenda, params, pass, until_late, Market},
    HostKeccak,
};
use pallet_assay_protocol::benchmarking::widest;
use pallet_assay_providers::benchmarking::endowed;
use sp_runtime::DispatchError;

use crate::{
    play::Play, queue::LOOKED_AT, weight_info::Ending, Call, Config, Disputes, Dockets, OnSegment,
    Pallet, Queue, Reward, SlashStatus, Slashes,
};

mod keys;
mod operators;
mod seat;
mod synthetic;
mod trial;

pub use keys::Signing;

use operators::Step;
use seat::Seat;
use synthetic::Turn;
use trial::{verdict, Trial, JOB, PIPELINE, SLASH};

/// A runtime in which the benchmarks can make jobs, tokens and signatures.
pub trait Court:
    Config<MoveSignature: Signing<<Self as frame_system::Config>::AccountId>> + Market
{
}

impl<T> Court for T where
    T: Config<MoveSignature: Signing<<T as frame_system::Config>::AccountId>> + Market
{
}

fn seat<T: Court>(turn: Option<Turn>) -> Result<Seat, BenchmarkError> {
    Seat::new::<T>(turn.ok_or("no such move")?)
}

fn proof<T: Court>(step: Option<Step>) -> Result<Seat, BenchmarkError> {
    seat::<T>(step.as_ref().and_then(synthetic::prove))
}

/// A game, the largest move, which it does not wait for, and the move's signature.
fn signed<T: Court>() -> Result<(Play<T>, Move, T::MoveSignature), BenchmarkError> {
    let turn = synthetic::show_slot().ok_or("no such move")?;
    let Seat { game, .. } = Seat::new::<T>(turn)?;
    let mv = synthetic::largest_move();
    let play = Play::<T>::load(game).map_err(DispatchError::from)?;
    let message = signing_hash::<HostKeccak>(game, 0, play.game.transcript, &mv);
    let signature = T::MoveSignature::sign(&message).ok_or("no keystore")?;
    Ok((play, mv, signature))
}

fn is_verdict(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Verdict(verdict) if verdict.winner == Party::Challenger)
}

#[benchmarks(where T: Court)]
mod benchmarks {
    use super::*;

    /// The provider has as many games as may run.
    #[benchmark]
    fn open() -> Result<(), BenchmarkError> {
        let trial = Trial::<T>::of(2)?.full();
        let challenger = endowed::<T>("challenger", 0);
        let segment = SegmentIndex(1);
        #[extrinsic_call]
        _(RawOrigin::Signed(challenger), JOB, segment, Entry::Segment);
        assert_eq!(OnSegment::<T>::iter_prefix((JOB, segment)).count(), 1);
        assert_eq!(Dockets::<T>::get(trial.scene.owner).queued(), 1);
        Ok(())
    }

    #[benchmark]
    fn start() -> Result<(), BenchmarkError> {
        let trial = Trial::<T>::of(1)?.full().with_waiting()?.with_running(0);
        let defender = trial.scene.owner.clone();
        #[block]
        {
            Pallet::<T>::do_start(&defender)?;
        }
        assert_eq!(Dockets::<T>::get(defender).running, LOOKED_AT);
        Ok(())
    }

    #[benchmark]
    fn play_enter() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(synthetic::enter())?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    /// A tree over blocks, which are counted first.
    #[benchmark]
    fn play_open() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(operators::permute().and_then(|step| synthetic::open_fold(&step)))?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    #[benchmark]
    fn play_reveal() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(operators::map().and_then(|step| synthetic::reveal(&step)))?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    /// A tile, whose blocks are counted then.
    #[benchmark]
    fn play_name() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(operators::concat().and_then(|step| synthetic::name(&step)))?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    /// Of all operators a Map takes longest.
    #[benchmark]
    fn play_prove() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::map())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark]
    fn play_show_slot() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(synthetic::show_slot())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    /// Of the largest move.
    #[benchmark]
    fn verify_signature() -> Result<(), BenchmarkError> {
        let (play, mv, signature) = signed::<T>()?;
        #[block]
        {
            play.check(0, &mv, &signature)
                .map_err(DispatchError::from)?;
        }
        Ok(())
    }

    #[benchmark]
    fn expire() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(operators::map().and_then(|step| synthetic::reveal(&step)))?;
        pass::<T>(widest().disputes.max_budget);
        let late;
        #[block]
        {
            late = seat.time_out::<T>()?;
        }
        assert_eq!(late, verdict(Party::Challenger));
        Ok(())
    }

    /// The segment is put on the agenda, as its window is over, the next one's deadline moves, and waiting games start.
    #[benchmark]
    fn acquit() -> Result<(), BenchmarkError> {
        let trial = Trial::<T>::of(2)?
            .challenged(1)?
            .full()
            .with_waiting()?
            .with_running(1);
        pass::<T>(params::<T>().segments.challenge_window);
        fill_agenda::<T>(1);
        fill_agenda::<T>(until_late::<T>());
        let ending;
        #[block]
        {
            ending = trial.judge(Party::Defender)?;
        }
        assert_eq!(ending, Ending::Acquitted);
        assert_eq!(Dockets::<T>::get(trial.scene.owner).running, LOOKED_AT);
        Ok(())
    }

    /// Each segment of a full pipeline has a game that runs; all are void, the job opens again, and waiting games start.
    #[benchmark]
    fn convict() -> Result<(), BenchmarkError> {
        let mut trial = Trial::<T>::of(PIPELINE)?;
        for segment in 0..PIPELINE {
            trial = trial.challenged(segment)?;
        }
        let trial = trial.with_waiting()?;
        fill_agenda::<T>(params::<T>().assignment.open_limit + 1);
        let ending;
        #[block]
        {
            ending = trial.judge(Party::Challenger)?;
        }
        assert_eq!(ending, Ending::Convicted);
        assert_eq!(Dockets::<T>::get(trial.scene.owner).running, LOOKED_AT);
        let slash = Slashes::<T>::get(SLASH).ok_or("no slash")?;
        assert!(matches!(slash.status, SlashStatus::Held { shares, .. } if shares == PIPELINE));
        Ok(())
    }

    /// A bond and a share of a slash.
    #[benchmark]
    fn pull() -> Result<(), BenchmarkError> {
        let trial = Trial::<T>::deferred()?;
        Pallet::<T>::do_settle_slash(SLASH)?;
        let game = trial.game()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(trial.scene.buyer.clone()), game);
        let dispute = Disputes::<T>::get(game).ok_or("no dispute")?;
        assert_eq!((dispute.stake.bond, dispute.reward), (0, Reward::Settled));
        Ok(())
    }

    #[benchmark]
    fn settle_slash() -> Result<(), BenchmarkError> {
        let trial = Trial::<T>::deferred()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(trial.scene.buyer.clone()), SLASH);
        let slash = Slashes::<T>::get(SLASH).ok_or("no slash")?;
        assert!(matches!(slash.status, SlashStatus::Settled { .. }));
        Ok(())
    }

    #[benchmark]
    fn refund_slash() -> Result<(), BenchmarkError> {
        let origin =
            T::RefundOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        Trial::<T>::convicted()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, SLASH);
        let slash = Slashes::<T>::get(SLASH).ok_or("no slash")?;
        assert!(matches!(slash.status, SlashStatus::Refunded { .. }));
        Ok(())
    }

    /// The last dispute about its commitment; it is moot and waits still.
    #[benchmark]
    fn clean_up() -> Result<(), BenchmarkError> {
        let (trial, game) = Trial::<T>::settled()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(trial.scene.buyer.clone()), game);
        assert!(!Disputes::<T>::contains_key(game));
        assert_eq!(Queue::<T>::iter_prefix(trial.scene.owner).count(), 0);
        Ok(())
    }

    #[benchmark(extra)]
    fn open_intervals() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(synthetic::open_intervals())?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    #[benchmark(extra)]
    fn open_steps() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(synthetic::open_steps())?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    #[benchmark(extra)]
    fn open_operators() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(synthetic::open_operators())?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    #[benchmark(extra)]
    fn open_tiles() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(operators::map().and_then(|step| synthetic::open_tiles(&step)))?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    #[benchmark(extra)]
    fn open_slots() -> Result<(), BenchmarkError> {
        let seat = seat::<T>(synthetic::open_slots())?;
        #[block]
        {
            seat.play::<T>()?;
        }
        assert!(seat.has_moved::<T>());
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_map() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::map())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_mat_mul() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::mat_mul())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_row_sum() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::row_sum())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_row_max() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::row_max())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_col_sum() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::col_sum())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_col_max() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::col_max())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_lead_sum() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::lead_sum())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_reshape() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::reshape())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_permute() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::permute())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_slice() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::slice())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_concat() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::concat())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_gather() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::gather())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_pick() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::pick())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_one_hot() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::one_hot())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_batch_rows() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::batch_rows())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_row_write() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::row_write())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
    }

    #[benchmark(extra)]
    fn prove_scatter_add() -> Result<(), BenchmarkError> {
        let seat = proof::<T>(operators::scatter_add())?;
        let outcome;
        #[block]
        {
            outcome = seat.take::<T>()?;
        }
        assert!(is_verdict(&outcome));
        Ok(())
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
