//! The peer of our training steps: PyTorch, in a process of its own that takes a turn whenever it is told to.

use crate::models::{Model, Training, ADAM, RATE};
use anyhow::{ensure, Context};
use assay_numerics::{DType, Tensor};
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What the process runs; python3 is given the text, so that this binary needs no other file.
const SCRIPT: &str = include_str!("../../../../../benches/gpu/torch_steps.py");
/// Most bytes of an answer.
const MOST_ANSWER: u64 = 1 << 12;

/// A run of the model in PyTorch.
pub struct Peer {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    ready: Ready,
}

/// What the process says when it has taken its first steps.
#[derive(Debug, Deserialize)]
struct Ready {
    version: String,
    loss: f32,
}

/// What it says after each turn.
#[derive(Debug, Deserialize)]
struct Turn {
    seconds: f64,
}

impl Peer {
    /// Starts `python` with a model on `device`, which takes `begin` steps; nothing, and a word on stderr, where there is no
    /// Python, no PyTorch, or no GPU that it finds.
    pub fn start(
        python: &str,
        device: &str,
        model: &Model,
        training: &Training,
        begin: u32,
    ) -> Option<Self> {
        let told = told(device, model, training, begin).to_string();
        let mut command = Command::new(python);
        command.args(["-c", SCRIPT, &told]);
        match Self::launch(command, &tensors(training)) {
            Ok(peer) => Some(peer),
            Err(error) => {
                eprintln!("gpu-check: there is no PyTorch to compare with: {error:#}");
                None
            }
        }
    }

    fn launch(mut command: Command, tensors: &[&Tensor]) -> anyhow::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("it does not start")?;
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().context("it has no output")?);
        let ready = Ready {
            version: String::new(),
            loss: f32::NAN,
        };
        let mut peer = Self {
            child,
            to,
            from,
            ready,
        };
        for tensor in tensors {
            let to = peer.to.as_mut().context("it has no input")?;
            to.write_all(bytemuck::cast_slice(tensor.words()))
                .context("it does not take the tensors")?;
        }
        peer.ready = peer.answer()?;
        Ok(peer)
    }

    /// Its name and version.
    pub fn name(&self) -> String {
        format!("PyTorch {}", self.ready.version)
    }

    /// The loss of the last step that it began with.
    pub fn loss(&self) -> f32 {
        self.ready.loss
    }

    /// Takes steps; the seconds that they took.
    ///
    /// Fails if the process is gone or says what is no answer.
    pub fn run(&mut self, steps: u64) -> anyhow::Result<f64> {
        let to = self.to.as_mut().context("PyTorch's process has ended")?;
        writeln!(to, "{steps}").context("PyTorch's process has ended")?;
        let Turn { seconds } = self.answer()?;
        ensure!(
            seconds.is_finite() && seconds > 0.0,
            "PyTorch says that {steps} steps took {seconds} s"
        );
        Ok(seconds)
    }

    fn answer<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        (&mut self.from).take(MOST_ANSWER).read_line(&mut line)?;
        ensure!(!line.is_empty(), "it ended without an answer");
        serde_json::from_str(&line).with_context(|| format!("it answers {line:?}"))
    }
}

impl Drop for Peer {
    /// It has nothing to lose.
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(error) = ended {
            eprintln!("gpu-check: PyTorch's process does not end: {error}");
        }
    }
}

/// Parameters, inputs and targets.
fn tensors(training: &Training) -> Vec<&Tensor> {
    let job = &training.job;
    let parameters = &job.state[training.parameters.clone()];
    parameters.iter().chain(&job.data).collect()
}

/// What the script is told.
fn told(device: &str, model: &Model, training: &Training, begin: u32) -> serde_json::Value {
    let types = tensors(training).into_iter().map(|tensor| {
        let ty = tensor.ty();
        let kind = match ty.dtype {
            DType::F32 => "f32",
            DType::U32 => "u32",
        };
        json!([kind, ty.dims.rows(), ty.dims.cols()])
    });
    json!({
        "device": device,
        "model": model,
        "rate": RATE,
        "beta1": ADAM.beta1,
        "beta2": ADAM.beta2,
        "epsilon": ADAM.epsilon,
        "weight_decay": ADAM.weight_decay,
        "tensors": types.collect::<Vec<_>>(),
        "begin": begin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::{Dims, TensorType};

    /// A process that takes 8 bytes and then does what `script` says.
    fn launch(script: &str) -> anyhow::Result<Peer> {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("head -c 8 >/dev/null; {script}")]);
        let ty = TensorType::f32(Dims::matrix(1, 2).unwrap());
        Peer::launch(command, &[&Tensor::zeros(ty)])
    }

    const READY: &str = r#"echo '{"version": "2", "loss": 1.5}';"#;

    #[test]
    fn it_takes_a_turn_for_each_line() {
        let answers = r#"while read n; do echo "{\"seconds\": $n.5}"; done"#;
        let mut peer = launch(&format!("{READY} {answers}")).unwrap();
        assert_eq!((peer.name().as_str(), peer.loss()), ("PyTorch 2", 1.5));
        assert_eq!(peer.run(3).unwrap(), 3.5);
        assert_eq!(peer.run(7).unwrap(), 7.5);
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert!(launch("exit 1").is_err());
        assert!(launch("echo nonsense").is_err());
        assert!(launch("yes | tr -d '\\n' | head -c 9000").is_err());
        let mut gone = launch(READY).unwrap();
        assert!(gone.run(1).is_err());
        let mut still = launch(&format!("{READY} read n; echo '{{\"seconds\": 0}}'")).unwrap();
        assert!(still.run(1).is_err());
    }

    #[test]
    fn without_python_there_is_no_peer() {
        let (_, model) = crate::models::MODELS[0];
        let training = model.training().unwrap();
        assert!(Peer::start("/nowhere/python3", "cpu", &model, &training, 1).is_none());
        assert!(Peer::start("false", "cpu", &model, &training, 1).is_none());
    }
}
