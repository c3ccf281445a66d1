//! With what to begin a challenge.

use assay_commitment::{trace_root, Level, Sha3, StateRoot, TraceRoot};
use assay_game::Entry;
use assay_protocol::IntervalIndex;

/// The first interval whose end differs: the one whose start both sides agree on. `None` if none differs.
pub fn first_wrong_interval(own: &[StateRoot], published: &[StateRoot]) -> Option<IntervalIndex> {
    let at = own
        .iter()
        .zip(published)
        .position(|(own, other)| own != other)?;
    u32::try_from(at).ok().map(IntervalIndex)
}

/// How to challenge a commitment, given one's own state roots at the intervals' ends and those that the provider serves, if
/// any. `None` if the commitment is right.
///
/// Roots that are not those under the commitment count as none.
pub fn entry(
    own: &[StateRoot],
    committed: TraceRoot,
    published: Option<&[StateRoot]>,
) -> Option<Entry> {
    let is_committed =
        |roots: &&[StateRoot]| trace_root::<Sha3>(Level::Interval, roots) == committed;
    if is_committed(&own) {
        return None;
    }
    let interval = published
        .filter(is_committed)
        .and_then(|published| first_wrong_interval(own, published));
    Some(interval.map_or(Entry::Segment, Entry::Interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(numbers: &[u8]) -> Vec<StateRoot> {
        numbers.iter().map(|n| StateRoot([*n; 32])).collect()
    }

    fn trace(roots: &[StateRoot]) -> TraceRoot {
        trace_root::<Sha3>(Level::Interval, roots)
    }

    #[test]
    fn the_first_difference_is_challenged() {
        let own = roots(&[1, 2, 3, 4]);
        for (published, first) in [
            ([9, 2, 3, 4], 0),
            ([1, 2, 9, 4], 2),
            ([1, 9, 3, 9], 1),
            ([1, 2, 3, 9], 3),
        ] {
            let published = roots(&published);
            let expected = Entry::Interval(IntervalIndex(first));
            let chosen = entry(&own, trace(&published), Some(&published));
            assert_eq!(chosen, Some(expected));
        }
    }

    #[test]
    fn a_right_commitment_is_not_challenged_whatever_is_served() {
        let own = roots(&[1, 2]);
        assert_eq!(entry(&own, trace(&own), None), None);
        assert_eq!(entry(&own, trace(&own), Some(&roots(&[1, 9]))), None);
    }

    #[test]
    fn hidden_or_false_roots_lead_to_a_challenge_of_the_segment() {
        let (own, committed) = (roots(&[1, 2, 3]), roots(&[1, 9, 9]));
        let trace = trace(&committed);
        let served = [
            roots(&[]),
            roots(&[1, 2, 3]),
            roots(&[9, 9, 9]),
            roots(&[1, 9]),
        ];
        for served in served
            .iter()
            .map(|roots| Some(roots.as_slice()))
            .chain([None])
        {
            assert_eq!(entry(&own, trace, served), Some(Entry::Segment));
        }
    }
}
