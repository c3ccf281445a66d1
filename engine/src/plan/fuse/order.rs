//! The order of units.

use super::{Fusion, Unit};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Every unit after those that it reads; among those that may come next the one whose last node is first.
pub(super) fn ordered(fusion: Fusion<'_>) -> Vec<Unit> {
    let computed = |unit: &Unit| {
        unit.nodes
            .first()
            .is_some_and(|node| fusion.graph.computes(*node))
    };
    let mut missing = vec![0; fusion.units.len()];
    let mut readers = vec![vec![]; fusion.units.len()];
    let mut ready = BinaryHeap::new();
    for (number, unit) in fusion
        .units
        .iter()
        .enumerate()
        .filter(|(_, unit)| computed(unit))
    {
        let mut read = fusion.outer(&unit.nodes, [number; 2]);
        read.sort_unstable();
        read.dedup();
        missing[number] = read.len();
        if read.is_empty() {
            ready.push(Reverse((unit.nodes.last().copied(), number)));
        }
        for source in read {
            readers[source].push(number);
        }
    }
    let mut order = vec![];
    while let Some(Reverse((_, number))) = ready.pop() {
        order.push(number);
        for reader in &readers[number] {
            missing[*reader] -= 1;
            if missing[*reader] == 0 {
                ready.push(Reverse((
                    fusion.units[*reader].nodes.last().copied(),
                    *reader,
                )));
            }
        }
    }
    let mut units: Vec<Option<Unit>> = fusion.units.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|unit| units[unit].take())
        .collect()
}
