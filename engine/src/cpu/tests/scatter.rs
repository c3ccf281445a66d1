use super::*;
use proptest::prelude::*;

/// `positions` rows of `cols` elements added up in `rows` rows, of which the first `named` are named, and some past the end.
fn check(positions: u32, rows: u32, named: u32, cols: u32, values: Values, seed: u64) {
    let mut random = Random(seed);
    let index = random.indices(positions, named);
    let x = random.tensor(TensorType::f32(dims([1, 1, positions, cols])), values);
    let inputs = [&index, &x];
    let output = TensorType::f32(dims([1, 1, rows, cols]));
    assert_equals_reference(&operation(Op::ScatterAdd, &inputs, output), 0, &inputs);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ragged(positions in 1u32..140, rows in 1u32..70, cols in 1u32..150, seed: u64,
        values in prop_oneof![Just(Values::Tame), Just(Values::Finite), Just(Values::Wild), Just(Values::Any)]) {
        check(positions, rows, rows, cols, values, seed);
    }
}

/// Several chunks: of rows that all of them name, and of rows that few name.
#[test]
fn chunks() {
    for (positions, rows, named) in [
        (511, 5, 3),
        (512, 40, 600),
        (513, 33, 33),
        (1024, 2, 1),
        (1700, 900, 900),
    ] {
        for (cols, values) in [
            (1, Values::Tame),
            (33, Values::Finite),
            (70, Values::Wild),
            (200, Values::Any),
        ] {
            check(positions, rows, named, cols, values, u64::from(positions));
        }
    }
}

/// -0 alone makes +0, also where nothing is added.
#[test]
fn no_sum_is_negative_zero() {
    let index = Tensor::new(TensorType::u32(dims([1, 1, 600, 1])), vec![1; 600]).unwrap();
    let ty = TensorType::f32(dims([1, 1, 600, 40]));
    let x = Tensor::new(ty, vec![0x8000_0000; 600 * 40]).unwrap();
    let output = TensorType::f32(dims([1, 1, 3, 40]));
    let scatter = operation(Op::ScatterAdd, &[&index, &x], output);
    for simd in Simd::available() {
        let exec = Exec::new(simd.path().unwrap(), 1);
        let found = run(&scatter, &exec, 0, &[&index, &x]);
        assert!(found.words().iter().all(|word| *word == 0), "{simd}");
    }
}
