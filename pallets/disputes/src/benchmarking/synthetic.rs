//! Moves in trees as high as they may be, of which only what is shown is made: the other siblings are numbers.
//!
//! The referee takes these moves as it takes those of real games. Its verdict is for the challenger, as the leaf in
//! dispute is a number too.

use alloc::{boxed::Box, vec, vec::Vec};

use assay_commitment::{
    fold_leaf, fold_path, node_hash, node_leaf, padding, state_root_from_tree, tensor_root,
    tile_hash, trace_root_from_tree, tree_height, Hash, Level, Tree,
};
use assay_game::{
    limits, sources_of, BlockFrame, Claim, Cursor, Enter, IntervalFrame, IntervalPick, Leaf, Move,
    NodeFrame, OpenFold, OpenIntervals, OpenOperators, OpenSlots, OpenSteps, OpenTiles, Path,
    Phase, Proof, Register, Revealed, ShowSlot, ShownNode, SlotFrame, SourcePlace, SourceProof,
    Stage, StepFrame, StepPick, TileFrame, TileWords, Walk,
};
use assay_numerics::{Context, DType, Tile, TileIndex, TileShape};
use assay_program::{Header, Source};
use assay_protocol::{
    IntervalIndex, Schedule, SegmentIndex, StepCount, MAX_INTERVALS_PER_SEGMENT,
    MAX_STEPS_PER_INTERVAL,
};
use frame_support::BoundedVec;
use pallet_assay_jobs::HostKeccak;

use super::operators::{Step, Values};

/// A game that waits for a move.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// What it is about.
    pub(super) claim: Claim,
    /// What it waits for.
    pub(super) phase: Phase,
    /// A move that is taken.
    pub(super) mv: Move,
}

/// The number of the node in dispute, the last but `Commit`.
const NODE: u32 = Header::MAX_NODES - 2;
/// Leaves of a tree that a proof names: the first eight, one for each source there may be.
const NAMED: u32 = limits::SOURCES;

/// Numbers that look random: splitmix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn hash(&mut self) -> Hash {
        let mut hash = [0; 32];
        for part in hash.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_le_bytes());
        }
        hash
    }

    fn hashes(&mut self, count: usize) -> Vec<Hash> {
        (0..count).map(|_| self.hash()).collect()
    }

    /// Siblings of a leaf: padding where there must be.
    fn siblings(&mut self, count: u64, index: u64) -> Vec<Hash> {
        let last = count.saturating_sub(1);
        (0..tree_height(count))
            .map(|height| match (index >> height) ^ 1 > last >> height {
                true => padding::<HostKeccak>(height),
                false => self.hash(),
            })
            .collect()
    }

    fn words(&mut self, shape: TileShape, values: Values) -> Vec<u32> {
        let count = usize::from(shape.rows).saturating_mul(usize::from(shape.cols));
        let word = |_| match shape.dtype {
            DType::F32 => values.word(self.next()),
            DType::U32 => self.next() as u32 % 64,
        };
        (0..count).map(word).collect()
    }

    fn tile(&mut self, shape: TileShape, values: Values) -> Option<Tile> {
        let words = self.words(shape, values);
        Tile::new(shape.dtype, shape.rows, shape.cols, words).ok()
    }
}

/// A tree whose first leaves are known.
struct Sparse {
    count: u64,
    low: Tree,
    high: Vec<Hash>,
}

impl Sparse {
    fn new(count: u32, leaves: Vec<Hash>, numbers: &mut Numbers) -> Self {
        let low = Tree::new::<HostKeccak>(leaves);
        let count = u64::from(count);
        let rest = tree_height(count).saturating_sub(tree_height(low.count()));
        Self {
            count,
            low,
            high: numbers.hashes(rest as usize),
        }
    }

    fn path(&self, index: u32) -> Option<Vec<Hash>> {
        let mut siblings = self.low.path(index.into()).ok()?;
        siblings.extend(&self.high);
        Some(siblings)
    }

    fn root(&self) -> Option<Hash> {
        let leaf = self.low.leaves().first()?;
        fold_path::<HostKeccak>(*leaf, 0, self.count, &self.path(0)?).ok()
    }
}

fn path(siblings: Vec<Hash>) -> Path {
    BoundedVec::truncate_from(siblings)
}

fn words(tile: &Tile) -> TileWords {
    BoundedVec::truncate_from(tile.words().to_vec())
}

/// A job whose program and trees have their greatest size: 2^20 intervals of 2^11 steps, or half as many of twice as
/// many.
fn claim(steps_per_interval: u32) -> Claim {
    let steps_per_segment = (MAX_INTERVALS_PER_SEGMENT / 2).saturating_mul(MAX_STEPS_PER_INTERVAL);
    Claim {
        header: Header {
            version: 1,
            flags: 0,
            seed: [1; 32],
            nodes: Header::MAX_NODES,
            slots: Header::MAX_SLOTS,
            inputs: Header::MAX_INPUTS,
            constants: Header::MAX_CONSTANTS,
            constants_root: [2; 32],
        },
        node_tree_root: [3; 32],
        datasets: vec![[4; 32]; Header::MAX_INPUTS as usize],
        start: [5; 32],
        trace: [6; 32],
        schedule: Schedule {
            total_steps: StepCount(u64::from(steps_per_segment).saturating_mul(2)),
            steps_per_segment,
            steps_per_interval,
        },
        segment: SegmentIndex(1),
    }
}

fn long_intervals() -> Claim {
    claim(MAX_STEPS_PER_INTERVAL)
}

/// The step in dispute, the last of an interval.
fn step(claim: &Claim, interval: u32) -> StepFrame {
    StepFrame {
        interval: IntervalIndex(interval),
        step: claim.schedule.steps_per_interval.saturating_sub(1),
        start: [7; 32],
        end: [8; 32],
    }
}

fn node(claim: &Claim) -> NodeFrame {
    NodeFrame {
        step: step(claim, 1),
        operators: [9; 32],
        node: NODE,
        output: [10; 32],
    }
}

fn tile(claim: &Claim, at: &Step) -> TileFrame {
    TileFrame {
        node: node(claim),
        encoding: BoundedVec::truncate_from(at.node.encode()),
        tile: at.tile,
        hash: [11; 32],
    }
}

/// The top of a tree of so many leaves, and its root.
fn top(count: u64, numbers: &mut Numbers) -> Option<(Revealed, Hash)> {
    let shown = Cursor::at_root(count, [0; 32]).revealed_count();
    let top = BoundedVec::truncate_from(numbers.hashes(shown as usize));
    let root = Cursor::open::<HostKeccak>(count, &top).ok()?.root;
    Some((top, root))
}

/// The top of a tree of so many leaves, a power of two above 64, with the path of the last one and the root.
fn top_over(last: Hash, count: u64, numbers: &mut Numbers) -> Option<(Revealed, Path, Hash)> {
    let height = tree_height(count).saturating_sub(limits::REVEAL_LEVELS);
    let mut siblings = numbers.hashes(height as usize);
    let node = siblings
        .iter()
        .fold(last, |node, left| node_hash::<HostKeccak>(left, &node));
    let mut top = numbers.hashes(limits::REVEAL_NODES as usize);
    *top.last_mut()? = node;
    let tree = Tree::new::<HostKeccak>(top.clone());
    siblings.extend(tree.path(tree.count().saturating_sub(1)).ok()?);
    Some((BoundedVec::truncate_from(top), path(siblings), tree.root()))
}

/// The top of the tree over the most intervals.
pub(super) fn open_intervals() -> Option<Turn> {
    let (mut claim, mut numbers) = (claim(MAX_STEPS_PER_INTERVAL / 2), Numbers(1));
    let count = u64::from(claim.intervals());
    let (top, root) = top(count, &mut numbers)?;
    claim.trace = trace_root_from_tree::<HostKeccak>(Level::Interval, count, root).0;
    Some(Turn {
        claim,
        phase: Phase::OpenIntervals,
        mv: Move::OpenIntervals(OpenIntervals { top }),
    })
}

/// Two leaves of the tree over the most intervals.
pub(super) fn enter() -> Option<Turn> {
    let (mut claim, mut numbers) = (claim(MAX_STEPS_PER_INTERVAL / 2), Numbers(2));
    let count = claim.intervals();
    let ends = numbers.hashes(2);
    let tree = Sparse::new(count, ends.clone(), &mut numbers);
    let leaf = |interval: u32| {
        Some(Leaf {
            hash: *ends.get(interval as usize)?,
            path: path(tree.path(interval)?),
        })
    };
    claim.trace = trace_root_from_tree::<HostKeccak>(Level::Interval, count.into(), tree.root()?).0;
    Some(Turn {
        phase: Phase::Enter(IntervalPick {
            interval: IntervalIndex(1),
            end: ends.last().copied(),
        }),
        mv: Move::Enter(Enter {
            before: leaf(0),
            end: leaf(1)?,
        }),
        claim,
    })
}

/// The top of the tree over the most steps.
pub(super) fn open_steps() -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(3));
    let (start, end) = (numbers.hash(), numbers.hash());
    let (top, last, _) = top_over(end, MAX_STEPS_PER_INTERVAL.into(), &mut numbers)?;
    Some(Turn {
        claim,
        phase: Phase::OpenSteps(IntervalFrame {
            interval: IntervalIndex(1),
            start,
            end,
        }),
        mv: Move::OpenSteps(OpenSteps { top, last }),
    })
}

/// The step before, and the top of the tree over the most nodes.
pub(super) fn open_operators() -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(4));
    let steps = u64::from(MAX_STEPS_PER_INTERVAL);
    let (start, hash, end) = (numbers.hash(), numbers.hash(), numbers.hash());
    let before = steps.saturating_sub(2);
    let siblings = numbers.siblings(steps, before);
    let root = fold_path::<HostKeccak>(hash, before, steps, &siblings).ok()?;
    let (top, last, _) = top_over(end, Header::MAX_NODES.into(), &mut numbers)?;
    Some(Turn {
        claim,
        phase: Phase::OpenOperators(StepPick {
            interval: IntervalIndex(1),
            start,
            steps: Cursor::at_root(steps, root),
            step: MAX_STEPS_PER_INTERVAL - 1,
            end,
        }),
        mv: Move::OpenOperators(OpenOperators {
            before: Some(Leaf {
                hash,
                path: path(siblings),
            }),
            top,
            last,
        }),
    })
}

/// A node, and the top of the tree over its output's tiles.
pub(super) fn open_tiles(at: &Step) -> Option<Turn> {
    let (mut claim, mut numbers) = (long_intervals(), Numbers(5));
    let (encoding, count) = (at.node.encode(), u64::from(Header::MAX_NODES));
    let siblings = numbers.siblings(count, NODE.into());
    let leaf = node_leaf::<HostKeccak>(&encoding);
    claim.node_tree_root = fold_path::<HostKeccak>(leaf, NODE.into(), count, &siblings).ok()?;
    let (top, root) = top(at.node.output.dims.tiles(), &mut numbers)?;
    let frame = NodeFrame {
        output: tensor_root::<HostKeccak>(at.node.output, root).0,
        ..node(&claim)
    };
    Some(Turn {
        claim,
        phase: Phase::OpenTiles(frame),
        mv: Move::OpenTiles(OpenTiles {
            node: ShownNode::truncate_from(encoding),
            node_path: path(siblings),
            top,
        }),
    })
}

/// The top of the tree over a tile's blocks.
pub(super) fn open_fold(at: &Step) -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(6));
    let frame = tile(&claim, at);
    let (top, last, _) = top_over(frame.hash, frame.blocks().ok()?.into(), &mut numbers)?;
    Some(Turn {
        claim,
        phase: Phase::OpenFold(frame),
        mv: Move::OpenFold(OpenFold { top, last }),
    })
}

/// The top of the tree over the most slots.
pub(super) fn open_slots() -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(7));
    let count = u64::from(Header::MAX_SLOTS);
    let (top, root) = top(count, &mut numbers)?;
    let frame = NodeFrame {
        output: state_root_from_tree::<HostKeccak>(count, root).0,
        ..node(&claim)
    };
    Some(Turn {
        claim,
        phase: Phase::OpenSlots(frame),
        mv: Move::OpenSlots(OpenSlots { top }),
    })
}

/// Nodes of the tree over the most tiles, below its top.
pub(super) fn reveal(at: &Step) -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(8));
    let shown = numbers.hashes(limits::REVEAL_NODES as usize);
    let tiles = at.node.output.dims.tiles();
    let root = Cursor::at_root(tiles, numbers.hash());
    let cursor = Cursor {
        height: root.revealed_height(),
        index: 1,
        hash: Tree::new::<HostKeccak>(shown.clone()).root(),
        ..root
    };
    let stage = tiles_of(&claim, at);
    Some(Turn {
        claim,
        phase: Phase::Reveal(Walk { stage, cursor }),
        mv: Move::Reveal(BoundedVec::truncate_from(shown)),
    })
}

/// The name of a tile, whose blocks are counted then.
pub(super) fn name(at: &Step) -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(9));
    let tiles = at.node.output.dims.tiles();
    let cursor = Cursor {
        height: limits::REVEAL_LEVELS,
        index: at.tile >> limits::REVEAL_LEVELS,
        ..Cursor::at_root(tiles, numbers.hash())
    };
    let shown = numbers.hashes(cursor.revealed_count() as usize);
    let stage = tiles_of(&claim, at);
    let named = u8::try_from(at.tile.saturating_sub(cursor.revealed_first())).ok()?;
    let walk = Walk { stage, cursor };
    Some(Turn {
        claim,
        phase: Phase::Name(walk, BoundedVec::truncate_from(shown)),
        mv: Move::Name(named),
    })
}

fn tiles_of(claim: &Claim, at: &Step) -> Stage {
    let TileFrame { node, encoding, .. } = tile(claim, at);
    Stage::Tiles { node, encoding }
}

/// A slot of the next state, with its node's leaf.
pub(super) fn show_slot() -> Option<Turn> {
    let (claim, mut numbers) = (long_intervals(), Numbers(10));
    let (nodes, slots) = (Header::MAX_NODES, Header::MAX_SLOTS);
    let slot = slots.checked_sub(1)?;
    let leaf = u64::from(nodes.checked_sub(2)?);
    let (hash, root) = (numbers.hash(), numbers.hash());
    let siblings = numbers.siblings(nodes.into(), leaf);
    let operators = fold_path::<HostKeccak>(hash, leaf, nodes.into(), &siblings).ok()?;
    let node = NodeFrame {
        operators,
        node: nodes.checked_sub(1)?,
        ..node(&claim)
    };
    Some(Turn {
        claim,
        phase: Phase::ShowSlot(SlotFrame { node, slot, root }),
        mv: Move::ShowSlot(ShowSlot {
            node: Leaf {
                hash,
                path: path(siblings),
            },
        }),
    })
}

/// A move as large as it may be, with as many words and paths as fit. No game takes it.
pub(super) fn largest_move() -> Move {
    let (words, way) = (
        vec![1; limits::TILE_WORDS as usize],
        vec![[1; 32]; limits::TALLEST as usize],
    );
    let words: TileWords = BoundedVec::truncate_from(words);
    let source = SourceProof {
        words: words.clone(),
        tile_path: path(way.clone()),
        tensor_path: path(way),
    };
    Move::Prove(Box::new(Proof {
        registers: BoundedVec::truncate_from(vec![Register::Words(words)]),
        before: Path::new(),
        index: None,
        sources: BoundedVec::truncate_from(vec![source; 5]),
    }))
}

/// The proof of a block. Its node reads the outputs of the first nodes.
pub(super) fn prove(at: &Step) -> Option<Turn> {
    let (mut claim, mut numbers) = (long_intervals(), Numbers(11));
    claim.schedule.steps_per_segment = MAX_STEPS_PER_INTERVAL.saturating_mul(2);
    let mut frame = BlockFrame {
        tile: tile(&claim, at),
        fold: numbers.hash(),
        block: at.block,
        leaf: numbers.hash(),
    };
    let (index, sources) = shown(&claim, &mut frame, at.values, &mut numbers)?;
    let (registers, before) = registers(&claim, &mut frame, at.values, &mut numbers)?;
    let proof = Proof {
        registers: BoundedVec::truncate_from(registers),
        before: path(before),
        index,
        sources: BoundedVec::truncate_from(sources),
    };
    Some(Turn {
        claim,
        phase: Phase::Prove(frame),
        mv: Move::Prove(Box::new(proof)),
    })
}

/// What the block reads, in tensors that lie under the step's operators from now on.
fn shown(
    claim: &Claim,
    frame: &mut BlockFrame,
    values: Values,
    numbers: &mut Numbers,
) -> Option<(Option<SourceProof>, Vec<SourceProof>)> {
    let mut leaves = numbers.hashes(NAMED as usize);
    let (index, _) = sources_of(claim, frame, None).ok()?;
    let index = match index {
        Some(place) => Some(source(place, values, &mut leaves, numbers)?),
        None => None,
    };
    let (index_tile, mut index) = index.unzip();
    let (_, places) = sources_of(claim, frame, index_tile.as_ref()).ok()?;
    let mut sources: Vec<Shown> = Vec::new();
    for place in places {
        sources.push(source(place, values, &mut leaves, numbers)?.1);
    }
    let operators = Sparse::new(Header::MAX_NODES, leaves, numbers);
    frame.tile.node.operators = operators.root()?;
    for shown in index.iter_mut().chain(&mut sources) {
        shown.proof.tensor_path = path(operators.path(shown.node)?);
    }
    let proofs = sources.into_iter().map(|shown| shown.proof);
    Some((index.map(|shown| shown.proof), proofs.collect()))
}

/// A source tile with the number of the node that gives its tensor.
struct Shown {
    node: u32,
    proof: SourceProof,
}

/// Any tile in that place, in a tensor that is the leaf of its node from now on.
fn source(
    place: SourcePlace,
    values: Values,
    leaves: &mut [Hash],
    numbers: &mut Numbers,
) -> Option<(Tile, Shown)> {
    let Source::Node(node) = place.source else {
        return None;
    };
    let tile = numbers.tile(place.ty.tile_shape(place.tile)?, values)?;
    let tiles = place.ty.dims.tiles();
    let siblings = numbers.siblings(tiles, place.tile);
    let leaf = tile_hash::<HostKeccak>(&tile);
    let tree = fold_path::<HostKeccak>(leaf, place.tile, tiles, &siblings).ok()?;
    *leaves.get_mut(node as usize)? = tensor_root::<HostKeccak>(place.ty, tree).0;
    let proof = SourceProof {
        words: words(&tile),
        tile_path: path(siblings),
        tensor_path: Path::new(),
    };
    Some((tile, Shown { node, proof }))
}

/// Any accumulator before the block, which the frame agrees to from now on, and its path.
fn registers(
    claim: &Claim,
    frame: &mut BlockFrame,
    values: Values,
    numbers: &mut Numbers,
) -> Option<(Vec<Register>, Vec<Hash>)> {
    let Some(before) = u64::from(frame.block).checked_sub(1) else {
        return Some((Vec::new(), Vec::new()));
    };
    let operation = frame.tile.operation().ok()?;
    let first = claim.steps(frame.tile.node.step.interval).first.0;
    let ctx = Context {
        seed: &claim.header.seed,
        step: first.saturating_add(frame.tile.node.step.step.into()),
        at: TileIndex::of_tile(operation.output.dims, frame.tile.tile)?,
    };
    let blocks = operation.blocks(ctx.at);
    let mut tiles: Vec<Tile> = Vec::new();
    for blank in operation.init(&ctx).registers {
        tiles.push(numbers.tile(blank.shape(), values)?);
    }
    let hashes: Vec<Hash> = tiles.iter().map(tile_hash::<HostKeccak>).collect();
    let leaf = fold_leaf::<HostKeccak>(before, blocks.into(), &hashes);
    let siblings = numbers.siblings(blocks.into(), before);
    frame.fold = fold_path::<HostKeccak>(leaf, before, blocks.into(), &siblings).ok()?;
    let touched = match frame.block.checked_add(1) == Some(blocks) {
        true => u8::MAX,
        false => operation.touches(&ctx, frame.block),
    };
    let shown = tiles.iter().zip(hashes).enumerate();
    let shown = shown.map(|(number, (tile, hash))| match touched >> number & 1 {
        0 => Register::Untouched(hash),
        _ => Register::Words(words(tile)),
    });
    Some((shown.collect(), siblings))
}
