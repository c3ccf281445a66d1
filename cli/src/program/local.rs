//! `assay program run`.

use std::time::Instant;

use assay_engine::{Engine, Options, Simd, State};
use assay_models::JobBundle;
use serde::Serialize;

use crate::{
    job::file::Opened,
    options::RunOptions,
    output::{field, Output},
    CliError,
};

/// What training on this machine gives; the same on every machine.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Trained {
    /// Root of the program.
    program_root: String,
    /// Root of the state before step 0.
    start_state: String,
    /// Steps taken.
    steps: u32,
    /// The state at each interval's end and after the last step.
    states: Vec<StateAt>,
    /// Root of the state after the last step.
    state_root: String,
    /// Loss of the last step; `null` if it is not a number.
    loss: Option<f32>,
}

/// A state on the way.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StateAt {
    /// Steps taken up to it.
    step: u32,
    /// Its root.
    state_root: String,
    /// Loss of the last step; `null` if it is not a number.
    loss: Option<f32>,
}

/// Trains, as a worker does, without a chain.
pub(crate) fn run(options: &RunOptions, out: &mut Output<'_>) -> Result<(), CliError> {
    let bundle = Opened::read(&options.file)?.bundle()?;
    let total = bundle.plan.total_steps;
    let steps = options.steps.unwrap_or(total);
    if steps > total {
        return Err(CliError::Steps {
            asked: steps,
            total,
        });
    }
    let trained = train(&bundle, steps)?;
    out.finish(&trained, |out| {
        field(out, "program", &trained.program_root)?;
        field(out, "start state", &trained.start_state)?;
        trained.states.iter().try_for_each(|state| {
            let loss = state
                .loss
                .map_or("not a number".to_owned(), |loss| loss.to_string());
            field(
                out,
                &format!("step {}", state.step),
                format!("{}  loss {loss}", state.state_root),
            )
        })
    })
}

fn train(bundle: &JobBundle, steps: u32) -> Result<Trained, CliError> {
    let simd = Simd::from_env()?.resolve()?;
    let engine_options = Options {
        simd,
        ..Options::default()
    };
    let mut engine = Engine::new(&bundle.program, bundle.constants.clone(), engine_options)?;
    let mut state = State::new(&bundle.program, bundle.initial_state.clone())?;
    let begun = Instant::now();
    let mut states = Vec::new();
    for step in 0..steps {
        engine.step(&mut state, &bundle.datasets, u64::from(step))?;
        let taken = step + 1;
        if taken == steps || ends_interval(bundle, taken) {
            let state_root = engine.state_root(&state).to_string();
            states.push(StateAt {
                step: taken,
                state_root,
                loss: loss(bundle, &state, taken),
            });
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!(
        "{steps} steps in {seconds:.3} s with {simd} on {} threads",
        engine.threads()
    );
    let start_state = bundle.roots.start_state.to_string();
    let last = states.last().cloned();
    Ok(Trained {
        program_root: bundle.roots.program.to_string(),
        steps,
        states,
        state_root: last
            .as_ref()
            .map_or(start_state.clone(), |last| last.state_root.clone()),
        loss: last.and_then(|last| last.loss),
        start_state,
    })
}

/// Whether an interval ends after so many steps: at its length, counted from its segment's start, or with its segment.
const fn ends_interval(bundle: &JobBundle, taken: u32) -> bool {
    let in_segment = taken % bundle.plan.steps_per_segment;
    in_segment.is_multiple_of(bundle.plan.steps_per_interval)
}

fn loss(bundle: &JobBundle, state: &State, taken: u32) -> Option<f32> {
    let losses = bundle.layout.losses(state.slots(), taken as usize);
    losses.last().copied().filter(|loss| loss.is_finite())
}
