//! Fold steps in trees of any size, of which only what a proof shows is made: the other siblings are numbers.

use super::{hash, path, Rng};
use assay_commitment::{
    canonical_word, fold_leaf, fold_path, padding, state_root_from_tree, tensor_root, tile_hash,
    tree_height, Hash, Sha3, Tree,
};
use assay_game::{
    sources_of, BlockFrame, Budget, Claim, Defence, Entry, Game, GameId, NodeFrame, Phase, Proof,
    Register, ShownNode, SourcePlace, SourceProof, StepFrame, TileFrame, Transcript,
};
use assay_numerics::{Context, DType, Operation, Tile, TileIndex, TileShape};
use assay_program::{Header, Node, Source};
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};

/// A fold step with a proof that the referee takes.
#[derive(Clone, Debug)]
pub struct FoldStep {
    pub claim: Claim,
    pub frame: BlockFrame,
    pub proof: Proof,
}

/// A tree of the greatest size of its kind, whose first eight leaves are known.
struct Sparse {
    count: u64,
    low: Tree,
    high: Vec<Hash>,
}

impl Sparse {
    fn new(count: u32, leaves: Vec<Hash>, rng: &mut Rng) -> Self {
        assert!(count.is_power_of_two() && leaves.len() == 8);
        let count = u64::from(count);
        Self {
            count,
            low: Tree::new::<Sha3>(leaves),
            high: (3..tree_height(count)).map(|_| rng.hash()).collect(),
        }
    }

    fn path(&self, index: u32) -> Vec<Hash> {
        let mut siblings = self.low.path(index.into()).expect("one of eight");
        siblings.extend(&self.high);
        siblings
    }

    fn root(&self) -> Hash {
        let leaf = self.low.leaves()[0];
        fold_path::<Sha3>(leaf, 0, self.count, &self.path(0)).expect("a path")
    }
}

/// Siblings of a leaf: padding where there must be, anything elsewhere.
pub fn siblings(count: u64, index: u64, rng: &mut Rng) -> Vec<Hash> {
    (0..tree_height(count))
        .map(|height| {
            let (sibling, last) = ((index >> height) ^ 1, (count - 1) >> height);
            match sibling > last {
                true => padding::<Sha3>(height),
                false => rng.hash(),
            }
        })
        .collect()
}

/// Canonical words: any integers, floats of any kind but mostly ordinary ones.
fn words(shape: TileShape, rng: &mut Rng) -> Vec<u32> {
    let count = usize::from(shape.rows) * usize::from(shape.cols);
    let mut word = || match (shape.dtype, rng.below(8)) {
        (DType::F32, 0) => canonical_word(DType::F32, rng.next() as u32),
        (DType::F32, _) => (0x3f00_0000 | rng.next() as u32 & 0x80ff_ffff) & 0xbfff_ffff,
        (DType::U32, 0) => rng.next() as u32,
        (DType::U32, _) => rng.below(64) as u32,
    };
    (0..count).map(|_| word()).collect()
}

fn tile(shape: TileShape, words: Vec<u32>) -> Tile {
    Tile::new(shape.dtype, shape.rows, shape.cols, words).expect("the shape's words")
}

/// Source tiles as they are shown, with the roots of the tensors that they lie in.
struct Shown {
    roots: Vec<(Source, Hash)>,
    index: Option<SourceProof>,
    sources: Vec<SourceProof>,
}

fn show(place: SourcePlace, roots: &mut Vec<(Source, Hash)>, rng: &mut Rng) -> (Tile, SourceProof) {
    let shape = place
        .ty
        .tile_shape(place.tile)
        .expect("a tile of the source");
    let shown = tile(shape, words(shape, rng));
    let tiles = place.ty.dims.tiles();
    let tile_path = siblings(tiles, place.tile, rng);
    let leaf = tile_hash::<Sha3>(&shown);
    let tree = fold_path::<Sha3>(leaf, place.tile, tiles, &tile_path).expect("a path");
    roots.push((place.source, tensor_root::<Sha3>(place.ty, tree).0));
    let proof = SourceProof {
        words: shown.words().to_vec().try_into().expect("a tile"),
        tile_path: path(tile_path),
        tensor_path: path(vec![]),
    };
    (shown, proof)
}

fn show_all(claim: &Claim, frame: &BlockFrame, rng: &mut Rng) -> Shown {
    let mut roots = Vec::new();
    let (index, _) = sources_of(claim, frame, None).expect("a valid node");
    let index = index.map(|place| show(place, &mut roots, rng));
    let (index_tile, index) = index.unzip();
    let (_, places) = sources_of(claim, frame, index_tile.as_ref()).expect("a valid node");
    let sources = places
        .into_iter()
        .map(|place| show(place, &mut roots, rng).1)
        .collect();
    Shown {
        roots,
        index,
        sources,
    }
}

/// Something that stands at the first eight places of each kind, and at these places what is given.
fn leaves(roots: &[(Source, Hash)], kind: fn(u32) -> Source) -> Vec<Hash> {
    let root = |index| roots.iter().find(|(source, _)| *source == kind(index));
    (0..8)
        .map(|index| root(index).map_or_else(|| hash(index.into()), |(_, root)| *root))
        .collect()
}

/// Block `block` of a tile of `node`, in the last step of the longest interval. Each source that the node names is one of
/// the first eight of its kind, and no source is named twice.
pub fn fold_step(node: &Node, tile: u64, block: u32, rng: &mut Rng) -> FoldStep {
    let mut claim = largest_claim();
    let mut frame = frame_of(node, tile, block, &claim, rng);
    let mut shown = show_all(&claim, &frame, rng);
    let operators = Sparse::new(Header::MAX_NODES, leaves(&shown.roots, Source::Node), rng);
    let slots = Sparse::new(Header::MAX_SLOTS, leaves(&shown.roots, Source::Slot), rng);
    let constants = leaves(&shown.roots, Source::Constant);
    let constants = Sparse::new(Header::MAX_CONSTANTS, constants, rng);
    claim.datasets = leaves(&shown.roots, Source::Input);
    claim.header.constants_root = constants.root();
    frame.tile.node.operators = operators.root();
    frame.tile.node.step.start =
        state_root_from_tree::<Sha3>(Header::MAX_SLOTS.into(), slots.root()).0;
    let proofs = shown.index.iter_mut().chain(&mut shown.sources);
    for ((source, _), proof) in shown.roots.iter().zip(proofs) {
        proof.tensor_path = path(match *source {
            Source::Node(index) => operators.path(index),
            Source::Slot(index) => slots.path(index),
            Source::Constant(index) => constants.path(index),
            Source::Input(_) => vec![],
        });
    }
    let (registers, before) = registers(&claim, &mut frame, rng);
    let proof = Proof {
        registers: registers.try_into().expect("at most 4"),
        before: path(before),
        index: shown.index,
        sources: shown.sources.try_into().expect("at most 8"),
    };
    FoldStep {
        claim,
        frame,
        proof,
    }
}

/// A job whose trees all have their greatest size.
pub fn largest_claim() -> Claim {
    let interval = assay_protocol::MAX_STEPS_PER_INTERVAL;
    Claim {
        header: Header {
            version: 1,
            flags: 0,
            seed: [3; 32],
            nodes: Header::MAX_NODES,
            slots: Header::MAX_SLOTS,
            inputs: Header::MAX_INPUTS,
            constants: Header::MAX_CONSTANTS,
            constants_root: [0; 32],
        },
        node_tree_root: [0; 32],
        datasets: vec![],
        start: hash(1),
        trace: hash(2),
        schedule: Schedule {
            total_steps: StepCount(assay_protocol::MAX_TOTAL_STEPS),
            steps_per_segment: interval * (assay_protocol::MAX_INTERVALS_PER_SEGMENT / 2),
            steps_per_interval: interval,
        },
        segment: SegmentIndex(1),
    }
}

pub fn last_step(claim: &Claim, rng: &mut Rng) -> StepFrame {
    StepFrame {
        interval: IntervalIndex(claim.intervals() - 1),
        step: claim.schedule.steps_per_interval - 1,
        start: rng.hash(),
        end: rng.hash(),
    }
}

/// The frame of a block; what the proof shows is still to come.
fn frame_of(node: &Node, tile: u64, block: u32, claim: &Claim, rng: &mut Rng) -> BlockFrame {
    BlockFrame {
        tile: TileFrame {
            node: NodeFrame {
                step: last_step(claim, rng),
                operators: [0; 32],
                node: Header::MAX_NODES - 2,
                output: rng.hash(),
            },
            encoding: ShownNode::try_from(node.encode()).expect("at most 512 bytes"),
            tile,
            hash: rng.hash(),
        },
        fold: rng.hash(),
        block,
        leaf: rng.hash(),
    }
}

/// Any accumulator before the block, agreed by the frame from now on.
fn registers(claim: &Claim, frame: &mut BlockFrame, rng: &mut Rng) -> (Vec<Register>, Vec<Hash>) {
    let Some(before) = u64::from(frame.block).checked_sub(1) else {
        return (vec![], vec![]);
    };
    let operation = frame.tile.operation().expect("a valid node");
    let ctx = context(claim, frame, &operation);
    let blocks = operation.blocks(ctx.at);
    let tiles: Vec<Tile> = operation
        .init(&ctx)
        .registers
        .iter()
        .map(|register| tile(register.shape(), words(register.shape(), rng)))
        .collect();
    let hashes: Vec<Hash> = tiles.iter().map(tile_hash::<Sha3>).collect();
    let leaf = fold_leaf::<Sha3>(before, blocks.into(), &hashes);
    let siblings = siblings(blocks.into(), before, rng);
    frame.fold = fold_path::<Sha3>(leaf, before, blocks.into(), &siblings).expect("a path");
    let touched = match frame.block + 1 == blocks {
        true => u8::MAX,
        false => operation.touches(&ctx, frame.block),
    };
    let show = |(number, register): (usize, &Tile)| match touched >> number & 1 {
        0 => Register::Untouched(hashes[number]),
        _ => Register::Words(register.words().to_vec().try_into().expect("a tile")),
    };
    (tiles.iter().enumerate().map(show).collect(), siblings)
}

fn context<'a>(claim: &'a Claim, frame: &BlockFrame, operation: &Operation) -> Context<'a> {
    let first = claim.steps(frame.tile.node.step.interval).first.0;
    Context {
        seed: &claim.header.seed,
        step: first + u64::from(frame.tile.node.step.step),
        at: TileIndex::of_tile(operation.output.dims, frame.tile.tile).expect("such a tile"),
    }
}

impl FoldStep {
    /// A game that waits for this proof.
    pub fn game(&self) -> (Game, Defence) {
        game_at(&self.claim, Phase::Prove(self.frame.clone()))
    }
}

/// A game in this phase.
pub fn game_at(claim: &Claim, phase: Phase) -> (Game, Defence) {
    let budget = Budget {
        allowance: 10,
        challenger: 10,
    };
    let mut defence = Defence::new(10);
    let transcript = Transcript::start(GameId(hash(9)));
    let game = Game::begin(claim, Entry::Segment, transcript, budget, &mut defence, 0);
    let game = Game {
        phase,
        ..game.expect("the only game")
    };
    (game, defence)
}
