//! A program on a device, ready to take steps.

use super::stream::Stream;
use super::{driver, Device};
use crate::error::CudaError;
use crate::launch::{Target, EMPTY_TREES};
use crate::plan::{Bound, Hashed, Plan};
use crate::source::Unit;
use assay_commitment::{padding, state_root, tensor_root, Hash, Sha3, StateRoot, TensorRoot};
use assay_numerics::{Tensor, TensorType};
use assay_program::ValidProgram;
use cudarc::driver::{sys, CudaFunction, CudaGraph, CudaModule, CudaSlice, DevicePtr};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// How an engine runs. None of it changes a bit of any result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Most bytes of device memory; `None` for what is free.
    pub memory_limit: Option<u64>,
    /// Cuts work as for another device; `None` for this one. For checks of kernels that this one would not choose.
    pub target: Option<Target>,
}

/// A program with its state, datasets and constants on a device.
///
/// A step is recorded as a graph before the first one is taken, and every step plays it.
pub struct Engine {
    device: Arc<Device>,
    program: ValidProgram,
    plan: Plan,
    functions: HashMap<String, CudaFunction>,
    /// The step, unless it launches nothing.
    graph: Option<CudaGraph>,
    memory: CudaSlice<u32>,
    /// The slots that the next root must hash.
    stale: Cell<Hashed>,
    /// The last of the fields, so that it waits until the memory is free.
    stream: Stream,
}

// SAFETY: a recorded graph is a handle that any thread may use, one at a time, after it has bound the context, which every call
// of the bindings does; whoever holds the engine holds the only such handle. All other fields may be sent.
unsafe impl Send for Engine {}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine({:?}, {} bytes)", self.device, self.plan.bytes())
    }
}

impl Drop for Engine {
    /// Kernels that may still run are unloaded next.
    fn drop(&mut self) {
        self.stream.finish();
    }
}

impl Engine {
    /// Plans a program, takes its memory, compiles its kernels, copies constants, datasets and state to the device, and records a
    /// step.
    ///
    /// # Errors
    /// [`CudaError::OutOfMemory`] before anything is taken if the memory is not there, [`CudaError::MemoryFull`] if it is not
    /// enough for kernels and recording as well; [`CudaError::Tensors`] if tensors are
    /// not the program's.
    pub fn new(
        device: Arc<Device>,
        program: &ValidProgram,
        constants: &[Tensor],
        data: &[Tensor],
        state: &[Tensor],
        options: Options,
    ) -> Result<Self, CudaError> {
        let parts = program.get();
        check("constants", &parts.constants, constants)?;
        check("datasets", &parts.inputs, data)?;
        check("slots", &parts.slots, state)?;
        let plan = Plan::new(program, options.target.unwrap_or(device.target()));
        let stream = Stream::new(&device.context)?;
        let memory = allocate(&device, &stream, &plan, options)?;
        let mut engine = Self {
            device,
            program: program.clone(),
            plan,
            functions: HashMap::new(),
            graph: None,
            memory,
            stale: Cell::new(Hashed::Every),
            stream,
        };
        engine.load_functions()?;
        engine.upload_all(constants, data, state)?;
        engine.graph = engine.record()?;
        Ok(engine)
    }

    /// Bytes of device memory in use.
    pub fn planned_bytes(&self) -> u64 {
        self.plan.bytes()
    }

    /// Takes step number `step` of the job. Returns as soon as the device has been told.
    pub fn step(&mut self, step: u64) -> Result<(), CudaError> {
        let words = [step as u32, (step >> 32) as u32];
        self.upload(self.plan.step_number(), &words)?;
        match &self.graph {
            Some(graph) => graph.launch().map_err(driver("play a step")),
            None => Ok(()),
        }
    }

    /// The root of the state: it is hashed on the device, but slots that no step changes only once, and 32 bytes for each slot
    /// come to the host.
    pub fn state_root(&self) -> Result<StateRoot, CudaError> {
        self.launch_all(&self.plan.roots(self.base(), self.stale.get()))?;
        self.stale.set(Hashed::Changing);
        let slots = &self.program.get().slots;
        let words = self.download(self.plan.slot_roots(), 8 * slots.len() as u64)?;
        let (hashes, _) = words.as_chunks::<8>();
        let roots: Vec<TensorRoot> = slots
            .iter()
            .zip(hashes)
            .map(|(ty, words)| tensor_root::<Sha3>(*ty, digest(words)))
            .collect();
        Ok(state_root::<Sha3>(&roots))
    }

    /// The slots in order. A NaN has any payload.
    pub fn state(&self) -> Result<Vec<Tensor>, CudaError> {
        let slots = self.program.get().slots.iter().enumerate();
        slots
            .map(|(slot, ty)| {
                let words = self.download(self.plan.slot(slot), ty.dims.elements())?;
                Tensor::new(*ty, words).map_err(|_| CudaError::Tensors { what: "slots" })
            })
            .collect()
    }

    /// Some words of a slot: those of the range that it has. A NaN has any payload.
    pub fn slot_words(&self, slot: usize, words: Range<usize>) -> Result<Vec<u32>, CudaError> {
        let ty = self.program.get().slots.get(slot);
        let ty = ty.ok_or(CudaError::Tensors { what: "slots" })?;
        let end = (words.end as u64).min(ty.dims.elements());
        let start = (words.start as u64).min(end);
        match end - start {
            0 => Ok(Vec::new()),
            count => self.download(self.plan.slot(slot) + start, count),
        }
    }

    /// Replaces the state.
    pub fn set_state(&mut self, state: &[Tensor]) -> Result<(), CudaError> {
        check("slots", &self.program.get().slots, state)?;
        self.stale.set(Hashed::Every);
        for (slot, tensor) in state.iter().enumerate() {
            self.upload(self.plan.slot(slot), tensor.words())?;
        }
        Ok(())
    }

    /// Waits for all steps that were told.
    pub fn synchronize(&self) -> Result<(), CudaError> {
        self.stream.synchronize()
    }

    /// Records a step without running it.
    fn record(&self) -> Result<Option<CudaGraph>, CudaError> {
        match self.plan.step(self.base()) {
            launches if launches.is_empty() => Ok(None),
            launches => self.stream.record(|| self.launch_all(&launches)),
        }
    }

    fn launch_all(&self, bounds: &[Bound<'_>]) -> Result<(), CudaError> {
        for Bound { launch, operands } in bounds {
            let function = self
                .functions
                .get(launch.kernel.as_ref())
                .expect("the kernels of all launches were loaded; qed");
            // SAFETY: the plan's addresses lie in this engine's memory, and all of its work goes through its stream.
            unsafe { self.stream.launch(function, launch, operands) }?;
        }
        Ok(())
    }

    /// Loads every kernel that a step or a root launches.
    fn load_functions(&mut self) -> Result<(), CudaError> {
        let base = self.base();
        let maps: Option<Arc<CudaModule>> = match self.plan.maps() {
            [] => None,
            maps => Some(self.device.compile(Unit::Maps, maps)?),
        };
        let bounds = self.plan.step(base).into_iter();
        for Bound { launch, .. } in bounds.chain(self.plan.roots(base, Hashed::Every)) {
            if self.functions.contains_key(launch.kernel.as_ref()) {
                continue;
            }
            let module = match (launch.unit, &maps) {
                (Unit::Maps, Some(maps)) => maps.clone(),
                (unit, _) => self.device.fixed(unit)?,
            };
            let function = module
                .load_function(&launch.kernel)
                .map_err(driver("find a kernel"))?;
            self.functions
                .insert(launch.kernel.clone().into_owned(), function);
        }
        Ok(())
    }

    fn upload_all(
        &mut self,
        constants: &[Tensor],
        data: &[Tensor],
        state: &[Tensor],
    ) -> Result<(), CudaError> {
        for (number, tensor) in constants.iter().enumerate() {
            self.upload(self.plan.constant(number), tensor.words())?;
        }
        for (number, tensor) in data.iter().enumerate() {
            self.upload(self.plan.input(number), tensor.words())?;
        }
        let empty: Vec<u32> = (0..EMPTY_TREES)
            .flat_map(|height| words(&padding::<Sha3>(height)))
            .collect();
        self.upload(self.plan.empty_trees(), &empty)?;
        self.set_state(state)
    }

    fn upload(&mut self, start: u64, words: &[u32]) -> Result<(), CudaError> {
        let start = start as usize;
        let mut place = self.memory.slice_mut(start..start + words.len());
        let stream = self.stream.cuda();
        stream
            .memcpy_htod(words, &mut place)
            .map_err(driver("copy to the device"))
    }

    fn download(&self, start: u64, words: u64) -> Result<Vec<u32>, CudaError> {
        let place = self.memory.slice(start as usize..(start + words) as usize);
        let words = self
            .stream
            .cuda()
            .clone_dtoh(&place)
            .map_err(driver("copy from the device"))?;
        self.stream.synchronize()?;
        Ok(words)
    }

    /// The address of the allocation.
    fn base(&self) -> u64 {
        let (address, _record) = self.memory.device_ptr(self.stream.cuda());
        address
    }
}

/// Takes the memory of a plan, if it is there.
fn allocate(
    device: &Device,
    stream: &Stream,
    plan: &Plan,
    options: Options,
) -> Result<CudaSlice<u32>, CudaError> {
    let free = device.free_bytes()?;
    let available = options.memory_limit.map_or(free, |limit| limit.min(free));
    let needed = plan.bytes();
    let refused = CudaError::OutOfMemory { needed, available };
    if needed > available {
        return Err(refused);
    }
    // SAFETY: whatever is read was written before: uploads come first, and a plan reads no word that it has not computed.
    unsafe { stream.allocate(plan.words()) }.map_err(|error| match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => refused,
        _ => driver("take memory")(error),
    })
}

fn check(what: &'static str, expected: &[TensorType], found: &[Tensor]) -> Result<(), CudaError> {
    if expected.iter().copied().eq(found.iter().map(Tensor::ty)) {
        Ok(())
    } else {
        Err(CudaError::Tensors { what })
    }
}

fn digest(words: &[u32; 8]) -> Hash {
    let mut hash = Hash::default();
    for (bytes, word) in hash.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    hash
}

fn words(hash: &Hash) -> [u32; 8] {
    let (chunks, _) = hash.as_chunks::<4>();
    std::array::from_fn(|i| u32::from_le_bytes(chunks[i]))
}
