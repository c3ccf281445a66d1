//! A game in storage that waits for a move, with the job and the commitment that it is about.

use assay_game::{Clocks, Game, GameId, Move, Outcome, Party, Transcript, Turn as Since, Verdict};
use assay_protocol::{
    Assignment, JobId, JobRecord, JobState, JobStatus, NodeTreeRoot, ProgramRoot, Progress,
    Reserve, SegmentIndex, SegmentStatus, StateRoot, TensorRoot, TraceRoot,
};
use frame_benchmarking::BenchmarkError;
use frame_support::BoundedVec;
use pallet_assay_jobs::benchmarking::market::{largest_spec, now, PRICE};
use pallet_assay_protocol::{
    benchmarking::{set_widest, widest},
    ProtocolParams,
};
use pallet_assay_providers::benchmarking::{endowed, registered};
use sp_runtime::DispatchError;

use super::{keys::Signing, synthetic::Turn, Court};
use crate::{
    play::Play,
    types::{Contest, ContestId, Dispute, Reward, Stage, Stake, Terms},
    Config, Contests, Disputes, Error, Games, Pallet,
};

const JOB: JobId = JobId(0);
const NUMBER: u64 = 0;
/// Blocks that a move may take.
const ALLOWANCE: u32 = 100;
/// Games that wait for the defender besides this one.
const OTHERS: u32 = 15;

/// A game that waits for a move.
pub(super) struct Seat {
    pub(super) game: GameId,
    pub(super) mv: Move,
}

impl Seat {
    /// Puts the game into storage; both sides sign with one key.
    pub(super) fn new<T: Court>(turn: Turn) -> Result<Self, BenchmarkError> {
        let operator = T::MoveSignature::account();
        set_widest::<T>()?;
        let owner = registered::<T>(operator.clone())?;
        let (version, _) = <pallet_assay_protocol::Pallet<T> as ProtocolParams>::pin();
        set_widest::<T>()?;
        put_job::<T>(&turn, version, owner.clone());
        let game = GameId([1; 32]);
        put_dispute::<T>(game, owner, operator);
        put_game::<T>(game, &turn);
        Ok(Self { game, mv: turn.mv })
    }

    /// Takes the move, without what a verdict leads to.
    pub(super) fn take<T: Config>(&self) -> Result<Outcome, BenchmarkError> {
        let taken = Play::<T>::load(self.game).and_then(|mut play| play.take(&self.mv));
        Ok(taken.map_err(DispatchError::from)?)
    }

    /// Ends the game on time, without what the verdict leads to.
    pub(super) fn time_out<T: Config>(&self) -> Result<Verdict, BenchmarkError> {
        let mut play = Play::<T>::load(self.game).map_err(DispatchError::from)?;
        let (defence, now) = (&mut play.case.contest.defence, play.now);
        let ended = play.game.time_out(defence, now);
        Ok(ended
            .map_err(Error::<T>::from)
            .map_err(DispatchError::from)?)
    }

    /// Makes the move.
    pub(super) fn play<T: Config>(&self) -> Result<(), BenchmarkError> {
        Pallet::<T>::do_play(self.game, &self.mv)?;
        Ok(())
    }

    /// Whether the game has taken the move and goes on.
    pub(super) fn has_moved<T: Config>(&self) -> bool {
        Games::<T>::get(self.game).is_some_and(|game| game.round == 1)
    }
}

/// A job whose segment is committed as the claim says, and the segment before it.
fn put_job<T: Court>(turn: &Turn, version: assay_protocol::ParamsVersion, owner: T::AccountId) {
    let claim = &turn.claim;
    let mut spec = largest_spec(&widest(), 2);
    spec.header = claim.header.into();
    spec.node_tree_root = NodeTreeRoot(claim.node_tree_root);
    spec.datasets =
        BoundedVec::truncate_from(claim.datasets.iter().copied().map(TensorRoot).collect());
    spec.schedule = claim.schedule;
    let record = JobRecord {
        buyer: endowed::<T>("buyer", 0),
        submitted_at: 1,
        params_version: version,
        program_root: ProgramRoot([1; 32]),
        spec,
    };
    let mut state = JobState::open(0, 0, 1);
    state.status = JobStatus::Waiting {
        by: Assignment {
            provider: owner.clone(),
            price_per_segment: PRICE,
            collateral: PRICE,
        },
    };
    state.progress = Progress {
        committed: claim.segment.next().0,
        finalised: claim.segment.0,
    };
    pallet_assay_jobs::Records::<T>::insert(JOB, record);
    pallet_assay_jobs::States::<T>::insert(JOB, state);
    let before = SegmentStatus::Final {
        provider: owner.clone(),
        at: 1,
        paid: Reserve::default(),
        trace: TraceRoot([2; 32]),
        final_state: StateRoot(claim.start),
    };
    if let Some(previous) = claim.segment.previous() {
        pallet_assay_jobs::Segments::<T>::insert(JOB, previous, before);
    }
    let committed = SegmentStatus::Committed {
        provider: owner,
        at: 1,
        window_end: u32::MAX,
        reserve: Reserve::default(),
        trace: TraceRoot(claim.trace),
        final_state: StateRoot([3; 32]),
    };
    pallet_assay_jobs::Segments::<T>::insert(JOB, claim.segment, committed);
}

fn put_dispute<T: Config>(game: GameId, defender: T::AccountId, challenger: T::AccountId) {
    let dispute = Dispute {
        number: NUMBER,
        job: JOB,
        segment: SegmentIndex(1),
        entry: assay_game::Entry::Segment,
        contest: ContestId(NUMBER),
        defender,
        challenger,
        stake: Stake {
            bond: PRICE,
            deposit: PRICE,
        },
        reward: Reward::Open,
        stage: Stage::Running,
        terms: Terms {
            allowance: ALLOWANCE,
            budget: ALLOWANCE,
            winner_share: widest().disputes.winner_share,
            slash_defer: 1,
            retention: 1,
        },
    };
    Disputes::<T>::insert(game, dispute);
}

/// As many other games wait for the defender as may.
fn put_game<T: Court>(id: GameId, turn: &Turn) {
    let now = now::<T>();
    let clocks = Clocks {
        allowance: ALLOWANCE,
        challenger: ALLOWANCE,
        turn: Since { since: now },
    };
    let game = Game {
        round: 0,
        transcript: Transcript::start(id),
        phase: turn.phase.clone(),
        clocks,
    };
    let mut contest = Contest::new(ALLOWANCE);
    contest.disputes = OTHERS + 1;
    contest.open = OTHERS + 1;
    contest.running = OTHERS + 1;
    let waiting = OTHERS + u32::from(game.mover() == Party::Defender);
    for _ in 0..waiting {
        let _ = contest.defence.wait(now, clocks.free_until());
    }
    Contests::<T>::insert(ContestId(NUMBER), contest);
    Games::<T>::insert(id, game);
}
