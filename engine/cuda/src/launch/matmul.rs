//! Launches of products: which tile, and whether chunks are computed side by side.

use super::{Launch, Launches, Target, CHUNK};
use crate::launch::reduce;
use crate::source::Unit;
use assay_numerics::Dims;

/// Most words of workspace that chunks side by side may take.
const MOST_WORKSPACE: u64 = 1 << 26;
/// Most blocks of a grid.
const MOST_GRID: u64 = (1 << 31) - 1;

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct ProductShape {
    a_batch: [u64; 2],
    b_batch: [u64; 2],
    elements: u64,
    m: u32,
    n: u32,
    k: u32,
    a_pitch: u32,
    b_pitch: u32,
    batch: u32,
    blocks_m: u32,
    blocks_n: u32,
    split: u32,
    a_aligned: u32,
    b_aligned: u32,
    y_aligned: u32,
}

/// Which part of the output a block computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tile {
    /// 128 x 128 by 256 threads.
    Large,
    /// 64 x 64 by 128 threads.
    Medium,
    /// 32 x 32 by 64 threads.
    Small,
}

impl Tile {
    /// All of them, the largest first.
    pub const ALL: [Self; 3] = [Self::Large, Self::Medium, Self::Small];

    const fn edge(self) -> u32 {
        match self {
            Self::Large => 128,
            Self::Medium => 64,
            Self::Small => 32,
        }
    }

    const fn threads(self) -> u32 {
        match self {
            Self::Large => 256,
            Self::Medium => 128,
            Self::Small => 64,
        }
    }

    /// Blocks that a multiprocessor holds at once.
    const fn resident(self) -> u64 {
        match self {
            Self::Large => 2,
            Self::Medium => 4,
            Self::Small => 8,
        }
    }

    /// Relative time of a multiply-add: a smaller tile reads its operands more often. Guessed, not measured.
    const fn slowness(self) -> u64 {
        match self {
            Self::Large => 8,
            Self::Medium => 10,
            Self::Small => 16,
        }
    }

    const fn kernel(self, [transpose_a, transpose_b]: [bool; 2]) -> &'static str {
        match (self, transpose_a, transpose_b) {
            (Self::Large, false, false) => "product_large_nn",
            (Self::Large, true, false) => "product_large_tn",
            (Self::Large, false, true) => "product_large_nt",
            (Self::Large, true, true) => "product_large_tt",
            (Self::Medium, false, false) => "product_medium_nn",
            (Self::Medium, true, false) => "product_medium_tn",
            (Self::Medium, false, true) => "product_medium_nt",
            (Self::Medium, true, true) => "product_medium_tt",
            (Self::Small, false, false) => "product_small_nn",
            (Self::Small, true, false) => "product_small_tn",
            (Self::Small, false, true) => "product_small_nt",
            (Self::Small, true, true) => "product_small_tt",
        }
    }

    /// Blocks for the whole output.
    fn blocks(self, output: Dims) -> u64 {
        let edge = self.edge();
        let across = |size: u32| u64::from(size.div_ceil(edge));
        output.batch() * across(output.rows()) * across(output.cols())
    }
}

/// How a product is cut. No form changes a bit of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductForm {
    /// What a block computes.
    pub tile: Tile,
    /// Whether chunks of the inner dimension are computed side by side and added afterwards.
    pub split: bool,
}

impl ProductForm {
    /// The form that an estimate says is the fastest.
    pub(super) fn choose(
        [a, _]: [Dims; 2],
        [transpose_a, _]: [bool; 2],
        output: Dims,
        target: Target,
    ) -> Self {
        let inner = u64::from(if transpose_a { a.rows() } else { a.cols() });
        let forms = [false, true]
            .into_iter()
            .flat_map(|split| Tile::ALL.map(|tile| Self { tile, split }));
        forms
            .filter(|form| form.is_possible(inner, output))
            .min_by_key(|form| form.estimate(inner, output, target))
            .unwrap_or(Self {
                tile: Tile::Large,
                split: false,
            })
    }

    fn is_possible(self, inner: u64, output: Dims) -> bool {
        let chunks = inner.div_ceil(CHUNK);
        let pieces = self.tile.blocks(output) * if self.split { chunks } else { 1 };
        let fits = chunks > 1 && output.elements() * chunks <= MOST_WORKSPACE;
        pieces <= MOST_GRID && (fits || !self.split)
    }

    /// A measure of the time: rounds of blocks that run at once, times what each takes.
    fn estimate(self, inner: u64, output: Dims, target: Target) -> u64 {
        let (terms, chunks) = match self.split {
            true => (CHUNK, inner.div_ceil(CHUNK)),
            false => (inner, 1),
        };
        let at_once = u64::from(target.processors.max(1)) * self.tile.resident();
        let rounds = (self.tile.blocks(output) * chunks).div_ceil(at_once);
        let area = u64::from(self.tile.edge()).pow(2) * self.tile.resident();
        let product = rounds * area * terms * self.tile.slowness();
        // Chunks are written and read once more.
        let memory = if self.split {
            output.elements() * chunks * 64 / u64::from(target.processors.max(1))
        } else {
            0
        };
        product + memory
    }
}

/// The launches of a product of stored `[a, b]`, transposed or not, in the given form.
pub fn product(
    [a, b]: [Dims; 2],
    [transpose_a, transpose_b]: [bool; 2],
    output: Dims,
    form: ProductForm,
) -> Launches {
    let k = if transpose_a { a.rows() } else { a.cols() };
    let chunks = u64::from(k).div_ceil(CHUNK);
    let split = form.split && chunks > 1;
    let edge = form.tile.edge();
    let [_, batch, m, n] = output.get();
    let shape = ProductShape {
        a_batch: batch_strides(a),
        b_batch: batch_strides(b),
        elements: output.elements(),
        m,
        n,
        k,
        a_pitch: a.cols(),
        b_pitch: b.cols(),
        batch,
        blocks_m: m.div_ceil(edge),
        blocks_n: n.div_ceil(edge),
        split: if split { chunks as u32 } else { 1 },
        a_aligned: u32::from(a.cols().is_multiple_of(4)),
        b_aligned: u32::from(b.cols().is_multiple_of(4)),
        y_aligned: u32::from(n.is_multiple_of(4)),
    };
    let blocks = form.tile.blocks(output) * u64::from(shape.split);
    let kernel = form.tile.kernel([transpose_a, transpose_b]);
    let size = (blocks as u32, form.tile.threads());
    let mut launches = Launches::from(Launch::new(Unit::MatMul, kernel, size, &shape));
    if split {
        launches.workspace_words = output.elements() * chunks;
        launches.launches.push(reduce::join(
            reduce::Reduction::Sum,
            output.elements(),
            chunks,
        ));
    }
    launches
}

/// Elements from a matrix to the next along both leading dimensions, 0 where one is repeated.
fn batch_strides(dims: Dims) -> [u64; 2] {
    let [d0, d1, ..] = dims.get();
    let matrix = u64::from(dims.rows()) * u64::from(dims.cols());
    [
        if d0 == 1 { 0 } else { matrix * u64::from(d1) },
        if d1 == 1 { 0 } else { matrix },
    ]
}
