//! What other pallets ask.

use assay_protocol::{DeviceClass, Params, Requirements, Reserve};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Deed, Error, Registry};

fn take(requirements: Requirements) -> sp_runtime::DispatchResult {
    Providers::take_job(&OWNER, &requirements, &Params::default())
}

#[test]
fn only_an_eligible_provider_takes_a_job() {
    TestExt::new().execute_with(|| {
        let plain = Requirements::default();
        assert_noop!(take(plain), Error::<Test>::NotRegistered);
        assert_ok!(register(OWNER, OPERATOR));
        let gpu = Requirements {
            device: DeviceClass::Gpu,
            ..plain
        };
        assert_noop!(take(gpu), Error::<Test>::DeviceClassTooLow);
        let large = Requirements {
            memory_bytes: 1 << 31,
            ..plain
        };
        assert_noop!(take(large), Error::<Test>::MemoryTooSmall);
        let rich = Requirements {
            min_stake: STAKE + 1,
            ..plain
        };
        assert_noop!(take(rich), Error::<Test>::StakeTooSmall);
        assert_ok!(take(plain));
        assert_ok!(take(plain));
        assert_noop!(take(plain), Error::<Test>::TooManyJobs);
    });
}

#[test]
fn deeds_are_counted() {
    TestExt::new().execute_with(|| {
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(take(Requirements::default()));
        let paid = Deed::Paid(Reserve { price: 100, fee: 3 });
        for deed in [
            Deed::Declined,
            paid,
            paid,
            Deed::Late,
            Deed::Slashed(7),
            Deed::Finished,
        ] {
            Providers::note(&OWNER, deed);
        }
        let counters = Providers::provider(&OWNER).unwrap().counters;
        assert_eq!(
            (
                counters.jobs_claimed,
                counters.jobs_declined,
                counters.jobs_finished
            ),
            (1, 1, 1)
        );
        assert_eq!(
            (counters.segments_paid, counters.earned, counters.fees),
            (2, 200, 6)
        );
        assert_eq!((counters.deadlines_missed, counters.slashed), (1, 7));
    });
}

#[test]
fn deeds_of_strangers_change_nothing() {
    TestExt::new().execute_with(|| {
        Providers::note(&OTHER, Deed::Late);
        Providers::leave_job(&OTHER);
        assert_eq!(Providers::provider(&OTHER), None);
    });
}
