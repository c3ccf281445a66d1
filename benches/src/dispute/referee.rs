//! The referee in Wasm, under the engine and the settings with which a node runs its runtime.

use anyhow::{Context, Result};
use assay_commitment::{Keccak, Sha3};
use std::time::Instant;
use wasmtime::{Caller, Config, Engine, Extern, InstancePre, Linker, Module, OptLevel, Store};

/// A compiled referee.
pub struct Referee {
    engine: Engine,
    module: InstancePre<()>,
}

impl Referee {
    /// Compiles the module.
    ///
    /// # Errors
    /// If it is no Wasm, or imports what there is not.
    pub fn new(wasm: &[u8]) -> Result<Self> {
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::SpeedAndSize);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "keccak_256", keccak)?;
        let module = Module::new(&engine, wasm).context("the referee is no Wasm module")?;
        Ok(Self {
            module: linker.instantiate_pre(&module)?,
            engine,
        })
    }

    /// Judges a question in an instance of its own; also says how many seconds it took, without making the instance.
    ///
    /// # Errors
    /// If the module traps.
    pub fn judge(&self, question: &[u8]) -> Result<(u32, f64)> {
        let mut store = Store::new(&self.engine, ());
        let instance = self.module.instantiate(&mut store)?;
        let room = instance.get_typed_func::<u32, u32>(&mut store, "room")?;
        let judge = instance.get_typed_func::<(u32, u32), u32>(&mut store, "judge")?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .context("the referee exports no memory")?;
        let length = u32::try_from(question.len())?;
        let at = room.call(&mut store, length)?;
        memory.write(&mut store, at as usize, question)?;
        let begun = Instant::now();
        let answer = judge.call(&mut store, (at, length))?;
        Ok((answer, begun.elapsed().as_secs_f64()))
    }
}

/// Keccak-256 for the module, as the node gives it to its runtime.
fn keccak(mut caller: Caller<'_, ()>, data: u32, length: u32, out: u32) -> Result<()> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .context("the referee exports no memory")?;
    let end = data as usize + length as usize;
    let bytes = memory.data(&caller).get(data as usize..end);
    let hash = Sha3::hash(&[bytes.context("the referee hashes beyond its memory")?]);
    Ok(memory.write(&mut caller, out as usize, &hash)?)
}
