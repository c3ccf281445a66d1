//! Challenging a commitment.

use assay_commitment::Hash;
use assay_game::{game_id, Claim, Entry, GameId};
use assay_protocol::{BlockTime, JobId, SegmentIndex};
use codec::Encode;
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_assay_jobs::{Challenged, Commitment, HostKeccak};
use sp_runtime::traits::{BlockNumberProvider, Zero};

use crate::{
    case::Case,
    money,
    types::{Contest, ContestId, Dispute, DisputeOf, Reward, Stage, Stake, Terms},
    Config, Contested, Contests, Error, Event, NextNumber, Numbers, OnSegment, Pallet,
};

/// What a challenge names.
#[derive(Clone, Copy)]
struct Target {
    job: JobId,
    segment: SegmentIndex,
    entry: Entry,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_open(
        challenger: T::AccountId,
        job: JobId,
        segment: SegmentIndex,
        entry: Entry,
    ) -> DispatchResult {
        let target = Target {
            job,
            segment,
            entry,
        };
        let commitment = T::Jobs::commitment(job, segment)?;
        check::<T>(&challenger, target, &commitment)?;
        let number = NextNumber::<T>::mutate(|next| {
            let number = *next;
            *next = number.saturating_add(1);
            number
        });
        let id = name::<T>(&challenger, target, &commitment, number);
        let (contest_id, contest) = contest::<T>(target, &commitment, number);
        let room = contest.open < commitment.params.disputes.max_open_games;
        ensure!(room, Error::<T>::TooManyOpen);
        let dispute = dispute::<T>(challenger, target, &commitment, number, contest_id);
        money::lock::<T>(&dispute)?;
        Self::record(Case {
            id,
            dispute,
            contest,
        });
        Ok(())
    }

    /// Puts a new dispute on record and in its defender's queue, where it may be the next at once.
    fn record(mut case: Case<T>) {
        let id = case.id;
        let dispute = &mut case.dispute;
        let defender = dispute.defender.clone();
        let place = Self::enqueue(&defender, id);
        dispute.stage = Stage::Queued { place };
        case.contest.disputes = case.contest.disputes.saturating_add(1);
        case.contest.open = case.contest.open.saturating_add(1);
        OnSegment::<T>::insert((dispute.job, dispute.segment), id, ());
        Numbers::<T>::insert(dispute.number, id);
        T::Jobs::open_game(dispute.job, dispute.segment);
        Self::deposit_event(Event::Opened {
            game: id,
            number: dispute.number,
            job: dispute.job,
            segment: dispute.segment,
            entry: dispute.entry,
            defender: defender.clone(),
            challenger: dispute.challenger.clone(),
            bond: dispute.stake.bond,
        });
        case.store();
        Self::advance(&defender);
    }
}

fn check<T: Config>(
    challenger: &T::AccountId,
    target: Target,
    commitment: &Commitment<T::AccountId>,
) -> Result<(), Error<T>> {
    let now = T::ChainTime::current_block_number();
    ensure!(now < commitment.window_end, Error::<T>::WindowOver);
    target.entry.check(&claim(target.segment, commitment))?;
    // Not its operator: a provider names that without the account's leave, and could so keep a verifier from challenging it.
    ensure!(
        *challenger != commitment.provider,
        Error::<T>::OwnCommitment
    );
    Ok(())
}

/// The game's name. A dispute's number, which never comes again, is its nonce.
fn name<T: Config>(
    challenger: &T::AccountId,
    target: Target,
    commitment: &Commitment<T::AccountId>,
    number: u64,
) -> GameId {
    let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
    let genesis = Hash::try_from(genesis.as_ref()).unwrap_or_default();
    game_id::<HostKeccak>(
        &genesis,
        target.job,
        target.segment,
        &commitment.trace.0,
        target.entry,
        &challenger.encode(),
        number,
    )
}

/// The contest about the commitment; a new one if it has not been challenged before.
fn contest<T: Config>(
    target: Target,
    commitment: &Commitment<T::AccountId>,
    number: u64,
) -> (ContestId, Contest) {
    let known = Contested::<T>::get(target.job, target.segment)
        .and_then(|id| Some((id, Contests::<T>::get(id)?)));
    known.unwrap_or_else(|| {
        let id = ContestId(number);
        Contested::<T>::insert(target.job, target.segment, id);
        let budget =
            commitment
                .params
                .defence_blocks(&commitment.spec, target.segment, time::<T>());
        (id, Contest::new(budget))
    })
}

fn dispute<T: Config>(
    challenger: T::AccountId,
    target: Target,
    commitment: &Commitment<T::AccountId>,
    number: u64,
    contest: ContestId,
) -> DisputeOf<T> {
    let Target {
        job,
        segment,
        entry,
    } = target;
    let params = &commitment.params;
    let interval = match entry {
        Entry::Interval(interval) => Some(interval),
        Entry::Segment => None,
    };
    Dispute {
        number,
        job,
        segment,
        entry,
        contest,
        defender: commitment.provider.clone(),
        challenger,
        stake: Stake {
            bond: params.bond(commitment.price),
            deposit: params.disputes.deposit,
        },
        reward: Reward::Open,
        stage: Stage::Queued { place: 0 },
        terms: Terms {
            allowance: params.disputes.move_allowance,
            budget: params.challenge_blocks(&commitment.spec, segment, interval, time::<T>()),
            winner_share: params.disputes.winner_share,
            slash_defer: params.disputes.slash_defer,
            retention: params.segments.retention,
        },
    }
}

fn time<T: Config>() -> BlockTime {
    BlockTime {
        millis: T::BlockMillis::get(),
    }
}

/// The claim that games about a segment's commitment are about.
pub(crate) fn claim<AccountId>(segment: SegmentIndex, commitment: &Commitment<AccountId>) -> Claim {
    Claim::new(
        &commitment.spec,
        segment,
        commitment.start.0,
        commitment.trace.0,
    )
}
