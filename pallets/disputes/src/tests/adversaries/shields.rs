//! Friends of a cheat: what they do neither saves it nor takes more from the honest than an equal share.

use std::sync::Arc;

use assay_game::{Entry, GameId, Stage};
use assay_numerics::Tensor;
use frame_support::assert_ok;

use crate::{
    mock::*,
    tests::real::{
        argue, contest, every_operator, found, on_chain, Found, Player, Table, Tale, STEPS,
    },
    HoldReason, SlashId,
};

/// A slice of one tile that is read in one block: the shortest way to lose.
const SLICE: u8 = 19;

/// The fraud: one element of one product in the last step.
fn fraud() -> Arc<Tale> {
    let flip = |output: &mut Tensor| output.words_mut()[0] ^= 1;
    Arc::new(Tale::with_output(every_operator(), STEPS - 1, 2, flip))
}

/// A friend names something right, though the fraud is in the same step.
fn friend() -> Player {
    Player::naming(|stage| match stage {
        Stage::Steps(_) => 1,
        Stage::Operators(_) => SLICE,
        _ => 0,
    })
}

fn convict_it(tale: &Arc<Tale>, id: GameId) {
    let challenger = &mut Player::honest_challenger(every_operator());
    let played = argue(id, &mut Player::defending(tale), challenger);
    assert_eq!(found(played.verdict), Found::Node(2));
    assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(1));
}

/// Settles the slash that this game led to; its number is the game's.
fn settle_after(number: u64, games: &[GameId]) {
    check_everything();
    pass(DEFER);
    assert_ok!(settle(SlashId(number)));
    for id in games {
        assert_ok!(pull(*id));
    }
}

fn on_a_fraud(test: impl FnOnce(&Arc<Tale>, Entry)) {
    let tale = fraud();
    on_chain(every_operator(), &tale.interval_roots(), || {
        test(&tale, tale.entries()[0]);
    });
}

#[test]
fn losing_on_purpose_before_an_honest_challenge_shields_nothing() {
    on_a_fraud(|tale, entry| {
        let friend = contest(CHALLENGERS[1], entry);
        let lost = argue(friend, &mut Player::defending(tale), &mut self::friend());
        assert_eq!(found(lost.verdict), Found::Node(SLICE.into()));
        let honest = contest(CHALLENGER, entry);
        convict_it(tale, honest);
        settle_after(1, &[friend, honest]);
        assert_eq!(wealth(CHALLENGERS[1]), ENDOWMENT - bond());
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + share(collateral(1)));
    });
}

#[test]
fn losing_on_purpose_beside_an_honest_challenge_shields_nothing() {
    on_a_fraud(|tale, entry| {
        let table = |who, challenger| Table {
            id: contest(who, entry),
            defender: Player::defending(tale),
            challenger,
        };
        let mut friend = table(CHALLENGERS[1], friend());
        let mut honest = table(CHALLENGER, Player::honest_challenger(every_operator()));
        while friend.is_played() {
            pass(1);
            friend.turn();
            honest.turn();
        }
        assert!(honest.is_played(), "the friend has lost first");
        convict_it(tale, honest.id);
        settle_after(1, &[friend.id, honest.id]);
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + share(collateral(1)));
    });
}

#[test]
fn friends_that_convict_first_take_an_equal_share_each() {
    on_a_fraud(|tale, entry| {
        let before = wealth(PROVIDER) + wealth(CHALLENGERS[1]);
        let friends = [(); 3].map(|()| contest(CHALLENGERS[1], entry));
        let honest = contest(CHALLENGER, entry);
        convict_it(tale, friends[0]);
        settle_after(0, &friends);
        assert_ok!(pull(honest));
        let each = share(collateral(1)) / 4;
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + each);
        let after = wealth(PROVIDER) + wealth(CHALLENGERS[1]);
        assert!(before - after > collateral(1) / 2, "the fraud does not pay");
    });
}

#[test]
fn a_copied_challenge_takes_an_equal_share() {
    on_a_fraud(|tale, entry| {
        let honest = contest(CHALLENGER, entry);
        let copy = contest(CHALLENGERS[1], entry);
        convict_it(tale, honest);
        settle_after(0, &[honest, copy]);
        for who in [CHALLENGER, CHALLENGERS[1]] {
            assert_eq!(wealth(who), ENDOWMENT + share(collateral(1)) / 2);
        }
    });
}
