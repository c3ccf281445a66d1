//! Data movement: every output element is one input element, unchanged.
//!
//! Words are copied, so -0, subnormals and integers stay as they are.
//!
//! Fold: the output tile's elements draw from a set of (input, tile) pairs; block k reads the k-th of them in
//! ascending order, input first, and copies all elements that come from it. Register 0 is the output tile, words 0
//! before block 0. A tile has at most 1,024 elements and hence at most 1,024 blocks, whatever the dimensions: nothing
//! needs to be counted when an operation is judged, and a step costs at most 1,024 evaluations of [`Movement::origin`].

use crate::fold::{self, Fold};
use crate::{
    Context, Dims, FoldError, Operation, SourceTile, TensorType, Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};
use core::cell::Cell;

/// An element of an input.
pub(super) struct Origin {
    /// Which input.
    pub(super) input: usize,
    /// Where in it.
    pub(super) index: [u32; 4],
}

/// Where output elements come from.
pub(super) trait Movement {
    /// The input element that stands at `index` of the output; `index` lies inside.
    fn origin(&self, index: [u32; 4]) -> Origin;
}

/// The fold of a movement.
pub(super) struct Moved<'a, M> {
    movement: M,
    inputs: &'a [TensorType],
    output: TensorType,
    /// The plan of the tile last asked for, as a fold asks for the same tile again and again.
    last: Cell<Option<Plan>>,
}

/// What happens to one output tile.
struct Plan {
    at: TileIndex,
    copies: Vec<Copy>,
    /// The distinct source tiles, ascending.
    sources: Vec<SourceTile>,
}

impl Plan {
    fn source(&self, k: u32) -> Option<SourceTile> {
        self.sources.get(k as usize).copied()
    }
}

/// An element of the output tile and what it is copied from.
struct Copy {
    row: u32,
    col: u32,
    source: SourceTile,
    source_row: u32,
    source_col: u32,
}

impl<'a, M: Movement> Moved<'a, M> {
    pub(super) fn new(operation: &'a Operation, movement: M) -> Self {
        Self {
            movement,
            inputs: &operation.inputs,
            output: operation.output,
            last: Cell::new(None),
        }
    }

    fn with_plan<R>(&self, at: TileIndex, ask: impl FnOnce(&Plan) -> R) -> R {
        let plan = self
            .last
            .take()
            .filter(|plan| plan.at == at)
            .unwrap_or_else(|| self.plan(at));
        let answer = ask(&plan);
        self.last.set(Some(plan));
        answer
    }

    fn plan(&self, at: TileIndex) -> Plan {
        let copies = self.copies(at);
        let mut sources: Vec<_> = copies.iter().map(|copy| copy.source).collect();
        sources.sort_unstable_by_key(|source| (source.input, source.tile));
        sources.dedup();
        Plan {
            at,
            copies,
            sources,
        }
    }

    fn copies(&self, at: TileIndex) -> Vec<Copy> {
        let (rows, cols) = self.output.dims.tile_extent(at.tile_row, at.tile_col);
        let places = (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col)));
        places
            .filter_map(|(row, col)| self.copy(at, row, col))
            .collect()
    }

    fn copy(&self, at: TileIndex, row: u32, col: u32) -> Option<Copy> {
        let [_, d1, ..] = self.output.dims.get().map(u64::from);
        let (i0, i1) = ((at.batch / d1) as u32, (at.batch % d1) as u32);
        let Origin { input, index } =
            self.movement
                .origin([i0, i1, at.tile_row * TILE + row, at.tile_col * TILE + col]);
        let tile = tile_holding(self.inputs.get(input)?.dims, index);
        let [_, _, r, c] = index;
        Some(Copy {
            row,
            col,
            source: SourceTile { input, tile },
            source_row: r % TILE,
            source_col: c % TILE,
        })
    }
}

fn tile_holding(dims: Dims, [i0, i1, r, c]: [u32; 4]) -> u64 {
    let [_, d1, ..] = dims.get().map(u64::from);
    let batch = u64::from(i0) * d1 + u64::from(i1);
    TileIndex {
        batch,
        tile_row: r / TILE,
        tile_col: c / TILE,
    }
    .number(dims)
}

impl<M: Movement> Fold for Moved<'_, M> {
    fn blocks(&self, at: TileIndex) -> u32 {
        self.with_plan(at, |plan| plan.sources.len() as u32)
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        self.with_plan(ctx.at, |plan| plan.source(k))
            .into_iter()
            .collect()
    }

    fn step(
        &self,
        ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        let [tile] = fold::sources(sources)?;
        self.with_plan(ctx.at, |plan| {
            for copy in plan
                .copies
                .iter()
                .filter(|copy| Some(copy.source) == plan.source(k))
            {
                out.set(
                    copy.row,
                    copy.col,
                    tile.get(copy.source_row, copy.source_col),
                );
            }
        });
        Ok(())
    }
}
