use super::*;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use proptest::prelude::*;

/// Code with a single operation on its first inputs.
fn single(op: MapOp) -> MapCode {
    let mut args = [0; 3];
    (0..op.arity()).for_each(|i| args[i] = i as u8);
    MapCode {
        constants: vec![],
        instructions: vec![MapInstruction { op, args }],
    }
}

/// Random code over `inputs` values, every result of which reaches the last one or is dead.
fn random_code(random: &mut Random, inputs: usize) -> MapCode {
    let constants: Vec<u32> = (0..random.below(5))
        .map(|_| scalar::canonical(random.word(Values::Wild)))
        .collect();
    let mut instructions = Vec::new();
    for _ in 0..=random.below(32) {
        let values = (inputs + constants.len() + instructions.len()) as u64;
        if values == 0 {
            break;
        }
        let op = MapOp::ALL[random.below(MapOp::ALL.len() as u64) as usize];
        let mut args = [0; 3];
        // Mostly recent values, so that chains are long.
        args[..op.arity()].iter_mut().for_each(|arg| {
            let reach = if random.below(2) == 0 {
                values
            } else {
                values.min(3)
            };
            *arg = (values - 1 - random.below(reach)) as u8;
        });
        instructions.push(MapInstruction { op, args });
    }
    MapCode {
        constants,
        instructions,
    }
}

fn check(code: MapCode, shapes: &[[u32; 4]], output: [u32; 4], values: Values, seed: u64) {
    let mut random = Random(seed);
    let inputs: Vec<_> = shapes
        .iter()
        .map(|shape| random.tensor(TensorType::f32(dims(*shape)), values))
        .collect();
    let inputs: Vec<_> = inputs.iter().collect();
    let operation = operation(Op::Map(code), &inputs, TensorType::f32(dims(output)));
    if operation.check().is_ok() {
        assert_equals_reference(&operation, 0, &inputs);
    }
}

#[test]
fn every_operation_on_any_bits() {
    for (seed, op) in MapOp::ALL.into_iter().enumerate() {
        for values in [Values::Any, Values::Wild, Values::Tame] {
            let shape = [1, 1, 96, 171];
            check(
                single(op),
                &vec![shape; op.arity()],
                shape,
                values,
                seed as u64,
            );
        }
    }
}

/// Every pair and triple of special values.
#[test]
fn every_operation_on_special_values() {
    let n = SPECIAL.len() as u32;
    let ty = TensorType::f32(dims([1, n, n, n]));
    let axis = |divisor: u32| {
        let words = (0..n * n * n)
            .map(|i| SPECIAL[(i / divisor % n) as usize])
            .collect();
        Tensor::new(ty, words).unwrap()
    };
    let inputs = [axis(1), axis(n), axis(n * n)];
    for op in MapOp::ALL {
        let inputs: Vec<_> = inputs[..op.arity()].iter().collect();
        assert_equals_reference(&operation(Op::Map(single(op)), &inputs, ty), 0, &inputs);
    }
}

/// Around the limits of exp, sigmoid and tanh, where results become subnormal or saturate.
#[test]
fn functions_near_their_limits() {
    let ty = TensorType::f32(dims([1, 1, 64, 1024]));
    for (from, to) in [
        (-105.0f32, -86.0f32),
        (86.0, 90.0),
        (-12.0, 12.0),
        (8.9, 9.2),
        (-1e-3, 1e-3),
    ] {
        let value = |i: u32| from + (to - from) * (i as f32 / 65_536.0);
        let x = Tensor::new(ty, (0..65_536).map(|i| value(i).to_bits()).collect()).unwrap();
        for op in [MapOp::Exp, MapOp::Sigmoid, MapOp::Tanh, MapOp::Ln] {
            assert_equals_reference(&operation(Op::Map(single(op)), &[&x], ty), 0, &[&x]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_codes(shape in prop_oneof![[1u32..3, 1u32..3, 1u32..40, 1u32..70], [1u32..2, 1u32..2, 1u32..3, 200u32..700]],
        inputs in 0usize..6, seed: u64, values in prop_oneof![Just(Values::Tame), Just(Values::Wild)]) {
        let mut random = Random(seed);
        let mut input = || {
            let mask = if random.below(2) == 0 { 0 } else { random.below(16) };
            core::array::from_fn(|axis| if mask & 1 << axis != 0 { 1 } else { shape[axis] })
        };
        let shapes: Vec<[u32; 4]> = (0..inputs).map(|_| input()).collect();
        let code = random_code(&mut random, inputs);
        check(code, &shapes, shape, values, seed);
    }
}
