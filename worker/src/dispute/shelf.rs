//! Arguments with their executions, as many as memory allows.

use std::collections::BTreeSet;

use assay_protocol::{IntervalIndex, JobId, SegmentIndex};

use super::argument::Argument;

/// The most executions that are held at a time.
const MOST: u64 = 8;

/// What an argument has executed, or will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The job.
    pub job: JobId,
    /// The segment.
    pub segment: SegmentIndex,
    /// The interval, once the game has come to it. All games about one interval share an execution.
    pub interval: Option<IntervalIndex>,
}

/// The arguments used last.
#[derive(Default)]
pub struct Shelf {
    /// The newest last.
    arguments: Vec<(Topic, Argument)>,
}

impl Shelf {
    /// Takes an argument out.
    pub fn take(&mut self, topic: &Topic) -> Option<Argument> {
        let at = self.arguments.iter().position(|(of, _)| of == topic)?;
        Some(self.arguments.remove(at).1)
    }

    /// Puts an argument back; the ones that were not used for longest go if memory for more than `room` bytes is held, one
    /// execution taking `each`.
    pub fn put(&mut self, topic: Topic, argument: Argument, room: u64, each: u64) {
        let count = capacity(room, each);
        self.arguments.push((topic, argument));
        let surplus = self.arguments.len().saturating_sub(count);
        self.arguments.drain(..surplus);
    }

    /// Keeps arguments about these jobs only.
    pub fn retain(&mut self, jobs: &BTreeSet<JobId>) {
        self.arguments.retain(|(of, _)| jobs.contains(&of.job));
    }
}

/// Executions that fit into `room` bytes beside the one in the making.
fn capacity(room: u64, each: u64) -> usize {
    let fit = room.checked_div(each).unwrap_or(MOST);
    usize::try_from(fit.clamp(1, MOST)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_one_execution_is_held_and_never_too_many() {
        assert_eq!(capacity(100, 200), 1);
        assert_eq!(capacity(100, 30), 3);
        assert_eq!(capacity(1 << 40, 1), 8);
        assert_eq!(capacity(100, 0), 8);
    }
}
