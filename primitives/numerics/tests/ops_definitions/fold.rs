//! The fold as strangers meet it: resumed anywhere, and given anything.

use super::support::*;
use assay_numerics::{
    Accumulator, Context, DType, FoldError, MapCode, MapInstruction, MapOp, Op, Operation,
    RowOrder, Tensor, TensorType, Tile, TileIndex,
};
use proptest::prelude::*;

/// One operation of every kind with its inputs; the largest dimensions are ragged.
pub fn every_operation() -> Vec<(Operation, Vec<Tensor>)> {
    let f = |d, seed| ordinary(d, seed);
    let case = |op: Op, inputs: Vec<Tensor>, output: TensorType| {
        let operation = operation(op, &inputs.iter().collect::<Vec<_>>(), output);
        (operation, inputs)
    };
    let add = MapCode {
        constants: vec![],
        instructions: vec![MapInstruction {
            op: MapOp::Add,
            args: [0, 1, 0],
        }],
    };
    let index = || integers([1, 1, 40, 1], 50, 1);
    vec![
        case(
            Op::Map(add),
            vec![f([1, 1, 40, 35], 1), f([1, 1, 1, 35], 2)],
            f32_type([2, 1, 40, 35]),
        ),
        case(
            Op::MatMul {
                transpose_a: false,
                transpose_b: true,
            },
            vec![f([1, 1, 33, 1100], 1), f([1, 1, 3, 1100], 2)],
            f32_type([1, 1, 33, 3]),
        ),
        case(
            Op::RowSum,
            vec![f([1, 1, 3, 16_500], 1)],
            f32_type([1, 1, 3, 1]),
        ),
        case(
            Op::RowMax,
            vec![f([2, 1, 35, 70], 1)],
            f32_type([2, 1, 35, 1]),
        ),
        case(
            Op::ColSum,
            vec![f([1, 1, 1100, 35], 1)],
            f32_type([1, 1, 1, 35]),
        ),
        case(
            Op::ColMax,
            vec![f([1, 2, 70, 35], 1)],
            f32_type([1, 2, 1, 35]),
        ),
        case(
            Op::LeadSum,
            vec![f([30, 20, 3, 2], 1)],
            f32_type([1, 1, 3, 2]),
        ),
        case(
            Op::Reshape,
            vec![f([1, 2, 35, 6], 1)],
            f32_type([1, 1, 6, 70]),
        ),
        case(
            Op::Permute { perm: [1, 0, 3, 2] },
            vec![f([2, 3, 35, 40], 1)],
            f32_type([3, 2, 40, 35]),
        ),
        case(
            Op::Slice {
                start: [1, 0, 5, 30],
            },
            vec![f([2, 1, 40, 70], 1)],
            f32_type([1, 1, 35, 40]),
        ),
        case(
            Op::Concat { axis: 2 },
            vec![f([1, 1, 20, 33], 1), f([1, 1, 25, 33], 2)],
            f32_type([1, 1, 45, 33]),
        ),
        case(
            Op::Gather,
            vec![index(), f([1, 1, 45, 35], 2)],
            f32_type([1, 1, 40, 35]),
        ),
        case(
            Op::Pick,
            vec![index(), f([1, 1, 40, 45], 2)],
            f32_type([1, 1, 40, 1]),
        ),
        case(Op::OneHot, vec![index()], f32_type([1, 1, 40, 45])),
        case(
            Op::BatchRows {
                order: RowOrder::Shuffled,
            },
            vec![f([1, 1, 100, 35], 1)],
            f32_type([1, 1, 40, 35]),
        ),
        case(
            Op::RowWrite,
            vec![f([1, 1, 100, 35], 1), f([1, 1, 40, 35], 2)],
            f32_type([1, 1, 100, 35]),
        ),
        case(
            Op::ScatterAdd,
            vec![integers([1, 1, 1100, 1], 50, 1), f([1, 1, 1100, 35], 2)],
            f32_type([1, 1, 45, 35]),
        ),
    ]
}

#[test]
fn every_operation_is_accepted() {
    for (operation, _) in every_operation() {
        assert_eq!(operation.check(), Ok(()), "{}", operation.op.name());
    }
}

#[test]
fn a_fold_resumes_from_any_block() {
    for (operation, inputs) in every_operation() {
        let inputs: Vec<&Tensor> = inputs.iter().collect();
        let at =
            TileIndex::of_tile(operation.output.dims, operation.output.dims.tiles() - 1).unwrap();
        let ctx = Context {
            seed: &SEED,
            step: 1,
            at,
        };
        let straight = operation.evaluate_tile(&ctx, &inputs).unwrap();
        let blocks = operation.blocks(at);
        let mut states = vec![operation.init(&ctx)];
        for k in 0..blocks {
            let next = step_publicly(&operation, &ctx, k, states[k as usize].clone(), &inputs);
            states.push(next);
        }
        for resume in [0, 1, 15, 16, 17, 500, 512, blocks - 1]
            .into_iter()
            .filter(|&k| k < blocks)
        {
            let from = states[resume as usize].clone();
            let last =
                (resume..blocks).fold(from, |a, k| step_publicly(&operation, &ctx, k, a, &inputs));
            let name = operation.op.name();
            assert_eq!(
                operation.finish(&ctx, last).as_ref(),
                Ok(&straight),
                "{name} from block {resume}"
            );
        }
    }
}

#[test]
fn parts_are_empty_after_a_chunk() {
    for (operation, inputs) in every_operation() {
        let chunk = match operation.op {
            Op::MatMul { .. } | Op::ColSum | Op::ScatterAdd => 16,
            Op::RowSum | Op::LeadSum => 512,
            _ => continue,
        };
        let inputs: Vec<&Tensor> = inputs.iter().collect();
        let at = TileIndex {
            batch: 0,
            tile_row: 0,
            tile_col: 0,
        };
        let ctx = Context {
            seed: &SEED,
            step: 0,
            at,
        };
        let (mut accumulator, blocks) = (operation.init(&ctx), operation.blocks(at));
        for k in 0..blocks {
            accumulator = step_publicly(&operation, &ctx, k, accumulator, &inputs);
            let closed = (k + 1) % chunk == 0 || k + 1 == blocks;
            let empty = accumulator.registers[1]
                .words()
                .iter()
                .all(|&word| word == 0);
            assert_eq!(empty, closed, "{} after block {k}", operation.op.name());
            assert_eq!(operation.touches(&ctx, k), if closed { 0b11 } else { 0b10 });
        }
    }
}

#[test]
fn registers_are_those_of_the_protocol_page() {
    let counted: Vec<f32> = (1u16..41).map(f32::from).collect();
    let a = Tensor::from_f32(dims([1, 1, 1, 40]), &counted).unwrap();
    let b = Tensor::from_f32(dims([1, 1, 40, 1]), &[0.1; 40]).unwrap();
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let operation = operation(op, &[&a, &b], f32_type([1, 1, 1, 1]));
    let ctx = Context {
        seed: &SEED,
        step: 0,
        at: TileIndex {
            batch: 0,
            tile_row: 0,
            tile_col: 0,
        },
    };
    let words = |state: &Accumulator| {
        state
            .registers
            .iter()
            .map(|tile| tile.words()[0])
            .collect::<Vec<u32>>()
    };
    let mut state = operation.init(&ctx);
    assert_eq!(words(&state), [0, 0]);
    for (k, expected) in [(0, [0, 0x4253_3333]), (1, [0x42a4_0000, 0])] {
        state = step_publicly(&operation, &ctx, k, state, &[&a, &b]);
        assert_eq!(words(&state), expected, "after block {k}");
    }
}

fn any_tile() -> impl Strategy<Value = Tile> {
    let shape = (
        prop::bool::ANY,
        prop_oneof![Just(32u16), 1u16..33],
        prop_oneof![Just(32u16), 1u16..33],
    );
    (shape, any::<u64>()).prop_map(|((float, rows, cols), seed)| {
        let dtype = if float { DType::F32 } else { DType::U32 };
        let mut words = Words(seed);
        let content = (0..rows * cols).map(|_| words.next() as u32).collect();
        Tile::new(dtype, rows, cols, content).unwrap()
    })
}

fn any_place() -> impl Strategy<Value = TileIndex> {
    let small = (0u64..3, 0u32..4, 0u32..4);
    let large = (any::<u64>(), any::<u32>(), any::<u32>());
    prop_oneof![small, large].prop_map(|(batch, tile_row, tile_col)| TileIndex {
        batch,
        tile_row,
        tile_col,
    })
}

proptest! {
    #![proptest_config(config(300))]
    #[test]
    fn no_tiles_make_a_step_panic(
        at in any_place(),
        step: u64,
        k in prop_oneof![0u32..4, any::<u32>()],
        registers in prop::collection::vec(any_tile(), 0..4),
        index in prop::option::of(any_tile()),
        sources in prop::collection::vec(any_tile(), 0..4),
    ) {
        for (operation, _) in every_operation() {
            let ctx = Context { seed: &SEED, step, at };
            let _ = operation.blocks(at);
            let _ = operation.touches(&ctx, k);
            let _ = operation.index_source(&ctx, k);
            let _ = operation.sources(&ctx, k, index.as_ref());
            let hostile = Accumulator { registers: registers.clone() };
            let _ = operation.finish(&ctx, hostile.clone());
            let _ = operation.step(&ctx, k, hostile, index.as_ref(), &sources);
            let _ = operation.step(&ctx, k, operation.init(&ctx), index.as_ref(), &sources);
        }
    }

    #[test]
    fn right_shapes_with_any_words_make_a_step(step: u64, seed: u64, number: u64) {
        for (operation, _) in every_operation() {
            let at = TileIndex::of_tile(operation.output.dims, number % operation.output.dims.tiles()).unwrap();
            let ctx = Context { seed: &SEED, step, at };
            let k = (seed % u64::from(operation.blocks(at))) as u32;
            let mut words = Words(seed);
            let mut noise = |shape: assay_numerics::TileShape| {
                let count = shape.rows * shape.cols;
                Tile::new(shape.dtype, shape.rows, shape.cols, (0..count).map(|_| words.next() as u32).collect()).unwrap()
            };
            let shape = |s: assay_numerics::SourceTile| operation.inputs[s.input].tile_shape(s.tile).unwrap();
            let registers = operation.init(&ctx).registers.iter().map(|r| noise(r.shape())).collect();
            let index = operation.index_source(&ctx, k).map(|s| noise(shape(s)));
            let sources: Vec<Tile> = operation.sources(&ctx, k, index.as_ref()).into_iter().map(|s| noise(shape(s))).collect();
            let next = operation.step(&ctx, k, Accumulator { registers }, index.as_ref(), &sources);
            prop_assert!(next.and_then(|a| operation.finish(&ctx, a)).is_ok(), "{}", operation.op.name());
        }
    }
}

/// A product whose step is well known.
fn product() -> (Operation, Context<'static>, Vec<Tile>) {
    let operation = Operation {
        op: Op::MatMul {
            transpose_a: false,
            transpose_b: false,
        },
        inputs: vec![f32_type([1, 1, 40, 40]), f32_type([1, 1, 40, 50])],
        output: f32_type([1, 1, 40, 50]),
    };
    let ctx = Context {
        seed: &SEED,
        step: 0,
        at: TileIndex {
            batch: 0,
            tile_row: 1,
            tile_col: 1,
        },
    };
    (
        operation,
        ctx,
        vec![
            Tile::filled(DType::F32, 8, 32, 0),
            Tile::filled(DType::F32, 32, 18, 0),
        ],
    )
}

#[test]
fn each_refusal_has_its_name() {
    let (operation, ctx, tiles) = product();
    let good = operation.init(&ctx);
    let step = |k, accumulator: &Accumulator, index: Option<&Tile>, sources: &[Tile]| {
        operation
            .step(&ctx, k, accumulator.clone(), index, sources)
            .map(|_| ())
    };
    assert_eq!(step(0, &good, None, &tiles), Ok(()));
    assert_eq!(
        step(2, &good, None, &tiles),
        Err(FoldError::NoSuchBlock {
            block: 2,
            blocks: 2
        })
    );
    assert_eq!(
        step(0, &good, Some(&tiles[0]), &tiles),
        Err(FoldError::IndexUnexpected)
    );
    assert_eq!(
        step(0, &good, None, &tiles[..1]),
        Err(FoldError::SourceCount {
            expected: 2,
            found: 1
        })
    );
    let (a, b) = (tiles[0].shape(), tiles[1].shape());
    let swapped = [tiles[1].clone(), tiles[0].clone()];
    assert_eq!(
        step(0, &good, None, &swapped),
        Err(FoldError::Source {
            position: 0,
            expected: a,
            found: b
        })
    );
    let none = Accumulator { registers: vec![] };
    assert_eq!(
        step(0, &none, None, &tiles),
        Err(FoldError::RegisterCount {
            expected: 2,
            found: 0
        })
    );
    let mut wrong = good.clone();
    wrong.registers[1] = tiles[0].clone();
    let expected = good.registers[1].shape();
    assert_eq!(
        step(0, &wrong, None, &tiles),
        Err(FoldError::Register {
            register: 1,
            expected,
            found: a
        })
    );
    let at = TileIndex {
        batch: 1,
        tile_row: 0,
        tile_col: 0,
    };
    let outside = operation.step(&Context { at, ..ctx }, 0, good, None, &tiles);
    assert_eq!(outside, Err(FoldError::NoSuchTile { at }));
}

#[test]
fn an_index_is_needed_and_checked() {
    let operation = Operation {
        op: Op::Gather,
        inputs: vec![u32_type([1, 1, 3, 1]), f32_type([1, 1, 5, 2])],
        output: f32_type([1, 1, 3, 2]),
    };
    let ctx = Context {
        seed: &SEED,
        step: 0,
        at: TileIndex {
            batch: 0,
            tile_row: 0,
            tile_col: 0,
        },
    };
    let table = [Tile::filled(DType::F32, 5, 2, 0)];
    let step = |index: Option<&Tile>| {
        operation
            .step(&ctx, 0, operation.init(&ctx), index, &table)
            .map(|_| ())
    };
    assert_eq!(step(None), Err(FoldError::IndexMissing));
    let good = Tile::filled(DType::U32, 3, 1, 4);
    let bad = Tile::filled(DType::F32, 3, 1, 4);
    assert_eq!(
        step(Some(&bad)),
        Err(FoldError::Index {
            expected: good.shape(),
            found: bad.shape()
        })
    );
    assert_eq!(operation.sources(&ctx, 0, Some(&bad)), []);
    assert_eq!(step(Some(&good)), Ok(()));
}

#[test]
fn an_ill_formed_operation_computes_nothing() {
    let (mut operation, ctx, tiles) = product();
    let accumulator = operation.init(&ctx);
    operation.inputs.pop();
    let error = operation.check().unwrap_err();
    assert_eq!(operation.blocks(ctx.at), 0);
    assert_eq!(operation.init(&ctx).registers, []);
    assert_eq!(operation.sources(&ctx, 0, None), []);
    assert_eq!(operation.touches(&ctx, 0), 0);
    assert_eq!(
        operation.step(&ctx, 0, accumulator, None, &tiles),
        Err(FoldError::Operation(error))
    );
}

#[test]
fn commit_has_no_tiles() {
    let operation = Operation {
        op: Op::Commit,
        inputs: vec![],
        output: f32_type([1, 1, 1, 1]),
    };
    assert_eq!(operation.check(), Ok(()));
    assert_eq!(operation.evaluate(&SEED, 0, &[]), Err(FoldError::NoTiles));
    assert_eq!(
        operation.blocks(TileIndex {
            batch: 0,
            tile_row: 0,
            tile_col: 0
        }),
        0
    );
}

#[test]
fn evaluate_refuses_other_tensors() {
    let (operation, ..) = product();
    let (a, b) = (
        Tensor::zeros(operation.inputs[0]),
        Tensor::zeros(operation.inputs[1]),
    );
    let count = FoldError::TensorCount {
        expected: 2,
        found: 1,
    };
    assert_eq!(operation.evaluate(&SEED, 0, &[&a]), Err(count));
    let mismatch = FoldError::TensorMismatch {
        input: 0,
        expected: a.ty(),
        found: b.ty(),
    };
    assert_eq!(operation.evaluate(&SEED, 0, &[&b, &a]), Err(mismatch));
}
