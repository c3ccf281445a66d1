//! Training steps of both sides in turns.

use crate::report::Measurement;
use crate::train::{gpt::Gpt, mlp::Mlp, Sides};
use crate::turns;
use anyhow::{ensure, Result};
use assay_program::builder::Transformer;

/// Steps after which the losses are compared: they must be the same training, or the speeds mean nothing.
const SAME_STEPS: u32 = 10;
/// Largest relative difference of the losses then.
const SAME_LOSS: f32 = 1e-3;

/// What is trained.
enum Model {
    Mlp(Mlp),
    Gpt(Gpt),
}

const CASES: [(&str, Model); 3] = [
    (
        "digits-mlp-64-128-10-batch-32",
        Model::Mlp(Mlp {
            widths: &[64, 128, 10],
            batch: 32,
        }),
    ),
    (
        "mlp-3x512-batch-128",
        Model::Mlp(Mlp {
            widths: &[512, 512, 512, 512],
            batch: 128,
        }),
    ),
    (
        "gpt-4x256-4-heads-8x64-bytes",
        Model::Gpt(Gpt {
            model: Transformer {
                layers: 4,
                width: 256,
                heads: 4,
                context: 64,
                vocabulary: 256,
            },
            batch: 8,
        }),
    ),
];

impl Model {
    fn sides(&self) -> Result<Sides> {
        match self {
            Self::Mlp(mlp) => mlp.sides(),
            Self::Gpt(gpt) => gpt.sides(),
        }
    }
}

/// Measures every case whose name contains `only`, in steps a second.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let cases = CASES.iter().filter(|(name, _)| name.contains(only));
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
