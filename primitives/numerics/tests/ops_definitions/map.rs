use super::support::*;
use assay_numerics::{MapCode, MapInstruction, MapOp, Op, Tensor};
use proptest::prelude::*;

/// `fma(x0, x1, x2)` and the like over the given number of inputs: every input takes part.
fn blend(inputs: usize) -> MapCode {
    let n = inputs as u8;
    let mut instructions = vec![MapInstruction {
        op: MapOp::Sub,
        args: [0, n, 0],
    }];
    for input in 1..n {
        let last = n + input;
        let op = if input % 2 == 0 {
            MapOp::Fma
        } else {
            MapOp::Max
        };
        let args = if op == MapOp::Fma {
            [last, input, last]
        } else {
            [last, input, 0]
        };
        instructions.push(MapInstruction { op, args });
    }
    MapCode {
        constants: vec![0x3e80_0000],
        instructions,
    }
}

/// Reads an input where a size of 1 is repeated.
fn broadcast(x: &Tensor, index: [u32; 4]) -> f32 {
    let d = x.ty().dims.get();
    float_at(
        x,
        [0, 1, 2, 3].map(|axis| if d[axis] == 1 { 0 } else { index[axis] }),
    )
}

fn check(out: [u32; 4], masks: &[u8], seed: u64) {
    // Bit `axis` of a mask repeats the input along that axis.
    let shape =
        |mask: u8| [0, 1, 2, 3].map(|axis| if mask >> axis & 1 == 1 { 1 } else { out[axis] });
    let inputs: Vec<Tensor> = masks
        .iter()
        .zip(0..)
        .map(|(&mask, i)| floats(shape(mask), seed.wrapping_add(i)))
        .collect();
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    let code = blend(inputs.len());
    let expected = float_model(out, |index| {
        code.eval(
            &inputs
                .iter()
                .map(|x| broadcast(x, index))
                .collect::<Vec<f32>>(),
        )
    });
    assert_same(
        &run(Op::Map(code.clone()), &inputs, f32_type(out)),
        &expected,
    );
}

proptest! {
    #![proptest_config(config(40))]
    #[test]
    fn broadcasting(
        out in [1u32..4, 1..4, 1..70, 1..70],
        full in prop::collection::vec(0u8..4, 1..5),
        narrow in prop::collection::vec(4u8..16, 0..5),
        seed: u64,
    ) {
        let [_, _, rows, cols] = out;
        // With one row or column a repeated input is full-size.
        prop_assume!(rows > 1 && cols > 1 || full.len() + narrow.len() <= 4);
        check(out, &[full, narrow].concat(), seed);
    }
}

#[test]
fn one_column_and_one_row() {
    check([1, 1, 40, 1], &[0, 0, 8, 8, 4, 12], 1);
    check([1, 1, 1, 40], &[0, 0, 4, 4, 8, 12], 1);
    check([1, 1, 1, 1], &[0, 4, 8, 12], 1);
}

#[test]
fn no_inputs_is_a_constant() {
    let code = MapCode {
        constants: vec![0x4000_0000],
        instructions: vec![MapInstruction {
            op: MapOp::Neg,
            args: [0, 0, 0],
        }],
    };
    let y = run(Op::Map(code), &[], f32_type([1, 2, 33, 3]));
    assert!(y.words().iter().all(|&word| word == 0xc000_0000));
}
