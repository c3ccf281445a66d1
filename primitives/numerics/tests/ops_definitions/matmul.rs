use super::support::*;
use assay_numerics::{scalar, Op, Tensor};
use proptest::prelude::*;

/// The product by its formula: for each element chunks of 512 over k, then the chunks.
fn product(a: &Tensor, b: &Tensor, flags: [bool; 2], d: [u32; 4], inner: u32) -> Tensor {
    let term = |tensor: &Tensor, transposed: bool, [i0, i1, r, c]: [u32; 4]| {
        let [d0, d1, ..] = tensor.ty().dims.get();
        let (i0, i1) = (if d0 == 1 { 0 } else { i0 }, if d1 == 1 { 0 } else { i1 });
        float_at(
            tensor,
            if transposed {
                [i0, i1, c, r]
            } else {
                [i0, i1, r, c]
            },
        )
    };
    float_model(d, |[i0, i1, i, j]| {
        let mut total = 0.0f32;
        for chunk in 0..inner.div_ceil(512) {
            let mut part = 0.0f32;
            for k in chunk * 512..inner.min(chunk * 512 + 512) {
                part = scalar::fma(
                    term(a, flags[0], [i0, i1, i, k]),
                    term(b, flags[1], [i0, i1, k, j]),
                    part,
                );
            }
            total += part;
        }
        total
    })
}

fn check(sizes: [u32; 3], flags: [bool; 2], batch_a: [u32; 2], batch_b: [u32; 2], seeds: [u64; 2]) {
    let [m, inner, n] = sizes;
    let stored = |[b0, b1]: [u32; 2], r, c, transposed| {
        if transposed {
            [b0, b1, c, r]
        } else {
            [b0, b1, r, c]
        }
    };
    let a = floats(stored(batch_a, m, inner, flags[0]), seeds[0]);
    let b = floats(stored(batch_b, inner, n, flags[1]), seeds[1]);
    let d = [batch_a[0].max(batch_b[0]), batch_a[1].max(batch_b[1]), m, n];
    let op = Op::MatMul {
        transpose_a: flags[0],
        transpose_b: flags[1],
    };
    assert_same(
        &run(op, &[&a, &b], f32_type(d)),
        &product(&a, &b, flags, d, inner),
    );
}

proptest! {
    #![proptest_config(config(40))]
    #[test]
    fn ragged_products(m in 1u32..40, inner in 1u32..70, n in 1u32..40, flags: [bool; 2], seeds: [u64; 2]) {
        check([m, inner, n], flags, [1, 1], [1, 1], seeds);
    }

    #[test]
    fn chunks(m in 1u32..4, inner in 480u32..1100, n in 1u32..4, flags: [bool; 2], seeds: [u64; 2]) {
        check([m, inner, n], flags, [1, 1], [1, 1], seeds);
    }

    #[test]
    fn batches(sizes in [1u32..5, 1..5, 1..5], d in [1u32..4, 1..4], one: [bool; 4], flags: [bool; 2], seeds: [u64; 2]) {
        // Either side may have 1 where the other has the size.
        let side = |first: bool, second: bool| [if first { 1 } else { d[0] }, if second { 1 } else { d[1] }];
        check(sizes, flags, side(one[0], one[1]), side(one[2], one[3]), seeds);
    }
}

#[test]
fn chunk_boundaries() {
    for inner in [511, 512, 513, 1023, 1024, 1025] {
        check(
            [2, inner, 3],
            [false, true],
            [1, 1],
            [1, 1],
            [inner.into(), 7],
        );
    }
}

#[test]
fn order_of_chunks_shows() {
    // 2^24 in the first chunk: the 512 ones of the second are added among themselves first.
    let mut a = vec![0.0f32; 1024];
    a[0] = 16_777_216.0;
    a[512..].fill(1.0);
    let a = Tensor::from_f32(dims([1, 1, 1, 1024]), &a).unwrap();
    let b = Tensor::from_f32(dims([1, 1, 1024, 1]), &[1.0; 1024]).unwrap();
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let y = run(op, &[&a, &b], f32_type([1, 1, 1, 1]));
    assert_eq!(y.words(), [16_777_728.0f32.to_bits()]);
}
