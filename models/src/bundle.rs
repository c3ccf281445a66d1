//! Everything a job consists of.

use crate::{
    job::{OptimizerFile, Plan},
    Checkpoint, Dataset, JobError, JobFile, Layout, Mlp, Parameter, Role, Splits,
};
use assay_commitment::{
    state_root, tensor_root_of, Hash, ProgramRoot, Sha3, StateRoot, TensorRoot,
};
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::{
    builder::{
        AdamW, AdamWSlots, BuildError, Built, Expr, GraphBuilder, LearningRate, Momentum,
        MomentumSlots, Sgd, Var,
    },
    estimate, ValidProgram, WorkEstimate,
};
use std::path::Path;

/// A job, ready to be submitted, with all the blobs that its roots name.
#[derive(Clone, Debug)]
pub struct JobBundle {
    /// One training step.
    pub program: ValidProgram,
    /// The program's constants.
    pub constants: Vec<Tensor>,
    /// The state before step 0.
    pub initial_state: Vec<Tensor>,
    /// The program's inputs: features and targets of the training samples.
    pub datasets: Vec<Tensor>,
    /// What stands in which slot.
    pub layout: Layout,
    /// Steps and their division.
    pub plan: Plan,
    /// What a step costs.
    pub work: WorkEstimate,
    /// What is submitted of all this.
    pub roots: Roots,
}

/// The roots of a job's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
    /// Of the program.
    pub program: ProgramRoot,
    /// Over the program's encoded nodes.
    pub nodes: Hash,
    /// Of each constant.
    pub constants: Vec<TensorRoot>,
    /// Of the initial state.
    pub start_state: StateRoot,
    /// Of each dataset tensor.
    pub datasets: Vec<TensorRoot>,
}

impl JobFile {
    /// Reads the data (paths are relative to `base`) and builds the job.
    pub fn bundle(&self, base: &Path) -> Result<JobBundle, JobError> {
        let splits = Splits::load(self, base)?;
        let weights = self
            .model
            .weights()
            .map(|path| Checkpoint::load(&base.join(path)))
            .transpose()?;
        self.bundle_of(splits, weights.as_ref())
    }

    /// Builds the job of data and weights at hand; random weights if there are none.
    pub fn bundle_of(
        &self,
        splits: Splits,
        weights: Option<&Checkpoint>,
    ) -> Result<JobBundle, JobError> {
        let model = Mlp::from(&self.model);
        let plan = Plan::new(self, splits.train.rows())?;
        let (built, layout) = Training::new(self, &model, plan)?.build(&splits.train)?;
        let datasets = splits.train.into_tensors();
        let program = built.program.validate()?;
        let initial_state = self.initial_state(&model, &program, &layout, weights)?;
        let work = estimate(&program);
        Ok(JobBundle {
            work,
            roots: Roots::of(&program, &built.constants, &initial_state, &datasets),
            program,
            constants: built.constants,
            initial_state,
            datasets,
            layout,
            plan: plan.with_intervals(self, &work),
        })
    }

    /// Parameters as they start; everything else +0.
    fn initial_state(
        &self,
        model: &Mlp,
        program: &ValidProgram,
        layout: &Layout,
        weights: Option<&Checkpoint>,
    ) -> Result<Vec<Tensor>, JobError> {
        let parameters = match weights {
            Some(checkpoint) => checkpoint.take(&model.parameters()?)?,
            None => model.initial(self.training.seed)?,
        };
        let mut state: Vec<Tensor> = program
            .get()
            .slots
            .iter()
            .map(|&ty| Tensor::zeros(ty))
            .collect();
        for ((slot, _), parameter) in layout.parameters().zip(parameters) {
            state[slot] = parameter;
        }
        Ok(state)
    }
}

impl Roots {
    fn of(
        program: &ValidProgram,
        constants: &[Tensor],
        state: &[Tensor],
        datasets: &[Tensor],
    ) -> Self {
        let roots = |tensors: &[Tensor]| -> Vec<TensorRoot> {
            tensors.iter().map(tensor_root_of::<Sha3>).collect()
        };
        Self {
            program: program.get().root::<Sha3>(),
            nodes: program.get().node_tree_root::<Sha3>(),
            constants: roots(constants),
            start_state: state_root::<Sha3>(&roots(state)),
            datasets: roots(datasets),
        }
    }
}

/// The training program under construction.
struct Training<'a> {
    job: &'a JobFile,
    model: &'a Mlp,
    plan: Plan,
    parameters: Vec<Parameter>,
    graph: GraphBuilder,
    layout: Layout,
}

/// An optimizer with its slots.
enum Optimizer {
    Sgd(Sgd),
    Momentum(Momentum, MomentumSlots),
    AdamW(AdamW, AdamWSlots),
}

impl<'a> Training<'a> {
    fn new(job: &'a JobFile, model: &'a Mlp, plan: Plan) -> Result<Self, JobError> {
        let graph = GraphBuilder::new(job.seed());
        Ok(Self {
            job,
            model,
            plan,
            parameters: model.parameters()?,
            graph,
            layout: Layout::default(),
        })
    }

    /// Slots in the order in which their next values need each other: optimizer, parameters, tape.
    fn build(mut self, data: &Dataset) -> Result<(Built, Layout), JobError> {
        let optimizer = self.optimizer()?;
        let parameters = self.declare_parameters();
        let tape = self.declare_tape()?;
        let (x, targets) = (self.batch(&data.features)?, self.batch(&data.targets)?);
        let loss = self.model.loss(&mut self.graph, &parameters, x, targets)?;
        let gradients = self.graph.gradients(loss, &parameters)?;
        let gradients = self
            .job
            .optimizer
            .clip()
            .apply(&mut self.graph, &gradients)?;
        let rate = self.rate()?;
        optimizer.update(&mut self.graph, &parameters, &gradients, rate)?;
        let written = self.graph.row_write(tape, loss)?;
        self.graph.set_next(tape, written)?;
        Ok((self.graph.finish()?, self.layout))
    }

    fn batch(&mut self, data: &Tensor) -> Result<Var, JobError> {
        let input = self.graph.input(data.ty());
        Ok(self
            .graph
            .batch_rows(input, self.plan.batch, RowOrder::Shuffled)?)
    }

    fn rate(&mut self) -> Result<LearningRate, JobError> {
        let base = self.job.optimizer.learning_rate();
        Ok(self
            .graph
            .learning_rate((&self.job.schedule).into(), base, self.plan.total_steps)?)
    }

    fn declare_parameters(&mut self) -> Vec<Var> {
        let declare = |parameter: &Parameter| {
            self.layout
                .push(&parameter.name, Role::Parameter, &parameter.shape);
            self.graph.slot(parameter.ty)
        };
        self.parameters.iter().map(declare).collect()
    }

    fn declare_tape(&mut self) -> Result<Var, JobError> {
        let steps = self.plan.total_steps;
        self.layout.push("loss", Role::LossTape, &[steps]);
        Ok(self.graph.slot(TensorType::f32(Dims::matrix(steps, 1)?)))
    }

    fn optimizer(&mut self) -> Result<Optimizer, JobError> {
        let types: Vec<TensorType> = self
            .parameters
            .iter()
            .map(|parameter| parameter.ty)
            .collect();
        Ok(match self.job.optimizer {
            OptimizerFile::Sgd { weight_decay, .. } => Optimizer::Sgd(Sgd { weight_decay }),
            OptimizerFile::Momentum {
                momentum,
                weight_decay,
                ..
            } => {
                let momentum = Momentum {
                    momentum,
                    weight_decay,
                };
                let slots = momentum.declare(&mut self.graph, &types);
                self.name_moments("momentum");
                Optimizer::Momentum(momentum, slots)
            }
            OptimizerFile::Adamw {
                beta1,
                beta2,
                epsilon,
                weight_decay,
                ..
            } => {
                let adam = AdamW {
                    beta1,
                    beta2,
                    epsilon,
                    weight_decay,
                };
                let slots = adam.declare(&mut self.graph, &types)?;
                self.layout.push("adamw.correction1", Role::Optimizer, &[1]);
                self.layout.push("adamw.correction2", Role::Optimizer, &[1]);
                self.name_moments("adamw.first");
                self.name_moments("adamw.second");
                Optimizer::AdamW(adam, slots)
            }
        })
    }

    fn name_moments(&mut self, kind: &str) {
        for Parameter { name, shape, .. } in &self.parameters {
            self.layout
                .push(format!("{kind}.{name}"), Role::Optimizer, shape);
        }
    }
}

impl Optimizer {
    fn update(
        &self,
        graph: &mut GraphBuilder,
        parameters: &[Var],
        gradients: &[Expr],
        rate: LearningRate,
    ) -> Result<(), BuildError> {
        match self {
            Self::Sgd(sgd) => sgd.update(graph, parameters, gradients, rate),
            Self::Momentum(momentum, slots) => {
                momentum.update(graph, slots, parameters, gradients, rate)
            }
            Self::AdamW(adam, slots) => adam.update(graph, slots, parameters, gradients, rate),
        }
    }
}
