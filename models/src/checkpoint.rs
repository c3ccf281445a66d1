//! Parameters in files.

use crate::{
    interop::{from_candle, to_candle},
    Layout, Parameter,
};
use assay_numerics::Tensor;
use candle_core::{safetensors::load_buffer, Device};
use safetensors::SafeTensors;
use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    path::{Path, PathBuf},
};

/// Named parameters with a note of where they come from; a safetensors file.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// Tensors by name.
    pub tensors: BTreeMap<String, candle_core::Tensor>,
    /// Text by key, such as the program root.
    pub metadata: BTreeMap<String, String>,
}

/// Why parameters cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("cannot open {}: {error}; check path and space", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is larger than [`Checkpoint::MAX_BYTES`].
    #[error("{} is larger than {most} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Most bytes.
        most: u64,
    },
    /// Not a safetensors file.
    #[error("not a safetensors file: {0}")]
    Format(String),
    /// The state has fewer slots than the layout names.
    #[error("the state has no slot {slot}; is it that of this job?")]
    NoSlot {
        /// Number of the slot.
        slot: usize,
    },
    /// A parameter of the model is not there.
    #[error("there is no parameter {name}; is the file of this model?")]
    Missing {
        /// The parameter.
        name: String,
    },
    /// A parameter has another shape or type than in the model.
    #[error("{name} has shape {found:?}; the model needs floats of shape {expected:?}")]
    Shape {
        /// The parameter.
        name: String,
        /// The model's shape.
        expected: Vec<u32>,
        /// The file's shape.
        found: Vec<usize>,
    },
    /// candle refuses.
    #[error("candle: {0}")]
    Candle(#[from] candle_core::Error),
}

impl Checkpoint {
    /// Most bytes of a file.
    pub const MAX_BYTES: u64 = 4 << 30;

    /// The parameters of a state.
    pub fn from_state(layout: &Layout, state: &[Tensor]) -> Result<Self, CheckpointError> {
        let mut checkpoint = Self::default();
        for (slot, info) in layout.parameters() {
            let tensor = state.get(slot).ok_or(CheckpointError::NoSlot { slot })?;
            checkpoint
                .tensors
                .insert(info.name.clone(), to_candle(tensor, &info.shape)?);
        }
        Ok(checkpoint)
    }

    /// The same with a note; keys that are there already are replaced.
    pub fn with(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.metadata.insert(key.into(), value.to_string());
        self
    }

    /// The tensors of these parameters, in their order and types.
    pub fn take(&self, parameters: &[Parameter]) -> Result<Vec<Tensor>, CheckpointError> {
        parameters
            .iter()
            .map(|parameter| self.take_one(parameter))
            .collect()
    }

    fn take_one(&self, parameter: &Parameter) -> Result<Tensor, CheckpointError> {
        let name = &parameter.name;
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| CheckpointError::Missing { name: name.clone() })?;
        let shape = || CheckpointError::Shape {
            name: name.clone(),
            expected: parameter.shape.clone(),
            found: tensor.dims().to_vec(),
        };
        let expected: Vec<usize> = parameter.shape.iter().map(|&size| size as usize).collect();
        if tensor.dims() != expected {
            return Err(shape());
        }
        from_candle(tensor)
            .ok()
            .filter(|tensor| tensor.ty() == parameter.ty)
            .ok_or_else(shape)
    }

    /// The bytes of a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let metadata: HashMap<String, String> = self.metadata.clone().into_iter().collect();
        let metadata = (!metadata.is_empty()).then_some(metadata);
        safetensors::serialize(&self.tensors, metadata)
            .map_err(|error| CheckpointError::Format(error.to_string()))
    }

    /// Reads a safetensors file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let format =
            |error: safetensors::SafeTensorError| CheckpointError::Format(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(format)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let tensors = load_buffer(bytes, &Device::Cpu)
            .map_err(|error| CheckpointError::Format(error.to_string()))?;
        Ok(Self {
            tensors: tensors.into_iter().collect(),
            metadata: metadata.into_iter().collect(),
        })
    }

    /// Writes a safetensors file, first under another name, so that there is never half a file.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let io = |error| CheckpointError::Io {
            path: path.to_owned(),
            error,
        };
        let partial = path.with_extension("partial");
        let written = std::fs::write(&partial, self.to_bytes()?)
            .and_then(|()| std::fs::rename(&partial, path));
        written.map_err(|error| {
            // What could not be renamed is of no use; the first error is the one to report.
            let _ = std::fs::remove_file(&partial);
            io(error)
        })
    }

    /// Reads a safetensors file.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let io = |error| CheckpointError::Io {
            path: path.to_owned(),
            error,
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(Self::MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(io)?;
        match bytes.len() as u64 > Self::MAX_BYTES {
            true => Err(CheckpointError::TooLarge {
                path: path.to_owned(),
                most: Self::MAX_BYTES,
            }),
            false => Self::from_bytes(&bytes),
        }
    }
}
