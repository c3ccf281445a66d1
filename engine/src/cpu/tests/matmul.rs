use super::*;
use crate::cpu::MatMul;
use proptest::prelude::*;

/// A product of `[b0, b1, m, k]` and `[b0, b1, k, n]`, either one broadcast along the leading dimensions that `mask` names.
fn check(batch: [u32; 2], [m, k, n]: [u32; 3], flags: u8, mask: u8, values: Values, seed: u64) {
    let mut random = Random(seed);
    let (transpose_a, transpose_b) = (flags & 1 != 0, flags & 2 != 0);
    let lead = |first: u8| {
        [0, 1].map(|axis| {
            if mask & first << axis != 0 {
                1
            } else {
                batch[axis]
            }
        })
    };
    let ([a0, a1], [b0, b1]) = (lead(1), lead(4));
    let [left, right] = [
        if transpose_a { [k, m] } else { [m, k] },
        if transpose_b { [n, k] } else { [k, n] },
    ];
    let a = random.tensor(TensorType::f32(dims([a0, a1, left[0], left[1]])), values);
    let b = random.tensor(TensorType::f32(dims([b0, b1, right[0], right[1]])), values);
    let output = TensorType::f32(dims([a0.max(b0), a1.max(b1), m, n]));
    let inputs = [&a, &b];
    let op = Op::MatMul {
        transpose_a,
        transpose_b,
    };
    let product = assert_equals_reference(&operation(op, &inputs, output), 0, &inputs);
    assert_not_drowned(&product, values);
}

/// A comparison shows nothing where every sum has met an infinity or a NaN.
fn assert_not_drowned(sums: &Tensor, values: Values) {
    let finite = |word: &u32| f32::from_bits(*word).is_finite();
    match values {
        Values::Tame | Values::Finite => assert!(sums.words().iter().all(finite)),
        Values::Rare => assert!(sums.words().iter().any(finite)),
        Values::Wild | Values::Any => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn ragged_products(m in 1u32..70, k in 1u32..70, n in 1u32..70, flags in 0u8..4, mask in 0u8..16, b0 in 1u32..3,
        b1 in 1u32..3, values in prop_oneof![Just(Values::Tame), Just(Values::Finite), Just(Values::Rare), Just(Values::Wild)], seed: u64) {
        check([b0, b1], [m, k, n], flags, mask, values, seed);
    }
}

/// More terms than one chunk and than two, in all layouts.
#[test]
fn chunks_of_the_inner_dimension() {
    for (flags, k) in [
        (0, 513),
        (1, 512),
        (2, 1025),
        (3, 1100),
        (0, 1024),
        (2, 511),
    ] {
        check([1, 1], [17, k, 35], flags, 0, Values::Tame, u64::from(k));
        check([1, 1], [17, k, 35], flags, 0, Values::Finite, u64::from(k));
        check([1, 1], [17, k, 35], flags, 0, Values::Rare, u64::from(k));
    }
}

/// Few rows and many columns, and the other way round, of more terms than one chunk; with rows that are aligned alike and
/// with rows that are not.
#[test]
fn slim_products() {
    for (flags, few) in (0..4).flat_map(|flags| [1, 2, 3, 4].map(|few| (flags, few))) {
        let seed = u64::from(few);
        check([1, 1], [few, 515, 103], flags, 0, Values::Tame, seed);
        check([1, 1], [103, 515, few], flags, 0, Values::Tame, seed);
        check([1, 1], [few, 560, 103], flags, 0, Values::Rare, seed);
        check([1, 1], [103, 560, few], flags, 0, Values::Rare, seed);
        check([2, 2], [few, 21, 230], flags, few as u8, Values::Wild, seed);
        check([2, 2], [230, 21, few], flags, few as u8, Values::Wild, seed);
    }
}

/// More columns than those whose parts are kept at a time, and a chunk in several pieces.
#[test]
fn slim_products_of_many_columns() {
    for flags in 0..4 {
        check([1, 1], [2, 21, 2100], flags, 0, Values::Finite, 3);
        check([1, 1], [2100, 130, 1], flags, 0, Values::Finite, 4);
    }
}

/// Several blocks of rows, panels worth a copy, and both of several chunks.
#[test]
fn blocks_of_rows_and_columns() {
    for flags in 0..4 {
        check([1, 1], [200, 600, 140], flags, 0, Values::Tame, 8);
        check([1, 1], [401, 40, 131], flags, 0, Values::Tame, 5);
        check([1, 1], [60, 33, 300], flags, 0, Values::Finite, 6);
    }
}

/// Rows that are a power of two apart are copied at another distance.
#[test]
fn rows_that_share_a_cache_set() {
    for flags in 0..4 {
        check([1, 1], [40, 1024, 70], flags, 0, Values::Tame, 7);
        check([1, 1], [40, 1024, 20], flags, 0, Values::Tame, 7);
    }
}

/// A product that underflows to -0 gives +0: the total before the first chunk is +0.
#[test]
fn no_sum_is_minus_zero() {
    let tiny = |sign: f32| Tensor::from_f32(dims([1, 1, 1, 1]), &[sign * 1e-30]).unwrap();
    let (a, b) = (tiny(-1.0), tiny(1.0));
    let product = operation(
        Op::MatMul {
            transpose_a: false,
            transpose_b: false,
        },
        &[&a, &b],
        a.ty(),
    );
    for simd in Simd::available() {
        let found = run(&product, &Exec::new(simd.path().unwrap(), 1), 0, &[&a, &b]);
        assert_eq!(found.words(), [0], "{simd}");
    }
    assert_equals_reference(&product, 0, &[&a, &b]);
}

/// Long sums of few outputs, whose chunks threads share; in all layouts, with and without a last chunk that is short.
#[test]
fn long_sums_of_few_outputs() {
    for (flags, batch, [m, k, n], values) in [
        (0, 1, [16, 16_384, 31], Values::Tame),
        (1, 1, [16, 20_000, 32], Values::Finite),
        (2, 1, [20, 13_500, 32], Values::Tame),
        (3, 1, [3, 70_001, 7], Values::Tame),
        (0, 1, [1, 400_000, 1], Values::Finite),
        (1, 1, [33, 9_000, 30], Values::Rare),
        (0, 3, [16, 9_000, 31], Values::Tame),
        (3, 3, [15, 9_000, 32], Values::Rare),
    ] {
        let product = MatMul::new(
            dims([1, batch, m, k]),
            dims([1, batch, k, n]),
            dims([1, batch, m, n]),
            false,
            false,
        );
        assert!(product.workspace_words(2) > 0, "{m} x {k} x {n}");
        check([1, batch], [m, k, n], flags, 0, values, u64::from(k));
    }
}
