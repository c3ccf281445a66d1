//! The clock as a pure machine: what honest, lying and silent authors make of it.

use crate::clock::{Change, Clock, HintError, HINTS, MAX_FINALITY_LAG};
use proptest::prelude::*;

/// A chain seen from its clock. Every block's number is checked against the one before.
#[derive(Default)]
struct Chain {
    clock: Clock<u32>,
    block: u32,
}

impl Chain {
    /// Makes a block whose author says that `hint`, or the closest admissible number, is final; returns whether it is
    /// stalled.
    fn block(&mut self, hint: Option<u32>) -> bool {
        let before = self.clock.time(self.block);
        self.block += 1;
        let foretold = self.clock.time(self.block);
        self.clock = self.clock.next(self.block).0;
        let time = self.time();
        assert_eq!(time, foretold, "the pool knew the time of the next block");
        if let Some(hint) = hint {
            let hint = self.clock.admissible(self.block, hint);
            self.clock = self.clock.noted(self.block, hint).unwrap();
        }
        assert_eq!(
            self.time(),
            time,
            "a block's own hint changes nothing in it"
        );
        assert!(self.clock.is_consistent(), "{:?}", self.clock);
        let stalled = time == before;
        assert!(stalled || time == before + 1, "{before} then {time}");
        stalled
    }

    fn time(&self) -> u32 {
        self.clock.time(self.block)
    }

    /// Makes `count` blocks in which finality lags by `lag`; returns how many are stalled.
    fn lagging(&mut self, count: u32, lag: u32) -> u32 {
        let last = self.block + count;
        let mut stalled = 0;
        while self.block < last {
            let finalised = (self.block + 1).saturating_sub(lag);
            stalled += u32::from(self.block(Some(finalised)));
        }
        stalled
    }
}

#[test]
fn time_is_the_block_number_while_finality_keeps_up() {
    let mut chain = Chain::default();
    assert_eq!((chain.time(), chain.clock.time(1)), (0, 1));
    assert_eq!(chain.lagging(1_000, 1), 0);
    assert_eq!(chain.lagging(1_000, 40), 0);
    assert_eq!(chain.time(), 2_000);
}

#[test]
fn time_stands_when_finality_lags_more_than_50_blocks() {
    // Five hints are younger than the median, which so lags four blocks behind the newest.
    let steady = |lag| {
        let mut chain = Chain::default();
        chain.lagging(200, lag);
        chain.lagging(100, lag)
    };
    assert_eq!(MAX_FINALITY_LAG, 50);
    assert_eq!(steady(45), 0);
    assert_eq!(steady(46), 100);
}

#[test]
fn after_a_stall_of_any_length_time_goes_on_where_it_stood() {
    let mut chain = Chain::default();
    chain.lagging(500, 2);
    let finalised = chain.block - 1;
    let last = finalised + MAX_FINALITY_LAG;
    for block in chain.block + 1..=10_500 {
        assert_eq!(chain.block(Some(finalised)), block > last, "block {block}");
    }
    assert_eq!(chain.time(), last);
    let stood: Vec<bool> = (0..10)
        .map(|_| chain.block(Some(chain.block - 1)))
        .collect();
    let five_hints = [true, true, true, true, true, false];
    assert_eq!(stood[..6], five_hints);
    assert!(stood[6..].iter().all(|stalled| !stalled));
    assert_eq!(chain.time(), last + 5);
}

#[test]
fn beginning_and_end_of_a_stall_are_told_once() {
    let mut clock = Clock::<u32>::default();
    let mut changes = Vec::new();
    for block in 1..=80 {
        let (next, change) = clock.next(block);
        changes.extend(change.map(|change| (block, change)));
        clock = match block {
            70.. => next.noted(block, block - 1).unwrap(),
            _ => next,
        };
    }
    assert_eq!(
        changes,
        [(51, Change::Stalled), (75, Change::Resumed { after: 24 })]
    );
    assert_eq!((clock.stalled, clock.stalled_since), (24, None));
}

#[test]
fn if_nobody_says_what_is_final_time_stands() {
    let mut chain = Chain::default();
    for _ in 0..1_000 {
        chain.block(None);
    }
    assert_eq!(chain.time(), MAX_FINALITY_LAG);
    chain.lagging(5, 1);
    assert_eq!(chain.time(), MAX_FINALITY_LAG);
    chain.lagging(100, 1);
    assert_eq!(chain.time(), MAX_FINALITY_LAG + 100);
}

#[test]
fn the_silent_have_no_say() {
    let (mut all, mut some) = (Chain::default(), Chain::default());
    let mut hints = Vec::new();
    for block in 1..500u32 {
        let hint = block.saturating_sub(3);
        all.block(Some(hint));
        let silent = block % 3 != 0;
        hints.extend((!silent).then_some(hint));
        some.block((!silent).then_some(hint));
    }
    assert_eq!(some.clock.hints[..], hints[hints.len() - HINTS..]);
    assert_eq!(some.time(), all.time());
}

#[test]
fn a_hint_lies_between_the_lowest_on_record_and_the_parent() {
    let mut chain = Chain::default();
    chain.lagging(100, 10);
    let (clock, _) = chain.clock.next(101);
    assert_eq!((clock.lowest(), clock.median()), (82, 86));
    assert_eq!(clock.noted(101, 81), Err(HintError::Behind));
    assert_eq!(clock.noted(101, 101), Err(HintError::Ahead));
    for finalised in [82, 100] {
        let noted = clock.noted(101, finalised).unwrap();
        assert_eq!(noted.noted(101, finalised), Err(HintError::Repeated));
    }
    assert_eq!(clock.admissible(101, 0), 82);
    assert_eq!(clock.admissible(101, 95), 95);
    assert_eq!(clock.admissible(101, u32::MAX), 100);
}

#[test]
fn nothing_overflows_at_the_last_block() {
    let mut clock = Clock::<u32>::default();
    for block in u32::MAX - 20..=u32::MAX {
        clock = clock.next(block).0;
        clock = clock
            .noted(block, clock.admissible(block, u32::MAX))
            .unwrap();
    }
    assert!(clock.is_consistent());
    assert_eq!(clock.time(u32::MAX), u32::MAX - clock.stalled);
}

#[test]
fn numbers_of_no_chain_are_seen() {
    let mut chain = Chain::default();
    chain.lagging(100, 3);
    let clock = chain.clock;
    let mut ahead = clock;
    ahead.hints[4] = 100;
    let broken = [
        ahead,
        Clock {
            hinted_in: 101,
            ..clock
        },
        Clock {
            stalled: 101,
            ..clock
        },
        Clock {
            stalled: 5,
            stalled_since: Some(101),
            ..clock
        },
        Clock {
            stalled_since: Some(99),
            ..clock
        },
    ];
    for clock in broken {
        assert!(!clock.is_consistent(), "{clock:?}");
    }
}

/// SplitMix64: leaders drawn by lottery, the same in every run.
struct Lottery(u64);

impl Lottery {
    /// Whether the next leader is one of the dishonest third.
    fn third(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).is_multiple_of(3)
    }
}

#[test]
fn a_lying_third_makes_time_run_in_one_block_of_six_of_a_stall_at_most() {
    let mut lottery = Lottery(1);
    let mut chain = Chain::default();
    chain.lagging(100, 3);
    let begin = chain.time();
    for _ in 0..20_000 {
        let hint = if lottery.third() { u32::MAX } else { 97 };
        chain.block(Some(hint));
    }
    let ran = chain.time() - begin;
    assert!((20_000 / 8..20_000 / 6).contains(&ran), "{ran}");
}

#[test]
fn a_lying_third_makes_time_stand_in_one_block_of_eight_at_most() {
    let mut lottery = Lottery(2);
    let mut chain = Chain::default();
    let stood = (1..=20_000u32)
        .filter(|block| {
            let hint = if lottery.third() {
                0
            } else {
                block.saturating_sub(3)
            };
            chain.block(Some(hint))
        })
        .count();
    assert!((20_000 / 20..20_000 / 8).contains(&stood), "{stood}");
}

/// An author: what of finality it knows, and what it says.
#[derive(Clone, Copy, Debug)]
enum Author {
    Honest,
    Silent,
    Liar(u32),
}

fn authors() -> impl Strategy<Value = Vec<(Author, u32)>> {
    let author = prop_oneof![
        4 => Just(Author::Honest),
        1 => Just(Author::Silent),
        4 => any::<u32>().prop_map(Author::Liar),
        2 => (0u32..400).prop_map(Author::Liar),
    ];
    // How many blocks become final before the block is made: mostly one, sometimes none or all that there are.
    let finality = prop_oneof![6 => Just(1u32), 6 => Just(0), 1 => Just(u32::MAX)];
    prop::collection::vec((author, finality), 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn four_liars_of_nine_move_nothing(authors in authors()) {
        let mut chain = Chain::default();
        // Of the newest hints: whether it is true, and what was final then. Genesis is.
        let mut said = vec![(true, 0u32); HINTS];
        let mut finalised = 0u32;
        for (author, progress) in authors {
            let parent = chain.block;
            finalised = finalised.saturating_add(progress).min(parent);
            let window = &said[said.len() - HINTS..];
            let (oldest, newest) = (window[0].1, window[HINTS - 1].1);
            let lies = window[1..].iter().filter(|(honest, _)| !honest).count();
            let hint = match author {
                Author::Liar(hint) if lies < 4 => {
                    said.push((false, finalised));
                    Some(hint)
                }
                Author::Silent => None,
                Author::Liar(_) | Author::Honest => {
                    said.push((true, finalised));
                    Some(finalised)
                }
            };
            let stalled = chain.block(hint);
            let lag = |finalised| chain.block - finalised;
            prop_assert!(!stalled || lag(oldest) > MAX_FINALITY_LAG);
            prop_assert!(stalled || lag(newest) <= MAX_FINALITY_LAG);
        }
    }

    #[test]
    fn whatever_is_said_time_goes_forward_by_steps_of_one(
        hints in prop::collection::vec(prop::option::of(any::<u32>()), 1..400),
    ) {
        let mut chain = Chain::default();
        let lowest = hints.iter().fold(0, |lowest, hint| {
            chain.block(*hint);
            assert!(chain.clock.lowest() >= lowest, "the lowest hint never falls");
            chain.clock.lowest()
        });
        prop_assert!(lowest <= chain.block);
    }
}
