//! The scalar functions: special numbers against each other, and a sweep over all of binary32.

use super::dims;
use super::emulator::{Emulator, Order, Run};
use super::random::{Random, Values, SPECIAL};
use super::{SEED, TARGET};
use assay_cuda::launch::{launches, Overlap};
use assay_cuda::map_source::MapKernel;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::{scalar, Op, Operation, Tensor, TensorType};

/// Every how many bit patterns a function of one argument is looked at.
const STRIDE: usize = 2_003;

fn single(op: MapOp) -> MapCode {
    let mut args = [0, 1, 2];
    args[op.arity()..].fill(0);
    MapCode {
        constants: Vec::new(),
        instructions: vec![MapInstruction { op, args }],
    }
}

/// Arguments by position: all special numbers against each other, then random ones, hostile for fma.
fn arguments(arity: usize) -> Vec<Vec<u32>> {
    let mut random = Random(arity as u64);
    if arity == 1 {
        let sweep = (0..=u32::MAX).step_by(STRIDE);
        return vec![sweep.chain(SPECIAL).collect()];
    }
    let count = SPECIAL.len().pow(arity as u32) + 200_000;
    let argument = |position: usize, random: &mut Random| {
        let special = SPECIAL.len().pow(arity as u32);
        let value = |number: usize| match number {
            number if number < special => {
                SPECIAL[number / SPECIAL.len().pow(position as u32) % SPECIAL.len()]
            }
            // Products near the least normal number, whose sums with a subnormal are midpoints.
            number if number % 2 == 0 && position < 2 => 0x1a00_0000 ^ random.below(1 << 12),
            number if number % 2 == 0 => 0x0040_0000 ^ random.below(4),
            _ => random.word(Values::Any),
        };
        (0..count).map(value).collect()
    };
    (0..arity)
        .map(|position| argument(position, &mut random))
        .collect()
}

#[test]
fn every_function_equals_the_reference() {
    let kernels = MapOp::ALL.map(|op| {
        let column = dims([1, 1, 2, 1]);
        MapKernel::new(&single(op), &vec![column; op.arity()], column)
    });
    let emulator = Emulator::of_maps(kernels);
    for op in MapOp::ALL {
        let arguments = arguments(op.arity());
        let count = arguments[0].len();
        let ty = TensorType::f32(dims([1, 1, 1, count as u32]));
        let inputs: Vec<Tensor> = arguments
            .iter()
            .map(|words| Tensor::new(ty, words.clone()).unwrap())
            .collect();
        let inputs: Vec<&Tensor> = inputs.iter().collect();
        let operation = Operation {
            op: Op::Map(single(op)),
            inputs: vec![ty; inputs.len()],
            output: ty,
        };
        let launches = launches(&operation, &SEED, Overlap::Apart, TARGET).unwrap();
        let run = Run {
            step: 0,
            order: Order::Ascending,
        };
        let found = emulator.run(&launches, &run, &inputs, ty);
        for (at, found) in found.words().iter().enumerate() {
            let mut given = [0.0; 3];
            for (given, argument) in given.iter_mut().zip(&arguments) {
                *given = f32::from_bits(argument[at]);
            }
            let expected = scalar::canonical(op.apply(given).to_bits());
            let found = scalar::canonical(*found);
            assert_eq!(
                found, expected,
                "{op:?} of {given:?}: {found:08x}, the reference has {expected:08x}"
            );
        }
    }
}
