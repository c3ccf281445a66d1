//! A GPU, found when the program runs. None of this could be run where it was written: there was no GPU. What it launches,
//! with which operands, is [`crate::plan`]'s, which the tests run without one.

mod engine;
mod stream;

pub use engine::{Engine, Options};

use crate::error::CudaError;
use crate::launch::Target;
use crate::map_source::MapKernel;
use crate::nvrtc::{self, Architecture, Version};
use crate::plan::Plan;
use crate::source::Unit;
use assay_program::ValidProgram;
use cudarc::driver::{result, sys, CudaContext, CudaModule, DriverError};
use cudarc::nvrtc::Ptx;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a device's memory beside what a program plans: its kernels, the graph of a step, and the driver's own. Reckoned
/// generously, not measured.
const BESIDE_PLAN: u64 = 256 << 20;

/// A GPU, and the kernels that depend on no program.
pub struct Device {
    context: Arc<CudaContext>,
    architecture: Architecture,
    name: String,
    target: Target,
    /// The modules of [`Unit::FIXED`], compiled when they are first needed.
    modules: Mutex<HashMap<Unit, Arc<CudaModule>>>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({}, {})", self.name, self.architecture.name())
    }
}

/// Whether NVIDIA's driver is there. Nothing else of this module may be asked for where it is not.
pub fn is_driver_present() -> bool {
    // SAFETY: the library's initialisers are NVIDIA's, which is trusted wherever it is installed.
    unsafe { sys::is_culib_present() }
}

/// The number of GPUs; 0 where there is no driver.
pub fn count() -> usize {
    if !is_driver_present() || result::init().is_err() {
        return 0;
    }
    CudaContext::device_count()
        .ok()
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(0)
}

/// The newest version of CUDA that the driver knows; `None` where there is no driver.
pub fn cuda_version() -> Option<Version> {
    if !is_driver_present() {
        return None;
    }
    let mut version = 0;
    // SAFETY: the place is that of a number.
    let status = unsafe { sys::cuDriverGetVersion(&raw mut version) };
    // 13000 is 13.0.
    status.result().is_ok().then_some(Version {
        major: version / 1000,
        minor: version % 1000 / 10,
    })
}

impl Device {
    /// Opens a GPU by its number.
    ///
    /// # Errors
    /// [`CudaError::NoDriver`] and [`CudaError::NoDevice`] where there is none, [`CudaError::OldDevice`] if the compiler makes
    /// no code for it.
    pub fn open(number: usize) -> Result<Self, CudaError> {
        if !is_driver_present() {
            return Err(CudaError::NoDriver);
        }
        let found = count();
        if number >= found {
            return Err(CudaError::NoDevice { number, found });
        }
        let context = CudaContext::new(number).map_err(driver("open the device"))?;
        // SAFETY: an engine's memory is touched by its own stream alone, so nothing waits for anything else.
        unsafe { context.disable_event_tracking() };
        let ask = driver("ask the device what it is");
        let (major, minor) = context.compute_capability().map_err(&ask)?;
        let name = context.name().map_err(&ask)?;
        let attribute = sys::CUdevice_attribute_enum::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
        let processors = context.attribute(attribute).map_err(&ask)?;
        let architecture =
            Architecture::of_device(major, minor).ok_or_else(|| CudaError::OldDevice {
                name: name.clone(),
                major,
                minor,
            })?;
        Ok(Self {
            context,
            architecture,
            name,
            target: Target {
                processors: u32::try_from(processors).unwrap_or(1),
            },
            modules: Mutex::new(HashMap::new()),
        })
    }

    /// The device's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What decides how work is cut.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Bytes that are free now, those among them that engines which are gone have given back.
    pub fn free_bytes(&self) -> Result<u64, CudaError> {
        self.give_back()?;
        let (free, _) = self
            .context
            .mem_get_info()
            .map_err(driver("ask for free memory"))?;
        Ok(free as u64)
    }

    /// Gives what lies unused in the pool of memory back to the device, which counts it as taken otherwise.
    fn give_back(&self) -> Result<(), CudaError> {
        self.context
            .bind_to_thread()
            .map_err(driver("use the device"))?;
        let pools = sys::CUdevice_attribute_enum::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;
        if self
            .context
            .attribute(pools)
            .map_err(driver("ask for pools"))?
            == 0
        {
            return Ok(());
        }
        // SAFETY: the device is the context's, and the pool is the device's.
        unsafe {
            let pool = result::device::get_mem_pool(self.context.cu_device());
            pool.and_then(|pool| result::mem_pool::trim_to(pool, 0))
        }
        .map_err(driver("give memory back"))
    }

    /// Whether the memory that a program plans is free now, and some more for what the driver takes beside it.
    ///
    /// # Errors
    /// [`CudaError::OutOfMemory`] if it is not.
    pub fn check_room(&self, program: &ValidProgram) -> Result<(), CudaError> {
        let planned = Plan::new(program, self.target).bytes();
        let (needed, available) = (planned.saturating_add(BESIDE_PLAN), self.free_bytes()?);
        match needed <= available {
            true => Ok(()),
            false => Err(CudaError::OutOfMemory { needed, available }),
        }
    }

    /// Compiles a unit and loads it.
    fn compile(&self, unit: Unit, maps: &[MapKernel]) -> Result<Arc<CudaModule>, CudaError> {
        let ptx = nvrtc::compile(unit, maps, self.architecture)?;
        self.context
            .load_module(Ptx::from_src(ptx))
            .map_err(driver("load kernels"))
    }

    /// The module of a unit that depends on no program.
    fn fixed(&self, unit: Unit) -> Result<Arc<CudaModule>, CudaError> {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = modules.get(&unit) {
            return Ok(module.clone());
        }
        let module = self.compile(unit, &[])?;
        modules.insert(unit, module.clone());
        Ok(module)
    }
}

/// Turns a driver's error into ours.
fn driver(task: &'static str) -> impl Fn(DriverError) -> CudaError {
    move |error| match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => CudaError::MemoryFull { task },
        _ => CudaError::Driver {
            task,
            reason: format!("{error:?}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_memory_has_a_type_of_its_own() {
        let error = driver("load kernels")(DriverError(sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY));
        let task = "load kernels";
        assert_eq!(error, CudaError::MemoryFull { task });
        assert_eq!(
            error.to_string(),
            "cannot load kernels: the device's memory is full; choose a GPU with more"
        );
    }
}
