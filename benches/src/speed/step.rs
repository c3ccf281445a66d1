//! Training steps of both sides in turns.

use crate::report::Measurement;
use crate::train::{Model, MODELS};
use crate::turns;
use anyhow::{ensure, Result};

/// Steps after which the losses are compared: they must be the same training, or the speeds mean nothing.
const SAME_STEPS: u32 = 10;
/// Largest relative difference of the losses then.
const SAME_LOSS: f32 = 1e-3;

/// Measures every case whose name contains `only`, in steps a second.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let cases = MODELS.iter().filter(|(name, _)| name.contains(only));
    cases
        .map(|(name, model)| beside(name, model, rounds))
        .collect()
}

fn beside(name: &'static str, model: &Model, rounds: u32) -> Result<Measurement> {
    let (mut ours, mut peer) = model.sides()?;
    ours.run(SAME_STEPS)?;
    peer.run(SAME_STEPS)?;
    let (our_loss, loss) = (ours.loss(), peer.loss());
    let difference = (our_loss - loss).abs() / loss.abs();
    ensure!(
        difference < SAME_LOSS,
        "{name}: our loss is {our_loss} where candle's is {loss}"
    );

    let (ours, peer) = turns::seconds(rounds, &mut |steps| ours.run(steps), &mut |steps| {
        peer.run(steps)
    })?;
    Ok(Measurement::new(name, 1.0 / ours, 1.0 / peer, "steps/s"))
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
