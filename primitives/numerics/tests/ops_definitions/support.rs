//! Tensors from a stated generator, and a fold taken through the public interface as a stranger would.

use assay_numerics::{
    scalar, Accumulator, Context, DType, Dims, Op, Operation, Tensor, TensorType, Tile, TileIndex,
};
use proptest::test_runner::Config;

/// The bytes 0 to 31.
pub const SEED: [u8; 32] = {
    let mut seed = [0; 32];
    let mut i = 0;
    while i < 32 {
        seed[i] = i as u8;
        i += 1;
    }
    seed
};

/// Property tests leave no files behind.
pub fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

pub fn dims(dims: [u32; 4]) -> Dims {
    Dims::new(dims).unwrap()
}

pub fn f32_type(d: [u32; 4]) -> TensorType {
    TensorType::f32(dims(d))
}

pub fn u32_type(d: [u32; 4]) -> TensorType {
    TensorType::u32(dims(d))
}

/// splitmix64.
pub struct Words(pub u64);

impl Words {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A multiple of 2^-23 in [-1, 1).
    pub fn ordinary(&mut self) -> u32 {
        ((self.next() >> 40) as f32 / 8_388_608.0 - 1.0).to_bits()
    }

    /// An ordinary value, or one time in eight something from the edges.
    pub fn mixed(&mut self) -> u32 {
        let z = self.next();
        if z.is_multiple_of(8) {
            SPECIAL[(z >> 32) as usize % SPECIAL.len()]
        } else {
            self.ordinary()
        }
    }
}

/// Zeros, subnormals, extremes, infinities and a NaN.
pub const SPECIAL: [u32; 16] = [
    0x0000_0000,
    0x8000_0000,
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x807f_ffff,
    0x0080_0000,
    0x1a00_0001,
    0x19ff_fffe,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0x3f80_0000,
    0xbf80_0000,
];

fn filled(ty: TensorType, word: impl FnMut() -> u32) -> Tensor {
    let mut tensor = Tensor::zeros(ty);
    tensor.words_mut().fill_with(word);
    tensor
}

/// Floats in [-1, 1).
pub fn ordinary(d: [u32; 4], seed: u64) -> Tensor {
    let mut words = Words(seed);
    filled(f32_type(d), || words.ordinary())
}

/// Ordinary floats, ones with edges among them, or arbitrary bits with few NaNs, as the seed has it.
pub fn floats(d: [u32; 4], seed: u64) -> Tensor {
    let mut words = Words(seed);
    match seed % 3 {
        0 => ordinary(d, seed),
        1 => filled(f32_type(d), || words.mixed()),
        _ => filled(f32_type(d), || scalar::canonical(words.next() as u32)),
    }
}

/// Integers below `below`.
pub fn integers(d: [u32; 4], below: u32, seed: u64) -> Tensor {
    let mut words = Words(seed);
    filled(u32_type(d), || (words.next() % u64::from(below)) as u32)
}

/// Arbitrary words of either type, floats canonical.
pub fn any_words(dtype: DType, d: [u32; 4], seed: u64) -> Tensor {
    match dtype {
        DType::F32 => floats(d, seed),
        DType::U32 => integers(d, u32::MAX, seed),
    }
}

/// The element at an index.
pub fn at(tensor: &Tensor, index: [u32; 4]) -> u32 {
    let d = tensor.ty().dims.get();
    let place = index
        .iter()
        .zip(d)
        .fold(0, |n, (&i, d)| n * d as usize + i as usize);
    tensor.words()[place]
}

pub fn float_at(tensor: &Tensor, index: [u32; 4]) -> f32 {
    f32::from_bits(at(tensor, index))
}

/// A tensor whose element at each index is what `word` says.
pub fn model(ty: TensorType, word: impl Fn([u32; 4]) -> u32) -> Tensor {
    let [d0, d1, d2, d3] = ty.dims.get();
    let mut words = Vec::new();
    for i0 in 0..d0 {
        for i1 in 0..d1 {
            for i2 in 0..d2 {
                words.extend((0..d3).map(|i3| word([i0, i1, i2, i3])));
            }
        }
    }
    Tensor::new(ty, words).unwrap()
}

pub fn float_model(d: [u32; 4], value: impl Fn([u32; 4]) -> f32) -> Tensor {
    model(f32_type(d), |index| value(index).to_bits())
}

pub fn operation(op: Op, inputs: &[&Tensor], output: TensorType) -> Operation {
    Operation {
        op,
        inputs: inputs.iter().map(|t| t.ty()).collect(),
        output,
    }
}

/// Bits with every NaN as the one that is hashed.
pub fn canonical(tensor: &Tensor) -> Vec<u32> {
    match tensor.ty().dtype {
        DType::F32 => tensor
            .words()
            .iter()
            .map(|&word| scalar::canonical(word))
            .collect(),
        DType::U32 => tensor.words().to_vec(),
    }
}

#[track_caller]
pub fn assert_same(found: &Tensor, expected: &Tensor) {
    assert_eq!(found.ty(), expected.ty());
    let (found_words, expected_words) = (canonical(found), canonical(expected));
    if let Some(place) = (0..found_words.len()).find(|&i| found_words[i] != expected_words[i]) {
        let (a, b) = (found_words[place], expected_words[place]);
        panic!(
            "{:?}: element {place} is {a:08x}, must be {b:08x}",
            found.ty().dims
        );
    }
}

/// The output by `evaluate`, which must be what the public fold makes tile by tile.
pub fn run(op: Op, inputs: &[&Tensor], output: TensorType) -> Tensor {
    run_at(op, inputs, output, 0)
}

pub fn run_at(op: Op, inputs: &[&Tensor], output: TensorType, step: u64) -> Tensor {
    let operation = operation(op, inputs, output);
    assert_eq!(operation.check(), Ok(()));
    let whole = operation.evaluate(&SEED, step, inputs).unwrap();
    for tile in 0..output.dims.tiles() {
        let ctx = Context {
            seed: &SEED,
            step,
            at: TileIndex::of_tile(output.dims, tile).unwrap(),
        };
        let folded = fold_publicly(&operation, &ctx, inputs);
        assert_eq!(Some(&folded), whole.tile(tile).as_ref());
        assert_eq!(operation.evaluate_tile(&ctx, inputs).as_ref(), Ok(&folded));
    }
    whole
}

/// Takes the fold of one tile as a dispute does: registers go through their words between blocks, limits and
/// `touches` are held against what happens.
pub fn fold_publicly(operation: &Operation, ctx: &Context, inputs: &[&Tensor]) -> Tile {
    let blocks = operation.blocks(ctx.at);
    assert!(blocks >= 1 && u64::from(blocks) <= Operation::MAX_BLOCKS);
    let mut accumulator = operation.init(ctx);
    assert!((1..=4).contains(&accumulator.registers.len()));
    for k in 0..blocks {
        let next = step_publicly(operation, ctx, k, rebuilt(&accumulator), inputs);
        let touched = operation.touches(ctx, k);
        assert_eq!(u32::from(touched) >> next.registers.len(), 0);
        for (i, (before, after)) in accumulator
            .registers
            .iter()
            .zip(&next.registers)
            .enumerate()
        {
            assert!(
                touched >> i & 1 == 1 || before == after,
                "block {k} changes register {i}"
            );
        }
        accumulator = next;
    }
    operation.finish(ctx, accumulator).unwrap()
}

pub fn step_publicly(
    operation: &Operation,
    ctx: &Context,
    k: u32,
    accumulator: Accumulator,
    inputs: &[&Tensor],
) -> Accumulator {
    let read = |source: assay_numerics::SourceTile| inputs[source.input].tile(source.tile).unwrap();
    let index = operation.index_source(ctx, k).map(read);
    let sources: Vec<Tile> = operation
        .sources(ctx, k, index.as_ref())
        .into_iter()
        .map(read)
        .collect();
    let full = |tile: &&Tile| tile.words().len() > 32;
    assert!(sources.iter().filter(full).count() <= 4 && sources.len() <= 8);
    operation
        .step(ctx, k, accumulator, index.as_ref(), &sources)
        .unwrap()
}

fn rebuilt(accumulator: &Accumulator) -> Accumulator {
    let again = |t: &Tile| Tile::new(t.dtype(), t.rows(), t.cols(), t.words().to_vec()).unwrap();
    Accumulator {
        registers: accumulator.registers.iter().map(again).collect(),
    }
}

/// Rule S over terms in their order: chunks of 512 from +0, added from +0.
pub fn rule_s(terms: &[f32]) -> f32 {
    let mut total = 0.0f32;
    for chunk in terms.chunks(512) {
        let mut part = 0.0f32;
        for &term in chunk {
            part += term;
        }
        total += part;
    }
    total
}
