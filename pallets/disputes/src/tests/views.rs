//! Read models.

use assay_game::{Party, PhaseName, Standing};
use assay_protocol::{IntervalIndex, SegmentIndex};
use frame_support::assert_ok;

use crate::{mock::*, SlashId};

#[test]
fn a_dispute_shows_who_is_to_move_and_how_long_it_has() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 1);
        let view = Disputes::dispute(id).unwrap();
        assert_eq!(
            (view.number, view.job, view.segment),
            (0, JOB, SegmentIndex(0))
        );
        assert_eq!((view.defender, view.challenger), (PROVIDER, CHALLENGER));
        assert_eq!((view.entry, view.bond), (interval(1), bond()));
        assert_eq!(
            view.standing,
            Standing::Running {
                interval: Some(IntervalIndex(1)),
                phase: PhaseName::Enter,
                mover: Party::Defender,
                deadline: now() + ALLOWANCE + DEFENCE,
                round: 0,
            }
        );
        answer(id);
        assert!(matches!(
            Disputes::dispute(id).unwrap().standing,
            Standing::Running {
                phase: PhaseName::Name,
                mover: Party::Challenger,
                round: 2,
                ..
            }
        ));
        assert_eq!(Disputes::game(id), Some(game(id)));
    });
}

#[test]
fn an_ended_dispute_shows_its_verdict() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = CHALLENGERS.map(|who| opened(who, 0, 1));
        convict(ids[0]);
        let at = now();
        let standing = |id| Disputes::dispute(id).unwrap().standing;
        assert!(matches!(
            standing(ids[0]),
            Standing::Ended { verdict, at: ended } if verdict.winner == Party::Challenger && ended == at
        ));
        assert_eq!(standing(ids[1]), Standing::Moot { at });
        assert_eq!(standing(ids[2]), Standing::Moot { at });
        assert_ok!(pull(ids[1]));
        let view = Disputes::dispute(ids[1]).unwrap();
        assert_eq!(view.bond, 0);
        let share = view.share.unwrap();
        assert_eq!(share.held_until, Some(at + DEFER));
        let slash = Disputes::slash(SlashId(share.slash)).unwrap();
        assert_eq!((slash.worker, slash.amount), (PROVIDER, collateral(1)));
        pass(DEFER);
        assert_ok!(settle(SlashId(share.slash)));
        assert_ok!(pull(ids[1]));
        assert_eq!(Disputes::dispute(ids[1]).unwrap().share, None);
    });
}

#[test]
fn disputes_come_in_pages_and_by_segment() {
    TestExt::new().execute_with(|| {
        committed(2, 2);
        let ids: Vec<_> = (0..4)
            .map(|i| opened(CHALLENGERS[i % 3], (i % 2) as u32, 0))
            .collect();
        let page = Disputes::disputes(0, 3);
        let found: Vec<_> = page.items.iter().map(|view| view.game).collect();
        assert_eq!((found, page.next), (ids[..3].to_vec(), Some(3)));
        let rest = Disputes::disputes(3, 100);
        assert_eq!((rest.items.len(), rest.next), (1, None));
        let on_first = Disputes::of_segment(JOB, SegmentIndex(0), 100);
        assert_eq!(on_first.len(), 2);
        assert!(on_first.iter().all(|view| view.segment == SegmentIndex(0)));
        assert_eq!(Disputes::of_segment(JOB, SegmentIndex(0), 1).len(), 1);
        assert!(Disputes::disputes(0, 0).items.is_empty());
    });
}
