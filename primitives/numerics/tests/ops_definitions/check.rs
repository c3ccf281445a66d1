//! Which operations are refused, by which rule and with which values.

use super::support::*;
use assay_numerics::{
    DType, Dims, MapCode, MapError, MapInstruction, MapOp, Op, Operand, Operation, OperationError,
    RowOrder, TensorType, TileIndex,
};
use proptest::prelude::*;

fn judge(op: Op, inputs: &[TensorType], output: TensorType) -> Result<(), OperationError> {
    Operation {
        op,
        inputs: inputs.to_vec(),
        output,
    }
    .check()
}

fn f(d: [u32; 4]) -> TensorType {
    f32_type(d)
}

fn u(d: [u32; 4]) -> TensorType {
    u32_type(d)
}

fn wrong_dims(operand: Operand, expected: [u32; 4], found: [u32; 4]) -> Result<(), OperationError> {
    Err(OperationError::Dims {
        operand,
        expected,
        found,
    })
}

fn wrong_dtype(operand: Operand, expected: DType) -> Result<(), OperationError> {
    let found = if expected == DType::F32 {
        DType::U32
    } else {
        DType::F32
    };
    Err(OperationError::Dtype {
        operand,
        expected,
        found,
    })
}

fn identity(input: u8) -> Op {
    let instructions = vec![MapInstruction {
        op: MapOp::Abs,
        args: [input, 0, 0],
    }];
    Op::Map(MapCode {
        constants: vec![],
        instructions,
    })
}

const PRODUCT: Op = Op::MatMul {
    transpose_a: false,
    transpose_b: false,
};

#[test]
fn map_inputs() {
    let out = f([2, 3, 40, 50]);
    let full = f([1, 3, 40, 50]);
    let row = f([2, 1, 1, 50]);
    assert_eq!(
        judge(
            identity(0),
            &[full, full, row, row, full, row, full, row],
            out
        ),
        Ok(())
    );
    let found = OperationError::FullInputs { found: 5, most: 4 };
    assert_eq!(judge(identity(0), &[full; 5], out), Err(found));
    let found = OperationError::BroadcastInputs { found: 5, most: 4 };
    assert_eq!(judge(identity(0), &[row; 5], out), Err(found));
    let count = OperationError::InputCount {
        operator: "Map",
        least: 0,
        most: 8,
        found: 9,
    };
    assert_eq!(judge(identity(0), &[full; 9], out), Err(count));
    let operand = Operand::Input(1);
    let axis = OperationError::Broadcast {
        operand,
        axis: 3,
        found: 2,
        output: 50,
    };
    assert_eq!(judge(identity(0), &[full, f([1, 1, 1, 2])], out), Err(axis));
    assert_eq!(
        judge(identity(0), &[full, u([1, 1, 1, 1])], out),
        wrong_dtype(operand, DType::F32)
    );
    assert_eq!(
        judge(identity(0), &[full], u([1, 3, 40, 50])),
        wrong_dtype(Operand::Output, DType::F32)
    );
}

#[test]
fn a_single_row_counts_as_full() {
    let out = f([1, 1, 1, 50]);
    assert_eq!(judge(identity(0), &[out; 4], out), Ok(()));
    assert_eq!(
        judge(identity(0), &[out; 5], out),
        Err(OperationError::FullInputs { found: 5, most: 4 })
    );
}

#[test]
fn map_code_is_judged() {
    let out = f([1, 1, 1, 1]);
    let error = judge(identity(1), &[out], out);
    assert!(
        matches!(
            error,
            Err(OperationError::Map(MapError::UndefinedValue { .. }))
        ),
        "{error:?}"
    );
}

#[test]
fn matmul() {
    assert_eq!(
        judge(
            PRODUCT,
            &[f([2, 1, 3, 4]), f([1, 5, 4, 6])],
            f([2, 5, 3, 6])
        ),
        Ok(())
    );
    let transposed = Op::MatMul {
        transpose_a: true,
        transpose_b: true,
    };
    assert_eq!(
        judge(
            transposed,
            &[f([1, 1, 4, 3]), f([1, 1, 6, 4])],
            f([1, 1, 3, 6])
        ),
        Ok(())
    );
    let inner = OperationError::Inner { left: 3, right: 6 };
    assert_eq!(
        judge(
            PRODUCT,
            &[f([1, 1, 4, 3]), f([1, 1, 6, 4])],
            f([1, 1, 3, 6])
        ),
        Err(inner)
    );
    let batch = OperationError::Batch {
        axis: 1,
        left: 2,
        right: 3,
    };
    assert_eq!(
        judge(
            PRODUCT,
            &[f([1, 2, 1, 1]), f([1, 3, 1, 1])],
            f([1, 3, 1, 1])
        ),
        Err(batch)
    );
    let dims = wrong_dims(Operand::Output, [1, 1, 2, 4], [7, 1, 2, 4]);
    assert_eq!(
        judge(
            PRODUCT,
            &[f([1, 1, 2, 3]), f([1, 1, 3, 4])],
            f([7, 1, 2, 4])
        ),
        dims
    );
    let count = OperationError::InputCount {
        operator: "MatMul",
        least: 2,
        most: 2,
        found: 1,
    };
    assert_eq!(
        judge(PRODUCT, &[f([1, 1, 2, 3])], f([1, 1, 2, 3])),
        Err(count)
    );
}

#[test]
fn reductions() {
    for op in [Op::RowSum, Op::RowMax] {
        assert_eq!(
            judge(op.clone(), &[f([2, 3, 4, 5])], f([2, 3, 4, 1])),
            Ok(())
        );
        let dims = wrong_dims(Operand::Output, [2, 3, 4, 1], [2, 3, 1, 4]);
        assert_eq!(judge(op.clone(), &[f([2, 3, 4, 5])], f([2, 3, 1, 4])), dims);
        assert_eq!(
            judge(op, &[u([1, 1, 4, 5])], f([1, 1, 4, 1])),
            wrong_dtype(Operand::Input(0), DType::F32)
        );
    }
    for op in [Op::ColSum, Op::ColMax] {
        assert_eq!(
            judge(op.clone(), &[f([2, 3, 4, 5])], f([2, 3, 1, 5])),
            Ok(())
        );
        let dims = wrong_dims(Operand::Output, [2, 3, 1, 5], [2, 3, 4, 1]);
        assert_eq!(judge(op, &[f([2, 3, 4, 5])], f([2, 3, 4, 1])), dims);
    }
}

#[test]
fn lead_sums() {
    let x = f([2, 3, 4, 5]);
    for out in [[1, 3, 4, 5], [2, 1, 4, 5], [1, 1, 4, 5]] {
        assert_eq!(judge(Op::LeadSum, &[x], f(out)), Ok(()));
    }
    assert_eq!(
        judge(Op::LeadSum, &[x], x),
        Err(OperationError::NothingReduced)
    );
    assert_eq!(
        judge(Op::LeadSum, &[f([1, 1, 4, 5])], f([1, 1, 4, 5])),
        Err(OperationError::NothingReduced)
    );
    let lead = OperationError::Lead {
        axis: 1,
        input: 3,
        output: 2,
    };
    assert_eq!(judge(Op::LeadSum, &[x], f([1, 2, 4, 5])), Err(lead));
    let dims = wrong_dims(Operand::Output, [1, 1, 4, 5], [1, 1, 4, 1]);
    assert_eq!(judge(Op::LeadSum, &[x], f([1, 1, 4, 1])), dims);
}

#[test]
fn block_limits() {
    let (most, long) = (1 << 21, (1 << 21) + 1);
    let blocks = |blocks| {
        Err(OperationError::Blocks {
            blocks,
            most: 1 << 16,
        })
    };
    assert_eq!(
        judge(
            PRODUCT,
            &[f([1, 1, 1, most]), f([1, 1, most, 1])],
            f([1, 1, 1, 1])
        ),
        Ok(())
    );
    assert_eq!(
        judge(
            PRODUCT,
            &[f([1, 1, 1, long]), f([1, 1, long, 1])],
            f([1, 1, 1, 1])
        ),
        blocks((1 << 16) + 1)
    );
    for op in [Op::RowSum, Op::RowMax] {
        assert_eq!(
            judge(op.clone(), &[f([1, 1, 1, most])], f([1, 1, 1, 1])),
            Ok(())
        );
        assert_eq!(
            judge(op, &[f([1, 1, 1, long])], f([1, 1, 1, 1])),
            blocks((1 << 16) + 1)
        );
    }
    for op in [Op::ColSum, Op::ColMax] {
        assert_eq!(
            judge(op.clone(), &[f([1, 1, most, 1])], f([1, 1, 1, 1])),
            Ok(())
        );
        assert_eq!(
            judge(op, &[f([1, 1, long, 1])], f([1, 1, 1, 1])),
            blocks((1 << 16) + 1)
        );
    }
    assert_eq!(
        judge(Op::LeadSum, &[f([1 << 8, 1 << 8, 1, 1])], f([1, 1, 1, 1])),
        Ok(())
    );
    assert_eq!(
        judge(Op::LeadSum, &[f([1 << 12, 1 << 12, 1, 1])], f([1, 1, 1, 1])),
        blocks(1 << 24)
    );
    assert_eq!(
        judge(
            Op::LeadSum,
            &[f([1 << 12, 1 << 12, 1, 1])],
            f([1, 1 << 12, 1, 1])
        ),
        Ok(())
    );
    let scatter = |positions| {
        let inputs = [u([1, 1, positions, 1]), f([1, 1, positions, 1])];
        judge(Op::ScatterAdd, &inputs, f([1, 1, 1, 1]))
    };
    assert_eq!(scatter(most), Ok(()));
    assert_eq!(scatter(long), blocks((1 << 16) + 1));
}

#[test]
fn movements() {
    let elements = OperationError::Elements {
        input: 120,
        output: 119,
    };
    assert_eq!(
        judge(Op::Reshape, &[f([2, 3, 4, 5])], f([1, 1, 7, 17])),
        Err(elements)
    );
    assert_eq!(
        judge(Op::Reshape, &[u([2, 3, 4, 5])], f([1, 1, 6, 20])),
        wrong_dtype(Operand::Output, DType::U32)
    );
    let permute = |perm, out| judge(Op::Permute { perm }, &[u([2, 3, 4, 5])], u(out));
    assert_eq!(permute([3, 1, 0, 2], [5, 3, 2, 4]), Ok(()));
    assert_eq!(
        permute([3, 1, 1, 2], [5, 3, 3, 4]),
        Err(OperationError::Permutation { perm: [3, 1, 1, 2] })
    );
    assert_eq!(
        permute([0, 1, 2, 4], [2, 3, 4, 5]),
        Err(OperationError::Permutation { perm: [0, 1, 2, 4] })
    );
    assert_eq!(
        permute([3, 1, 0, 2], [2, 3, 4, 5]),
        wrong_dims(Operand::Output, [5, 3, 2, 4], [2, 3, 4, 5])
    );
    let slice = |start, out| judge(Op::Slice { start }, &[f([2, 3, 4, 5])], f(out));
    assert_eq!(slice([1, 2, 3, 4], [1, 1, 1, 1]), Ok(()));
    let end = |axis, end, input| Err(OperationError::SliceEnd { axis, end, input });
    assert_eq!(slice([0, 0, 1, 0], [2, 3, 4, 5]), end(2, 5, 4));
    assert_eq!(
        slice([0, 0, 0, u32::MAX], [1, 1, 1, 5]),
        end(3, u64::from(u32::MAX) + 5, 5)
    );
}

#[test]
fn concat() {
    let judge = |axis, inputs: &[TensorType], out| judge(Op::Concat { axis }, inputs, out);
    let (a, b) = (f([1, 2, 3, 4]), f([1, 2, 5, 4]));
    assert_eq!(judge(2, &[a, b, a], f([1, 2, 11, 4])), Ok(()));
    assert_eq!(
        judge(2, &[a, b], f([1, 2, 9, 4])),
        Err(OperationError::ConcatLength {
            axis: 2,
            sum: 8,
            output: 9
        })
    );
    assert_eq!(
        judge(3, &[a, b], f([1, 2, 3, 8])),
        wrong_dims(Operand::Input(1), [1, 2, 3, 4], [1, 2, 5, 4])
    );
    assert_eq!(judge(4, &[a], a), Err(OperationError::Axis { axis: 4 }));
    assert_eq!(
        judge(2, &[a, u([1, 2, 5, 4])], f([1, 2, 8, 4])),
        wrong_dtype(Operand::Input(1), DType::F32)
    );
    let count = |found| {
        Err(OperationError::InputCount {
            operator: "Concat",
            least: 1,
            most: 8,
            found,
        })
    };
    assert_eq!(judge(2, &[], a), count(0));
    assert_eq!(judge(2, &[a; 9], f([1, 2, 27, 4])), count(9));
    // 8 x 2^29 columns are 2^32: the sum does not wrap.
    let long = f([1, 1, 1, 1 << 29]);
    let wraps = OperationError::ConcatLength {
        axis: 3,
        sum: 1 << 32,
        output: 1 << 29,
    };
    assert_eq!(judge(3, &[long; 8], long), Err(wraps));
}

#[test]
fn indexed() {
    let index = u([1, 1, 7, 1]);
    assert_eq!(
        judge(Op::Gather, &[index, u([1, 1, 9, 3])], u([1, 1, 7, 3])),
        Ok(())
    );
    let float_index = judge(
        Op::Gather,
        &[f([1, 1, 7, 1]), f([1, 1, 9, 3])],
        f([1, 1, 7, 3]),
    );
    assert_eq!(float_index, wrong_dtype(Operand::Input(0), DType::U32));
    let wide = judge(
        Op::Gather,
        &[u([1, 1, 7, 2]), f([1, 1, 9, 3])],
        f([1, 1, 7, 3]),
    );
    assert_eq!(
        wide,
        wrong_dims(Operand::Input(0), [1, 1, 7, 1], [1, 1, 7, 2])
    );
    let batch = judge(Op::Gather, &[index, f([2, 1, 9, 3])], f([1, 1, 7, 3]));
    assert_eq!(
        batch,
        wrong_dims(Operand::Input(1), [1, 1, 9, 3], [2, 1, 9, 3])
    );
    let out = judge(Op::Gather, &[index, f([1, 1, 9, 3])], f([1, 1, 9, 3]));
    assert_eq!(out, wrong_dims(Operand::Output, [1, 1, 7, 3], [1, 1, 9, 3]));

    assert_eq!(
        judge(Op::Pick, &[index, f([1, 1, 7, 3])], f([1, 1, 7, 1])),
        Ok(())
    );
    let rows = judge(Op::Pick, &[index, f([1, 1, 9, 3])], f([1, 1, 7, 1]));
    assert_eq!(
        rows,
        wrong_dims(Operand::Input(1), [1, 1, 7, 3], [1, 1, 9, 3])
    );
    assert_eq!(
        judge(Op::Pick, &[index, u([1, 1, 7, 3])], f([1, 1, 7, 1])),
        wrong_dtype(Operand::Output, DType::U32)
    );

    assert_eq!(judge(Op::OneHot, &[index], f([1, 1, 7, 30])), Ok(()));
    assert_eq!(
        judge(Op::OneHot, &[index], u([1, 1, 7, 30])),
        wrong_dtype(Operand::Output, DType::F32)
    );
    let rows = judge(Op::OneHot, &[index], f([1, 1, 8, 30]));
    assert_eq!(
        rows,
        wrong_dims(Operand::Output, [1, 1, 7, 30], [1, 1, 8, 30])
    );
}

#[test]
fn scatter_add() {
    let (index, values) = (u([1, 1, 7, 1]), f([1, 1, 7, 3]));
    let judge = |inputs: &[TensorType], out| judge(Op::ScatterAdd, inputs, out);
    for rows in [1, 7, 1 << 20] {
        assert_eq!(judge(&[index, values], f([1, 1, rows, 3])), Ok(()));
    }
    assert_eq!(
        judge(&[f([1, 1, 7, 1]), values], f([1, 1, 9, 3])),
        wrong_dtype(Operand::Input(0), DType::U32)
    );
    assert_eq!(
        judge(&[u([1, 1, 7, 2]), values], f([1, 1, 9, 3])),
        wrong_dims(Operand::Input(0), [1, 1, 7, 1], [1, 1, 7, 2])
    );
    assert_eq!(
        judge(&[index, u([1, 1, 7, 3])], f([1, 1, 9, 3])),
        wrong_dtype(Operand::Input(1), DType::F32)
    );
    assert_eq!(
        judge(&[index, f([1, 1, 8, 3])], f([1, 1, 9, 3])),
        wrong_dims(Operand::Input(1), [1, 1, 7, 3], [1, 1, 8, 3])
    );
    assert_eq!(
        judge(&[index, f([2, 1, 7, 3])], f([1, 1, 9, 3])),
        wrong_dims(Operand::Input(1), [1, 1, 7, 3], [2, 1, 7, 3])
    );
    assert_eq!(
        judge(&[index, values], u([1, 1, 9, 3])),
        wrong_dtype(Operand::Output, DType::F32)
    );
    assert_eq!(
        judge(&[index, values], f([1, 1, 9, 4])),
        wrong_dims(Operand::Output, [1, 1, 9, 3], [1, 1, 9, 4])
    );
    assert_eq!(
        judge(&[index, values], f([2, 1, 9, 3])),
        wrong_dims(Operand::Output, [1, 1, 9, 3], [2, 1, 9, 3])
    );
    let count = OperationError::InputCount {
        operator: "ScatterAdd",
        least: 2,
        most: 2,
        found: 1,
    };
    assert_eq!(judge(&[index], f([1, 1, 9, 3])), Err(count));
}

#[test]
fn batches_and_tapes() {
    let order = RowOrder::Shuffled;
    assert_eq!(
        judge(
            Op::BatchRows { order },
            &[u([1, 1, 9, 3])],
            u([1, 1, 70, 3])
        ),
        Ok(())
    );
    let cols = judge(
        Op::BatchRows { order },
        &[u([1, 1, 9, 3])],
        u([1, 1, 70, 4]),
    );
    assert_eq!(
        cols,
        wrong_dims(Operand::Output, [1, 1, 70, 3], [1, 1, 70, 4])
    );
    let tape = f([1, 1, 9, 3]);
    assert_eq!(judge(Op::RowWrite, &[tape, f([1, 1, 70, 3])], tape), Ok(()));
    assert_eq!(
        judge(Op::RowWrite, &[tape, u([1, 1, 1, 3])], tape),
        wrong_dtype(Operand::Input(1), DType::F32)
    );
    let value = judge(Op::RowWrite, &[tape, f([1, 1, 1, 4])], tape);
    assert_eq!(
        value,
        wrong_dims(Operand::Input(1), [1, 1, 1, 3], [1, 1, 1, 4])
    );
    let out = judge(Op::RowWrite, &[tape, tape], f([1, 1, 8, 3]));
    assert_eq!(out, wrong_dims(Operand::Output, [1, 1, 9, 3], [1, 1, 8, 3]));
}

#[test]
fn commit_is_canonical() {
    let one = f([1, 1, 1, 1]);
    assert_eq!(judge(Op::Commit, &[], one), Ok(()));
    let count = OperationError::InputCount {
        operator: "Commit",
        least: 0,
        most: 0,
        found: 1,
    };
    assert_eq!(judge(Op::Commit, &[one], one), Err(count));
    assert_eq!(
        judge(Op::Commit, &[], u([1, 1, 1, 1])),
        wrong_dtype(Operand::Output, DType::F32)
    );
    assert_eq!(
        judge(Op::Commit, &[], f([1, 1, 1, 2])),
        wrong_dims(Operand::Output, [1, 1, 1, 1], [1, 1, 1, 2])
    );
}

#[test]
fn errors_say_what_and_where() {
    let error = judge(Op::RowSum, &[f([2, 3, 4, 5])], f([2, 3, 1, 4])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the output has dimensions [2, 3, 1, 4], must have [2, 3, 4, 1]"
    );
}

fn any_op() -> impl Strategy<Value = Op> {
    let unit = prop::sample::select(vec![
        Op::RowSum,
        Op::RowMax,
        Op::ColSum,
        Op::ColMax,
        Op::LeadSum,
        Op::Reshape,
        Op::Gather,
        Op::Pick,
        Op::OneHot,
        Op::RowWrite,
        Op::ScatterAdd,
        Op::Commit,
        Op::BatchRows {
            order: RowOrder::Sequential,
        },
        identity(0),
    ]);
    prop_oneof![
        unit,
        any::<[bool; 2]>().prop_map(|[transpose_a, transpose_b]| Op::MatMul {
            transpose_a,
            transpose_b
        }),
        any::<[u8; 4]>().prop_map(|perm| Op::Permute {
            perm: perm.map(|p| p % 5)
        }),
        any::<[u32; 4]>().prop_map(|start| Op::Slice { start }),
        (0u8..6).prop_map(|axis| Op::Concat { axis }),
    ]
}

fn any_type() -> impl Strategy<Value = TensorType> {
    let size = || prop_oneof![4 => 1u32..4, 1 => 1u32..3000, 1 => any::<u32>()];
    ([size(), size(), size(), size()], any::<bool>()).prop_filter_map("too large", |(d, float)| {
        let dtype = if float { DType::F32 } else { DType::U32 };
        Dims::new(d).ok().map(|dims| TensorType { dtype, dims })
    })
}

proptest! {
    #![proptest_config(config(2000))]
    #[test]
    fn hostile_operations_are_judged_and_never_panic(
        op in any_op(),
        inputs in prop::collection::vec(any_type(), 0..10),
        output in any_type(),
        at in (0u64..4, 0u32..4, 0u32..4),
    ) {
        let operation = Operation { op, inputs, output };
        let at = TileIndex { batch: at.0, tile_row: at.1, tile_col: at.2 };
        let blocks = operation.blocks(at);
        prop_assert!(u64::from(blocks) <= Operation::MAX_BLOCKS);
        if operation.check().is_err() {
            prop_assert_eq!(blocks, 0);
        }
    }
}
