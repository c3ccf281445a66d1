//! The engine: a program with memory and threads, ready to take steps.

use crate::arena::Arena;
use crate::changes::{self, Change};
use crate::cpu::strips::{MAX_TENSORS, SCRATCH_BYTES};
use crate::cpu::{Environment, Exec, Operands, Shared, StepContext, PANEL_BYTES};
use crate::error::{EngineError, Role};
use crate::plan::{GroupInstruction, Instruction, NodeInstruction, Place, Plan, Region};
use crate::state::{check, State};
use crate::{roots, threads, Hasher, Simd, Snapshot};
use assay_commitment::StateRoot;
use assay_numerics::{Operation, Tensor, TensorType};
use assay_program::ValidProgram;
use rayon::ThreadPool;
use std::sync::Arc;

/// Sees the output of a node: its number, its type and its words, row-major.
pub type Observer<'a> = dyn FnMut(u32, TensorType, &[u32]) + Send + 'a;

/// How an engine runs. None of it changes a bit of any result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Threads of a pool of its own; `None` is the process's pool (`RAYON_NUM_THREADS`, else all cores).
    pub threads: Option<usize>,
    /// The instruction set.
    pub simd: Simd,
    /// Most bytes of working memory, the state and the dataset not counted; `None` for no limit.
    pub memory_limit: Option<u64>,
}

/// Runs the steps of one program.
#[derive(Debug)]
pub struct Engine {
    program: ValidProgram,
    constants: Arc<[Tensor]>,
    plan: Plan,
    /// For each slot how a step changes it.
    changes: Arc<[Change]>,
    /// The plan by which every value can be seen, once it has been asked for.
    traced: Option<Plan>,
    arena: Arena,
    /// Second buffers of the slots that have one.
    next: Vec<Option<Tensor>>,
    simd: Simd,
    hasher: Hasher,
    threads: usize,
    memory_limit: Option<u64>,
    pool: Option<ThreadPool>,
    /// Whether any node is worth more than one thread.
    shares: bool,
}

impl Engine {
    /// Plans a program and takes its memory. Fails if the constants are not the program's, if the processor lacks the
    /// instruction set, or if memory or threads cannot be had.
    pub fn new(
        program: &ValidProgram,
        constants: Vec<Tensor>,
        options: Options,
    ) -> Result<Self, EngineError> {
        Self::sharing(program, constants.into(), options)
    }

    /// As [`Self::new`], with constants that somebody else reads as well.
    pub fn sharing(
        program: &ValidProgram,
        constants: Arc<[Tensor]>,
        options: Options,
    ) -> Result<Self, EngineError> {
        let parts = program.get();
        check(Role::Constant, &parts.constants, &constants)?;
        let simd = options.simd.resolve()?;
        let pool = options.threads.map(threads::own).transpose()?;
        let threads = pool
            .as_ref()
            .map_or_else(rayon::current_num_threads, ThreadPool::current_num_threads);
        let plan = Plan::new(program, threads);
        check_limit(
            options.memory_limit,
            planned_bytes(&[&plan], &parts.slots, threads),
        )?;
        let arena = Arena::new(plan.arena_words)?;
        let second = plan.second_buffer.iter().zip(&parts.slots);
        let next = second
            .map(|(second, ty)| second.then(|| Tensor::zeros(*ty)))
            .collect();
        let mut engine = Self {
            program: program.clone(),
            constants,
            changes: changes::of_program(program).into(),
            plan,
            traced: None,
            arena,
            next,
            simd,
            hasher: Hasher::new(simd)?,
            threads,
            memory_limit: options.memory_limit,
            pool,
            shares: false,
        };
        let exec = engine.exec()?;
        engine.shares = engine
            .plan
            .instructions
            .iter()
            .any(|instruction| exec.pieces(instruction.nanoseconds()) > 1);
        Ok(engine)
    }

    /// Working memory in bytes: intermediate values, second buffers of slots, and packing buffers of all threads.
    pub fn planned_bytes(&self) -> u64 {
        let slots = &self.program.get().slots;
        match &self.traced {
            Some(traced) => planned_bytes(&[&self.plan, traced], slots, self.threads),
            None => planned_bytes(&[&self.plan], slots, self.threads),
        }
    }

    /// The instruction set in use.
    pub fn simd(&self) -> Simd {
        self.simd
    }

    /// The number of threads in use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Takes step number `step` of the job: replaces the state by the next one. `data` are the dataset tensors.
    ///
    /// Fails, with the state as it was, if state or data are not of the program's types.
    pub fn step(
        &mut self,
        state: &mut State,
        data: &[Tensor],
        step: u64,
    ) -> Result<(), EngineError> {
        let exec = self.checked(state, data)?;
        state.note(&self.changes, step);
        let (pool, shares) = (self.pool.take(), self.shares);
        in_pool(pool.as_ref(), shares, || self.run(&exec, state, data, step));
        self.pool = pool;
        Ok(())
    }

    /// As [`Self::step`], and shows the output of every node but `Commit` to `observe`, in order, as soon as it is
    /// computed. A NaN has any payload; it is canonical in hashes alone.
    ///
    /// Nodes on which no slot depends are computed as well. So the first call makes another plan and may take more
    /// memory. Fails, with the state as it was, if there is not as much, or if state or data are not of the program's types.
    pub fn trace_step(
        &mut self,
        state: &mut State,
        data: &[Tensor],
        step: u64,
        observe: &mut Observer<'_>,
    ) -> Result<(), EngineError> {
        let exec = self.checked(state, data)?;
        let plan = match self.traced.take() {
            Some(plan) => plan,
            None => self.plan_trace()?,
        };
        state.note(&self.changes, step);
        let (pool, shares) = (self.pool.take(), self.shares);
        in_pool(pool.as_ref(), shares, || {
            self.run_traced(&plan, &exec, state, data, step, observe)
        });
        self.pool = pool;
        self.traced = Some(plan);
        Ok(())
    }

    /// The root of a state of this program. Tiles of tapes that no step has changed since the last call are not hashed
    /// again, nor are slots that no step changes.
    pub fn state_root(&self, state: &State) -> StateRoot {
        let root = || roots::root(self.hasher, state, &self.changes);
        match &self.pool {
            Some(pool) if roots::is_worth_sharing(state) => pool.install(root),
            _ => root(),
        }
    }

    /// Room for a copy of a state, with as many threads as the engine has. They have a lower priority: steps come first,
    /// and hashing takes what they leave of the processor, or all of it while no step is taken.
    ///
    /// Fails if this takes more memory than is allowed beside the engine's own, or if memory or threads cannot be had.
    pub fn snapshot(&self) -> Result<Snapshot, EngineError> {
        let slots = &self.program.get().slots;
        let copy: u64 = slots.iter().map(|ty| ty.bytes()).sum();
        check_limit(self.memory_limit, self.planned_bytes().saturating_add(copy))?;
        let pool = threads::in_background(self.threads)?;
        Snapshot::new(slots, self.changes.clone(), self.hasher, pool)
    }

    /// Copies a state into a snapshot of this program, but only what has changed since the last time if it was the last to be
    /// copied there.
    ///
    /// Fails, with the snapshot as it was, if either is not of the program's types.
    pub fn set_aside(&self, state: &mut State, to: &mut Snapshot) -> Result<(), EngineError> {
        let slots = &self.program.get().slots;
        check(Role::Slot, slots, &state.slots)?;
        check(Role::Slot, slots, to.slots())?;
        to.copy(state, self.pool.as_ref());
        Ok(())
    }

    fn exec(&self) -> Result<Exec, EngineError> {
        let available = || EngineError::UnsupportedCpu {
            wanted: self.simd,
            available: Simd::available(),
        };
        Ok(Exec::new(
            self.simd.path().ok_or_else(available)?,
            self.threads,
        ))
    }

    /// Checks what a step is given.
    fn checked(&self, state: &State, data: &[Tensor]) -> Result<Exec, EngineError> {
        check(Role::Slot, &self.program.get().slots, &state.slots)?;
        check(Role::Input, &self.program.get().inputs, data)?;
        self.exec()
    }

    /// The plan by which every value can be seen, for which the arena then has room.
    fn plan_trace(&mut self) -> Result<Plan, EngineError> {
        let plan = Plan::traced(&self.program, self.threads);
        let slots = &self.program.get().slots;
        let needed = planned_bytes(&[&self.plan, &plan], slots, self.threads);
        check_limit(self.memory_limit, needed)?;
        if plan.arena_words > self.plan.arena_words {
            self.arena = Arena::new(plan.arena_words)?;
        }
        let second = plan.second_buffer.iter().zip(slots);
        for (next, (second, ty)) in self.next.iter_mut().zip(second) {
            if *second && next.is_none() {
                *next = Some(Tensor::zeros(*ty));
            }
        }
        Ok(plan)
    }

    /// Computes every node in order that a slot depends on. State and data are of the program's types.
    fn run(&mut self, exec: &Exec, state: &mut State, data: &[Tensor], step: u64) {
        let _environment = Environment::enter();
        let context = StepContext {
            seed: &self.program.get().seed,
            step,
        };
        let mut memory = Tensors {
            arena: &self.arena,
            slots: &mut state.slots,
            next: &mut self.next,
            inputs: data,
            constants: &self.constants,
        };
        for instruction in &self.plan.instructions {
            match instruction {
                Instruction::Node(node) => memory.compute(node, exec, &context),
                Instruction::Group(group) => memory.compute_group(group, exec),
            }
        }
        memory.exchange(&self.plan.second_buffer);
    }

    /// Computes every node in order and shows its output. State and data are of the program's types.
    fn run_traced(
        &mut self,
        plan: &Plan,
        exec: &Exec,
        state: &mut State,
        data: &[Tensor],
        step: u64,
        observe: &mut Observer<'_>,
    ) {
        let _environment = Environment::enter();
        let program = self.program.get();
        let context = StepContext {
            seed: &program.seed,
            step,
        };
        let mut memory = Tensors {
            arena: &self.arena,
            slots: &mut state.slots,
            next: &mut self.next,
            inputs: data,
            constants: &self.constants,
        };
        let mut instructions = plan.nodes().peekable();
        for (number, (node, region)) in program.nodes.iter().zip(&plan.values).enumerate() {
            if let Some(instruction) = instructions.next_if(|next| next.node == number) {
                memory.compute(instruction, exec, &context);
            }
            observe(number as u32, node.output, memory.words(*region));
        }
        memory.exchange(&plan.second_buffer);
    }
}

/// All memory that a step touches.
struct Tensors<'a> {
    arena: &'a Arena,
    slots: &'a mut [Tensor],
    next: &'a mut [Option<Tensor>],
    inputs: &'a [Tensor],
    constants: &'a [Tensor],
}

impl Tensors<'_> {
    /// Runs one instruction of the plan that this memory was made for.
    fn compute(&mut self, instruction: &NodeInstruction, exec: &Exec, context: &StepContext) {
        let output = self.output(instruction.output);
        let mut inputs = [(core::ptr::null(), 0); Operation::MAX_INPUTS];
        for (input, region) in inputs.iter_mut().zip(&instruction.inputs) {
            let same = region.place == instruction.output.place;
            *input = (
                if same {
                    output.cast_const()
                } else {
                    self.input(*region)
                },
                region.words,
            );
        }
        let inputs = &inputs[..instruction.inputs.len()];
        let none = (core::ptr::NonNull::dangling().as_ptr(), 0);
        let workspace = instruction
            .workspace
            .map_or(none, |region| (self.output(region), region.words));
        let operands = Operands {
            inputs,
            output: (output, instruction.output.words),
            workspace,
        };
        // SAFETY: the plan gives each value a region of its type's words that is no live value's, and lets a node
        // write over an input only where its kernel allows it. Slots and data were checked, so every region lies
        // in its tensor; the arena has the words of the plan. All is borrowed here, so nobody else writes.
        unsafe { instruction.kernel.run(exec, context, &operands) };
    }

    /// The words of a value that has been computed and not yet overwritten.
    fn words(&self, region: Region) -> &[u32] {
        // SAFETY: every region lies in its tensor or in the arena, whose words are initialised, and nobody writes while
        // this is borrowed.
        unsafe { core::slice::from_raw_parts(self.input(region), region.words) }
    }

    /// Runs the nodes of a group of the plan that this memory was made for.
    fn compute_group(&mut self, group: &GroupInstruction, exec: &Exec) {
        let mut tensors = [Shared::new(core::ptr::null_mut()); MAX_TENSORS];
        for (number, region) in group.tensors.iter().enumerate() {
            let start = if number < group.written {
                self.output(*region)
            } else {
                self.input(*region).cast_mut()
            };
            tensors[number] = Shared::new(start.cast());
        }
        // SAFETY: as in `compute`; a group may have no more tensors than there is room for. What it writes comes first and is
        // named once, and it writes over what it reads only where its Maps allow it.
        unsafe { group.strips.run(exec, &tensors[..group.tensors.len()]) };
    }

    /// Ends a step: the second buffers that it has used become the slots.
    fn exchange(&mut self, second: &[bool]) {
        let slots = self.slots.iter_mut().zip(self.next.iter_mut());
        for ((slot, next), _) in slots.zip(second).filter(|(_, second)| **second) {
            if let Some(next) = next {
                core::mem::swap(slot, next);
            }
        }
    }

    /// The start of a region for writing. Regions that nobody may write give a null pointer; the plan names none.
    fn output(&mut self, region: Region) -> *mut u32 {
        match region.place {
            Place::Arena(offset) => self.arena.at(offset),
            Place::Slot(slot) => self.slots[slot].words_mut().as_mut_ptr(),
            Place::Next(slot) => self.next[slot]
                .as_mut()
                .map_or(core::ptr::null_mut(), |next| next.words_mut().as_mut_ptr()),
            Place::Input(_) | Place::Constant(_) => core::ptr::null_mut(),
        }
    }

    /// The start of a region for reading.
    fn input(&self, region: Region) -> *const u32 {
        match region.place {
            Place::Arena(offset) => self.arena.at(offset),
            Place::Slot(slot) => self.slots[slot].words().as_ptr(),
            Place::Next(slot) => self.next[slot]
                .as_ref()
                .map_or(core::ptr::null(), |next| next.words().as_ptr()),
            Place::Input(input) => self.inputs[input].words().as_ptr(),
            Place::Constant(constant) => self.constants[constant].words().as_ptr(),
        }
    }
}

/// What these plans need if they run one at a time.
fn planned_bytes(plans: &[&Plan], slots: &[TensorType], threads: usize) -> u64 {
    let second = slots.iter().enumerate().filter(|(slot, _)| {
        let slot = *slot;
        plans.iter().any(|plan| plan.second_buffer[slot])
    });
    let second: u64 = second.map(|(_, ty)| ty.bytes()).sum();
    let arena = plans.iter().map(|plan| plan.arena_words as u64).max();
    4 * arena.unwrap_or(0) + second + threads as u64 * (PANEL_BYTES + SCRATCH_BYTES)
}

fn check_limit(limit: Option<u64>, needed: u64) -> Result<(), EngineError> {
    match limit.filter(|limit| needed > *limit) {
        Some(limit) => Err(EngineError::MemoryLimit { needed, limit }),
        None => Ok(()),
    }
}

/// Runs `work` where its parallel parts belong.
fn in_pool(pool: Option<&ThreadPool>, shares: bool, work: impl FnOnce() + Send) {
    match pool {
        Some(pool) if shares => pool.install(work),
        None if shares => rayon::scope(|_| work()),
        _ => work(),
    }
}
