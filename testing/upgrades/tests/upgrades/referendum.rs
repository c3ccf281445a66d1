//! Token holders upgrade the runtime while the market works.

use assay_game::Standing;
use assay_protocol::SegmentStatus;
use assay_runtime::{
    config::governance::origins::Origin, presets::ENDOWMENT, Disputes, Jobs, OriginCaller, Runtime,
    RuntimeCall, System, WASM_BINARY,
};
use assay_upgrades::NEXT_VERSION;
use codec::Encode;
use frame_support::traits::{schedule::DispatchTime, Bounded};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use sp_keyring::Sr25519Keyring::{self, Alice, Ferdie};

use assay_testing_chain::Chain;

use crate::market::{self, COMMITTED, DISPUTED, HONEST};

type Committee = pallet_collective::Call<Runtime, pallet_collective::Instance1>;
type Referenda = pallet_referenda::Call<Runtime>;
type Voting = pallet_conviction_voting::Call<Runtime>;
type Whitelist = pallet_whitelist::Call<Runtime>;

/// Has the committee whitelist that this Wasm be authorised, and everybody vote for it. The referendum runs afterwards.
pub fn propose(chain: &mut Chain, wasm: &[u8]) {
    let code_hash = sp_crypto_hashing::blake2_256(wasm).into();
    let call = RuntimeCall::from(frame_system::Call::<Runtime>::authorize_upgrade { code_hash });
    let call_hash = sp_crypto_hashing::blake2_256(&call.encode()).into();
    let whitelist = RuntimeCall::from(Whitelist::whitelist_call { call_hash });
    let dispatch = Whitelist::dispatch_whitelisted_call_with_preimage {
        call: Box::new(call),
    };
    let dispatch = RuntimeCall::from(dispatch).encode();
    let index = chain.inside(pallet_referenda::ReferendumCount::<Runtime>::get);
    let motion = Committee::propose {
        threshold: 1,
        length_bound: whitelist.encoded_size() as u32,
        proposal: Box::new(whitelist),
    };
    let submit = Referenda::submit {
        proposal_origin: Box::new(OriginCaller::Origins(Origin::WhitelistedCaller)),
        proposal: Bounded::Inline(dispatch.try_into().expect("the call is short")),
        enactment_moment: DispatchTime::After(0),
    };
    chain.block(vec![
        (Alice, motion.into()),
        (Alice, submit.into()),
        (Alice, Referenda::place_decision_deposit { index }.into()),
    ]);
    let votes = Sr25519Keyring::well_known().map(|key| (key, aye(index)));
    chain.block(votes.collect());
}

fn aye(poll_index: u32) -> RuntimeCall {
    let vote = Vote {
        aye: true,
        conviction: Conviction::Locked6x,
    };
    let balance = ENDOWMENT / 10 * 9;
    let vote = AccountVote::Standard { vote, balance };
    Voting::vote { poll_index, vote }.into()
}

fn is_final(segment: u32) -> bool {
    let segment = assay_protocol::SegmentIndex(segment);
    matches!(
        pallet_assay_jobs::Segments::<Runtime>::get(HONEST, segment),
        Some(SegmentStatus::Final { .. })
    )
}

#[test]
fn a_referendum_upgrades_the_runtime_while_a_job_and_a_dispute_are_running() {
    let mut chain = Chain::new(WASM_BINARY.unwrap());
    let before = chain.version().spec_version;
    propose(&mut chain, NEXT_VERSION);
    let game = market::open(&mut chain);
    chain.blocks_until("authorisation", 30, || {
        System::authorized_upgrade().is_some()
    });
    let apply = frame_system::Call::<Runtime>::apply_authorized_upgrade {
        code: NEXT_VERSION.to_vec(),
    };
    chain.block(vec![(Ferdie, apply.into())]);
    assert_eq!(chain.version().spec_version, before + 1);
    let standing = || Disputes::dispute_view(game).map(|dispute| dispute.standing);
    let disputed = chain.inside(standing);
    let Some(Standing::Running { deadline, .. }) = disputed else {
        panic!("the dispute is not running at the upgrade: {disputed:?}");
    };
    let job = chain.inside(|| Jobs::job_view(DISPUTED));

    // The new runtime's first block, with which the honest job goes on.
    chain.block(vec![market::commit(HONEST, 1)]);
    assert_eq!(
        chain.inside(System::last_runtime_upgrade_spec_version),
        before + 1
    );
    let after = chain.inside(|| Jobs::job_view(DISPUTED));
    assert_eq!(after, job, "what is not touched stays");
    chain.blocks_until("payment", 60, || is_final(COMMITTED.0) && is_final(1));
    chain.blocks_until("lateness", 200, || {
        assay_runtime::Timing::chain_time() > deadline
    });
    chain.block(vec![market::time_out(game)]);
    assert!(matches!(
        chain.inside(standing),
        Some(Standing::Ended { .. })
    ));
}

#[test]
fn a_wasm_of_the_same_version_is_no_upgrade() {
    let same = WASM_BINARY.unwrap();
    let mut chain = Chain::new(same);
    propose(&mut chain, same);
    chain.blocks_until("authorisation", 30, || {
        System::authorized_upgrade().is_some()
    });
    let apply = frame_system::Call::<Runtime>::apply_authorized_upgrade {
        code: same.to_vec(),
    };
    chain.block(vec![(Ferdie, apply.into())]);
    let rejected = chain.inside(|| {
        System::read_events_no_consensus().any(|record| {
            matches!(
                record.event,
                assay_runtime::RuntimeEvent::System(
                    frame_system::Event::RejectedInvalidAuthorizedUpgrade { .. }
                )
            )
        })
    });
    assert!(rejected);
}
