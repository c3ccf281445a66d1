//! Moves in the pool and in blocks: who may make which, when, and what is refused.

use assay_commitment::Sha3;
use assay_game::{limits, signing_hash, Enter, GameId, Leaf, Move, Proof, SourceProof, TileWords};
use assay_protocol::UNIT;
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    pallet_prelude::{DispatchError, InvalidTransaction, TransactionValidityError},
    BoundedVec,
};
use sp_runtime::testing::TestSignature;

use crate::{mock::*, Call, Error, Games};

fn custom(error: Error<Test>) -> TransactionValidityError {
    InvalidTransaction::Custom(error.encode()[0]).into()
}

fn invalid(reason: InvalidTransaction) -> TransactionValidityError {
    reason.into()
}

/// A game in which the defender is to enter.
fn entering() -> GameId {
    committed(1, 1);
    opened(CHALLENGER, 0, 1)
}

fn enter(id: GameId) -> Call<Test> {
    signed_move(id, OPERATOR, &by_hand(id).unwrap())
}

/// A call to play with one thing changed.
fn changed(
    call: Call<Test>,
    edit: impl FnOnce(&mut u32, &mut Move, &mut TestSignature),
) -> Call<Test> {
    let Call::play {
        game,
        mut round,
        mut mv,
        mut signature,
    } = call
    else {
        panic!("not a move");
    };
    edit(&mut round, &mut mv, &mut signature);
    Call::play {
        game,
        round,
        mv,
        signature,
    }
}

#[test]
fn only_the_party_to_move_signs() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let mv = by_hand(id).unwrap();
        for stranger in [PROVIDER, CHALLENGER, STRANGER, operator(2)] {
            let call = signed_move(id, stranger, &mv);
            assert_eq!(validate(&call), Err(invalid(InvalidTransaction::BadProof)));
        }
        answer(id);
        let name = Move::Name(0);
        assert_eq!(
            validate(&signed_move(id, OPERATOR, &name)),
            Err(invalid(InvalidTransaction::BadProof))
        );
        assert_ok!(send(signed_move(id, CHALLENGER, &name)));
    });
}

#[test]
fn a_signature_covers_game_round_history_and_move() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let other = opened(CHALLENGERS[1], 0, 1);
        let bad = Err(invalid(InvalidTransaction::BadProof));
        let Call::play {
            round,
            mv,
            signature,
            ..
        } = enter(id)
        else {
            panic!("not a move");
        };
        let copied = Call::play {
            game: other,
            round,
            mv: mv.clone(),
            signature: signature.clone(),
        };
        assert_eq!(validate(&copied), bad);
        let edited = changed(enter(id), |_, mv, _| *mv = Move::Name(0));
        assert_eq!(validate(&edited), bad);
        let game = game(id);
        let elsewhere = changed(enter(id), |_, mv, signature| {
            let history = assay_game::Transcript([9; 32]);
            let message = signing_hash::<Sha3>(id, game.round, history, mv);
            *signature = TestSignature(OPERATOR, message.to_vec());
        });
        assert_eq!(validate(&elsewhere), bad);
        let later = changed(enter(id), |_, mv, signature| {
            let message = signing_hash::<Sha3>(id, 1, game.transcript, mv);
            *signature = TestSignature(OPERATOR, message.to_vec());
        });
        assert_eq!(validate(&later), bad);
    });
}

#[test]
fn a_repeat_or_another_round_is_refused() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let call = enter(id);
        let ahead = changed(call.clone(), |round, _, _| *round = 1);
        assert_eq!(validate(&ahead), Err(invalid(InvalidTransaction::Future)));
        assert_ok!(send(call.clone()));
        assert_eq!(validate(&call), Err(invalid(InvalidTransaction::Stale)));
        let unknown = Call::time_out {
            game: GameId([5; 32]),
        };
        assert_eq!(validate(&unknown), Err(custom(Error::UnknownGame)));
    });
}

#[test]
fn an_invalid_move_does_not_reach_a_block_and_changes_nothing() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let before = game(id);
        let wrong = |edit: fn(&mut Enter)| {
            let Some(Move::Enter(mut mv)) = by_hand(id) else {
                panic!("not entering");
            };
            edit(&mut mv);
            validate(&signed_move(id, OPERATOR, &Move::Enter(mv)))
        };
        assert_eq!(
            wrong(|mv| mv.end.hash[0] ^= 1),
            Err(custom(Error::WrongRoot))
        );
        assert_eq!(wrong(|mv| mv.before = None), Err(custom(Error::LeafBefore)));
        assert_eq!(
            wrong(|mv| mv.end.path = BoundedVec::new()),
            Err(custom(Error::BadPath))
        );
        let other = signed_move(id, OPERATOR, &Move::Name(0));
        assert_eq!(validate(&other), Err(custom(Error::NotThisMove)));
        assert_eq!(game(id), before);
    });
}

#[test]
fn a_huge_move_is_refused_before_its_signature_is_looked_at() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let source = SourceProof {
            words: TileWords::truncate_from(vec![0; 1024]),
            tile_path: BoundedVec::new(),
            tensor_path: BoundedVec::new(),
        };
        let huge = Move::Prove(Box::new(Proof {
            registers: BoundedVec::new(),
            before: BoundedVec::new(),
            index: None,
            sources: BoundedVec::truncate_from(vec![source; limits::SOURCES as usize]),
        }));
        assert!(huge.encoded_size() > limits::MOVE_BYTES as usize);
        let call = signed_move(id, STRANGER, &huge);
        assert_eq!(validate(&call), Err(custom(Error::MoveTooLarge)));
    });
}

#[test]
fn a_late_move_is_refused_whether_or_not_anyone_claimed_the_time_out() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let (call, claim) = (enter(id), Call::time_out { game: id });
        pass(ALLOWANCE + DEFENCE);
        assert_ok!(validate(&call));
        assert_eq!(validate(&claim), Err(invalid(InvalidTransaction::Future)));
        pass(1);
        assert_eq!(validate(&call), Err(custom(Error::Late)));
        assert_ok!(send(claim.clone()));
        assert_eq!(validate(&call), Err(invalid(InvalidTransaction::Stale)));
        assert_eq!(validate(&claim), Err(invalid(InvalidTransaction::Stale)));
    });
}

#[test]
fn a_move_is_urgent_when_its_deadline_is_near_and_lives_until_then() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let call = enter(id);
        let early = validate(&call).unwrap();
        assert_eq!(early.longevity, u64::from(ALLOWANCE + DEFENCE));
        assert!(early.propagate);
        pass(ALLOWANCE);
        let late = validate(&call).unwrap();
        assert!(late.priority > early.priority);
        assert_eq!(late.longevity, u64::from(DEFENCE));
        assert_eq!(late.provides, early.provides, "a pool keeps one of them");
        pass(DEFENCE + 1);
        let claim = validate(&Call::time_out { game: id }).unwrap();
        assert_eq!(claim.provides, early.provides);
        assert!(claim.priority > late.priority);
    });
}

#[test]
fn a_move_goes_before_what_tips_can_buy() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let priority = validate(&enter(id)).unwrap().priority;
        // A tip counts as often as its transaction fits into a block: 2^14 tokens, a thousand times.
        let tip = 1_000 * (1 << 14) * UNIT;
        assert!(u128::from(priority) > tip);
        assert_eq!(priority, u64::MAX - u64::from(ALLOWANCE + DEFENCE));
    });
}

#[test]
fn each_turn_of_each_game_has_its_tag() {
    TestExt::new().execute_with(|| {
        let first = entering();
        let second = opened(CHALLENGERS[1], 0, 1);
        let tag = |id| validate(&enter(id)).unwrap().provides;
        assert_ne!(tag(first), tag(second));
        let before = tag(first);
        assert_ok!(send(enter(first)));
        assert_ne!(tag(first), before);
    });
}

#[test]
fn nobody_moves_by_a_signed_call() {
    TestExt::new().execute_with(|| {
        let id = entering();
        let Call::play {
            round,
            mv,
            signature,
            ..
        } = enter(id)
        else {
            panic!("not a move");
        };
        for origin in [
            signed(OPERATOR),
            RuntimeOrigin::root(),
            RuntimeOrigin::none(),
        ] {
            assert_noop!(
                Disputes::play(origin, id, round, mv.clone(), signature.clone()),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn an_operator_without_an_account_moves() {
    TestExt::new().execute_with(|| {
        let id = entering();
        assert!(!frame_system::Account::<Test>::contains_key(OPERATOR));
        assert_ok!(send(enter(id)));
        assert!(!frame_system::Account::<Test>::contains_key(OPERATOR));
    });
}

#[test]
fn a_challenger_with_nothing_but_its_bond_moves() {
    let all = bond() + params().disputes.deposit + EXISTENTIAL;
    TestExt::new().endow(CHALLENGER, all).execute_with(|| {
        let id = entering();
        assert_eq!(free(CHALLENGER), EXISTENTIAL);
        answer(id);
        assert_ok!(send(signed_move(id, CHALLENGER, &Move::Name(1))));
    });
}

#[test]
fn a_replaced_operator_key_defends_no_more() {
    TestExt::new().execute_with(|| {
        let id = entering();
        assert_ok!(Providers::set_operator(signed(PROVIDER), 55));
        assert_eq!(
            validate(&enter(id)),
            Err(invalid(InvalidTransaction::BadProof))
        );
        assert_ok!(send(signed_move(id, 55, &by_hand(id).unwrap())));
    });
}

#[test]
fn a_game_that_waits_takes_no_move() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = CHALLENGERS.map(|who| opened(who, 0, 1));
        assert!(!Games::<Test>::contains_key(ids[2]));
        let leaf = Leaf {
            hash: [0; 32],
            path: BoundedVec::new(),
        };
        let call = Call::play {
            game: ids[2],
            round: 0,
            mv: Box::new(Move::Enter(Enter {
                before: None,
                end: leaf,
            })),
            signature: TestSignature(OPERATOR, Vec::new()),
        };
        assert_eq!(validate(&call), Err(invalid(InvalidTransaction::Future)));
        let claim = Call::time_out { game: ids[2] };
        assert_eq!(validate(&claim), Err(invalid(InvalidTransaction::Future)));
    });
}
