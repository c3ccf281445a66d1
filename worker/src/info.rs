//! `assay-worker info`.

use std::io::Write;

use assay_engine::Simd;
use serde::Serialize;

use crate::{machine, options::InfoOptions};

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
}

/// Prints what this machine has.
///
/// # Errors
/// If `ASSAY_CPU` names an instruction set that is not there, or the output cannot be written.
pub fn info(options: &InfoOptions, out: &mut impl Write) -> anyhow::Result<()> {
    let info = Info {
        schema_version: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        numerics_version: assay_numerics::VERSION,
        processor: machine::processor(),
        cores: machine::cores(),
        memory_bytes: machine::memory_bytes(),
        simd: Simd::from_env()?.resolve()?.to_string(),
        simd_available: Simd::available().iter().map(ToString::to_string).collect(),
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_the_instruction_set() {
        for json in [false, true] {
            let mut out = Vec::new();
            info(&InfoOptions { json }, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(
                text.contains(&Simd::from_env().unwrap().resolve().unwrap().to_string()),
                "{text}"
            );
        }
    }
}
