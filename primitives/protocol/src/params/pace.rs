//! Relations between the seconds that jobs declare and the blocks that they have for them. They depend on how long a block takes,
//! so they are checked where parameters are set, on the chain that they are set on.

use super::{
    bounds::{ensure, ParamsError},
    Params,
};
use crate::{Balance, BlockNumber, BlockTime};

impl Params {
    /// Checks every bound and relation, on a chain of that pace.
    ///
    /// # Errors
    /// [`ParamsError`] names the first field that is out of its bounds, or the relation that does not hold.
    pub fn validate(&self, time: BlockTime) -> Result<(), ParamsError> {
        self.check_bounds()?;
        ensure(
            self.segments.challenge_window >= self.longest_segment(time),
            ParamsError::WindowTooShort,
        )?;
        ensure(
            self.disputes.move_allowance >= self.longest_turns(time),
            ParamsError::AllowanceTooShort,
        )?;
        ensure(
            self.disputes.max_budget >= self.longest_defence(time),
            ParamsError::BudgetTooShort,
        )
    }

    /// Blocks that the longest segment takes to execute.
    fn longest_segment(&self, time: BlockTime) -> BlockNumber {
        time.blocks_for(millis(self.limits.max_seconds_per_segment))
    }

    /// Blocks in which a provider executes an interval again for each of its games whose clocks run, the longest interval.
    fn longest_turns(&self, time: BlockTime) -> BlockNumber {
        let games = self.disputes.running_games.into();
        time.blocks_for(millis(self.limits.max_seconds_per_interval).saturating_mul(games))
    }

    /// The budget for the longest segment, were none cut.
    fn longest_defence(&self, time: BlockTime) -> BlockNumber {
        let factor = self
            .disputes
            .defence_factor
            .max(self.disputes.challenge_factor);
        let whole = factor.ceil_of(Balance::from(millis(self.limits.max_seconds_per_segment)));
        time.blocks_for(u64::try_from(whole).unwrap_or(u64::MAX))
    }
}

fn millis(seconds: u32) -> u64 {
    u64::from(seconds).saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: BlockTime = BlockTime { millis: 6_000 };
    const ONE: BlockTime = BlockTime { millis: 1_000 };

    #[test]
    fn the_presets_are_valid_at_their_pace_and_no_faster() {
        assert_eq!(Params::main().validate(SIX), Ok(()));
        assert_eq!(Params::development().validate(ONE), Ok(()));
        assert_eq!(Params::main().check_bounds(), Ok(()));
        assert_eq!(
            Params::main().validate(ONE),
            Err(ParamsError::WindowTooShort)
        );
    }

    /// What is judged after a change to one field.
    fn judged(edit: fn(&mut Params)) -> Result<(), ParamsError> {
        let mut params = Params::main();
        edit(&mut params);
        assert_eq!(params.check_bounds(), Ok(()), "each field is in its bounds");
        params.validate(SIX)
    }

    #[test]
    fn a_window_is_as_long_as_the_longest_segment() {
        let window = judged(|p| p.segments.challenge_window -= 1);
        assert_eq!(window, Err(ParamsError::WindowTooShort));
        let segment = judged(|p| p.limits.max_seconds_per_segment += 1);
        assert_eq!(segment, Err(ParamsError::WindowTooShort));
        assert_eq!(judged(|p| p.limits.max_seconds_per_segment -= 1), Ok(()));
    }

    #[test]
    fn an_allowance_is_as_long_as_an_interval_of_each_running_game() {
        let allowance = judged(|p| p.disputes.move_allowance -= 1);
        assert_eq!(allowance, Err(ParamsError::AllowanceTooShort));
        let interval = judged(|p| p.limits.max_seconds_per_interval += 1);
        assert_eq!(interval, Err(ParamsError::AllowanceTooShort));
        let games = judged(|p| p.disputes.running_games += 1);
        assert_eq!(games, Err(ParamsError::AllowanceTooShort));
    }

    #[test]
    fn no_budget_is_cut_below_what_the_longest_segment_takes() {
        let budget = judged(|p| p.disputes.max_budget = 6 * p.segments.challenge_window - 1);
        assert_eq!(budget, Err(ParamsError::BudgetTooShort));
        assert_eq!(
            judged(|p| p.disputes.max_budget = 6 * p.segments.challenge_window),
            Ok(())
        );
        let factor = judged(|p| p.disputes.challenge_factor.0 = 7_001);
        assert_eq!(factor, Err(ParamsError::BudgetTooShort));
        let factor = judged(|p| p.disputes.defence_factor.0 = 7_001);
        assert_eq!(factor, Err(ParamsError::BudgetTooShort));
    }

    #[test]
    fn the_longest_times_overflow_nothing() {
        let mut params = Params::main();
        params.limits.max_seconds_per_segment = 2_592_000;
        params.limits.max_seconds_per_interval = 2_592_000;
        params.disputes.defence_factor.0 = 100_000;
        params.disputes.running_games = 16;
        let none = BlockTime { millis: 0 };
        assert_eq!(params.longest_segment(none), 2_592_000_000);
        assert_eq!(params.longest_turns(none), BlockNumber::MAX);
        assert_eq!(params.longest_defence(none), BlockNumber::MAX);
    }
}
