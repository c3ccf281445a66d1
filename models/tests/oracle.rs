//! The meaning of models, losses and gradients against candle: the one kind of test where a tolerance is right.

mod support;

use assay_models::{job::Loss, Mlp};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{Activation, GraphBuilder, Var};
use candle_core::{Device, Var as CandleVar};
use candle_nn::{loss, Linear, Module};
use support::step;

const ROWS: u32 = 37;
const LAYERS: [u32; 4] = [33, 40, 21, 10];

/// Numbers in -1 .. 1.
fn noise(ty: TensorType, seed: u64) -> Tensor {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = (0..ty.dims.elements()).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 40) as f32 / 8_388_608.0 - 1.0).to_bits()
    });
    Tensor::new(ty, words.collect()).unwrap()
}

/// The elements of a float tensor.
fn floats(tensor: &Tensor) -> Vec<f32> {
    tensor
        .words()
        .iter()
        .map(|&word| f32::from_bits(word))
        .collect()
}

fn matrix(rows: u32, cols: u32) -> TensorType {
    TensorType::f32(Dims::matrix(rows, cols).unwrap())
}

/// What one step makes of parameters and data: the loss, then the gradients.
struct Sample {
    parameters: Vec<Tensor>,
    x: Tensor,
    targets: Tensor,
}

impl Sample {
    fn new(model: &Mlp) -> Self {
        let mut parameters = model.initial(11).unwrap();
        for (seed, bias) in (1..).zip(parameters.iter_mut().skip(1).step_by(2)) {
            *bias = noise(bias.ty(), seed);
        }
        let outputs = LAYERS[LAYERS.len() - 1];
        let targets = match model.loss {
            Loss::Mse => noise(matrix(ROWS, outputs), 77),
            Loss::CrossEntropy => {
                let ty = TensorType::u32(Dims::matrix(ROWS, 1).unwrap());
                Tensor::new(ty, (0..ROWS).map(|i| i * 7 % outputs).collect()).unwrap()
            }
        };
        Self {
            parameters,
            x: noise(matrix(ROWS, LAYERS[0]), 99),
            targets,
        }
    }

    /// By a program whose next state is loss and gradients.
    fn ours(&self, model: &Mlp) -> Vec<Vec<f32>> {
        let mut graph = GraphBuilder::new([0; 32]);
        let out: Vec<Var> = std::iter::once(matrix(1, 1))
            .chain(self.parameters.iter().map(Tensor::ty))
            .map(|ty| graph.slot(ty))
            .collect();
        let parameters: Vec<Var> = self.parameters.iter().map(|p| graph.slot(p.ty())).collect();
        let (x, targets) = (graph.input(self.x.ty()), graph.input(self.targets.ty()));
        let loss = model.loss(&mut graph, &parameters, x, targets).unwrap();
        let gradients = graph.gradients(loss, &parameters).unwrap();
        for (slot, value) in out.iter().zip([loss].into_iter().chain(gradients)) {
            graph.set_next(*slot, value).unwrap();
        }
        let built = graph.finish().unwrap();
        let program = built.program.validate().unwrap();
        let mut state: Vec<Tensor> = out.iter().map(|slot| Tensor::zeros(slot.ty())).collect();
        state.extend(self.parameters.iter().cloned());
        let data = [self.x.clone(), self.targets.clone()];
        let next = step(program.get(), &built.constants, &state, &data, 0);
        next[..out.len()].iter().map(floats).collect()
    }

    fn candles(&self, model: &Mlp) -> candle_core::Result<Vec<Vec<f32>>> {
        let shapes = model.parameters().unwrap();
        let vars = self
            .parameters
            .iter()
            .zip(&shapes)
            .map(|(tensor, parameter)| {
                let shape: Vec<usize> = parameter.shape.iter().map(|&size| size as usize).collect();
                CandleVar::from_vec(floats(tensor), shape, &Device::Cpu)
            });
        let vars = vars.collect::<candle_core::Result<Vec<CandleVar>>>()?;
        let mut x = as_candle(&self.x)?;
        for (number, pair) in vars.chunks_exact(2).enumerate() {
            x = Linear::new(
                pair[0].as_tensor().clone(),
                Some(pair[1].as_tensor().clone()),
            )
            .forward(&x)?;
            if number + 2 < LAYERS.len() {
                x = activate(model.activation, &x)?;
            }
        }
        let loss = match model.loss {
            Loss::Mse => loss::mse(&x, &as_candle(&self.targets)?)?,
            Loss::CrossEntropy => {
                let labels = self.targets.words().to_vec();
                loss::cross_entropy(
                    &x,
                    &candle_core::Tensor::from_vec(labels, ROWS as usize, &Device::Cpu)?,
                )?
            }
        };
        let gradients = loss.backward()?;
        let of = |var: &CandleVar| gradients.get(var).unwrap().flatten_all()?.to_vec1::<f32>();
        let mut all = vec![vec![loss.to_scalar::<f32>()?]];
        all.extend(
            vars.iter()
                .map(of)
                .collect::<candle_core::Result<Vec<_>>>()?,
        );
        Ok(all)
    }
}

fn as_candle(tensor: &Tensor) -> candle_core::Result<candle_core::Tensor> {
    let shape = (
        tensor.ty().dims.rows() as usize,
        tensor.ty().dims.cols() as usize,
    );
    candle_core::Tensor::from_vec(floats(tensor), shape, &Device::Cpu)
}

fn activate(
    activation: Activation,
    x: &candle_core::Tensor,
) -> candle_core::Result<candle_core::Tensor> {
    match activation {
        Activation::Identity => Ok(x.clone()),
        Activation::Relu => x.relu(),
        Activation::Gelu => x.gelu(),
        Activation::Silu => x.silu(),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => candle_nn::ops::sigmoid(x),
    }
}

/// Within 1e-4 of the value, or of a hundredth of the tensor's largest where sums have cancelled.
fn assert_close(ours: &[f32], theirs: &[f32], what: &str) {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs
        .iter()
        .fold(0f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 0.0, "{what}: nothing to compare");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let bound = 1e-4 * b.abs().max(largest / 100.0);
        assert!(
            (a - b).abs() <= bound,
            "{what}, element {i}: {a} here, {b} by candle"
        );
    }
}

fn compare(activation: Activation, loss: Loss) {
    let model = Mlp {
        layers: LAYERS.to_vec(),
        activation,
        loss,
    };
    let sample = Sample::new(&model);
    let (ours, theirs) = (sample.ours(&model), sample.candles(&model).unwrap());
    assert_eq!(ours.len(), theirs.len());
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert_close(
            ours,
            theirs,
            &format!("{activation:?}, {loss:?}, tensor {number}"),
        );
    }
}

#[test]
fn cross_entropy_of_every_activation() {
    for activation in [
        Activation::Relu,
        Activation::Tanh,
        Activation::Gelu,
        Activation::Silu,
        Activation::Sigmoid,
    ] {
        compare(activation, Loss::CrossEntropy);
    }
}

#[test]
fn mean_squared_error_of_every_activation() {
    for activation in [
        Activation::Relu,
        Activation::Tanh,
        Activation::Gelu,
        Activation::Silu,
        Activation::Sigmoid,
    ] {
        compare(activation, Loss::Mse);
    }
}
