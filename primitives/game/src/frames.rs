//! Where a game stands: what is agreed, and what is in dispute.

use crate::{
    moves::{Revealed, ShownNode},
    Claim, Cursor, MoveError, Party,
};
use assay_commitment::Hash;
use assay_protocol::IntervalIndex;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! frame {
    ($item:item) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            Eq,
            Encode,
            Decode,
            DecodeWithMemTracking,
            MaxEncodedLen,
            TypeInfo,
        )]
        $item
    };
}

frame! {
    /// An interval in dispute, whose ends have not been shown yet.
    pub struct IntervalPick {
        /// The interval.
        pub interval: IntervalIndex,
        /// State root at its end if the walk has shown it already.
        pub end: Option<Hash>,
    }
}
frame! {
    /// An interval in dispute.
    pub struct IntervalFrame {
        /// The interval.
        pub interval: IntervalIndex,
        /// State root at its start, agreed.
        pub start: Hash,
        /// State root at its end, in dispute.
        pub end: Hash,
    }
}
frame! {
    /// A step in dispute, whose start has not been shown yet.
    pub struct StepPick {
        /// The interval.
        pub interval: IntervalIndex,
        /// State root at the interval's start, agreed.
        pub start: Hash,
        /// The tree over the interval's steps.
        pub steps: Cursor,
        /// Number of the step in the interval.
        pub step: u32,
        /// State root after it, in dispute.
        pub end: Hash,
    }
}
frame! {
    /// A step in dispute.
    pub struct StepFrame {
        /// The interval.
        pub interval: IntervalIndex,
        /// Number of the step in the interval.
        pub step: u32,
        /// State root before it, agreed.
        pub start: Hash,
        /// State root after it, in dispute.
        pub end: Hash,
    }
}
frame! {
    /// A node's output in dispute; the outputs of all earlier nodes are agreed.
    pub struct NodeFrame {
        /// The step.
        pub step: StepFrame,
        /// Root of the tree over the step's operators.
        pub operators: Hash,
        /// Number of the node.
        pub node: u32,
        /// Its output's root, in dispute.
        pub output: Hash,
    }
}
frame! {
    /// A tile in dispute.
    pub struct TileFrame {
        /// The node.
        pub node: NodeFrame,
        /// Its encoding, checked against the program.
        pub encoding: ShownNode,
        /// Number of the tile.
        pub tile: u64,
        /// Its hash, in dispute.
        pub hash: Hash,
    }
}
frame! {
    /// A fold step in dispute: the accumulator before it is agreed.
    pub struct BlockFrame {
        /// The tile.
        pub tile: TileFrame,
        /// Root of the tree over the tile's blocks.
        pub fold: Hash,
        /// Number of the block.
        pub block: u32,
        /// Its leaf, in dispute.
        pub leaf: Hash,
    }
}
frame! {
    /// A slot of the next state in dispute, while the node that gives it is agreed.
    pub struct SlotFrame {
        /// `Commit`.
        pub node: NodeFrame,
        /// Number of the slot.
        pub slot: u32,
        /// Its tensor root in the next state, in dispute.
        pub root: Hash,
    }
}
frame! {
    /// Which tree is walked, with what is agreed above it.
    pub enum Stage {
        /// The intervals of the segment.
        Intervals,
        /// The steps of an interval.
        Steps(IntervalFrame),
        /// The operators of a step.
        Operators(StepFrame),
        /// The tiles of a node's output.
        Tiles {
            /// The node.
            node: NodeFrame,
            /// Its encoding, checked against the program.
            encoding: ShownNode,
        },
        /// The blocks of a tile.
        Fold(TileFrame),
        /// The slots of the next state.
        Slots(NodeFrame),
    }
}
frame! {
    /// A node in dispute in one of the trees.
    pub struct Walk {
        /// Which tree.
        pub stage: Stage,
        /// Where in it.
        pub cursor: Cursor,
    }
}
frame! {
    /// What a game waits for. Every phase has exactly one side to move.
    pub enum Phase {
        /// Defender: [`Move::OpenIntervals`](crate::Move::OpenIntervals); next: `Name`, or `Enter` if there is one interval.
        OpenIntervals,
        /// Defender: [`Move::Enter`](crate::Move::Enter); next: `OpenSteps`, or `OpenOperators` if the interval is one step.
        Enter(IntervalPick),
        /// Defender: [`Move::OpenSteps`](crate::Move::OpenSteps); next: `Name`.
        OpenSteps(IntervalFrame),
        /// Defender: [`Move::OpenOperators`](crate::Move::OpenOperators); next: `Name`.
        OpenOperators(StepPick),
        /// Defender: [`Move::OpenTiles`](crate::Move::OpenTiles); next: `Name`, or `OpenFold` or `Prove` if there is one tile.
        OpenTiles(NodeFrame),
        /// Defender: [`Move::OpenFold`](crate::Move::OpenFold); next: `Name`.
        OpenFold(TileFrame),
        /// Defender: [`Move::OpenSlots`](crate::Move::OpenSlots); next: `Name`, or `ShowSlot` if there is one slot.
        OpenSlots(NodeFrame),
        /// Defender: [`Move::Reveal`](crate::Move::Reveal); next: `Name`, or what follows the leaf if only one is left.
        Reveal(Walk),
        /// Challenger: [`Move::Name`](crate::Move::Name); next: `Reveal`, or what follows the leaf that was named.
        Name(Walk, Revealed),
        /// Defender: [`Move::Prove`](crate::Move::Prove); next: the verdict.
        Prove(BlockFrame),
        /// Defender: [`Move::ShowSlot`](crate::Move::ShowSlot); next: the verdict.
        ShowSlot(SlotFrame),
    }
}

/// What the challenger says is wrong.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Entry {
    /// The end of this interval, the first that differs: for whoever knows the state roots under the commitment.
    Interval(IntervalIndex),
    /// The segment: the argument first narrows to the interval. A provider that hides its state roots gains nothing.
    Segment,
}

impl Entry {
    /// Refuses an interval that the segment does not have.
    pub fn check(self, claim: &Claim) -> Result<(), MoveError> {
        match self {
            Self::Interval(interval) if interval.0 >= claim.intervals() => {
                Err(MoveError::NoSuchInterval {
                    intervals: claim.intervals(),
                })
            }
            _ => Ok(()),
        }
    }

    /// The first phase of the game.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Interval(interval) => Phase::Enter(IntervalPick {
                interval,
                end: None,
            }),
            Self::Segment => Phase::OpenIntervals,
        }
    }

    /// As it is hashed into the game's name.
    pub const fn code(self) -> u32 {
        match self {
            Self::Interval(interval) => interval.0,
            Self::Segment => u32::MAX,
        }
    }
}

impl Stage {
    /// The interval in dispute, once the argument has come so far.
    pub const fn interval(&self) -> Option<IntervalIndex> {
        match self {
            Self::Intervals => None,
            Self::Steps(frame) => Some(frame.interval),
            Self::Operators(step) => Some(step.interval),
            Self::Slots(node) | Self::Tiles { node, .. } => Some(node.step.interval),
            Self::Fold(tile) => Some(tile.node.step.interval),
        }
    }
}

impl Phase {
    /// The interval in dispute, once the argument has come so far.
    pub const fn interval(&self) -> Option<IntervalIndex> {
        match self {
            Self::OpenIntervals => None,
            Self::Enter(pick) => Some(pick.interval),
            Self::OpenSteps(frame) => Some(frame.interval),
            Self::OpenOperators(pick) => Some(pick.interval),
            Self::OpenTiles(node) | Self::OpenSlots(node) => Some(node.step.interval),
            Self::OpenFold(tile) => Some(tile.node.step.interval),
            Self::Reveal(walk) | Self::Name(walk, _) => walk.stage.interval(),
            Self::Prove(block) => Some(block.tile.node.step.interval),
            Self::ShowSlot(slot) => Some(slot.node.step.interval),
        }
    }

    /// Who is to move.
    pub const fn mover(&self) -> Party {
        match self {
            Self::Name(..) => Party::Challenger,
            _ => Party::Defender,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn walk(stage: Stage) -> Walk {
        Walk {
            stage,
            cursor: Cursor::at_root(2, [0; 32]),
        }
    }

    fn node() -> NodeFrame {
        let (start, end, interval) = ([1; 32], [2; 32], IntervalIndex(9));
        NodeFrame {
            step: StepFrame {
                interval,
                step: 3,
                start,
                end,
            },
            operators: [3; 32],
            node: 4,
            output: [4; 32],
        }
    }

    fn stages() -> Vec<Stage> {
        let (node, encoding) = (node(), ShownNode::default());
        let interval = IntervalFrame {
            interval: IntervalIndex(9),
            start: [1; 32],
            end: [2; 32],
        };
        alloc::vec![
            Stage::Steps(interval),
            Stage::Operators(node.step.clone()),
            Stage::Fold(TileFrame {
                node: node.clone(),
                encoding: encoding.clone(),
                tile: 5,
                hash: [5; 32],
            }),
            Stage::Slots(node.clone()),
            Stage::Tiles { node, encoding },
        ]
    }

    #[test]
    fn the_challenger_moves_where_it_names() {
        for stage in stages() {
            let walk = walk(stage);
            let name = Phase::Name(walk.clone(), Revealed::default());
            assert_eq!(name.mover(), Party::Challenger);
            assert_eq!(Phase::Reveal(walk).mover(), Party::Defender);
        }
        assert_eq!(Entry::Segment.phase().mover(), Party::Defender);
    }

    #[test]
    fn the_interval_is_known_once_it_is_named() {
        for stage in stages() {
            assert_eq!(stage.interval(), Some(IntervalIndex(9)));
        }
        assert_eq!(Phase::Reveal(walk(Stage::Intervals)).interval(), None);
        assert_eq!(Entry::Segment.phase().interval(), None);
        let entry = Entry::Interval(IntervalIndex(9));
        assert_eq!(entry.phase().interval(), Some(IntervalIndex(9)));
        assert_eq!(Phase::OpenTiles(node()).interval(), Some(IntervalIndex(9)));
    }

    #[test]
    fn no_interval_has_the_segments_code() {
        let most = assay_protocol::MAX_INTERVALS_PER_SEGMENT;
        assert!(Entry::Interval(IntervalIndex(most)).code() < Entry::Segment.code());
    }
}
