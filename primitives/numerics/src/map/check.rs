//! Which code is well formed.

use super::{MapCode, MapInstruction};
use crate::scalar::canonical;
use thiserror::Error;

impl MapCode {
    /// Judges the code for a Map with this many inputs. Code that passes can be evaluated, and its encoding is
    /// canonical.
    pub fn check(&self, inputs: usize) -> Result<(), MapError> {
        if inputs > Self::MAX_INPUTS {
            return Err(MapError::TooManyInputs { found: inputs });
        }
        self.check_form()?;
        let first_result = inputs + self.constants.len();
        self.instructions
            .iter()
            .enumerate()
            .try_for_each(|(index, instruction)| {
                instruction.check_arguments(index, first_result + index)
            })
    }

    /// What can be judged without the number of inputs: all but which values the arguments name.
    pub(super) fn check_form(&self) -> Result<(), MapError> {
        if self.constants.len() > Self::MAX_CONSTANTS {
            return Err(MapError::TooManyConstants {
                found: self.constants.len(),
            });
        }
        if self.instructions.is_empty() {
            return Err(MapError::NoInstructions);
        }
        if self.instructions.len() > Self::MAX_INSTRUCTIONS {
            return Err(MapError::TooManyInstructions {
                found: self.instructions.len(),
            });
        }
        if self.operations() > Self::MAX_OPERATIONS {
            return Err(MapError::TooManyOperations {
                found: self.operations(),
            });
        }
        for (index, &word) in self.constants.iter().enumerate() {
            if canonical(word) != word {
                return Err(MapError::ConstantNotCanonical { index, word });
            }
        }
        self.instructions
            .iter()
            .enumerate()
            .try_for_each(|(index, instruction)| instruction.check_unused(index))
    }
}

impl MapInstruction {
    /// The arguments that the operation uses.
    pub fn used(&self) -> &[u8] {
        self.args.get(..self.op.arity()).unwrap_or(&self.args)
    }

    fn check_arguments(&self, index: usize, defined: usize) -> Result<(), MapError> {
        match self
            .used()
            .iter()
            .find(|&&value| usize::from(value) >= defined)
        {
            Some(&value) => Err(MapError::UndefinedValue {
                index,
                value,
                defined,
            }),
            None => Ok(()),
        }
    }

    fn check_unused(&self, index: usize) -> Result<(), MapError> {
        let unused = self.args.iter().skip(self.op.arity());
        match unused.copied().find(|&value| value != 0) {
            Some(value) => Err(MapError::UnusedArgument { index, value }),
            None => Ok(()),
        }
    }
}

/// Why a Map's code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MapError {
    /// More inputs than a Map may have.
    #[error(
        "a Map has {found} inputs; at most {} are allowed",
        MapCode::MAX_INPUTS
    )]
    TooManyInputs {
        /// Inputs of the operation.
        found: usize,
    },
    /// More constants than allowed.
    #[error(
        "a Map has {found} constants; at most {} are allowed",
        MapCode::MAX_CONSTANTS
    )]
    TooManyConstants {
        /// Constants of the code.
        found: usize,
    },
    /// There is no instruction, so no output.
    #[error("a Map has no instructions; its last one gives the output")]
    NoInstructions,
    /// More instructions than allowed.
    #[error(
        "a Map has {found} instructions; split it into several of at most {}",
        MapCode::MAX_INSTRUCTIONS
    )]
    TooManyInstructions {
        /// Instructions of the code.
        found: usize,
    },
    /// The instructions take more scalar operations than allowed.
    #[error(
        "the instructions of a Map take {found} operations for an element; split it into several of at most {}",
        MapCode::MAX_OPERATIONS
    )]
    TooManyOperations {
        /// Operations by the count of [`MapCode::operations`].
        found: u64,
    },
    /// A constant is a NaN in another form than 7fc00000.
    #[error("constant {index} of a Map is the NaN {word:08x}; write a NaN as 7fc00000")]
    ConstantNotCanonical {
        /// Which constant.
        index: usize,
        /// Its bits.
        word: u32,
    },
    /// An instruction uses a value that is not there yet.
    #[error("instruction {index} of a Map uses value {value}, but only {defined} come before it")]
    UndefinedValue {
        /// Which instruction.
        index: usize,
        /// The value it names.
        value: u8,
        /// Number of values before this instruction.
        defined: usize,
    },
    /// An argument that the operation does not use is not 0.
    #[error(
        "instruction {index} of a Map has {value} in an argument it does not use; it must be 0"
    )]
    UnusedArgument {
        /// Which instruction.
        index: usize,
        /// The argument.
        value: u8,
    },
}
