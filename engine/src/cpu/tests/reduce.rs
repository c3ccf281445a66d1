use super::*;
use proptest::prelude::*;

fn check(op: Op, input: [u32; 4], output: [u32; 4], values: Values, seed: u64) {
    let x = Random(seed).tensor(TensorType::f32(dims(input)), values);
    assert_equals_reference(
        &operation(op, &[&x], TensorType::f32(dims(output))),
        0,
        &[&x],
    );
}

fn check_all([b0, b1, r, c]: [u32; 4], values: Values, seed: u64) {
    for op in [Op::RowSum, Op::RowMax] {
        check(op, [b0, b1, r, c], [b0, b1, r, 1], values, seed);
    }
    for op in [Op::ColSum, Op::ColMax] {
        check(op, [b0, b1, r, c], [b0, b1, 1, c], values, seed);
    }
    for (o0, o1) in [(1, 1), (1, b1), (b0, 1)] {
        let sum = Operation {
            op: Op::LeadSum,
            inputs: vec![TensorType::f32(dims([b0, b1, r, c]))],
            output: TensorType::f32(dims([o0, o1, r, c])),
        };
        if sum.check().is_ok() {
            check(Op::LeadSum, [b0, b1, r, c], [o0, o1, r, c], values, seed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ragged_reductions(b0 in 1u32..4, b1 in 1u32..4, r in 1u32..80, c in 1u32..150, seed: u64,
        values in prop_oneof![Just(Values::Tame), Just(Values::Finite), Just(Values::Rare), Just(Values::Wild),
            Just(Values::Any)]) {
        check_all([b0, b1, r, c], values, seed);
    }
}

/// More terms than one chunk, and a last chunk that fills only some lanes.
#[test]
fn chunks() {
    for cols in [16_384, 16_385, 16_400, 40_000] {
        check(
            Op::RowSum,
            [1, 1, 3, cols],
            [1, 1, 3, 1],
            Values::Tame,
            u64::from(cols),
        );
    }
    for rows in [512, 513, 1300] {
        check(
            Op::ColSum,
            [1, 2, rows, 70],
            [1, 2, 1, 70],
            Values::Tame,
            u64::from(rows),
        );
    }
    check(Op::LeadSum, [30, 20, 3, 5], [1, 1, 3, 5], Values::Tame, 1);
    check(Op::LeadSum, [3, 600, 3, 5], [3, 1, 3, 5], Values::Tame, 2);
    check(Op::LeadSum, [600, 3, 3, 5], [1, 3, 3, 5], Values::Tame, 3);
}

/// Columns of -0 alone: sums are +0, maxima are -0.
#[test]
fn zeros_keep_or_lose_their_sign() {
    let x = Tensor::new(
        TensorType::f32(dims([1, 1, 40, 40])),
        vec![0x8000_0000; 1600],
    )
    .unwrap();
    let row = TensorType::f32(dims([1, 1, 40, 1]));
    for simd in Simd::available() {
        let exec = Exec::new(simd.path().unwrap(), 1);
        let sum = run(&operation(Op::RowSum, &[&x], row), &exec, 0, &[&x]);
        let max = run(&operation(Op::RowMax, &[&x], row), &exec, 0, &[&x]);
        assert!(sum.words().iter().all(|word| *word == 0), "{simd}");
        assert!(
            max.words().iter().all(|word| *word == 0x8000_0000),
            "{simd}"
        );
    }
}
