//! A Wasm runtime by itself.

use std::sync::LazyLock;

use codec::{Decode, Encode};
use sc_executor::WasmExecutor;
use sp_core::{
    traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
    H256,
};
use sp_io::{SubstrateHostFunctions, TestExternalities};
use sp_storage::Storage;
use sp_version::RuntimeVersion;

/// Compiles each Wasm once for all chains.
pub(crate) static EXECUTOR: LazyLock<WasmExecutor<SubstrateHostFunctions>> = LazyLock::new(|| {
    WasmExecutor::builder()
        .with_runtime_cache_size(8)
        .with_max_runtime_instances(8)
        .build()
});

/// A Wasm runtime by itself.
#[derive(Clone)]
pub struct Code {
    pub(crate) wasm: Vec<u8>,
    hash: H256,
}

impl Code {
    /// The runtime of these bytes.
    pub fn new(wasm: &[u8]) -> Self {
        let hash = sp_crypto_hashing::blake2_256(wasm).into();
        let wasm = wasm.to_vec();
        Self { wasm, hash }
    }

    /// Calls a function of a runtime API on a state.
    pub fn call<R: Decode>(
        &self,
        state: &mut TestExternalities,
        function: &str,
        argument: &[u8],
    ) -> R {
        let fetcher = WrappedRuntimeCode(self.wasm.as_slice().into());
        let code = RuntimeCode {
            code_fetcher: &fetcher,
            heap_pages: None,
            hash: self.hash.as_bytes().to_vec(),
        };
        let context = CallContext::Onchain { import: false };
        let (answer, _) = EXECUTOR.call(&mut state.ext(), &code, function, argument, context);
        let answer = answer.unwrap_or_else(|error| panic!("{function}: {error}"));
        R::decode(&mut &answer[..]).unwrap_or_else(|error| panic!("{function} answers: {error}"))
    }

    /// Its version.
    pub fn version(&self) -> RuntimeVersion {
        self.call(&mut TestExternalities::default(), "Core_version", &[])
    }

    /// Its metadata, encoded.
    pub fn metadata(&self) -> Vec<u8> {
        self.call(&mut TestExternalities::default(), "Metadata_metadata", &[])
    }

    fn preset(&self, name: Option<&str>) -> serde_json::Value {
        let state = &mut TestExternalities::default();
        let name = name.map(String::from).encode();
        let preset: Option<Vec<u8>> = self.call(state, "GenesisBuilder_get_preset", &name);
        serde_json::from_slice(&preset.expect("the runtime has the preset")).unwrap()
    }

    /// The genesis of the development chain.
    pub(crate) fn genesis(&self) -> TestExternalities {
        let mut config = self.preset(None);
        sc_chain_spec::json_patch::merge(&mut config, self.preset(Some("development")));
        let mut state = TestExternalities::new_with_code(&self.wasm, Storage::default());
        let config = config.to_string().into_bytes().encode();
        let built: Result<(), String> =
            self.call(&mut state, "GenesisBuilder_build_state", &config);
        built.unwrap();
        state
    }
}
