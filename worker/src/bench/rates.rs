//! What the device does in a second.

use std::time::{Duration, Instant};

use assay_program::WorkEstimate;
use serde::Serialize;

use super::programs::{self, Bench};
use crate::{
    compute::{Device, Stepper, Task},
    material::Machine,
};

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

/// Steps after which they are waited for, so that a GPU is not asked after each.
const TOGETHER: u32 = 8;

/// Measures each on a device for at least as long.
pub(super) fn measure(
    device: &dyn Device,
    machine: Machine,
    least: Duration,
) -> anyhow::Result<Speed> {
    let run = |bench: anyhow::Result<Bench>| Run::new(device, machine, bench?);
    let (mut product, mut elementwise) = (run(programs::product())?, run(programs::elementwise())?);
    let mut nodes = run(programs::nodes())?;
    let products = product.steps_per_second(least)?;
    let maps = elementwise.steps_per_second(least)?;
    let chains = nodes.steps_per_second(least)?;
    let roots = elementwise.roots_per_second(least)?;
    Ok(Speed {
        flops_per_second: product.work.flops_per_step as f64 * products,
        bytes_per_second: elementwise.work.bytes_per_step as f64 * maps,
        nanos_per_node: 1e9 / (nodes.work.nodes as f64 * chains),
        hashed_bytes_per_second: elementwise.work.state_bytes as f64 * roots,
        steps_per_second: run(programs::perceptron())?.steps_per_second(least)?,
    })
}

/// Times `once` again and again, after one time that does not count, until `least` has passed. Returns the mean seconds of what
/// it says it took.
fn repeated(
    least: Duration,
    mut once: impl FnMut() -> anyhow::Result<Duration>,
) -> anyhow::Result<f64> {
    once()?;
    let (begun, mut times, mut taken) = (Instant::now(), 0_u32, Duration::ZERO);
    while times == 0 || begun.elapsed() < least {
        taken += once()?;
        times = times.saturating_add(1);
    }
    Ok(taken.as_secs_f64() / f64::from(times))
}

/// A program on the device.
struct Run {
    work: WorkEstimate,
    stepper: Box<dyn Stepper>,
    step: u64,
}

impl Run {
    fn new(device: &dyn Device, machine: Machine, bench: Bench) -> anyhow::Result<Self> {
        let work = bench.work();
        let task = Task {
            program: bench.program,
            constants: bench.constants.into(),
            data: bench.data.into(),
        };
        let stepper = device.load(&task, bench.start, machine)?;
        Ok(Self {
            work,
            stepper,
            step: 0,
        })
    }

    /// Takes some steps and waits for them.
    fn steps(&mut self, count: u32) -> anyhow::Result<()> {
        for _ in 0..count {
            self.stepper.step(self.step)?;
            self.step += 1;
        }
        self.stepper.words(0, 0..1)?;
        Ok(())
    }

    fn steps_per_second(&mut self, least: Duration) -> anyhow::Result<f64> {
        let seconds = repeated(least, || {
            let begun = Instant::now();
            self.steps(TOGETHER)?;
            Ok(begun.elapsed())
        })?;
        Ok(f64::from(TOGETHER) / seconds)
    }

    /// How often the state could be hashed in a second, changed each time.
    fn roots_per_second(&mut self, least: Duration) -> anyhow::Result<f64> {
        let seconds = repeated(least, || {
            self.steps(1)?;
            let begun = Instant::now();
            std::hint::black_box(self.stepper.root()?);
            Ok(begun.elapsed())
        })?;
        Ok(1.0 / seconds)
    }
}
