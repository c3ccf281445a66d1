//! Decoder-only transformers over bytes.

mod peer;
#[cfg(test)]
mod tests;

use super::{ours, ours::Ours, peer::Peer, Sides};
use crate::random::Random;
use anyhow::Result;
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{Built, GraphBuilder, Transformer, Var};
use candle_core::Device;

/// Sequences of the dataset.
const ROWS: u32 = 64;

/// A transformer and its batch.
#[derive(Clone, Copy, Debug)]
pub struct Gpt {
    /// The model.
    pub model: Transformer,
    /// Sequences of a step.
    pub batch: u32,
}

/// The numbers that both sides start from.
struct Values {
    /// Tokens, `ROWS` sequences, and the token that follows each of them.
    tokens: Vec<u32>,
    targets: Vec<u32>,
    /// In the model's order.
    parameters: Vec<Tensor>,
}

impl Gpt {
    /// Both sides, from the same numbers.
    pub fn sides(&self) -> Result<Sides> {
        let values = self.values()?;
        Ok((Box::new(self.ours(&values)?), Box::new(self.peer(&values)?)))
    }

    /// Our side alone.
    pub fn alone(&self) -> Result<Ours> {
        self.ours(&self.values()?)
    }

    fn values(&self) -> Result<Values> {
        let mut random = Random::new(2);
        let count = ROWS * self.model.context;
        // Every token follows from the one before and a coin, so there is something to learn.
        let mut text = vec![0];
        for place in 0..count as usize {
            let next = text[place] * 5 + 1 + random.below(2);
            text.push(next % self.model.vocabulary);
        }
        let (tokens, targets) = (text[..count as usize].to_vec(), text[1..].to_vec());
        let mut parameters = Vec::new();
        for ty in self.model.parameters()? {
            parameters.push(initial(ty, &mut random)?);
        }
        Ok(Values {
            tokens,
            targets,
            parameters,
        })
    }

    fn ours(&self, values: &Values) -> Result<Ours> {
        let types: Vec<TensorType> = values.parameters.iter().map(Tensor::ty).collect();
        let (built, first) = self.program(&types)?;
        Ours::new(built, first, &values.parameters, self.data(values)?)
    }

    fn program(&self, types: &[TensorType]) -> Result<(Built, usize)> {
        ours::program(types, |graph, parameters| self.loss(graph, parameters))
    }

    /// Tokens and targets as datasets.
    fn data(&self, values: &Values) -> Result<Vec<Tensor>> {
        let ty = self.dataset()?;
        let both = [&values.tokens, &values.targets].map(|words| Tensor::new(ty, words.clone()));
        Ok(both.into_iter().collect::<Result<_, _>>()?)
    }

    fn dataset(&self) -> Result<TensorType> {
        Ok(TensorType::u32(Dims::matrix(ROWS, self.model.context)?))
    }

    /// The loss of a step's batch.
    fn loss(&self, graph: &mut GraphBuilder, parameters: &[Var]) -> Result<Var> {
        let ty = self.dataset()?;
        let column = Dims::matrix(self.batch * self.model.context, 1)?;
        let mut columns = [graph.input(ty), graph.input(ty)];
        for data in &mut columns {
            let rows = graph.batch_rows(*data, self.batch, RowOrder::Sequential)?;
            *data = graph.reshape(rows, column)?;
        }
        let logits = self.model.logits(graph, parameters, columns[0])?;
        Ok(graph.cross_entropy(logits, columns[1])?)
    }

    fn peer(&self, values: &Values) -> Result<Peer> {
        let variables: Vec<_> = values
            .parameters
            .iter()
            .map(super::peer::variable)
            .collect::<Result<_>>()?;
        let model = peer::Model::new(self.model, &variables)?;
        let shape = (ROWS as usize, self.model.context as usize);
        let [tokens, targets] = [&values.tokens, &values.targets]
            .map(|words| candle_core::Tensor::from_slice(words, shape, &Device::Cpu));
        let batch = self.batch as usize;
        Peer::new(
            variables,
            (&tokens?, &targets?),
            batch,
            move |tokens, targets| model.loss(tokens, targets),
        )
    }
}

/// Weights around 0, gains and biases around 1: all differ, so that a mistake shows.
fn initial(ty: TensorType, random: &mut Random) -> Result<Tensor> {
    let dims = ty.dims;
    let bound = 1.0 / (dims.cols() as f32).sqrt();
    let value = |random: &mut Random| match dims.rows() {
        1 => 1.0 + random.within(0.5),
        _ => random.within(bound),
    };
    let values: Vec<f32> = (0..dims.elements()).map(|_| value(random)).collect();
    Ok(Tensor::from_f32(dims, &values)?)
}
