//! More games than one provider can play at a time.

use std::sync::Arc;

use assay_game::{Entry, Stage};
use assay_numerics::Tensor;
use assay_protocol::IntervalIndex;
use frame_support::assert_ok;

use crate::{
    mock::*,
    tests::real::{contest, every_operator, on_chain, Player, Table, Tale, STEPS},
    Dockets, Games, HoldReason, SlashId,
};

const FIRST: Entry = Entry::Interval(IntervalIndex(0));

/// A liar that says that an operator of the first step is wrong.
fn liar(operator: u8) -> Player {
    Player::naming(move |stage| match stage {
        Stage::Operators(_) => operator,
        _ => 0,
    })
}

#[test]
fn a_flood_of_liars_convicts_nobody() {
    let job = every_operator();
    const LIARS: u8 = 12;
    on_chain(job, &job.interval_roots(), || {
        let mut tables: Vec<Table> = (0..LIARS)
            .map(|number| Table {
                id: contest(CHALLENGERS[usize::from(number % 3)], FIRST),
                defender: Player::honest_defender(job),
                challenger: liar(number),
            })
            .collect();
        // As many as may be played are, side by side, each in every block.
        while Dockets::<Test>::contains_key(PROVIDER) {
            pass(1);
            assert!(Games::<Test>::iter().count() <= 2);
            tables.iter_mut().for_each(Table::turn);
        }
        for table in &tables {
            assert_ok!(pull(table.id));
        }
        run(1);
        assert_eq!(state().progress.finalised, 1);
        let bonds = u128::from(LIARS) * share(bond());
        assert_eq!(wealth(PROVIDER), ENDOWMENT + PRICE + bonds);
    });
}

#[test]
fn a_flood_of_friends_hides_no_fraud() {
    let job = every_operator();
    let flip = |output: &mut Tensor| output.words_mut()[0] ^= 1;
    let tale = Arc::new(Tale::with_output(job, STEPS - 1, 2, flip));
    let table = |id, challenger| Table {
        id,
        defender: Player::defending(&tale),
        challenger,
    };
    on_chain(job, &tale.interval_roots(), || {
        let friends = [(); 6].map(|()| table(contest(CHALLENGERS[1], FIRST), liar(0)));
        let honest = contest(CHALLENGER, tale.entries()[0]);
        let honest = table(honest, Player::honest_challenger(job));
        let mut tables: Vec<Table> = friends.into_iter().chain([honest]).collect();
        while Dockets::<Test>::contains_key(PROVIDER) {
            pass(1);
            let begun = tables.last().is_some_and(Table::is_played);
            assert!(
                !begun || now() > 1 + WINDOW,
                "it waits, and is played after its window"
            );
            tables.iter_mut().for_each(Table::turn);
        }
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(1));
        pass(DEFER);
        assert_ok!(settle(SlashId(6)));
        for table in &tables {
            assert_ok!(pull(table.id));
        }
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + share(collateral(1)));
        assert_eq!(wealth(CHALLENGERS[1]), ENDOWMENT - 6 * bond());
    });
}
