//! The defender's openings: each gives the tree that refines the leaf in dispute.

use crate::{
    frames::{NodeFrame, Phase, Stage, StepFrame, StepPick, TileFrame, Walk},
    moves::{
        Enter, Leaf, OpenFold, OpenIntervals, OpenOperators, OpenSlots, OpenSteps, OpenTiles, Path,
        Revealed,
    },
    Claim, Cursor, IntervalFrame, IntervalPick, MoveError,
};
use assay_commitment::{
    fold_path, node_leaf, state_root_from_tree, tensor_root, trace_root_from_tree, Hash, Keccak,
    Level,
};
use assay_numerics::{Operation, TileIndex};
use assay_program::Node;
use assay_protocol::IntervalIndex;

/// The top of the tree under the commitment.
pub(crate) fn intervals<K: Keccak>(claim: &Claim, mv: &OpenIntervals) -> Result<Phase, MoveError> {
    let count = u64::from(claim.intervals());
    let cursor = Cursor::open::<K>(count, &mv.top)?;
    match trace_root_from_tree::<K>(Level::Interval, count, cursor.root).0 == claim.trace {
        true => show(claim, Stage::Intervals, cursor, mv.top.clone()),
        false => Err(MoveError::WrongRoot),
    }
}

/// The interval's ends, under the commitment.
pub(crate) fn enter<K: Keccak>(
    claim: &Claim,
    pick: &IntervalPick,
    mv: &Enter,
) -> Result<Phase, MoveError> {
    let interval = u64::from(pick.interval.0);
    let start = match (&mv.before, interval.checked_sub(1)) {
        (None, None) => claim.start,
        (Some(leaf), Some(before)) => committed::<K>(claim, before, leaf)?,
        _ => return Err(MoveError::Before),
    };
    let end = committed::<K>(claim, interval, &mv.end)?;
    if pick.end.is_some_and(|shown| shown != end) {
        return Err(MoveError::LeafMismatch);
    }
    let interval = pick.interval;
    Ok(match claim.steps(interval).count.0 {
        // The only step's end is the interval's: there is nothing to open.
        0 | 1 => Phase::OpenOperators(StepPick {
            interval,
            start,
            steps: Cursor::at_root(1, end),
            step: 0,
            end,
        }),
        _ => Phase::OpenSteps(IntervalFrame {
            interval,
            start,
            end,
        }),
    })
}

/// A leaf of the commitment.
fn committed<K: Keccak>(claim: &Claim, index: u64, leaf: &Leaf) -> Result<Hash, MoveError> {
    let count = u64::from(claim.intervals());
    let tree = fold_path::<K>(leaf.hash, index, count, &leaf.path)?;
    match trace_root_from_tree::<K>(Level::Interval, count, tree).0 == claim.trace {
        true => Ok(leaf.hash),
        false => Err(MoveError::WrongRoot),
    }
}

pub(crate) fn steps<K: Keccak>(
    claim: &Claim,
    interval: IntervalFrame,
    mv: &OpenSteps,
) -> Result<Phase, MoveError> {
    let count = claim.steps(interval.interval).count.0;
    let cursor = trace::<K>(count, &mv.top, interval.end, &mv.last)?;
    show(claim, Stage::Steps(interval), cursor, mv.top.clone())
}

pub(crate) fn operators<K: Keccak>(
    claim: &Claim,
    pick: StepPick,
    mv: &OpenOperators,
) -> Result<Phase, MoveError> {
    let start = match (&mv.before, pick.step.checked_sub(1)) {
        (None, None) => pick.start,
        (Some(leaf), Some(before)) => {
            pick.steps
                .check_leaf::<K>(before.into(), leaf.hash, &leaf.path)?;
            leaf.hash
        }
        _ => return Err(MoveError::Before),
    };
    let count = u64::from(claim.header.nodes);
    let cursor = trace::<K>(count, &mv.top, pick.end, &mv.last)?;
    let frame = StepFrame {
        interval: pick.interval,
        step: pick.step,
        start,
        end: pick.end,
    };
    show(claim, Stage::Operators(frame), cursor, mv.top.clone())
}

pub(crate) fn tiles<K: Keccak>(
    claim: &Claim,
    frame: NodeFrame,
    mv: &OpenTiles,
) -> Result<Phase, MoveError> {
    let count = u64::from(claim.header.nodes);
    let leaf = node_leaf::<K>(&mv.node);
    if fold_path::<K>(leaf, frame.node.into(), count, &mv.node_path)? != claim.node_tree_root {
        return Err(MoveError::WrongRoot);
    }
    let node = Node::decode(&mv.node).map_err(|_| MoveError::IllFormedNode)?;
    node.check(frame.node, &claim.header)
        .map_err(|_| MoveError::IllFormedNode)?;
    let cursor = Cursor::open::<K>(node.output.dims.tiles(), &mv.top)?;
    if tensor_root::<K>(node.output, cursor.root).0 != frame.output {
        return Err(MoveError::LeafMismatch);
    }
    let stage = Stage::Tiles {
        node: frame,
        encoding: mv.node.clone(),
    };
    show(claim, stage, cursor, mv.top.clone())
}

pub(crate) fn fold<K: Keccak>(
    claim: &Claim,
    frame: TileFrame,
    mv: &OpenFold,
) -> Result<Phase, MoveError> {
    let count = frame.blocks()?.into();
    let cursor = trace::<K>(count, &mv.top, frame.hash, &mv.last)?;
    show(claim, Stage::Fold(frame), cursor, mv.top.clone())
}

pub(crate) fn slots<K: Keccak>(
    claim: &Claim,
    frame: NodeFrame,
    mv: &OpenSlots,
) -> Result<Phase, MoveError> {
    let count = u64::from(claim.header.slots);
    let cursor = Cursor::open::<K>(count, &mv.top)?;
    if state_root_from_tree::<K>(count, cursor.root).0 != frame.output {
        return Err(MoveError::LeafMismatch);
    }
    show(claim, Stage::Slots(frame), cursor, mv.top.clone())
}

/// A tree whose last leaf must be the one in dispute.
fn trace<K: Keccak>(
    count: u64,
    top: &Revealed,
    disputed: Hash,
    last: &Path,
) -> Result<Cursor, MoveError> {
    let cursor = Cursor::open::<K>(count, top)?;
    match cursor.check_leaf::<K>(count.saturating_sub(1), disputed, last) {
        Err(MoveError::WrongRoot) => Err(MoveError::LeafMismatch),
        checked => checked.map(|()| cursor),
    }
}

/// What follows when the defender has shown the nodes under `cursor`. A single one needs no naming.
pub(crate) fn show(
    claim: &Claim,
    stage: Stage,
    cursor: Cursor,
    shown: Revealed,
) -> Result<Phase, MoveError> {
    match shown.len() {
        1 => descend(claim, Walk { stage, cursor }, &shown, 0),
        _ => Ok(Phase::Name(Walk { stage, cursor }, shown)),
    }
}

/// What follows when node number `at` of those shown is in dispute.
pub(crate) fn descend(
    claim: &Claim,
    walk: Walk,
    shown: &Revealed,
    at: u8,
) -> Result<Phase, MoveError> {
    let cursor = walk.cursor.descend(shown, at)?;
    match cursor.is_leaf() {
        true => leaf(claim, walk.stage, cursor),
        false => Ok(Phase::Reveal(Walk { cursor, ..walk })),
    }
}

/// What follows when the argument has come to a leaf.
fn leaf(claim: &Claim, stage: Stage, cursor: Cursor) -> Result<Phase, MoveError> {
    // Each tree has fewer leaves than its number here can hold: see `limits`.
    let number = u32::try_from(cursor.index).unwrap_or(u32::MAX);
    Ok(match stage {
        Stage::Intervals => Phase::Enter(IntervalPick {
            interval: IntervalIndex(number),
            end: Some(cursor.hash),
        }),
        Stage::Steps(IntervalFrame {
            interval, start, ..
        }) => Phase::OpenOperators(StepPick {
            interval,
            start,
            steps: Cursor::at_root(cursor.count, cursor.root),
            step: number,
            end: cursor.hash,
        }),
        Stage::Operators(step) => {
            let frame = NodeFrame {
                step,
                operators: cursor.root,
                node: number,
                output: cursor.hash,
            };
            match number.checked_add(1) == Some(claim.header.nodes) {
                true => Phase::OpenSlots(frame),
                false => Phase::OpenTiles(frame),
            }
        }
        Stage::Tiles { node, encoding } => tile(TileFrame {
            node,
            encoding,
            tile: cursor.index,
            hash: cursor.hash,
        })?,
        Stage::Fold(tile) => Phase::Prove(crate::BlockFrame {
            tile,
            fold: cursor.root,
            block: number,
            leaf: cursor.hash,
        }),
        Stage::Slots(node) => Phase::ShowSlot(crate::SlotFrame {
            node,
            slot: number,
            root: cursor.hash,
        }),
    })
}

/// A tile of one block is its own fold.
fn tile(frame: TileFrame) -> Result<Phase, MoveError> {
    Ok(match frame.blocks()? {
        0 | 1 => Phase::Prove(crate::BlockFrame {
            fold: frame.hash,
            block: 0,
            leaf: frame.hash,
            tile: frame,
        }),
        _ => Phase::OpenFold(frame),
    })
}

impl TileFrame {
    /// The node's operation.
    pub fn operation(&self) -> Result<Operation, MoveError> {
        self.decoded().map(|node| node.operation())
    }

    /// The node.
    pub fn decoded(&self) -> Result<Node, MoveError> {
        Node::decode(&self.encoding).map_err(|_| MoveError::IllFormedNode)
    }

    /// Where the tile stands in the output.
    pub fn at(&self) -> Result<TileIndex, MoveError> {
        let dims = self.decoded()?.output.dims;
        TileIndex::of_tile(dims, self.tile).ok_or(MoveError::IllFormedNode)
    }

    /// Blocks of the tile's fold.
    pub fn blocks(&self) -> Result<u32, MoveError> {
        Ok(self.operation()?.blocks(self.at()?))
    }
}
