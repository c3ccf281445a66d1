//! The chain: a state, and the blocks that are made on it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use assay_runtime::{Hash, Header, RuntimeCall, System, UncheckedExtrinsic};
use codec::{Decode, Encode};
use frame_support::dispatch::DispatchClass;
use pallet_assay_timing::inherent::INHERENT_IDENTIFIER as FINALITY;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_core::traits::ReadRuntimeVersionExt;
use sp_inherents::InherentData;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic,
    traits::{Block as _, Header as _},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, Digest, DigestItem, ExtrinsicInclusionMode, OpaqueExtrinsic,
};
use sp_storage::{well_known_keys::CODE, Storage};
use sp_version::RuntimeVersion;
use sp_weights::Weight;

use crate::{
    code::{Code, EXECUTOR},
    extrinsic::{general, Sender, Signing},
};

type Block = generic::Block<Header, OpaqueExtrinsic>;

/// Pairs of key and value.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// Milliseconds of a slot of the development chain.
const SLOT_MS: u64 = 1_000;

/// A chain of one validator, Alice, of which every block is final at once.
pub struct Chain {
    state: TestExternalities,
    /// What the newest block left in `:code`.
    code: Code,
    parent: Hash,
    number: u32,
}

/// A block, and what making it took.
pub struct Made {
    /// Extrinsics without the inherents.
    pub extrinsics: usize,
    /// Bytes of these.
    pub bytes: usize,
    /// Time in which the author's runtime executed it, signing left out.
    pub time: Duration,
    /// What the chain has reckoned for these.
    pub weight: Weight,
    /// The block, encoded.
    block: Vec<u8>,
    /// The state before it, with the runtime that executes it.
    before: TestExternalities,
    code: Code,
}

impl Chain {
    /// The development chain before its first block.
    pub fn new(wasm: &[u8]) -> Self {
        let code = Code::new(wasm);
        let state = code.genesis();
        Self::at(state, code, Hash::repeat_byte(1), 0)
    }

    /// The chain whose newest state is this.
    pub fn from_state(pairs: Pairs) -> Self {
        let top: BTreeMap<_, _> = pairs.into_iter().collect();
        let code = Code::new(&top[CODE]);
        let storage = Storage {
            top,
            ..Storage::default()
        };
        let mut state = TestExternalities::new_with_code(&code.wasm, storage);
        let (parent, number) =
            state.execute_with(|| (System::parent_hash(), System::block_number()));
        Self::at(state, code, parent, number)
    }

    fn at(mut state: TestExternalities, code: Code, parent: Hash, number: u32) -> Self {
        state.register_extension(ReadRuntimeVersionExt::new(EXECUTOR.clone()));
        Self {
            state,
            code,
            parent,
            number,
        }
    }

    /// The newest state.
    pub fn pairs(&mut self) -> Pairs {
        let mut pairs = Pairs::new();
        self.inside(|| {
            let mut key = Vec::new();
            while let Some(next) = sp_io::storage::next_key(&key) {
                let value = sp_io::storage::get(&next).unwrap_or_default();
                pairs.push((next.clone(), value.to_vec()));
                key = next;
            }
        });
        pairs
    }

    /// Looks at the newest state, or changes it, natively.
    pub fn inside<R>(&mut self, look: impl FnOnce() -> R) -> R {
        self.state.execute_with(look)
    }

    /// The version of the runtime that executes the next block.
    pub fn version(&self) -> RuntimeVersion {
        self.code.version()
    }

    /// Has another Wasm look at the newest state, and forgets what it changes.
    pub fn ask<R: Decode>(&mut self, wasm: &[u8], function: &str, argument: &[u8]) -> R {
        let answer = Code::new(wasm).call(&mut self.state, function, argument);
        self.state.reset_overlay();
        answer
    }

    /// What the pool would hear of a call signed over this digest of the metadata.
    pub fn validate(
        &mut self,
        who: Sr25519Keyring,
        call: RuntimeCall,
        metadata: [u8; 32],
    ) -> TransactionValidity {
        let extrinsic = self.signing(who, Some(metadata)).sign(who, call);
        let argument = (TransactionSource::External, extrinsic, self.parent).encode();
        let code = self.code.wasm.clone();
        self.ask(
            &code,
            "TaggedTransactionQueue_validate_transaction",
            &argument,
        )
    }

    /// Makes the next block, in the slot of its number, with calls that all succeed.
    pub fn block(&mut self, calls: Vec<(Sr25519Keyring, RuntimeCall)>) {
        let sender = |(who, call)| Sender::Signed(who, call);
        self.make(calls.into_iter().map(sender).collect());
    }

    /// Makes empty blocks until `done`, at most so many. `what` names it.
    pub fn blocks_until(&mut self, what: &str, most: u32, done: impl Fn() -> bool) {
        for _ in 0..most {
            if self.inside(&done) {
                return;
            }
            self.block(vec![]);
        }
        assert!(self.inside(done), "no {what} within {most} blocks");
    }

    /// Makes the next block with calls that all succeed, and says what it took.
    pub fn make(&mut self, senders: Vec<Sender>) -> Made {
        self.execute(senders, |what, applied| {
            assert_eq!(applied, Ok(Ok(())), "{what}");
        })
    }

    /// Makes the next block, with a call that may fail or be refused; says whether it succeeded.
    pub fn attempt(&mut self, sender: Sender) -> bool {
        let mut succeeded = false;
        self.execute(vec![sender], |_, applied| {
            succeeded = applied == Ok(Ok(()));
        });
        succeeded
    }

    fn execute(
        &mut self,
        senders: Vec<Sender>,
        mut heard: impl FnMut(&str, ApplyExtrinsicResult),
    ) -> Made {
        let (before, code) = (self.copy(), self.code.clone());
        let mut time = Duration::ZERO;
        let mut extrinsics = self.begin(&mut time);
        let inherents = extrinsics.len();
        for sender in senders {
            let extrinsic = self.extrinsic(&sender).encode();
            let applied = self.apply(&extrinsic, &mut time);
            if applied.is_ok() {
                extrinsics.push(opaque(&extrinsic));
            }
            let what = format!("{:?}", sender.call());
            heard(&what[..what.len().min(200)], applied);
        }
        let header = self.finish(&mut time);
        let taken = &extrinsics[inherents..];
        Made {
            extrinsics: taken.len(),
            bytes: taken.iter().map(Encode::encoded_size).sum(),
            time,
            weight: self.inside(optional_weight),
            block: Block::new(header, extrinsics).encode(),
            before,
            code,
        }
    }

    /// Begins the next block; its inherents.
    fn begin(&mut self, time: &mut Duration) -> Vec<OpaqueExtrinsic> {
        self.number += 1;
        let header = Header::new(
            self.number,
            Default::default(),
            Default::default(),
            self.parent,
            digest(self.number),
        );
        let begun = Instant::now();
        let _: ExtrinsicInclusionMode =
            self.code
                .call(&mut self.state, "Core_initialize_block", &header.encode());
        let data = self.inherent_data().encode();
        let inherents: Vec<OpaqueExtrinsic> =
            self.code
                .call(&mut self.state, "BlockBuilder_inherent_extrinsics", &data);
        *time += begun.elapsed();
        for inherent in &inherents {
            let applied = self.apply(&inherent.encode(), time);
            assert_eq!(applied, Ok(Ok(())), "an inherent");
        }
        inherents
    }

    fn apply(&mut self, extrinsic: &[u8], time: &mut Duration) -> ApplyExtrinsicResult {
        let begun = Instant::now();
        let applied = self
            .code
            .call(&mut self.state, "BlockBuilder_apply_extrinsic", extrinsic);
        *time += begun.elapsed();
        applied
    }

    fn finish(&mut self, time: &mut Duration) -> Header {
        let begun = Instant::now();
        let header: Header = self
            .code
            .call(&mut self.state, "BlockBuilder_finalize_block", &[]);
        *time += begun.elapsed();
        self.parent = header.hash();
        self.state.commit_all().expect("the overlay is closed");
        let code = self.inside(|| sp_io::storage::get(CODE));
        let code = code.expect("there is always a runtime");
        if code != self.code.wasm {
            self.code = Code::new(&code);
        }
        header
    }

    /// The newest state once more.
    fn copy(&mut self) -> TestExternalities {
        let mut copy = TestExternalities::default();
        copy.backend = self.state.as_backend();
        copy.register_extension(ReadRuntimeVersionExt::new(EXECUTOR.clone()));
        copy
    }

    fn inherent_data(&self) -> InherentData {
        let mut data = InherentData::new();
        let millis = u64::from(self.number) * SLOT_MS;
        data.put_data(sp_timestamp::INHERENT_IDENTIFIER, &millis)
            .expect("it is the first of its name");
        data.put_data(FINALITY, &u64::from(self.number - 1))
            .expect("it is the first of its name");
        data
    }

    fn extrinsic(&mut self, sender: &Sender) -> UncheckedExtrinsic {
        match sender.clone() {
            Sender::Signed(who, call) => self.signing(who, None).sign(who, call),
            Sender::Anybody(call) => general(call),
        }
    }

    fn signing(&mut self, who: Sr25519Keyring, metadata: Option<[u8; 32]>) -> Signing {
        let account = who.to_account_id();
        let (genesis, nonce) =
            self.inside(|| (System::block_hash(0), System::account_nonce(&account)));
        Signing {
            version: self.version(),
            genesis,
            nonce,
            metadata,
        }
    }
}

impl Made {
    /// Executes it once more on the state before it, as another node does; how long that took.
    pub fn import(&mut self) -> Duration {
        let begun = Instant::now();
        let () = self
            .code
            .call(&mut self.before, "Core_execute_block", &self.block);
        let time = begun.elapsed();
        self.before.reset_overlay();
        time
    }
}

/// What of the newest block's weight is neither inherents nor the chain's own housekeeping.
fn optional_weight() -> Weight {
    let weight = System::block_weight();
    let of = |class| *weight.get(class);
    of(DispatchClass::Normal).saturating_add(of(DispatchClass::Operational))
}

/// The digest of the validator's block in this slot.
fn digest(slot: u32) -> Digest {
    let claim = SecondaryPlainPreDigest {
        authority_index: 0,
        slot: u64::from(slot).into(),
    };
    let item = DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(claim));
    Digest { logs: vec![item] }
}

fn opaque(extrinsic: &[u8]) -> OpaqueExtrinsic {
    OpaqueExtrinsic::try_from_encoded_extrinsic(extrinsic).expect("it was encoded")
}
