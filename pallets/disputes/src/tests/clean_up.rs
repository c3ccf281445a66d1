//! Nothing stays for ever.

use frame_support::{assert_noop, assert_ok};

use crate::{
    mock::*, Contested, Contests, Disputes as Stored, Dockets, Error, Games, HeldFor, Numbers,
    OnSegment, Queue, SlashId, Slashes,
};

/// Whether the pallet stores nothing but its next number.
fn is_empty() -> bool {
    Stored::<Test>::iter().next().is_none()
        && Games::<Test>::iter().next().is_none()
        && Numbers::<Test>::iter().next().is_none()
        && OnSegment::<Test>::iter().next().is_none()
        && Contests::<Test>::iter().next().is_none()
        && Contested::<Test>::iter().next().is_none()
        && Dockets::<Test>::iter().next().is_none()
        && Queue::<Test>::iter().next().is_none()
        && Slashes::<Test>::iter().next().is_none()
        && HeldFor::<Test>::iter().next().is_none()
}

#[test]
fn a_record_goes_after_the_retention_and_returns_its_deposit() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 1);
        assert_noop!(clean_up(id), Error::<Test>::NotOver);
        acquit(id);
        assert_noop!(clean_up(id), Error::<Test>::NotSettled);
        assert_ok!(pull(id));
        pass(RETENTION - 1);
        assert_noop!(clean_up(id), Error::<Test>::TooEarly);
        pass(1);
        let before = free(CHALLENGER);
        assert_ok!(clean_up(id));
        assert_eq!(free(CHALLENGER) - before, params().disputes.deposit);
        assert_noop!(clean_up(id), Error::<Test>::UnknownGame);
        assert!(is_empty());
    });
}

#[test]
fn a_winner_is_on_record_until_it_has_its_reward() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 1);
        convict(id);
        assert_ok!(pull(id));
        pass(RETENTION);
        assert_noop!(clean_up(id), Error::<Test>::NotSettled);
        assert_ok!(settle(SlashId(0)));
        assert_ok!(pull(id));
        assert_ok!(clean_up(id));
        assert!(is_empty());
    });
}

#[test]
fn moot_games_go_wherever_they_stood() {
    TestExt::new().execute_with(|| {
        committed(2, 2);
        let mut ids: Vec<_> = CHALLENGERS.map(|who| opened(who, 0, 1)).into();
        ids.extend(CHALLENGERS.map(|who| opened(who, 1, 0)));
        ids.extend((0..6).map(|_| opened(CHALLENGER, 1, 1)));
        convict(ids[1]);
        pass(RETENTION);
        assert_ok!(settle(SlashId(1)));
        for id in ids {
            assert_ok!(pull(id));
            assert_ok!(clean_up(id));
            check_everything();
        }
        while Disputes::start(signed(STRANGER), PROVIDER).is_ok() {}
        assert!(is_empty());
    });
}

#[test]
fn a_refunded_slash_goes_with_its_last_winner() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = CHALLENGERS.map(|who| opened(who, 0, 1));
        convict(ids[0]);
        assert_ok!(Disputes::refund_slash(RuntimeOrigin::root(), SlashId(0)));
        pass(RETENTION);
        for id in ids {
            assert_ok!(pull(id));
            assert_ok!(clean_up(id));
        }
        while Disputes::start(signed(STRANGER), PROVIDER).is_ok() {}
        assert!(is_empty());
    });
}

#[test]
fn the_due_calls_are_general_transactions_too() {
    use crate::Call;
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 1);
        let pull = Call::pull { game: id };
        let settle = Call::settle_slash { slash: SlashId(0) };
        let clean = Call::clean_up { game: id };
        assert!(validate(&pull).is_err() && validate(&settle).is_err());
        convict(id);
        assert_ok!(send(pull.clone()));
        assert!(validate(&pull).is_err() && validate(&settle).is_err());
        pass(DEFER);
        assert_ok!(send(settle.clone()));
        assert!(validate(&settle).is_err() && validate(&clean).is_err());
        assert_ok!(send(pull));
        pass(RETENTION);
        assert_ok!(send(clean.clone()));
        assert!(validate(&clean).is_err());
        assert!(is_empty());
    });
}
