//! The way of intervals' ends from the thread that takes steps to the one that keeps them: one at a time.

use std::{
    ops::ControlFlow,
    sync::mpsc::{self, Receiver, Sender},
};

use assay_protocol::{IntervalIndex, SegmentIndex};

use crate::compute::Aside;

/// The end of an interval.
#[derive(Debug)]
pub(super) struct End {
    pub(super) segment: SegmentIndex,
    pub(super) interval: IntervalIndex,
    /// The state there.
    pub(super) state: Aside,
}

/// Breaks when the other side is gone.
pub(super) type Going<T = ()> = ControlFlow<(), T>;

/// The side that takes steps.
pub(super) struct Belt {
    ends: Sender<End>,
    kept: Receiver<Aside>,
    on_its_way: bool,
    room: Option<Aside>,
}

/// The side that keeps.
pub(super) struct Ends {
    ends: Receiver<End>,
    kept: Sender<Aside>,
}

/// Both sides.
pub(super) fn belt() -> (Belt, Ends) {
    let (ends, coming) = mpsc::channel();
    let (done, kept) = mpsc::channel();
    let belt = Belt {
        ends,
        kept,
        on_its_way: false,
        room: None,
    };
    let ends = Ends {
        ends: coming,
        kept: done,
    };
    (belt, ends)
}

impl Belt {
    /// Waits until the last end is kept.
    pub(super) fn clear(&mut self) -> Going {
        if self.on_its_way {
            match self.kept.recv() {
                Ok(state) => self.room = Some(state),
                Err(_) => return ControlFlow::Break(()),
            }
            self.on_its_way = false;
        }
        ControlFlow::Continue(())
    }

    /// The state that was set aside for the last end, once that is kept: it is no longer needed.
    pub(super) fn take_room(&mut self) -> Option<Aside> {
        self.room.take()
    }

    /// Sends an end, after [`clear`](Self::clear).
    pub(super) fn send(&mut self, end: End) -> Going {
        match self.ends.send(end) {
            Ok(()) => {
                self.on_its_way = true;
                ControlFlow::Continue(())
            }
            Err(_) => ControlFlow::Break(()),
        }
    }
}

impl Ends {
    /// The next end; none when there will be no more.
    pub(super) fn next(&self) -> Option<End> {
        self.ends.recv().ok()
    }

    /// Says that an end is kept.
    pub(super) fn kept(&self, state: Aside) {
        // If nobody takes further steps, nobody needs the room.
        let _ = self.kept.send(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_protocol::StateRoot;

    fn end(interval: u32) -> End {
        End {
            segment: SegmentIndex(0),
            interval: IntervalIndex(interval),
            state: Aside::Hashed {
                root: StateRoot([interval as u8; 32]),
                slots: Vec::new(),
            },
        }
    }

    #[test]
    fn the_next_end_waits_for_the_last() {
        let (mut belt, ends) = belt();
        assert!(belt.clear().is_continue() && belt.take_room().is_none());
        let keeper = std::thread::spawn(move || {
            let mut order = Vec::new();
            while let Some(end) = ends.next() {
                order.push(end.interval.0);
                ends.kept(end.state);
            }
            order
        });
        for interval in 0..5_u32 {
            assert!(belt.clear().is_continue());
            let room = belt.take_room().map(|state| state.root().0[0]);
            assert_eq!(room, interval.checked_sub(1).map(|last| last as u8));
            assert!(belt.send(end(interval)).is_continue());
        }
        drop(belt);
        assert_eq!(keeper.join().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_keeper_that_is_gone_breaks_off() {
        let (mut belt, ends) = belt();
        assert!(belt.send(end(0)).is_continue());
        drop(ends);
        assert!(belt.clear().is_break());
        assert!(belt.send(end(1)).is_break());
    }
}
