//! Every operator against the reference: each a program of one node.

use crate::cases::{all, single, Case, SEED, TARGETS};
use crate::report::Report;
use anyhow::Error;
use assay_cuda::device::{Device, Engine, Options};
use assay_cuda::launch::Target;
use assay_numerics::{scalar, DType, Op, Tensor};
use std::sync::Arc;

/// Checks every operator, and products in every form.
pub fn check(device: &Arc<Device>, report: &mut Report) -> anyhow::Result<()> {
    let own = [device.target()];
    for case in all()? {
        let targets: &[Target] = match case.op {
            Op::MatMul { .. } => &TARGETS,
            _ => &own,
        };
        let sizes: Vec<[u32; 4]> = case.inputs.iter().map(|x| x.ty().dims.get()).collect();
        for target in targets {
            let name = format!("{} {sizes:?}, step {}", case.op.name(), case.step);
            report.check(name, difference(device, *target, &case)?);
        }
    }
    Ok(())
}

/// The first element in which the device differs from the reference.
fn difference(device: &Arc<Device>, target: Target, case: &Case) -> anyhow::Result<Option<String>> {
    let operation = case.operation();
    let program = single(&operation, SEED).map_err(Error::msg)?;
    let inputs: Vec<&Tensor> = case.inputs.iter().collect();
    let expected = operation.evaluate(&SEED, case.step, &inputs)?;
    let state = [Tensor::zeros(case.output)];
    let options = Options {
        target: Some(target),
        ..Options::default()
    };
    let mut engine = Engine::new(device.clone(), &program, &[], &case.inputs, &state, options)?;
    engine.step(case.step)?;
    let found = engine.state()?;
    let canonical = |word: u32| match case.output.dtype {
        DType::F32 => scalar::canonical(word),
        DType::U32 => word,
    };
    let pairs = expected.words().iter().zip(found[0].words());
    let mut pairs = pairs.map(|(e, f)| (canonical(*e), canonical(*f)));
    let first = pairs.position(|(e, f)| e != f);
    Ok(first.map(|at| {
        let (e, f) = (expected.words()[at], found[0].words()[at]);
        format!("element {at} is {f:08x}, the reference has {e:08x}")
    }))
}
