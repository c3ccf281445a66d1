//! Operators that take one place of their data for each row.

use super::dims;
use super::random::{Random, Values};
use super::{assert_equals_reference, assert_same, operation, Emulator, Order, Run, SEED, TARGET};
use assay_cuda::launch::{launches, Overlap};
use assay_numerics::{Op, RowOrder, TensorType};

#[test]
fn indices_in_range_and_out() {
    let mut random = Random(1);
    for _ in 0..20 {
        let (rows, range, width) = (
            random.between(1, 70),
            random.between(1, 60),
            random.between(1, 70),
        );
        let index = random.indices(rows, range).unwrap();
        let table = random.floats(dims([1, 1, range, width]), Values::Any);
        let output = TensorType::f32(dims([1, 1, rows, width]));
        let inputs = [&index, &table];
        assert_equals_reference(&operation(Op::Gather, &inputs, output), 0, &inputs);
        let x = random.tensor(TensorType::u32(dims([1, 1, rows, range])), Values::Any);
        let output = TensorType::u32(dims([1, 1, rows, 1]));
        let inputs = [&index, &x];
        assert_equals_reference(&operation(Op::Pick, &inputs, output), 0, &inputs);
        let output = TensorType::f32(dims([1, 1, rows, range]));
        assert_equals_reference(&operation(Op::OneHot, &[&index], output), 0, &[&index]);
    }
}

#[test]
fn batches_of_every_epoch() {
    let mut random = Random(2);
    for rows in [1, 2, 3, 31, 64, 65, 257] {
        let x = random.floats(dims([1, 1, rows, 3]), Values::Any);
        for (batch, step) in [(1, 0), (5, 1), (40, 7), (3, u64::MAX), (300, 1 << 40)] {
            for order in [RowOrder::Shuffled, RowOrder::Sequential] {
                let output = TensorType::f32(dims([1, 1, batch, 3]));
                let op = Op::BatchRows { order };
                assert_equals_reference(&operation(op, &[&x], output), step, &[&x]);
            }
        }
    }
}

#[test]
fn tapes_from_the_first_row_to_past_the_last() {
    let mut random = Random(3);
    for (rows, count) in [(1, 1), (40, 1), (70, 33), (33, 40), (64, 8)] {
        let tape = random.floats(dims([1, 1, rows, 5]), Values::Any);
        let value = random.floats(dims([1, 1, count, 5]), Values::Any);
        let inputs = [&tape, &value];
        let operation = operation(Op::RowWrite, &inputs, tape.ty());
        for step in [0, 1, 2, 31, 39, 40, 1 << 31, 1 << 32, 1 << 60, u64::MAX] {
            assert_equals_reference(&operation, step, &inputs);
            let expected = operation.evaluate(&SEED, step, &inputs).unwrap();
            let launches = launches(&operation, &SEED, Overlap::InPlace, TARGET).unwrap();
            let run = Run {
                step,
                order: Order::Descending,
            };
            let found = Emulator::fixed().run_in_place(&launches, &run, &inputs);
            assert_same(&expected, &found, &format!("in place, step {step}"));
        }
    }
}
