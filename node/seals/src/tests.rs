use super::*;
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{
    check_equivocation_proof,
    digests::{PreDigest, SecondaryPlainPreDigest},
    AuthorityId, EquivocationProof,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{generic, traits::BlakeTwo256, Digest, OpaqueExtrinsic};

type Head = generic::Header<u32, BlakeTwo256>;
type Test = generic::Block<Head, OpaqueExtrinsic>;
type Key = <Test as Block>::Hash;

const SLOT: u64 = 7;

/// A header of Alice's in the slot, without its seal.
fn header(root: u8) -> Head {
    let claim = SecondaryPlainPreDigest {
        authority_index: 0,
        slot: SLOT.into(),
    };
    let claim = DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(claim));
    let digest = Digest { logs: vec![claim] };
    let state = [root; 32].into();
    Head::new(1, Default::default(), state, Default::default(), digest)
}

fn seal(header: &Head) -> DigestItem {
    DigestItem::babe_seal(Alice.sign(header.hash().as_ref()).into())
}

/// What an import of blocks gets, with the seals that were known by then.
struct Mock {
    seals: Arc<Seals<Key>>,
    restored: Mutex<Vec<Head>>,
}

#[async_trait]
impl BlockImport<Test> for Mock {
    type Error = std::io::Error;

    async fn check_block(&self, _: BlockCheckParams<Test>) -> Result<ImportResult, Self::Error> {
        Ok(ImportResult::KnownBad)
    }

    async fn import_block(
        &self,
        block: BlockImportParams<Test>,
    ) -> Result<ImportResult, Self::Error> {
        let mut header = block.header;
        self.seals.restore(&mut header);
        self.restored.lock().unwrap().push(header);
        Ok(ImportResult::AlreadyInChain)
    }
}

/// Imports two blocks of Alice's in one slot as the queue does: the headers as they were known to be sealed during that.
async fn imported() -> [Head; 2] {
    let seals = Arc::new(Seals::default());
    let mock = Mock {
        seals: seals.clone(),
        restored: Mutex::default(),
    };
    let import = Remembering::new(mock, seals);
    for root in [1, 2] {
        let mut block = BlockImportParams::new(BlockOrigin::NetworkBroadcast, header(root));
        block.post_digests.push(DigestItem::Other(vec![root]));
        block.post_digests.push(seal(&block.header));
        import.import_block(block).await.unwrap();
    }
    let restored = import.import.restored.into_inner().unwrap();
    restored.try_into().unwrap()
}

#[tokio::test]
async fn a_report_is_proved_with_the_seals_alone() {
    let proof = |first, second, offender| EquivocationProof {
        offender: AuthorityId::from(offender),
        slot: SLOT.into(),
        first_header: first,
        second_header: second,
    };
    let [first, second] = imported().await;
    let sealed = proof(first.clone(), second.clone(), Alice.public());
    assert!(check_equivocation_proof(sealed));
    assert!(!check_equivocation_proof(proof(
        first.clone(),
        second,
        Bob.public()
    )));
    assert!(!check_equivocation_proof(proof(
        first.clone(),
        header(2),
        Alice.public()
    )));
    assert!(!check_equivocation_proof(proof(
        first.clone(),
        first,
        Alice.public()
    )));
    assert!(!check_equivocation_proof(proof(
        header(1),
        header(2),
        Alice.public()
    )));
}

#[test]
fn what_has_a_seal_stays_and_what_is_unknown_gets_none() {
    let seals = Seals::default();
    let mut unknown = header(1);
    assert!(!seals.restore(&mut unknown));
    assert_eq!(unknown, header(1));
    let mut sealed = header(1);
    sealed.digest.push(seal(&header(1)));
    let before = sealed.clone();
    assert!(seals.restore(&mut sealed));
    assert_eq!(sealed, before);
}

#[test]
fn the_oldest_are_forgotten() {
    let seals = Seals::default();
    let some = seal(&header(0));
    seals.remember(header(0).hash(), some.clone());
    for number in 1..CAPACITY as u64 {
        seals.remember(Key::from_low_u64_be(number), some.clone());
        seals.remember(Key::from_low_u64_be(number), some.clone());
    }
    assert!(seals.restore(&mut header(0)));
    seals.remember(header(1).hash(), some);
    assert!(!seals.restore(&mut header(0)));
    assert!(seals.restore(&mut header(1)));
    assert_eq!(seals.lock().seals.len(), CAPACITY);
}
