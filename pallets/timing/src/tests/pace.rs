//! The four numbers of genesis and what derives from them.

use crate::{
    mock::{started_with, AssayTiming, Test},
    Chosen, EpochSlots, ExpectedBlockTime, MinimumPeriod, SessionsPerEra, Timing, TimingError,
};
use frame_support::traits::{Get, GetCallName};

#[test]
fn derived_values_follow_the_genesis() {
    started_with(Timing::DEVELOPMENT, || {
        assert_eq!(<MinimumPeriod<Test> as Get<u64>>::get(), 500);
        assert_eq!(<ExpectedBlockTime<Test> as Get<u64>>::get(), 1_000);
        assert_eq!(<EpochSlots<Test> as Get<u64>>::get(), 10);
        assert_eq!(<SessionsPerEra<Test> as Get<u32>>::get(), 3);
    });
}

#[test]
fn empty_storage_reads_as_the_main_chain() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(AssayTiming::timing(), Timing::MAIN);
        assert_eq!(<MinimumPeriod<Test> as Get<u64>>::get(), 3_000);
        assert_eq!(<EpochSlots<Test> as Get<u64>>::get(), 100);
    });
}

#[test]
fn presets_are_legal() {
    assert_eq!(Timing::MAIN.validate(), Ok(()));
    assert_eq!(Timing::DEVELOPMENT.validate(), Ok(()));
    assert_eq!(Timing::default(), Timing::MAIN);
}

#[test]
fn each_bound_is_checked() {
    let main = Timing::MAIN;
    let wrong = [
        (
            "slot_ms",
            Timing {
                slot_ms: 199,
                ..main
            },
        ),
        (
            "slot_ms",
            Timing {
                slot_ms: 60_001,
                ..main
            },
        ),
        (
            "epoch_slots",
            Timing {
                epoch_slots: 3,
                ..main
            },
        ),
        (
            "epoch_slots",
            Timing {
                epoch_slots: u32::MAX,
                ..main
            },
        ),
        (
            "sessions_per_era",
            Timing {
                sessions_per_era: 0,
                ..main
            },
        ),
        (
            "sessions_per_era",
            Timing {
                sessions_per_era: 1_001,
                ..main
            },
        ),
        (
            "time_divisor",
            Timing {
                time_divisor: 0,
                ..main
            },
        ),
        (
            "time_divisor",
            Timing {
                time_divisor: 10_001,
                ..main
            },
        ),
    ];
    for (field, timing) in wrong {
        assert_eq!(
            timing.validate().map_err(|e| e.field),
            Err(field),
            "{timing:?}"
        );
    }
    let error = TimingError {
        field: "slot_ms",
        value: 1,
        min: 200,
        max: 60_000,
    };
    assert_eq!(error.to_string(), "slot_ms is 1, must be from 200 to 60000");
}

#[test]
fn a_window_never_vanishes() {
    let development = Timing::DEVELOPMENT;
    for (main_blocks, here) in [(0, 1), (1, 1), (50, 1), (51, 2), (u32::MAX, 85_899_346)] {
        assert_eq!(development.scaled(main_blocks), here, "{main_blocks}");
    }
}

#[test]
#[should_panic(expected = "timing in the genesis configuration: slot_ms is 0")]
fn a_chain_without_time_does_not_start() {
    started_with(
        Timing {
            slot_ms: 0,
            ..Timing::MAIN
        },
        || (),
    );
}

#[test]
fn try_state_sees_a_broken_value() {
    started_with(Timing::MAIN, || {
        Chosen::<Test>::put(Timing {
            epoch_slots: 0,
            ..Timing::MAIN
        });
        assert!(AssayTiming::do_try_state().is_err());
        Chosen::<Test>::put(Timing::MAIN);
    });
}

#[test]
fn no_call_can_change_it() {
    assert_eq!(
        crate::Call::<Test>::get_call_names(),
        ["note_finalised"],
        "a hint is all that can be said"
    );
}
