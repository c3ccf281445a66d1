//! A job with a real program, and both sides of a game about it: executed by the engine, answered by the prover.

use assay_commitment::{
    state_root, state_root_from_tree, tensor_root, tensor_root_of, Hash, Sha3, StateRoot,
};
use assay_engine::{Engine, Options, State};
use assay_game::{Entry, GameId, Move, Party};
use assay_numerics::{Accumulator, Tensor, TensorType, Tile};
use assay_program::{
    testing::{random_program, Sample},
    Source,
};
use assay_protocol::{IntervalIndex, JobSubmission, SegmentIndex, StepRange};
use assay_prover::{
    Challenger, Defender, Execution, HashTree, Levels, ProverError, Replay, TileName, TreeName,
    Work,
};
use frame_support::{dispatch::PostDispatchInfo, BoundedVec};
use pallet_assay_jobs::Challenged;
use sp_runtime::transaction_validity::TransactionValidityError;
use std::sync::Arc;

use crate::{mock::*, Call, Games};

/// The first segment, the only one that is argued about here.
pub(super) const SEGMENT: SegmentIndex = SegmentIndex(0);
/// Steps of an interval.
const STEPS: usize = 2;
/// The interval in which a cheating provider cheats, and the step of it.
pub(super) const WRONG: IntervalIndex = IntervalIndex(1);
const WRONG_STEP: u32 = 1;

/// A real program's first segment: two intervals of two steps, executed honestly.
pub(super) struct Bench {
    sample: Sample,
    work: Work,
    /// The slots before each step, and after the last.
    states: Vec<Vec<Tensor>>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let sample = random_program(6);
        let program = sample.program.clone().validate().unwrap();
        let work = Work::new(program, sample.constants.clone(), sample.inputs.clone());
        let constants = work.constants().clone();
        let mut engine = Engine::sharing(work.program(), constants, Options::default()).unwrap();
        let mut state = State::new(work.program(), sample.state.clone()).unwrap();
        let mut states = vec![sample.state.clone()];
        for step in 0..2 * STEPS as u64 {
            engine.step(&mut state, work.data(), step).unwrap();
            states.push(state.slots().to_vec());
        }
        Self {
            sample,
            work,
            states,
        }
    }

    /// A job of that program, `segments` segments long.
    pub(super) fn job(&self, segments: u64) -> JobSubmission {
        let mut job = job_of(segments);
        let header = self.sample.program.header();
        job.spec.header = header.into();
        job.spec.node_tree_root.0 = self.work.node_tree().root();
        job.spec.start_state = root_of(&self.states[0]).into();
        let data = self.work.dataset_roots().into_iter().map(Into::into);
        job.spec.datasets = BoundedVec::truncate_from(data.collect());
        job
    }

    /// The states' roots at the ends of the intervals.
    pub(super) fn honest(&self) -> Vec<StateRoot> {
        [STEPS, 2 * STEPS]
            .map(|at| root_of(&self.states[at]))
            .to_vec()
    }

    /// The same, but for one tile of one slot after the last step.
    pub(super) fn cheating(&self) -> Vec<StateRoot> {
        let mut cheat = self.cheat();
        let wrong = cheat.tree(TreeName::Steps).unwrap();
        vec![self.honest()[0], StateRoot(wrong.node(0, 1))]
    }

    /// Starts the job and has the provider commit these roots for its first segment.
    pub(super) fn commit(&self, segments: u64, roots: &[StateRoot]) {
        start(self.job(segments));
        let roots: Vec<_> = roots.iter().map(|root| (*root).into()).collect();
        commit_roots(PROVIDER, JOB, SEGMENT, &roots).unwrap();
    }

    /// The honest execution of an interval.
    fn replay(&self, interval: IntervalIndex) -> Replay {
        let first = interval.0 as usize * STEPS;
        let steps = StepRange {
            first: assay_protocol::StepIndex(first as u64),
            count: assay_protocol::StepCount(STEPS as u64),
        };
        let start = self.states[first].clone();
        Replay::new(self.work.clone(), steps, start, Options::default()).unwrap()
    }

    fn cheat(&self) -> Cheat {
        Cheat {
            inner: self.replay(WRONG),
            nodes: self.sample.program.nodes.len() as u32,
            slots: self.sample.program.slots.len() as u32,
            output: *self.sample.program.slots.last().unwrap(),
        }
    }

    pub(super) fn honest_defender(&self) -> Player {
        let mut side: Defender<Box<dyn Execution>> =
            Defender::new(self.work.clone(), &self.honest());
        let executions: Vec<_> = [0, 1]
            .map(IntervalIndex)
            .map(|i| (i, self.replay(i)))
            .into();
        let mut executions = executions
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>();
        Player(Box::new(move |id| {
            let game = game(id);
            if let Some(missing) = side.missing(&game) {
                side.execute(missing, Box::new(executions.remove(&missing).unwrap()));
            }
            side.answer(&claim(), &game)
        }))
    }

    pub(super) fn cheating_defender(&self) -> Player {
        let mut side: Defender<Box<dyn Execution>> =
            Defender::new(self.work.clone(), &self.cheating());
        side.execute(WRONG, Box::new(self.cheat()));
        Player(Box::new(move |id| side.answer(&claim(), &game(id))))
    }

    pub(super) fn honest_challenger(&self) -> Player {
        let mut side: Challenger<Box<dyn Execution>> = Challenger::new(&self.honest());
        side.execute(WRONG, Box::new(self.replay(WRONG)));
        Player(Box::new(move |id| side.answer(&game(id))))
    }
}

/// A challenger that says of the first node shown that it is wrong, whatever it is.
pub(super) fn lying_challenger() -> Player {
    Player(Box::new(|_| Ok(Move::Name(0))))
}

/// One side: its next move in a game.
pub(super) struct Player(Box<dyn FnMut(GameId) -> Result<Move, ProverError>>);

impl Player {
    /// The next move, with its signature.
    pub(super) fn next(&mut self, id: GameId) -> Call<Test> {
        let mv = (self.0)(id).unwrap();
        signed_move(id, mover(id), &mv)
    }

    /// Makes the next move.
    pub(super) fn play(
        &mut self,
        id: GameId,
    ) -> Result<PostDispatchInfo, TransactionValidityError> {
        send(self.next(id))
    }
}

/// The account whose key signs the next move.
pub(super) fn mover(id: GameId) -> u64 {
    match game(id).mover() {
        Party::Defender => OPERATOR,
        Party::Challenger => crate::Disputes::<Test>::get(id).unwrap().challenger,
    }
}

/// Plays a game to its verdict, a move a block; returns the number of moves.
pub(super) fn argue(id: GameId, mut defender: Player, mut challenger: Player) -> u32 {
    let mut moves = 0;
    while Games::<Test>::contains_key(id) {
        pass(1);
        let player = match game(id).mover() {
            Party::Defender => &mut defender,
            Party::Challenger => &mut challenger,
        };
        player.play(id).unwrap();
        moves += 1;
    }
    moves
}

/// Challenges the segment that a [`Bench`] has committed.
pub(super) fn contest(who: u64, entry: Entry) -> GameId {
    Disputes::open(signed(who), JOB, SEGMENT, entry).unwrap();
    last_game()
}

fn claim() -> assay_game::Claim {
    let commitment = <Jobs as Challenged<u64>>::commitment(JOB, SEGMENT).unwrap();
    crate::open::claim(SEGMENT, &commitment)
}

fn root_of(slots: &[Tensor]) -> StateRoot {
    let roots: Vec<_> = slots.iter().map(tensor_root_of::<Sha3>).collect();
    state_root::<Sha3>(&roots)
}

/// An execution that is honest but for the first tile of the last slot's node in the last step of the interval.
struct Cheat {
    inner: Replay,
    nodes: u32,
    slots: u32,
    /// The type of the node's output.
    output: TensorType,
}

impl Cheat {
    /// The node whose output is wrong: that of the last slot, before `Commit`.
    fn node(&self) -> u32 {
        self.nodes - 2
    }

    /// Its tiles, the first of them wrong.
    fn tiles(&mut self) -> Result<Levels, ProverError> {
        let (step, source) = (WRONG_STEP, Source::Node(self.node()));
        let tree = self.inner.tree(TreeName::Tiles { step, source })?;
        Ok(altered(&*tree, &[(0, [0xee; 32])]))
    }

    /// Its output's root.
    fn output(&mut self) -> Result<Hash, ProverError> {
        self.inner.prepare(WRONG_STEP, self.node())?;
        let tiles = self.tiles()?;
        Ok(tensor_root::<Sha3>(self.output, tiles.root()).0)
    }

    /// The state after the step.
    fn slots(&mut self) -> Result<Levels, ProverError> {
        let output = self.output()?;
        let step = WRONG_STEP + 1;
        let tree = self.inner.tree(TreeName::Slots { step })?;
        Ok(altered(&*tree, &[(self.slots - 1, output)]))
    }

    fn state(&mut self) -> Result<Hash, ProverError> {
        let slots = self.slots()?;
        Ok(state_root_from_tree::<Sha3>(slots.count(), slots.root()).0)
    }
}

impl Execution for Cheat {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        let node = self.node();
        let changed = match name {
            TreeName::Steps => vec![(WRONG_STEP, self.state()?)],
            TreeName::Operators { step: WRONG_STEP } => {
                vec![(node, self.output()?), (node + 1, self.state()?)]
            }
            TreeName::Slots { step } if step == WRONG_STEP + 1 => {
                return Ok(Arc::new(self.slots()?));
            }
            TreeName::Tiles {
                step: WRONG_STEP,
                source,
            } if source == Source::Node(node) => return Ok(Arc::new(self.tiles()?)),
            TreeName::Fold(tile) if (tile.step, tile.node, tile.tile) == (WRONG_STEP, node, 0) => {
                let last = self.inner.tree(name)?.count() as u32 - 1;
                vec![(last, [0xee; 32])]
            }
            _ => Vec::new(),
        };
        Ok(Arc::new(altered(&*self.inner.tree(name)?, &changed)))
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        self.inner.tile(step, source, tile)
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        self.inner.accumulator(tile, block)
    }

    fn prepare(&mut self, step: u32, node: u32) -> Result<(), ProverError> {
        self.inner.prepare(step, node)
    }
}

/// A tree with some leaves exchanged.
fn altered(tree: &dyn HashTree, changed: &[(u32, Hash)]) -> Levels {
    let mut leaves: Vec<Hash> = (0..tree.count()).map(|at| tree.node(0, at)).collect();
    for (at, hash) in changed {
        leaves[*at as usize] = *hash;
    }
    Levels::new(leaves)
}
