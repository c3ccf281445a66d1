//! The clock on a chain: hooks, the inherent, events, reads.

use crate::{
    inherent::INHERENT_IDENTIFIER,
    mock::{begin, events, saying, started, AssayTiming, RuntimeOrigin, System, Test},
    Call, ChainClock, Error, Event, InherentDataProvider,
};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
    inherent::ProvideInherent,
    traits::UnfilteredDispatchable,
};
use sp_inherents::{InherentData, InherentDataProvider as _};
use sp_runtime::{traits::BlockNumberProvider, DispatchError};

/// Makes a block whose author's node says that block `finalised` is final.
fn block(finalised: u64) {
    begin();
    let call = AssayTiming::create_inherent(&saying(finalised)).unwrap();
    assert_ok!(call.dispatch_bypass_filter(RuntimeOrigin::none()));
}

fn time() -> u64 {
    AssayTiming::current_block_number()
}

#[test]
fn time_is_safe_where_there_is_no_state() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(time(), 0);
        assert_eq!(AssayTiming::stalled_since(), None);
        AssayTiming::do_try_state().unwrap();
    });
}

#[test]
fn a_stall_stops_time_and_is_told() {
    started(|| {
        for _ in 0..10 {
            block(6);
        }
        while System::block_number() < 56 {
            block(6);
            assert!(events().is_empty());
            assert_eq!(time(), System::block_number());
        }
        block(6);
        assert_eq!(events(), [Event::Stalled { finalised: 6 }]);
        assert_eq!(AssayTiming::stalled_since(), Some(57));
        for _ in 0..10 {
            block(60);
            assert_eq!(AssayTiming::chain_time(), time());
        }
        assert_eq!(AssayTiming::stalled_since(), None);
        assert_eq!((System::block_number(), time()), (67, 61));
    });
}

#[test]
fn the_end_of_a_stall_is_told_with_its_length() {
    started(|| {
        for _ in 0..60 {
            block(0);
        }
        for _ in 0..5 {
            block(u64::MAX);
            assert!(events().is_empty());
        }
        begin();
        assert_eq!(events(), [Event::Resumed { after: 15 }]);
        assert_eq!(time(), 51);
    });
}

#[test]
fn the_pool_sees_the_time_of_the_next_block() {
    started(|| {
        for _ in 0..60 {
            begin();
            let next = System::block_number() + 1;
            let here = time();
            System::set_block_number(next);
            let there = time();
            System::set_block_number(next - 1);
            assert_eq!(there, if next > 50 { 50 } else { here + 1 });
        }
    });
}

#[test]
fn a_hint_is_the_authors_alone_and_one_for_a_block() {
    started(|| {
        begin();
        assert_noop!(
            AssayTiming::note_finalised(RuntimeOrigin::signed(1), 0),
            DispatchError::BadOrigin
        );
        assert_noop!(
            AssayTiming::note_finalised(RuntimeOrigin::root(), 0),
            DispatchError::BadOrigin
        );
        assert_noop!(
            AssayTiming::note_finalised(RuntimeOrigin::none(), 1),
            Error::<Test>::HintAhead
        );
        assert_ok!(AssayTiming::note_finalised(RuntimeOrigin::none(), 0));
        assert_noop!(
            AssayTiming::note_finalised(RuntimeOrigin::none(), 0),
            Error::<Test>::HintRepeated
        );
        for _ in 0..9 {
            block(5);
        }
        begin();
        assert_noop!(
            AssayTiming::note_finalised(RuntimeOrigin::none(), 0),
            Error::<Test>::HintBehind
        );
    });
}

#[test]
fn an_authors_hint_is_brought_within_bounds() {
    started(|| {
        begin();
        let hint = |data: &InherentData| AssayTiming::create_inherent(data);
        assert_eq!(
            hint(&saying(u64::MAX)),
            Some(Call::note_finalised { number: 0 })
        );
        for _ in 0..20 {
            block(u64::MAX);
        }
        assert_eq!(begin(), 22);
        assert_eq!(
            hint(&saying(u64::MAX)),
            Some(Call::note_finalised { number: 21 })
        );
        assert_eq!(hint(&saying(15)), Some(Call::note_finalised { number: 15 }));
        assert_eq!(hint(&saying(0)), Some(Call::note_finalised { number: 12 }));
    });
}

#[test]
fn a_block_needs_no_hint() {
    started(|| {
        begin();
        let silent = InherentData::new();
        assert_eq!(AssayTiming::create_inherent(&silent), None);
        assert!(matches!(
            AssayTiming::is_inherent_required(&silent),
            Ok(None)
        ));
        assert!(matches!(
            AssayTiming::is_inherent_required(&saying(1)),
            Ok(None)
        ));
        let mut garbage = InherentData::new();
        garbage.put_data(INHERENT_IDENTIFIER, &7u8).unwrap();
        assert_eq!(AssayTiming::create_inherent(&garbage), None);
    });
}

#[test]
fn an_importer_does_not_judge_a_hint_by_what_it_knows_itself() {
    started(|| {
        begin();
        let call = Call::<Test>::note_finalised { number: 0 };
        assert!(AssayTiming::is_inherent(&call));
        for knows in [InherentData::new(), saying(0), saying(9)] {
            assert!(AssayTiming::check_inherent(&call, &knows).is_ok());
        }
        assert_eq!(call.get_dispatch_info().class, DispatchClass::Mandatory);
    });
}

#[test]
fn the_node_provides_what_the_runtime_reads() {
    started(|| {
        for _ in 0..3 {
            block(0);
        }
        begin();
        let provider = InherentDataProvider::new(2u32);
        let data = futures::executor::block_on(provider.create_inherent_data()).unwrap();
        assert_eq!(
            AssayTiming::create_inherent(&data),
            Some(Call::note_finalised { number: 2 })
        );
    });
}

#[test]
fn benchmarks_may_set_the_time() {
    started(|| {
        for _ in 0..70 {
            begin();
        }
        assert_eq!(time(), 50);
        AssayTiming::set_block_number(500);
        assert_eq!((System::block_number(), time()), (520, 500));
    });
}

#[test]
fn try_state_sees_a_broken_clock() {
    started(|| {
        for _ in 0..3 {
            block(0);
        }
        let clock = ChainClock::<Test>::get();
        for broken in [
            crate::Clock {
                stalled: 9,
                ..clock
            },
            crate::Clock { block: 9, ..clock },
        ] {
            ChainClock::<Test>::put(broken);
            assert!(AssayTiming::do_try_state().is_err());
        }
        ChainClock::<Test>::put(clock);
    });
}
