//! Every kernel against the reference, bit for bit, without a GPU: the same text is compiled as C++ and run by an emulator
//! that shows missing barriers, missing waits and writes out of place.

#[path = "../../src/bin/gpu-check/cases/mod.rs"]
mod cases;
mod emulator;
mod gpu_check;
mod hash;
#[path = "../../src/bin/gpu-check/jobs.rs"]
mod jobs;
mod map;
mod matmul;
#[path = "../../src/bin/gpu-check/models.rs"]
mod models;
mod movement;
#[path = "../../../../benches/src/speed/random.rs"]
mod numbers;
mod programs;
#[path = "../../src/bin/gpu-check/random.rs"]
mod random;
mod reduce;
mod rows;
mod scalars;
mod scatter;

use assay_cuda::launch::{self, Launches, Overlap, Target};
use assay_numerics::{scalar, DType, Dims, Op, Operation, Tensor, TensorType};
use emulator::{Emulator, Order, Run};

const SEED: [u8; 32] = [7; 32];
const TARGET: Target = Target { processors: 4 };

fn dims(sizes: [u32; 4]) -> Dims {
    Dims::new(sizes).unwrap()
}

/// An operator on these inputs.
fn operation(op: Op, inputs: &[&Tensor], output: TensorType) -> Operation {
    Operation {
        op,
        inputs: inputs.iter().map(|input| input.ty()).collect(),
        output,
    }
}

/// Compares the launches of an operation to the reference, in every order of threads.
fn assert_equals_reference(operation: &Operation, step: u64, inputs: &[&Tensor]) {
    let launches = launch::launches(operation, &SEED, Overlap::Apart, TARGET).unwrap();
    assert_launches(Emulator::fixed(), &launches, operation, step, inputs);
}

/// Compares given launches to the reference.
fn assert_launches(
    emulator: &Emulator,
    launches: &Launches,
    operation: &Operation,
    step: u64,
    inputs: &[&Tensor],
) {
    operation.check().unwrap();
    let expected = operation.evaluate(&SEED, step, inputs).unwrap();
    for order in Order::ALL {
        let run = Run { step, order };
        let found = emulator.run(launches, &run, inputs, operation.output);
        assert_same(&expected, &found, &format!("{order:?}, {operation:?}"));
    }
}

/// Compares two tensors bit for bit, any NaN being equal to any other.
fn assert_same(expected: &Tensor, found: &Tensor, what: &str) {
    let canonical = |word: &u32| match expected.ty().dtype {
        DType::F32 => scalar::canonical(*word),
        DType::U32 => *word,
    };
    let (expected, found) = (
        expected.words().iter().map(canonical),
        found.words().iter().map(canonical),
    );
    if let Some((at, (e, f))) = expected.zip(found).enumerate().find(|(_, (e, f))| e != f) {
        panic!("{what}: element {at} is {f:08x}, the reference has {e:08x}");
    }
}
