//! Devices: which is chosen, what is refused, and a whole job on one that is not the processor.

use std::{borrow::Cow, ops::Range, sync::Arc};

use assay_cuda::{device, CudaError};
use assay_engine::Simd;
use assay_numerics::Tensor;
use assay_program::ValidProgram;
use assay_protocol::{DeclineReason, DeviceClass, StateRoot};
use assay_worker::{
    compute::{
        choose, Aside, Choice, ChoiceError, ComputeError, Cpu, Device, Gpus, Honest, Installed,
        SelfCheckError, Stepper, Task,
    },
    material::{check_device, Machine, MaterialError},
};

use assay_processes::small_job::SmallJob;

const MACHINE: Machine = Machine {
    simd: Simd::Auto,
    memory_bytes: 1 << 30,
};

/// What a device that is not there does wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Nothing.
    None,
    /// The last bit of the first slot's first word.
    Bit,
    /// The state root.
    Root,
    /// It fails at this step.
    FailsAt(u64),
}

/// A device with the processor's arithmetic and memory of its own.
#[derive(Clone, Copy, Debug)]
pub struct Fake {
    pub defect: Defect,
    pub free: u64,
}

impl Fake {
    pub const RIGHT: Self = Self {
        defect: Defect::None,
        free: 1 << 30,
    };

    fn with(defect: Defect) -> Self {
        Self {
            defect,
            ..Self::RIGHT
        }
    }
}

impl Device for Fake {
    fn name(&self) -> String {
        "a fake".to_owned()
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Gpu
    }

    fn free_bytes(&self) -> Result<Option<u64>, ComputeError> {
        Ok(Some(self.free))
    }

    fn check_room(&self, program: &ValidProgram) -> Result<(), ComputeError> {
        let needed = program.get().slots.iter().map(|ty| ty.bytes()).sum();
        match needed <= self.free {
            true => Ok(()),
            false => Err(CudaError::OutOfMemory {
                needed,
                available: self.free,
            }
            .into()),
        }
    }

    fn load(
        &self,
        task: &Task,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError> {
        self.check_room(&task.program)?;
        Ok(Box::new(FakeStepper {
            inner: Cpu.load(task, start, machine)?,
            defect: self.defect,
        }))
    }
}

struct FakeStepper {
    inner: Box<dyn Stepper>,
    defect: Defect,
}

impl Stepper for FakeStepper {
    fn step(&mut self, step: u64) -> Result<(), ComputeError> {
        if self.defect == Defect::FailsAt(step) {
            return Err(CudaError::Driver {
                task: "play a step",
                reason: "it fell off the bus".to_owned(),
            }
            .into());
        }
        self.inner.step(step)
    }

    fn root(&self) -> Result<StateRoot, ComputeError> {
        let mut root = self.inner.root()?;
        if self.defect == Defect::Root {
            root.0[31] ^= 1;
        }
        Ok(root)
    }

    fn slots(&self) -> Result<Cow<'_, [Tensor]>, ComputeError> {
        let mut slots = self.inner.slots()?.into_owned();
        if self.defect == Defect::Bit {
            let word = &mut slots[0].words_mut()[0];
            // A NaN is one value, whatever its last bit.
            *word = match f32::from_bits(*word).is_nan() {
                true => 0,
                false => *word ^ 1,
            };
        }
        Ok(Cow::Owned(slots))
    }

    fn words(&self, slot: usize, words: Range<usize>) -> Result<Vec<u32>, ComputeError> {
        self.inner.words(slot, words)
    }

    fn set_aside(&mut self, _: Option<Aside>) -> Result<Aside, ComputeError> {
        Ok(Aside::Hashed {
            root: self.root()?,
            slots: self.slots()?.into_owned(),
        })
    }

    fn into_slots(self: Box<Self>) -> Result<Vec<Tensor>, ComputeError> {
        self.inner.into_slots()
    }
}

/// A machine with these GPUs.
struct Rack(Vec<Fake>);

impl Gpus for Rack {
    fn open(&self, number: usize) -> Result<Arc<dyn Device>, CudaError> {
        let found = self.0.len();
        match self.0.get(number) {
            Some(fake) => Ok(Arc::new(*fake)),
            None if found == 0 => Err(CudaError::NoDriver),
            None => Err(CudaError::NoDevice { number, found }),
        }
    }
}

fn chosen(choice: Choice, gpus: &[Fake]) -> Result<DeviceClass, ChoiceError> {
    let device = choose(choice, &Rack(gpus.to_vec()), MACHINE)?;
    Ok(device.class())
}

#[test]
fn auto_takes_a_gpu_that_is_there_and_right() {
    let right = Fake::RIGHT;
    assert_eq!(chosen(Choice::Auto, &[right]).unwrap(), DeviceClass::Gpu);
    assert_eq!(chosen(Choice::Auto, &[]).unwrap(), DeviceClass::Cpu);
    assert_eq!(chosen(Choice::Cpu, &[right]).unwrap(), DeviceClass::Cpu);
    let two = [Fake::with(Defect::Bit), right];
    assert_eq!(chosen(Choice::Cuda(1), &two).unwrap(), DeviceClass::Gpu);
}

#[test]
fn a_gpu_that_was_asked_for_and_is_not_there_is_an_error() {
    let error = chosen(Choice::Cuda(0), &[]).unwrap_err();
    assert!(matches!(
        error,
        ChoiceError::Gpu {
            number: 0,
            error: CudaError::NoDriver
        }
    ));
    assert!(error.to_string().contains("cuda:0"), "{error}");
    let error = chosen(Choice::Cuda(3), &[Fake::RIGHT]).unwrap_err();
    assert!(error.to_string().contains("no GPU 3"), "{error}");
}

#[test]
fn a_gpu_that_computes_wrongly_gets_no_work() {
    for defect in [Defect::Bit, Defect::Root, Defect::FailsAt(1)] {
        let gpus = [Fake::with(defect)];
        let error = chosen(Choice::Cuda(0), &gpus).unwrap_err();
        let ChoiceError::SelfCheck { error, .. } = error else {
            panic!("{error}")
        };
        let differs = matches!(error, SelfCheckError::Differs(_));
        assert_eq!(differs, !matches!(defect, Defect::FailsAt(_)), "{error}");
        assert_eq!(chosen(Choice::Auto, &gpus).unwrap(), DeviceClass::Cpu);
    }
}

/// On a machine without a GPU the search names what is missing; on one with a GPU it finds it.
#[test]
fn this_machine_s_gpus_are_looked_for() {
    match Installed.open(device::count()) {
        Ok(device) => panic!("{} is one too many", device.name()),
        Err(error) => assert!(
            matches!(error, CudaError::NoDriver | CudaError::NoDevice { .. }),
            "{error}"
        ),
    }
    assert!(choose(Choice::Auto, &Installed, MACHINE).is_ok());
}

#[test]
fn a_job_that_does_not_fit_into_the_device_is_declined() {
    let job = SmallJob::new(1, 1, 1, 0.1);
    let refusal = |fake: Fake| {
        let compute = Honest {
            device: Arc::new(fake),
        };
        check_device(&job.program, &compute)
    };
    assert!(refusal(Fake::RIGHT).is_ok());
    let small = Fake {
        free: 16,
        ..Fake::RIGHT
    };
    let Err(MaterialError::Hopeless { reason, detail }) = refusal(small) else {
        panic!("taken")
    };
    assert_eq!(reason, DeclineReason::NoCapacity);
    assert!(detail.contains("16 are available"), "{detail}");
}
