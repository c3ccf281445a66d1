//! Runtimes: what a referendum allows, and `assay gov apply-upgrade`.

use std::path::Path;

use assay_client::{governance::calls, At, H256};
use serde::Serialize;

use super::{file, options::ApplyOptions};
use crate::{
    context::{self, Context},
    output::{field, Output},
    CliError,
};

/// The largest runtime: no block takes a larger transaction.
const MAX_BYTES: u64 = 5 << 20;

/// How Wasm begins.
const WASM: &[u8] = b"\0asm";
/// How a runtime that is compressed begins.
const COMPRESSED: &[u8] = &[82, 188, 83, 118, 70, 219, 142, 5];

/// A runtime.
pub(super) struct Code {
    /// Its bytes, as the chain gets them.
    pub(super) bytes: Vec<u8>,
    /// Their hash.
    pub(super) hash: H256,
}

/// A runtime that was set.
#[derive(Clone, Debug, Serialize)]
struct Applied {
    /// Its hash.
    code: H256,
    /// The block that set it; from the next one on it is in force.
    block: u32,
}

/// Reads a runtime and looks at how it begins.
pub(super) fn read(path: &Path) -> Result<Code, CliError> {
    let bytes = file::read(path, MAX_BYTES)?;
    if !bytes.starts_with(WASM) && !bytes.starts_with(COMPRESSED) {
        return Err(CliError::NoWasm {
            path: path.to_owned(),
        });
    }
    let hash = assay_client::blake2_256(&bytes);
    Ok(Code { bytes, hash })
}

/// Sets the runtime.
pub(super) async fn apply(
    options: &ApplyOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let code = read(&options.wasm)?;
    let key = context.key()?;
    let chain = context.chain().await?;
    let allowed = chain.authorized_upgrade(At::Best).await?;
    if allowed != Some(code.hash) {
        return Err(CliError::NotAllowed {
            found: code.hash,
            allowed,
        });
    }
    let call = calls::apply_authorized_upgrade(&code.bytes);
    let included = context::send(&chain, &call, &key, options.wait).await?;
    let applied = Applied {
        code: code.hash,
        block: included.block.number,
    };
    out.finish(&applied, |out| {
        field(out, "runtime", format!("{:?}", applied.code))?;
        field(out, "set in block", applied.block)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wasm_is_taken() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("runtime.wasm");
        std::fs::write(&path, b"\x7fELF").unwrap();
        assert_eq!(read(&path).err().unwrap().code(), "no_wasm");
        std::fs::write(&path, b"\0asm\x01").unwrap();
        assert_eq!(read(&path).unwrap().bytes, b"\0asm\x01");
    }
}
