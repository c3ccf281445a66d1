//! How far an argument has come: from a segment down to one block of one tile.

use std::fmt;

use assay_game::{NodeFrame, Phase, Reason, Stage, StepFrame, TileFrame};
use assay_numerics::{TensorType, TileIndex};
use assay_program::Node;
use assay_protocol::{IntervalIndex, JobSpec, Schedule, SegmentIndex};
use serde::Serialize;

use crate::program::type_name;

/// What is fixed about a dispute: enough to number steps and to know `Commit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The segment.
    pub segment: SegmentIndex,
    /// How the job's steps are divided.
    pub schedule: Schedule,
    /// Nodes of its program.
    pub nodes: u32,
}

/// What is in dispute, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The interval.
    pub interval: Option<Interval>,
    /// The step, counted from the job's beginning.
    pub step: Option<u64>,
    /// The operator.
    pub operator: Option<Operator>,
    /// The tile of its output.
    pub tile: Option<Tile>,
    /// The block of the tile's fold.
    pub block: Option<u32>,
    /// The slot of the next state, if the operators are agreed.
    pub slot: Option<u32>,
}

/// An interval of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// Its number in the segment.
    pub number: u32,
    /// Its first step, counted from the job's beginning.
    pub first_step: u64,
    /// How many steps it has.
    pub steps: u64,
}

/// A node of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operator {
    /// Its number in the program.
    pub node: u32,
    /// The operator's name, once the node was shown.
    pub name: Option<&'static str>,
    /// Type of its output, once the node was shown.
    pub output: Option<String>,
}

/// A tile of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// Its number in the tensor.
    pub number: u64,
    /// Where it lies, if the tensor's dimensions are known.
    pub area: Option<Area>,
}

/// Where a tile lies in its tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Number of the matrix, row-major over the two leading dimensions.
    pub matrix: u64,
    /// Number of matrices.
    pub matrices: u64,
    /// Its first and its last row.
    pub rows: [u32; 2],
    /// Its first and its last column.
    pub columns: [u32; 2],
}

impl Ground {
    /// Of a job's segment.
    pub fn new(spec: &JobSpec, segment: SegmentIndex) -> Self {
        Self {
            segment,
            schedule: spec.schedule,
            nodes: spec.header.nodes,
        }
    }

    /// What is in dispute in a phase.
    pub fn place(&self, phase: &Phase) -> Place {
        match phase {
            Phase::OpenIntervals => Place::default(),
            Phase::Enter(pick) => self.in_interval(pick.interval),
            Phase::OpenSteps(frame) => self.in_interval(frame.interval),
            Phase::OpenOperators(pick) => self.in_step(pick.interval, pick.step),
            Phase::OpenTiles(node) | Phase::OpenSlots(node) => self.in_node(node, None),
            Phase::OpenFold(tile) => self.in_tile(tile),
            Phase::Reveal(walk) | Phase::Name(walk, _) => self.in_stage(&walk.stage),
            Phase::Prove(block) => Place {
                block: Some(block.block),
                ..self.in_tile(&block.tile)
            },
            Phase::ShowSlot(slot) => Place {
                slot: Some(slot.slot),
                ..self.in_node(&slot.node, None)
            },
        }
    }

    /// What a verdict rests on; `shown` is the encoding of the node, if it is known.
    pub fn judged(&self, reason: &Reason, shown: Option<&[u8]>) -> Place {
        match *reason {
            Reason::TimeOut => Place::default(),
            Reason::Proof {
                interval,
                step,
                node,
                tile,
                block,
                ..
            } => {
                let decoded = shown.and_then(decode);
                let ty = decoded.as_ref().map(|node| node.output);
                Place {
                    operator: Some(self.operator(node, decoded.as_ref())),
                    tile: Some(Tile::new(tile, ty)),
                    block: Some(block),
                    ..self.in_step(interval, step)
                }
            }
            Reason::Slot {
                interval,
                step,
                slot,
                ..
            } => Place {
                operator: Some(self.operator(self.nodes.saturating_sub(1), None)),
                slot: Some(slot),
                ..self.in_step(interval, step)
            },
        }
    }

    /// Intervals of the segment.
    pub fn intervals(&self) -> u32 {
        self.schedule.intervals_of(self.segment)
    }

    /// An interval of the segment.
    pub fn interval(&self, interval: IntervalIndex) -> Interval {
        let steps = self.schedule.steps_of_interval(self.segment, interval);
        Interval {
            number: interval.0,
            first_step: steps.first.0,
            steps: steps.count.0,
        }
    }

    /// An interval, of which nothing more is known.
    pub fn in_interval(&self, interval: IntervalIndex) -> Place {
        Place {
            interval: Some(self.interval(interval)),
            ..Place::default()
        }
    }

    fn in_step(&self, interval: IntervalIndex, step: u32) -> Place {
        let first = self.interval(interval).first_step;
        Place {
            step: Some(first.saturating_add(step.into())),
            ..self.in_interval(interval)
        }
    }

    fn in_node(&self, frame: &NodeFrame, encoding: Option<&[u8]>) -> Place {
        let StepFrame { interval, step, .. } = frame.step;
        let decoded = encoding.and_then(decode);
        Place {
            operator: Some(self.operator(frame.node, decoded.as_ref())),
            ..self.in_step(interval, step)
        }
    }

    fn in_tile(&self, frame: &TileFrame) -> Place {
        let ty = decode(&frame.encoding).map(|node| node.output);
        Place {
            tile: Some(Tile::new(frame.tile, ty)),
            ..self.in_node(&frame.node, Some(&frame.encoding))
        }
    }

    fn in_stage(&self, stage: &Stage) -> Place {
        match stage {
            Stage::Intervals => Place::default(),
            Stage::Steps(frame) => self.in_interval(frame.interval),
            Stage::Operators(step) => self.in_step(step.interval, step.step),
            Stage::Tiles { node, encoding } => self.in_node(node, Some(encoding)),
            Stage::Fold(tile) => self.in_tile(tile),
            Stage::Slots(node) => self.in_node(node, None),
        }
    }

    /// A node of the program. The last one is `Commit` in every program.
    fn operator(&self, number: u32, shown: Option<&Node>) -> Operator {
        let commit = number.checked_add(1) == Some(self.nodes);
        Operator {
            node: number,
            name: shown
                .map(|node| node.op.name())
                .or(commit.then_some("Commit")),
            output: shown.map(|node| type_name(node.output)),
        }
    }
}

fn decode(encoding: &[u8]) -> Option<Node> {
    Node::decode(encoding).ok()
}

impl Tile {
    fn new(number: u64, ty: Option<TensorType>) -> Self {
        Self {
            number,
            area: ty.and_then(|ty| Area::new(ty, number)),
        }
    }
}

impl Area {
    fn new(ty: TensorType, tile: u64) -> Option<Self> {
        let at = TileIndex::of_tile(ty.dims, tile)?;
        let (rows, columns) = ty.dims.tile_extent(at.tile_row, at.tile_col);
        let edge = assay_numerics::TILE;
        let (row, column) = (
            at.tile_row.saturating_mul(edge),
            at.tile_col.saturating_mul(edge),
        );
        let last = |first: u32, count: u32| first.saturating_add(count).saturating_sub(1);
        Some(Self {
            matrix: at.batch,
            matrices: ty.dims.batch(),
            rows: [row, last(row, rows)],
            columns: [column, last(column, columns)],
        })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.first_step.saturating_add(self.steps).saturating_sub(1);
        match self.steps {
            0 | 1 => write!(f, "interval {} (step {})", self.number, self.first_step),
            _ => write!(
                f,
                "interval {} (steps {} to {last})",
                self.number, self.first_step
            ),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operator {}", self.node)?;
        if let Some(name) = self.name {
            write!(f, ", {name}")?;
        }
        match &self.output {
            Some(output) => write!(f, " of {output}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile {}", self.number)?;
        match self.area {
            Some(area) => write!(f, " ({area})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.matrices > 1 {
            write!(f, "matrix {}, ", self.matrix)?;
        }
        let ([top, bottom], [left, right]) = (self.rows, self.columns);
        write!(f, "rows {top} to {bottom}, columns {left} to {right}")
    }
}

impl Place {
    /// Its parts from the largest to the smallest, each in words.
    pub fn parts(&self) -> Vec<String> {
        let parts = [
            self.interval.map(|interval| interval.to_string()),
            self.step.map(|step| format!("step {step}")),
            self.operator.as_ref().map(Operator::to_string),
            self.tile.as_ref().map(Tile::to_string),
            self.block.map(|block| format!("block {block}")),
            self.slot.map(|slot| format!("slot {slot}")),
        ];
        parts.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example::{self, GROUND};
    use assay_numerics::Dims;

    #[test]
    fn an_argument_is_told_as_far_as_it_has_come() {
        let at = |phase: &Phase| GROUND.place(phase).parts().join(", ");
        assert_eq!(at(&Phase::OpenIntervals), "");
        assert_eq!(at(&example::open_steps()), "interval 3 (steps 130 to 139)");
        let step = "interval 3 (steps 130 to 139), step 137";
        assert_eq!(at(&example::open_operators()), step);
        // Which operator it is shows with the node.
        let node = format!("{step}, operator 41");
        assert_eq!(at(&example::open_tiles()), node);
        let shown = format!("{node}, MatMul of f32 [1, 1, 64, 100]");
        assert_eq!(at(&example::name_tile()), shown);
        let tile = format!("{shown}, tile 7 (rows 32 to 63, columns 96 to 99)");
        assert_eq!(at(&example::open_fold()), tile);
        assert_eq!(at(&example::prove()), format!("{tile}, block 2"));
    }

    #[test]
    fn the_last_node_is_commit() {
        let place = GROUND.place(&example::show_slot());
        let parts = place.parts();
        assert_eq!(parts[2..], ["operator 58, Commit", "slot 5"]);
    }

    #[test]
    fn a_verdict_names_the_same_place_as_the_proof() {
        let judged = GROUND.judged(&example::proof(), Some(&example::encoding()));
        assert_eq!(judged, GROUND.place(&example::prove()));
        // Without the node's encoding what needs no more than numbers is left.
        let bare = GROUND.judged(&example::proof(), None);
        assert_eq!(
            bare.parts()[2..],
            ["operator 41", "tile 7", "block 2"].map(str::to_owned)
        );
        assert_eq!(GROUND.judged(&Reason::TimeOut, None), Place::default());
    }

    #[test]
    fn a_tile_of_a_batch_names_its_matrix() {
        let ty = TensorType::f32(Dims::new([2, 3, 32, 33]).unwrap());
        let tile = Tile::new(7, Some(ty));
        assert_eq!(
            tile.to_string(),
            "tile 7 (matrix 3, rows 0 to 31, columns 32 to 32)"
        );
        assert_eq!(Tile::new(12, Some(ty)).area, None, "there is none");
    }
}
