//! Maps: random code over random layouts, apart and in place.

use super::cases::maps::{code, input};
use super::dims;
use super::random::{Random, Values};
use super::{assert_launches, assert_same, operation, Emulator, Order, Run, SEED, TARGET};
use assay_cuda::launch::{launches, may_overwrite, Overlap};
use assay_cuda::map_source::MapKernel;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::{Dims, Op, Operation, Tensor, TensorType};

struct Case {
    operation: Operation,
    inputs: Vec<Tensor>,
}

impl Case {
    fn random(random: &mut Random, values: Values) -> Self {
        let sizes = [2, 2, 9, 30].map(|most| random.between(1, most));
        let (full, broadcast) = (random.below(5), random.below(5).max(1));
        let inputs: Vec<Tensor> = (0..full + broadcast)
            .map(|number| input(random, sizes, number < full, values).unwrap())
            .collect();
        let code = code(random, full + broadcast, 1);
        let references: Vec<&Tensor> = inputs.iter().collect();
        let operation = operation(Op::Map(code), &references, TensorType::f32(dims(sizes)));
        Self { operation, inputs }
    }

    fn kernel(&self) -> MapKernel {
        let Op::Map(code) = &self.operation.op else {
            unreachable!("all cases are Maps")
        };
        let inputs: Vec<Dims> = self.operation.inputs.iter().map(|ty| ty.dims).collect();
        MapKernel::new(code, &inputs, self.operation.output.dims)
    }

    fn check(&self, emulator: &Emulator) {
        let inputs: Vec<&Tensor> = self.inputs.iter().collect();
        let launches = launches(&self.operation, &SEED, Overlap::Apart, TARGET).unwrap();
        assert_launches(emulator, &launches, &self.operation, 0, &inputs);
        if may_overwrite(&self.operation, 0) {
            let expected = self.operation.evaluate(&SEED, 0, &inputs).unwrap();
            let run = Run {
                step: 0,
                order: Order::Scattered,
            };
            let found = emulator.run_in_place(&launches, &run, &inputs);
            assert_same(&expected, &found, "in place");
        }
    }
}

#[test]
fn random_code_over_random_layouts() {
    let mut random = Random(1);
    let mut cases = Vec::new();
    while cases.len() < 160 {
        let values = [Values::Tame, Values::Finite, Values::Wild, Values::Any][cases.len() % 4];
        let case = Case::random(&mut random, values);
        // Small outputs make some broadcast inputs full, of which there may be too many.
        if case.operation.check().is_ok() {
            cases.push(case);
        }
    }
    let emulator = Emulator::of_maps(cases.iter().map(Case::kernel));
    cases.iter().for_each(|case| case.check(&emulator));
}

/// More elements than a grid has threads, so that threads take more than one group.
#[test]
fn more_groups_than_threads() {
    let elements = 4 * 256 * (1 << 14) + 4 * 300 + 3;
    let code = MapCode {
        constants: vec![2f32.to_bits()],
        instructions: vec![MapInstruction {
            op: MapOp::Fma,
            args: [0, 1, 0],
        }],
    };
    let ty = TensorType::f32(dims([1, 1, 1, elements]));
    let x = Random(2).tensor(ty, Values::Tame);
    let case = Case {
        operation: operation(Op::Map(code), &[&x], ty),
        inputs: vec![x],
    };
    let launches = launches(&case.operation, &SEED, Overlap::Apart, TARGET).unwrap();
    let emulator = Emulator::of_maps([case.kernel()]);
    let run = Run {
        step: 0,
        order: Order::Ascending,
    };
    let found = emulator.run(&launches, &run, &[&case.inputs[0]], ty);
    let same = |(found, x): (&u32, &u32)| *found == (3.0 * f32::from_bits(*x)).to_bits();
    assert!(found.words().iter().zip(case.inputs[0].words()).all(same));
}
