//! Training steps of both sides in turns.

use crate::case::{Case, CASES};
use crate::ours::Ours;
use crate::peer::Peer;
use crate::report::Measurement;
use crate::turns;
use anyhow::{ensure, Result};

/// Steps after which the losses are compared: they must be the same training, or the speeds mean nothing.
const SAME_STEPS: u32 = 10;
/// Largest relative difference of the losses then.
const SAME_LOSS: f32 = 1e-3;

/// Measures every case whose name contains `only`, in samples a second.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let cases = CASES.iter().filter(|case| case.name.contains(only));
    cases.map(|case| beside(case, rounds)).collect()
}

fn beside(case: &Case, rounds: u32) -> Result<Measurement> {
    let values = case.values();
    let (mut ours, mut peer) = (Ours::new(case, &values)?, Peer::new(case, &values)?);
    ours.run(SAME_STEPS)?;
    peer.run(SAME_STEPS)?;
    let loss = ours.loss(SAME_STEPS as usize - 1).unwrap_or(f32::NAN);
    let difference = (loss - peer.loss).abs() / peer.loss.abs();
    ensure!(
        difference < SAME_LOSS,
        "{}: our loss is {loss} where candle's is {}",
        case.name,
        peer.loss
    );

    let (ours, peer) = turns::seconds(rounds, &mut |steps| ours.run(steps), &mut |steps| {
        peer.run(steps)
    })?;
    let batch = f64::from(case.batch);
    Ok(Measurement::new(
        case.name,
        batch / ours,
        batch / peer,
        "samples/s",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides train the same model: the check of the losses passes.
    #[test]
    fn both_sides_train_the_same_model() {
        let results = measure(1, "digits").unwrap();
        assert_eq!(results.len(), 1);
        assert!(results[0].ratio > 0.0);
    }
}
