//! Sides of a game, and games played to their verdicts.

use std::sync::Arc;

use assay_game::{Claim, Entry, GameId, Move, Party, PhaseName, Stage, Standing, Verdict};
use assay_protocol::IntervalIndex;
use assay_prover::{Challenger, Defender, Execution};
use frame_support::{assert_ok, dispatch::PostDispatchInfo};
use pallet_assay_jobs::Challenged;
use sp_runtime::transaction_validity::TransactionValidityError;

use super::{
    job::{RealJob, SEGMENT},
    tale::Tale,
};
use crate::{mock::*, Call};

type Executions = Box<dyn Fn(IntervalIndex) -> Box<dyn Execution>>;

/// One side: its next move in a game. None: it lets its time run out.
pub(in crate::tests) struct Player(Box<dyn FnMut(GameId) -> Option<Move>>);

impl Player {
    /// A side that moves like this.
    pub(in crate::tests) fn new(next: impl FnMut(GameId) -> Option<Move> + 'static) -> Self {
        Self(Box::new(next))
    }

    /// A provider that defends what is right.
    pub(in crate::tests) fn honest_defender(job: &'static RealJob) -> Self {
        let side = Defender::new(job.work.clone(), &job.interval_roots());
        let mut next = defend(side, honest_executions(job));
        Self::new(move |id| Some(next(id).expect("an honest defender has a move")))
    }

    /// Whoever knows what is right, against a commitment that is not.
    pub(in crate::tests) fn honest_challenger(job: &'static RealJob) -> Self {
        let side = Challenger::new(&job.interval_roots());
        let mut next = challenge(side, honest_executions(job));
        Self::new(move |id| Some(next(id).expect("an honest challenger has a move")))
    }

    /// A provider that defends what it tells.
    pub(in crate::tests) fn defending(tale: &Arc<Tale>) -> Self {
        let side = Defender::new(tale.shown.clone(), &tale.interval_roots());
        let told = tale.clone();
        Self::new(defend(
            side,
            Box::new(move |interval| Box::new(told.interval(interval))),
        ))
    }

    /// A challenger that says that this is right.
    pub(in crate::tests) fn believing(tale: &Arc<Tale>) -> Self {
        let side = Challenger::new(&tale.interval_roots());
        let told = tale.clone();
        Self::new(challenge(
            side,
            Box::new(move |interval| Box::new(told.interval(interval))),
        ))
    }

    /// A challenger that names these nodes, whatever they are.
    pub(in crate::tests) fn naming(pick: impl Fn(&Stage) -> u8 + 'static) -> Self {
        Self::new(move |id| match game(id).phase {
            assay_game::Phase::Name(walk, _) => Some(Move::Name(pick(&walk.stage))),
            phase => panic!("not its turn: {phase:?}"),
        })
    }

    /// The same side, but silent once the game waits for this.
    pub(in crate::tests) fn until(mut self, phase: PhaseName) -> Self {
        Self::new(move |id| match PhaseName::from(&game(id).phase) {
            now if now == phase => None,
            _ => (self.0)(id),
        })
    }

    /// The same side, with other moves where the game waits for this.
    pub(in crate::tests) fn with(
        mut self,
        phase: PhaseName,
        edit: impl Fn(&mut Move) + 'static,
    ) -> Self {
        Self::new(move |id| {
            let mut mv = (self.0)(id)?;
            if PhaseName::from(&game(id).phase) == phase {
                edit(&mut mv);
            }
            Some(mv)
        })
    }

    /// The next move.
    pub(in crate::tests) fn answer(&mut self, id: GameId) -> Option<Move> {
        (self.0)(id)
    }

    /// The next move with its signature.
    pub(in crate::tests) fn next(&mut self, id: GameId) -> Option<Call<Test>> {
        let mv = self.answer(id)?;
        Some(signed_move(id, mover(id), &mv))
    }

    /// Makes the next move.
    pub(in crate::tests) fn play(
        &mut self,
        id: GameId,
    ) -> Option<Result<PostDispatchInfo, TransactionValidityError>> {
        self.next(id).map(send)
    }
}

fn honest_executions(job: &'static RealJob) -> Executions {
    Box::new(move |interval| job.replay(interval))
}

fn defend(
    mut side: Defender<Box<dyn Execution>>,
    executions: Executions,
) -> impl FnMut(GameId) -> Option<Move> {
    move |id| {
        let game = game(id);
        if let Some(interval) = side.missing(&game) {
            side.execute(interval, executions(interval));
        }
        side.answer(&claim(), &game).ok()
    }
}

fn challenge(
    mut side: Challenger<Box<dyn Execution>>,
    executions: Executions,
) -> impl FnMut(GameId) -> Option<Move> {
    move |id| {
        let game = game(id);
        if let Some(interval) = side.missing(&game) {
            side.execute(interval, executions(interval));
        }
        side.answer(&game).ok()
    }
}

/// What the first segment's games are about.
fn claim() -> Claim {
    let commitment = <Jobs as Challenged<u64>>::commitment(JOB, SEGMENT).unwrap();
    crate::open::claim(SEGMENT, &commitment)
}

/// The account whose key signs the next move.
fn mover(id: GameId) -> u64 {
    let dispute = crate::Disputes::<Test>::get(id).unwrap();
    match game(id).mover() {
        Party::Defender => operator(dispute.defender),
        Party::Challenger => dispute.challenger,
    }
}

/// Challenges the first segment.
pub(in crate::tests) fn contest(who: u64, entry: Entry) -> GameId {
    assert_ok!(Disputes::open(signed(who), JOB, SEGMENT, entry));
    last_game()
}

/// A game with both of its sides, for games that are played side by side.
pub(in crate::tests) struct Table {
    /// The game.
    pub(in crate::tests) id: GameId,
    /// Its defender.
    pub(in crate::tests) defender: Player,
    /// Its challenger.
    pub(in crate::tests) challenger: Player,
}

impl Table {
    /// Makes the next move, if the game is being played.
    pub(in crate::tests) fn turn(&mut self) {
        if self.is_played() {
            let player = match game(self.id).mover() {
                Party::Defender => &mut self.defender,
                Party::Challenger => &mut self.challenger,
            };
            player.play(self.id).unwrap().unwrap();
        }
    }

    /// Whether the game has begun and has no verdict yet.
    pub(in crate::tests) fn is_played(&self) -> bool {
        let standing = Disputes::dispute(self.id).unwrap().standing;
        matches!(standing, Standing::Running { .. })
    }
}

/// How a game went.
#[derive(Debug)]
pub(in crate::tests) struct Played {
    /// Its verdict.
    pub(in crate::tests) verdict: Verdict,
    /// What it waited for, before each move and at the end.
    pub(in crate::tests) phases: Vec<PhaseName>,
    /// What the pool said of the last move of a side that then ran out of time.
    pub(in crate::tests) refused: Option<TransactionValidityError>,
}

/// Plays a game to its verdict, a move a block. A side without a move, or whose move is refused, runs out of time.
pub(in crate::tests) fn argue(
    id: GameId,
    defender: &mut Player,
    challenger: &mut Player,
) -> Played {
    let (mut phases, mut refused) = (Vec::new(), None);
    loop {
        let deadline = match Disputes::dispute(id).unwrap().standing {
            Standing::Ended { verdict, .. } => {
                return Played {
                    verdict,
                    phases,
                    refused,
                }
            }
            Standing::Running {
                phase, deadline, ..
            } => {
                phases.push(phase);
                deadline
            }
            other => panic!("not played: {other:?}"),
        };
        pass(1);
        let player = match game(id).mover() {
            Party::Defender => &mut *defender,
            Party::Challenger => &mut *challenger,
        };
        match player.play(id) {
            Some(Ok(_)) => {}
            other => {
                refused = other.and_then(Result::err);
                pass((deadline + 1).saturating_sub(now()));
                assert_ok!(time_out(id));
            }
        }
    }
}
