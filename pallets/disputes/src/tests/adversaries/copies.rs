//! Moves that somebody else sends, sends again, or sends where they were not meant for.

use std::sync::Arc;

use assay_game::{GameId, Move, Party, Standing};
use assay_numerics::Tensor;
use frame_support::{
    assert_ok,
    pallet_prelude::InvalidTransaction,
    storage::{with_transaction, TransactionOutcome},
};
use sp_runtime::{transaction_validity::TransactionValidityError, DispatchError};

use crate::{
    mock::*,
    tests::real::{contest, every_operator, on_chain, Player, Tale, STEPS},
    Call,
};

/// Both sides of the games about one fraud.
struct Sides {
    defender: Player,
    challenger: Player,
}

impl Sides {
    fn next(&mut self, id: GameId) -> Call<Test> {
        let player = match game(id).mover() {
            Party::Defender => &mut self.defender,
            Party::Challenger => &mut self.challenger,
        };
        player.next(id).unwrap()
    }
}

fn on_a_fraud(test: impl FnOnce(Sides, [GameId; 2])) {
    let flip = |output: &mut Tensor| output.words_mut()[0] ^= 1;
    let tale = Arc::new(Tale::with_output(every_operator(), STEPS - 1, 2, flip));
    on_chain(every_operator(), &tale.interval_roots(), || {
        let entry = tale.entries()[0];
        let games = [CHALLENGER, CHALLENGERS[1]].map(|who| contest(who, entry));
        let sides = Sides {
            defender: Player::defending(&tale),
            challenger: Player::honest_challenger(every_operator()),
        };
        test(sides, games);
    });
}

/// The call, about another game or in another round.
fn moved_to(call: &Call<Test>, id: GameId, at: u32) -> Call<Test> {
    let Call::play { mv, signature, .. } = call.clone() else {
        panic!("not a move");
    };
    Call::play {
        game: id,
        round: at,
        mv,
        signature,
    }
}

fn is_played(id: GameId) -> bool {
    let standing = Disputes::dispute(id).unwrap().standing;
    matches!(standing, Standing::Running { .. })
}

fn refused(reason: InvalidTransaction) -> TransactionValidityError {
    reason.into()
}

#[test]
fn a_move_holds_in_its_game_and_round_alone() {
    on_a_fraud(|mut sides, [first, second]| {
        let mut before: Vec<Call<Test>> = Vec::new();
        while is_played(first) {
            pass(1);
            let round = game(first).round;
            let call = sides.next(first);
            let elsewhere = validate(&moved_to(&call, second, round));
            assert_eq!(elsewhere, Err(refused(InvalidTransaction::BadProof)));
            for old in &before {
                let stale = Err(refused(InvalidTransaction::Stale));
                assert_eq!(validate(old), stale, "a repeat");
                let again = validate(&moved_to(old, first, round));
                assert_eq!(again, Err(refused(InvalidTransaction::BadProof)));
            }
            assert_ok!(send(call.clone()));
            before.push(call);
            if is_played(second) {
                let call = sides.next(second);
                assert_ok!(send(call));
            }
        }
        assert!(before.len() > 8, "a whole game was played");
    });
}

/// What a test does on a branch of the chain that is given up afterwards.
fn on_a_branch<R>(test: impl FnOnce() -> R) -> R {
    let outcome = with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(test())));
    outcome.unwrap()
}

#[test]
fn a_move_holds_after_the_moves_that_it_answers_alone() {
    on_a_fraud(|mut sides, [id, _]| {
        while game(id).mover() == Party::Defender {
            let call = sides.next(id);
            assert_ok!(send(call));
        }
        let name = |at| signed_move(id, CHALLENGER, &Move::Name(at));
        let answer = on_a_branch(|| {
            assert_ok!(send(name(0)));
            let answer = sides.next(id);
            assert_ok!(validate(&answer));
            answer
        });
        on_a_branch(|| {
            assert_ok!(send(name(1)));
            let bad = Err(refused(InvalidTransaction::BadProof));
            assert_eq!(validate(&answer), bad, "the other branch");
        });
        let future = Err(refused(InvalidTransaction::Future));
        assert_eq!(validate(&answer), future, "before its turn");
        assert_ok!(send(name(0)));
        assert_ok!(send(answer));
    });
}

#[test]
fn a_move_counts_for_its_party_whoever_sends_it() {
    on_a_fraud(|mut sides, [id, _]| {
        let everyone = [PROVIDER, OPERATOR, CHALLENGER, STRANGER];
        let before = everyone.map(wealth);
        let call = sides.next(id);
        let copy = call.clone();
        assert_eq!(
            validate(&copy).unwrap().provides,
            validate(&call).unwrap().provides,
            "a pool keeps one of them"
        );
        assert_ok!(send(copy));
        assert_eq!(game(id).round, 1);
        let stale = Err(refused(InvalidTransaction::Stale));
        assert_eq!(validate(&call), stale, "it has been made");
        assert_eq!(everyone.map(wealth), before, "nobody has paid or gained");
    });
}
