//! Providers that compute with other arithmetic, and defend it with accumulators of its own.

use assay_game::Reason;
use assay_numerics::{scalar, Accumulator, DType, Tensor, Tile, TileIndex, TILE};

use crate::tests::real::{convict, every_output, found, Found, Player, Tale, STEPS};

/// The product of a batch with the weight: 70 terms.
const SHORT: u32 = 2;
/// The product of two chunks: 600 terms.
const LONG: u32 = 17;
/// The sum of each row of 35 columns.
const ROW_SUM: u32 = 5;
/// Blocks of a chunk.
const CHUNK: usize = 16;

/// How the terms of a product are added.
#[derive(Clone, Copy, Debug)]
enum Sum {
    /// As it is defined.
    Defined,
    /// Each product is rounded before it is added.
    Unfused,
    /// Each block's terms from the last to the first.
    Reversed,
}

impl Sum {
    fn add(self, a: f32, b: f32, sum: f32) -> f32 {
        match self {
            Self::Unfused => a * b + sum,
            Self::Defined | Self::Reversed => scalar::fma(a, b, sum),
        }
    }

    /// The terms of a block in the order in which they are added.
    fn terms(self, first: usize, inner: usize) -> Vec<usize> {
        let terms = first..(first + TILE as usize).min(inner);
        match self {
            Self::Reversed => terms.rev().collect(),
            Self::Defined | Self::Unfused => terms.collect(),
        }
    }
}

/// The accumulators after each block of a tile of the product of two matrices: total and part.
fn fold(a: &Tensor, b: &Tensor, at: TileIndex, sum: Sum) -> Vec<Accumulator> {
    let inner = a.ty().dims.cols() as usize;
    let (rows, cols) = (a.ty().dims.rows(), b.ty().dims.cols());
    let (row, col) = (at.tile_row * TILE, at.tile_col * TILE);
    let (height, width) = ((rows - row).min(TILE), (cols - col).min(TILE));
    let word = |tensor: &Tensor, r: usize, c: usize| {
        f32::from_bits(tensor.words()[r * tensor.ty().dims.cols() as usize + c])
    };
    let blank = Tile::filled(DType::F32, height as u16, width as u16, 0);
    let (mut total, mut part) = (blank.clone(), blank.clone());
    let blocks = inner.div_ceil(TILE as usize);
    let mut after = Vec::new();
    for block in 0..blocks {
        for (r, c) in (0..height).flat_map(|r| (0..width).map(move |c| (r, c))) {
            let terms = sum.terms(block * TILE as usize, inner).into_iter();
            let value = terms.fold(part.float(r, c), |value, k| {
                let left = word(a, (row + r) as usize, k);
                sum.add(left, word(b, k, (col + c) as usize), value)
            });
            part.set_float(r, c, value);
        }
        if block % CHUNK == CHUNK - 1 || block + 1 == blocks {
            for (r, c) in (0..height).flat_map(|r| (0..width).map(move |c| (r, c))) {
                total.set_float(r, c, total.float(r, c) + part.float(r, c));
            }
            part = blank.clone();
        }
        after.push(Accumulator {
            registers: vec![total.clone(), part.clone()],
        });
    }
    after
}

/// The operands of a product in the last step.
fn operands(node: u32) -> [Tensor; 2] {
    let job = every_output();
    let step = &job.steps[STEPS - 1];
    let inputs = &job.work.node(node).unwrap().inputs;
    [&inputs[0], &inputs[1]].map(|input| match input.source {
        assay_program::Source::Node(node) => step.outputs[node as usize].clone(),
        assay_program::Source::Slot(slot) => step.before[slot as usize].clone(),
        assay_program::Source::Constant(at) => job.world.constants[at as usize].clone(),
        assay_program::Source::Input(at) => job.world.inputs[at as usize].clone(),
    })
}

/// All tiles of a product by this arithmetic.
fn folds(node: u32, sum: Sum) -> Vec<Vec<Accumulator>> {
    let [a, b] = operands(node);
    let dims = every_output().work.node(node).unwrap().output.dims;
    (0..dims.tiles())
        .map(|tile| fold(&a, &b, TileIndex::of_tile(dims, tile).unwrap(), sum))
        .collect()
}

fn product(node: u32, folds: &[Vec<Accumulator>]) -> Tensor {
    let mut product = Tensor::zeros(every_output().work.node(node).unwrap().output);
    for (tile, after) in (0..).zip(folds) {
        let total = &after.last().unwrap().registers[0];
        product.set_tile(tile, total).unwrap();
    }
    product
}

/// A provider that multiplies like this is convicted in the first block in which that makes a difference.
fn find(node: u32, sum: Sum) {
    let (right, told) = (folds(node, Sum::Defined), folds(node, sum));
    let wrong = product(node, &told);
    let mut tale = Tale::with_output(every_output(), STEPS - 1, node, |output| *output = wrong);
    for (tile, after) in (0..).zip(&told) {
        tale.fold_like(STEPS - 1, node, tile, after.clone());
    }
    let differs = |tile: &usize| right[*tile].last() != told[*tile].last();
    let tile = (0..right.len()).find(differs).expect("it matters");
    let block = (0..).find(|block| right[tile][*block] != told[tile][*block]);
    let verdict = convict(every_output(), tale, Player::defending).verdict;
    assert_eq!(found(verdict), Found::Node(node), "{sum:?}");
    assert!(
        matches!(verdict.reason, Reason::Proof { tile: at, block: by, .. }
            if at == tile as u64 && Some(by as usize) == block),
        "{sum:?}: {verdict:?}, expected tile {tile}, block {block:?}"
    );
}

#[test]
fn the_accumulators_here_are_those_of_the_definition() {
    for node in [SHORT, LONG] {
        let right = &every_output().steps[STEPS - 1].outputs[node as usize];
        let words = |tensor: &Tensor| tensor.words().to_vec();
        let here = product(node, &folds(node, Sum::Defined));
        assert_eq!(words(&here), words(right));
    }
}

#[test]
fn products_that_are_not_fused_are_found() {
    find(SHORT, Sum::Unfused);
    find(LONG, Sum::Unfused);
}

#[test]
fn a_product_in_another_order_is_found() {
    find(SHORT, Sum::Reversed);
    find(LONG, Sum::Reversed);
}

#[test]
fn a_row_summed_in_another_order_is_found() {
    let job = every_output();
    let z = &job.steps[STEPS - 1].outputs[3];
    let cols = z.ty().dims.cols() as usize;
    let sums: Vec<u32> = z
        .words()
        .chunks(cols)
        .map(|row| row.iter().fold(0.0, |sum, x| sum + f32::from_bits(*x)))
        .map(f32::to_bits)
        .collect();
    assert_ne!(sums, job.steps[STEPS - 1].outputs[ROW_SUM as usize].words());
    let tale = Tale::with_output(job, STEPS - 1, ROW_SUM, |output| {
        output.words_mut().copy_from_slice(&sums);
    });
    let verdict = convict(job, tale, Player::defending).verdict;
    assert_eq!(found(verdict), Found::Node(ROW_SUM));
    // The lanes are added when the tile is finished, after its last block.
    assert!(matches!(verdict.reason, Reason::Proof { block: 1, .. }));
}
