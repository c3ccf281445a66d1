//! `assay-worker info`.

use std::io::Write;

use assay_cuda::CudaError;
use assay_engine::Simd;
use serde::Serialize;

use crate::{
    compute::{Choice, Cpu, Device, Gpus, Installed},
    machine,
    options::InfoOptions,
};

/// Version of the JSON document.
const SCHEMA_VERSION: u32 = 1;

/// What this machine has.
#[derive(Debug, Serialize)]
struct Info {
    schema_version: u32,
    version: &'static str,
    numerics_version: u16,
    processor: String,
    cores: usize,
    memory_bytes: u64,
    simd: String,
    simd_available: Vec<String>,
    /// What would compute.
    device: String,
    /// Why no GPU would.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_gpu: Option<String>,
}

/// Prints what this machine has.
///
/// # Errors
/// If `ASSAY_CPU` names an instruction set that is not there, the options name a GPU that is not there, or the output cannot be
/// written.
pub fn info(options: &InfoOptions, out: &mut impl Write) -> anyhow::Result<()> {
    let (device, no_gpu) = found(options.device.device, &Installed)?;
    let info = Info {
        schema_version: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        numerics_version: assay_numerics::VERSION,
        processor: machine::processor(),
        cores: machine::cores(),
        memory_bytes: machine::memory_bytes(),
        simd: Simd::from_env()?.resolve()?.to_string(),
        simd_available: Simd::available().iter().map(ToString::to_string).collect(),
        device,
        no_gpu,
    };
    if options.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&info)?)?;
        return Ok(());
    }
    writeln!(
        out,
        "assay-worker      {} (numerics version {})",
        info.version, info.numerics_version
    )?;
    writeln!(
        out,
        "processor         {}, {} cores",
        info.processor, info.cores
    )?;
    writeln!(
        out,
        "memory            {:.1} GiB",
        info.memory_bytes as f64 / f64::from(1 << 30)
    )?;
    writeln!(
        out,
        "instruction set   {} (available: {})",
        info.simd,
        info.simd_available.join(", ")
    )?;
    writeln!(out, "device            {}", info.device)?;
    if let Some(reason) = info.no_gpu {
        writeln!(out, "no GPU            {reason}")?;
    }
    Ok(())
}

/// The device that would compute if it passed its self-check, and why no GPU would.
fn found(choice: Choice, gpus: &dyn Gpus) -> Result<(String, Option<String>), CudaError> {
    let number = match choice {
        Choice::Cpu => return Ok((Cpu.name(), None)),
        Choice::Auto => 0,
        Choice::Cuda(number) => number,
    };
    match gpus.open(number) {
        Ok(device) => Ok((device.name(), None)),
        Err(error) if choice == Choice::Auto => Ok((Cpu.name(), Some(error.to_string()))),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::DeviceOptions;

    #[test]
    fn both_forms_name_the_instruction_set() {
        for json in [false, true] {
            let mut out = Vec::new();
            let device = DeviceOptions {
                device: Choice::Cpu,
            };
            info(&InfoOptions { device, json }, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(
                text.contains(&Simd::from_env().unwrap().resolve().unwrap().to_string()),
                "{text}"
            );
        }
    }
}
