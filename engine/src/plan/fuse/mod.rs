//! Which nodes are run together, and in which order everything is run.
//!
//! Two nodes that go row by row join if one reads the other's rows in their places. They do not if anything that one of them needs
//! depends on the other by way of a third, or if what they have between them does not suit the machine ([`shape`]).

mod again;
mod graph;
mod order;
mod shape;

use crate::uses::Uses;
use assay_program::Program;
use graph::Graph;
use shape::Member;
pub(super) use shape::Shape;

/// Nodes that are run at once.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Ascending. No other unit has them.
    pub(super) nodes: Vec<usize>,
    /// Nodes of other units that are computed once more, to be read here.
    pub(super) again: Vec<usize>,
    /// How all of these share rows, if they are several.
    pub(super) shape: Option<Shape>,
}

impl Unit {
    pub(super) fn of(node: usize) -> Self {
        Self {
            nodes: vec![node],
            again: vec![],
            shape: None,
        }
    }

    /// All nodes, in the order in which they are run.
    pub(super) fn members(&self) -> Vec<usize> {
        let mut members = [&self.nodes[..], &self.again].concat();
        members.sort_unstable();
        members
    }
}

/// The nodes that are computed, in the order in which they are. Every unit comes after those that it reads.
pub(super) fn units(program: &Program, uses: &Uses, threads: usize) -> Vec<Unit> {
    let mut fusion = Fusion {
        graph: Graph::new(program, uses),
        threads,
        unit: (0..program.nodes.len()).collect(),
        top: (0..program.nodes.len()).collect(),
        patience: PATIENCE,
        seen: vec![0; program.nodes.len()],
        searches: 0,
        units: (0..program.nodes.len()).map(Unit::of).collect(),
    };
    for node in 0..program.nodes.len() {
        for at in 0..fusion.graph.sources(node).len() {
            let source = fusion.graph.sources(node)[at];
            fusion.join(fusion.unit[source], fusion.unit[node]);
        }
    }
    fusion.compute_again();
    order::ordered(fusion)
}

/// Most nodes that are looked at to join units, for a whole program: a hostile one must not keep anybody waiting. What has not
/// joined by then is run by itself.
const PATIENCE: usize = 1 << 22;

/// The units as far as nodes have joined.
struct Fusion<'a> {
    graph: Graph<'a>,
    threads: usize,
    /// For each node the unit that it belongs to: the number of that unit's first node.
    unit: Vec<usize>,
    /// By first node. A node that has joined another's unit keeps an empty one.
    units: Vec<Unit>,
    /// For each unit the last node among its own and those that they depend on, by way of whole units.
    top: Vec<usize>,
    /// What is left of the patience.
    patience: usize,
    /// For each unit the last search that has come to it, and the number of searches.
    seen: Vec<usize>,
    searches: usize,
}

impl Fusion<'_> {
    /// Joins two units if that is right and worth it.
    fn join(&mut self, one: usize, other: usize) {
        if one == other || self.patience == 0 {
            return;
        }
        let (first, second) = (one.min(other), one.max(other));
        let mut nodes = self.units[first].nodes.clone();
        nodes.extend(&self.units[second].nodes);
        nodes.sort_unstable();
        let Some(shape) = self.shape(&nodes, &[]) else {
            return;
        };
        if self.leads_back(&nodes, [first, second]) {
            return;
        }
        let top = self.top[first].max(self.top[second]);
        let Some(raised) = self.dependents_below(&nodes, top) else {
            return;
        };
        for unit in raised {
            self.top[unit] = top;
        }
        self.top[first] = top;
        for node in &self.units[second].nodes {
            self.unit[*node] = first;
        }
        self.units[second].nodes.clear();
        self.units[first] = Unit {
            nodes,
            again: vec![],
            shape: Some(shape),
        };
    }

    /// The shape of a unit of these nodes and others that are computed again.
    fn shape(&self, nodes: &[usize], again: &[usize]) -> Option<Shape> {
        let mut members: Vec<Member> = nodes
            .iter()
            .map(|node| Member {
                node: *node,
                stored: self.is_stored(*node, nodes),
            })
            .collect();
        members.extend(again.iter().map(|node| Member {
            node: *node,
            stored: false,
        }));
        members.sort_unstable_by_key(|member| member.node);
        shape::of(&self.graph, &members, self.threads)
    }

    /// Whether somebody needs the value of a node besides those that are run with it and those that compute it again.
    fn is_stored(&self, node: usize, with: &[usize]) -> bool {
        let mut readers = self.graph.readers(node).iter();
        self.graph.gives_slot(node)
            || readers.any(|reader| {
                !with.contains(reader) && !self.units[self.unit[*reader]].again.contains(&node)
            })
    }

    /// Whether something else that `nodes` need depends on one of them. Yes as well if there is no patience to find out.
    fn leads_back(&mut self, nodes: &[usize], own: [usize; 2]) -> bool {
        self.searches += 1;
        let mut open = self.outer(nodes, own);
        while let Some(unit) = open.pop() {
            if own.contains(&unit) || self.patience == 0 {
                return true;
            }
            if self.top[unit] >= nodes[0] && self.comes_to(unit) {
                open.extend(self.outer(&self.units[unit].nodes, [unit; 2]));
            }
        }
        false
    }

    /// Whether this search comes to a unit for the first time; if so it takes patience.
    fn comes_to(&mut self, unit: usize) -> bool {
        if self.seen[unit] == self.searches {
            return false;
        }
        self.seen[unit] = self.searches;
        let looked_at = self.units[unit].nodes.len();
        self.patience = self.patience.saturating_sub(looked_at);
        true
    }

    /// The units that these nodes read, but for their own ones.
    fn outer(&self, nodes: &[usize], own: [usize; 2]) -> Vec<usize> {
        let sources = nodes.iter().flat_map(|node| self.graph.sources(*node));
        sources
            .map(|source| self.unit[*source])
            .filter(|unit| !own.contains(unit))
            .collect()
    }

    /// The units that depend on these nodes and whose top is below `top`; nothing if there is no patience to find them.
    fn dependents_below(&mut self, nodes: &[usize], top: usize) -> Option<Vec<usize>> {
        self.searches += 1;
        let mut found = vec![];
        let mut open = nodes.to_vec();
        while let Some(node) = open.pop() {
            self.patience = self
                .patience
                .checked_sub(1 + self.graph.readers(node).len())?;
            for at in 0..self.graph.readers(node).len() {
                let unit = self.unit[self.graph.readers(node)[at]];
                if self.top[unit] < top && self.comes_to(unit) {
                    found.push(unit);
                    open.extend(&self.units[unit].nodes);
                }
            }
        }
        Some(found)
    }
}
