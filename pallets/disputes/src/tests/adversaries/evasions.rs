//! Providers that do not answer, answer late, or answer with something that is no move.

use assay_game::{limits, Move, PhaseName, Proof, SourceProof, TileWords};
use assay_numerics::Tensor;
use codec::{Decode, Encode};
use frame_support::{assert_ok, pallet_prelude::InvalidTransaction, BoundedVec};
use sp_runtime::testing::TestSignature;
use std::sync::Arc;

use crate::{
    mock::*,
    tests::real::{
        assert_convicted, contest, convict, convict_by, custom, every_operator, found, many_tiles,
        on_chain, Found, Player, RealJob, Tale, STEPS,
    },
    Call, Error,
};

fn flip(output: &mut Tensor) {
    output.words_mut()[0] ^= 1;
}

/// A product of four tiles and three blocks is wrong.
fn wrong_product() -> Tale {
    Tale::with_output(every_operator(), STEPS - 1, 2, flip)
}

/// Two slots are exchanged.
fn wrong_slots() -> Tale {
    Tale::altered(every_operator(), STEPS - 1, |step| step.after.swap(0, 1))
}

/// Checks that a provider that hides its states and then falls silent here is convicted.
fn fall_silent(job: &'static RealJob, tale: Tale, phase: PhaseName) {
    let [_, hidden] = tale.entries();
    let silent = |tale: &_| Player::defending(tale).until(phase);
    let played = convict_by(hidden, job, tale, silent);
    assert_eq!(found(played.verdict), Found::Silence);
    assert_eq!(played.phases.last(), Some(&phase));
    assert_eq!(played.refused, None);
}

#[test]
fn silence_loses_whatever_the_game_waits_for() {
    for phase in [
        PhaseName::OpenIntervals,
        PhaseName::Enter,
        PhaseName::OpenSteps,
        PhaseName::OpenOperators,
        PhaseName::OpenTiles,
        PhaseName::OpenFold,
        PhaseName::Prove,
    ] {
        fall_silent(every_operator(), wrong_product(), phase);
    }
    for phase in [PhaseName::OpenSlots, PhaseName::ShowSlot] {
        fall_silent(every_operator(), wrong_slots(), phase);
    }
    let tale = Tale::with_output(many_tiles(), STEPS - 1, 1, flip);
    fall_silent(many_tiles(), tale, PhaseName::Reveal);
}

#[test]
fn an_answer_after_the_deadline_is_refused() {
    let tale = Arc::new(wrong_product());
    on_chain(every_operator(), &tale.interval_roots(), || {
        let id = contest(CHALLENGER, tale.entries()[0]);
        let ready = Player::defending(&tale).next(id).unwrap();
        pass(ALLOWANCE + DEFENCE);
        assert_ok!(validate(&ready));
        pass(1);
        assert_eq!(validate(&ready), Err(custom(Error::Late)));
        assert_ok!(time_out(id));
        let stale = Err(InvalidTransaction::Stale.into());
        assert_eq!(validate(&ready), stale);
        assert_convicted(id);
    });
}

/// A proof as long as its lists may be, which is longer than a move may be.
fn huge() -> Move {
    let source = SourceProof {
        words: TileWords::truncate_from(vec![0; limits::TILE_WORDS as usize]),
        tile_path: BoundedVec::new(),
        tensor_path: BoundedVec::new(),
    };
    Move::Prove(Box::new(Proof {
        registers: BoundedVec::new(),
        before: BoundedVec::new(),
        index: None,
        sources: BoundedVec::truncate_from(vec![source; limits::SOURCES as usize]),
    }))
}

#[test]
fn a_huge_move_costs_its_sender_its_time() {
    assert!(huge().encoded_size() > limits::MOVE_BYTES as usize);
    let played = convict(every_operator(), wrong_product(), |tale| {
        Player::defending(tale).with(PhaseName::Prove, |mv| *mv = huge())
    });
    assert_eq!(found(played.verdict), Found::Silence);
    assert_eq!(played.phases.last(), Some(&PhaseName::Prove));
    assert_eq!(played.refused, Some(custom(Error::MoveTooLarge)));
}

#[test]
fn a_move_with_a_longer_list_than_there_may_be_is_no_transaction() {
    let call = |nodes: u32| {
        let reveal = Move::Reveal(BoundedVec::new()).encode();
        let nodes = vec![[0u8; 32]; nodes as usize];
        let head = (1u8, [0u8; 32], 0u32, reveal[0]);
        let signature = TestSignature(OPERATOR, Vec::new());
        (head, nodes, signature).encode()
    };
    let decode = |bytes: Vec<u8>| Call::<Test>::decode(&mut &bytes[..]);
    assert!(matches!(
        decode(call(limits::REVEAL_NODES)),
        Ok(Call::play { .. })
    ));
    assert!(decode(call(limits::REVEAL_NODES + 1)).is_err());
}
