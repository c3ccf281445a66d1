//! What the engine does in a second.

use std::time::{Duration, Instant};

use assay_engine::{Engine, Hasher, State};
use assay_numerics::{Dims, Tensor, TensorType};
use serde::Serialize;

use super::programs::{self, Bench};
use crate::material::Machine;

/// Rows and columns of the tensor that is hashed: 64 MiB.
const HASHED: u32 = 4_096;

/// What was measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Speed {
    /// Floating-point operations a second, in products.
    pub(super) flops_per_second: f64,
    /// Bytes read and written a second.
    pub(super) bytes_per_second: f64,
    /// Nanoseconds for each node of a step, whatever its size.
    pub(super) nanos_per_node: f64,
    /// Bytes of state whose root is had in a second.
    pub(super) hashed_bytes_per_second: f64,
    /// Training steps a second of a perceptron of 3 x 512 with batches of 128.
    pub(super) steps_per_second: f64,
}

/// Measures each for at least as long.
pub(super) fn measure(machine: Machine, least: Duration) -> anyhow::Result<Speed> {
    let rate = |bench: anyhow::Result<Bench>| -> anyhow::Result<_> {
        let bench = bench?;
        let work = bench.work();
        Ok((work, steps_per_second(bench, machine, least)?))
    };
    let (product, products) = rate(programs::product())?;
    let (elementwise, maps) = rate(programs::elementwise())?;
    let (nodes, chains) = rate(programs::nodes())?;
    let (_, steps_per_second) = rate(programs::perceptron())?;
    Ok(Speed {
        flops_per_second: product.flops_per_step as f64 * products,
        bytes_per_second: elementwise.bytes_per_step as f64 * maps,
        nanos_per_node: 1e9 / (nodes.nodes as f64 * chains),
        hashed_bytes_per_second: hashed_per_second(machine, least)?,
        steps_per_second,
    })
}

/// Times `once` again and again, after one time that does not count, until `least` has passed. Returns how often a second.
fn repeated(least: Duration, mut once: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    once()?;
    let (begun, mut times) = (Instant::now(), 0_u32);
    loop {
        once()?;
        times = times.saturating_add(1);
        let passed = begun.elapsed();
        if passed >= least {
            return Ok(f64::from(times) / passed.as_secs_f64());
        }
    }
}

fn steps_per_second(bench: Bench, machine: Machine, least: Duration) -> anyhow::Result<f64> {
    let Bench {
        program,
        constants,
        data,
        start,
    } = bench;
    let mut engine = Engine::new(&program, constants, machine.options())?;
    let mut state = State::new(&program, start)?;
    let mut steps = 0..;
    repeated(least, || {
        let step = steps.next().unwrap_or_default();
        Ok(engine.step(&mut state, &data, step)?)
    })
}

fn hashed_per_second(machine: Machine, least: Duration) -> anyhow::Result<f64> {
    let hasher = Hasher::new(machine.simd)?;
    let tensor = Tensor::zeros(TensorType::f32(Dims::matrix(HASHED, HASHED)?));
    let times = repeated(least, || {
        std::hint::black_box(hasher.tensor_root(&tensor));
        Ok(())
    })?;
    Ok(times * tensor.ty().bytes() as f64)
}
