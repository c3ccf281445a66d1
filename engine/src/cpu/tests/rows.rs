use super::*;
use assay_numerics::RowOrder;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn indexed(n in 1u32..70, rows in 1u32..70, cols in 1u32..70, seed: u64) {
        let mut random = Random(seed);
        let index = random.indices(n, rows);
        let table = random.tensor(TensorType::f32(dims([1, 1, rows, cols])), Values::Any);
        let inputs = [&index, &table];
        let output = TensorType::f32(dims([1, 1, n, cols]));
        assert_equals_reference(&operation(Op::Gather, &inputs, output), 0, &inputs);

        let index = random.indices(n, cols);
        let x = random.tensor(TensorType::f32(dims([1, 1, n, cols])), Values::Any);
        let inputs = [&index, &x];
        let column = TensorType::f32(dims([1, 1, n, 1]));
        assert_equals_reference(&operation(Op::Pick, &inputs, column), 0, &inputs);
        assert_equals_reference(&operation(Op::OneHot, &[&index], x.ty()), 0, &[&index]);
    }

    #[test]
    fn batches(rows in 1u32..200, batch in 1u32..70, cols in 1u32..70, step in prop_oneof![0u64..50, any::<u64>()], seed: u64) {
        let x = Random(seed).tensor(TensorType::u32(dims([1, 1, rows, cols])), Values::Any);
        for order in [RowOrder::Shuffled, RowOrder::Sequential] {
            let output = TensorType::u32(dims([1, 1, batch, cols]));
            assert_equals_reference(&operation(Op::BatchRows { order }, &[&x], output), step, &[&x]);
        }
    }

    #[test]
    fn tapes(rows in 1u32..200, batch in 1u32..70, cols in 1u32..40, step in prop_oneof![0u64..20, any::<u64>()], seed: u64) {
        let mut random = Random(seed);
        let tape = random.tensor(TensorType::f32(dims([1, 1, rows, cols])), Values::Any);
        let value = random.tensor(TensorType::f32(dims([1, 1, batch, cols])), Values::Any);
        let inputs = [&tape, &value];
        assert_equals_reference(&operation(Op::RowWrite, &inputs, tape.ty()), step, &inputs);
    }
}
