//! Every operator against the reference: each a program of one node.

use crate::cases::{all, Case, SEED, TARGETS};
use crate::report::Report;
use anyhow::Error;
use assay_commitment::{state_root, tensor_root_of, Sha3};
use assay_cuda::device::{Device, Engine, Options};
use assay_cuda::launch::Target;
use assay_numerics::{scalar, DType, Op, Tensor};
use std::sync::Arc;

/// Checks every operator, and products in every form, on values and shapes by a seed.
pub fn check(device: &Arc<Device>, seed: u64, report: &mut Report) -> anyhow::Result<()> {
    let own = [device.target()];
    for case in all(seed)? {
        let targets: &[Target] = match case.op {
            Op::MatMul { .. } => &TARGETS,
            _ => &own,
        };
        let sizes: Vec<[u32; 4]> = case.inputs.iter().map(|x| x.ty().dims.get()).collect();
        for target in targets {
            let name = format!(
                "{} {sizes:?}, {:?}, step {}, for {} processors",
                case.op.name(),
                case.overlap,
                case.step,
                target.processors
            );
            report.check(name, difference(device, *target, &case)?);
        }
    }
    Ok(())
}

/// How the device differs from the reference: in an element, or in the root that it makes of the slot.
fn difference(device: &Arc<Device>, target: Target, case: &Case) -> anyhow::Result<Option<String>> {
    let program = case.program().map_err(Error::msg)?;
    let inputs: Vec<&Tensor> = case.inputs.iter().collect();
    let expected = case.operation().evaluate(&SEED, case.step, &inputs)?;
    let options = Options {
        target: Some(target),
        ..Options::default()
    };
    let state = [case.state()];
    let mut engine = Engine::new(device.clone(), &program, &[], case.data(), &state, options)?;
    engine.step(case.step)?;
    let element = first_difference(&expected, &engine.state()?[0]);
    if element.is_some() {
        return Ok(element);
    }
    let (found, root) = (
        engine.state_root()?,
        state_root::<Sha3>(&[tensor_root_of::<Sha3>(&expected)]),
    );
    Ok((found != root).then(|| format!("the root is {found}, the reference has {root}")))
}

/// The first element that differs, any NaN being equal to any other.
fn first_difference(expected: &Tensor, found: &Tensor) -> Option<String> {
    let canonical = |word: u32| match expected.ty().dtype {
        DType::F32 => scalar::canonical(word),
        DType::U32 => word,
    };
    let mut pairs = expected.words().iter().zip(found.words()).enumerate();
    let (at, (e, f)) = pairs.find(|(_, (e, f))| canonical(**e) != canonical(**f))?;
    Some(format!(
        "element {at} is {f:08x}, the reference has {e:08x}"
    ))
}
