//! The transformer in candle, of operations that have derivatives.

use anyhow::{Context, Result};
use assay_program::builder::Transformer;
use candle_core::{Device, Result as Candle, Tensor, Var};
use candle_nn::{loss::cross_entropy, ops, Embedding, Linear, Module};

/// Added to a variance.
const EPSILON: f32 = 1e-5;

/// The model.
pub struct Model {
    shape: Transformer,
    tokens: Embedding,
    positions: Tensor,
    blocks: Vec<Block>,
    last: Norm,
    head: Linear,
    /// 0 where a position is seen, else -inf.
    mask: Tensor,
}

struct Block {
    before: Norm,
    query: Linear,
    key: Linear,
    value: Linear,
    joined: Linear,
    between: Norm,
    up: Linear,
    down: Linear,
}

struct Norm {
    gain: Tensor,
    bias: Tensor,
}

impl Norm {
    fn forward(&self, x: &Tensor) -> Candle<Tensor> {
        ops::layer_norm_slow(x, &self.gain, &self.bias, EPSILON)
    }
}

impl Model {
    /// The model over variables in the builder's order.
    pub fn new(shape: Transformer, variables: &[Var]) -> Result<Self> {
        let mut rest = variables
            .iter()
            .map(|variable| variable.as_tensor().clone());
        let mut next = || rest.next().context("too few parameters");
        let width = shape.width as usize;
        let (tokens, positions) = (Embedding::new(next()?, width), next()?);
        let blocks = (0..shape.layers)
            .map(|_| Block::new(&mut next))
            .collect::<Result<_>>()?;
        Ok(Self {
            shape,
            tokens,
            positions,
            blocks,
            last: norm(&mut next)?,
            head: Linear::new(next()?, None),
            mask: mask(shape.context)?,
        })
    }

    /// Mean cross-entropy over tokens [batch, context] and the tokens that follow them.
    pub fn loss(&self, tokens: &Tensor, targets: &Tensor) -> Candle<Tensor> {
        let mut x = self
            .tokens
            .forward(tokens)?
            .broadcast_add(&self.positions)?;
        for block in &self.blocks {
            x = block.forward(&x, self.shape.heads as usize, &self.mask)?;
        }
        let logits = self.head.forward(&self.last.forward(&x)?)?;
        cross_entropy(&logits.flatten(0, 1)?, &targets.flatten_all()?)
    }
}

impl Block {
    fn new(next: &mut impl FnMut() -> Result<Tensor>) -> Result<Self> {
        Ok(Self {
            before: norm(next)?,
            query: linear(next)?,
            key: linear(next)?,
            value: linear(next)?,
            joined: linear(next)?,
            between: norm(next)?,
            up: linear(next)?,
            down: linear(next)?,
        })
    }

    fn forward(&self, x: &Tensor, heads: usize, mask: &Tensor) -> Candle<Tensor> {
        let (batch, context, width) = x.dims3()?;
        let normed = self.before.forward(x)?;
        let apart = |layer: &Linear| {
            let rows = layer.forward(&normed)?;
            rows.reshape((batch, context, heads, width / heads))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (query, key, value) = (apart(&self.query)?, apart(&self.key)?, apart(&self.value)?);
        let scale = 1.0 / ((width / heads) as f64).sqrt();
        let scores = (query.matmul(&key.t()?)? * scale)?.broadcast_add(mask)?;
        let seen = ops::softmax(&scores, 3)?.matmul(&value)?;
        let joined = seen.transpose(1, 2)?.reshape((batch, context, width))?;
        let x = (x + self.joined.forward(&joined)?)?;
        let hidden = self.up.forward(&self.between.forward(&x)?)?.gelu()?;
        &x + self.down.forward(&hidden)?
    }
}

fn norm(next: &mut impl FnMut() -> Result<Tensor>) -> Result<Norm> {
    Ok(Norm {
        gain: next()?,
        bias: next()?,
    })
}

fn linear(next: &mut impl FnMut() -> Result<Tensor>) -> Result<Linear> {
    Ok(Linear::new(next()?, Some(next()?)))
}

fn mask(context: u32) -> Result<Tensor> {
    let length = context as usize;
    let rows = (0..length).flat_map(|row| (0..length).map(move |column| column <= row));
    let values: Vec<f32> = rows
        .map(|seen| if seen { 0.0 } else { f32::NEG_INFINITY })
        .collect();
    Ok(Tensor::from_vec(values, (length, length), &Device::Cpu)?)
}
