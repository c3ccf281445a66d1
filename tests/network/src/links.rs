//! The ways between the nodes of a network.

use std::time::Duration;

use assay_processes::proxy::Proxy;

/// The number of a node in its network.
pub type Index = usize;

/// A way from each node to each other one: the only ones by which they reach each other.
pub struct Links {
    ports: Vec<u16>,
    /// At `from * nodes + to`; none from a node to itself.
    ways: Vec<Option<Proxy>>,
}

impl Links {
    /// Ways between nodes that listen on these ports.
    pub async fn new(ports: Vec<u16>) -> Self {
        let mut ways = Vec::with_capacity(ports.len() * ports.len());
        for (from, source) in ports.iter().enumerate() {
            for (to, port) in ports.iter().enumerate() {
                let way = if from == to {
                    None
                } else {
                    Some(Proxy::between(*source, *port).await)
                };
                ways.push(way);
            }
        }
        Self { ports, ways }
    }

    /// The port by which node `from` reaches node `to`.
    ///
    /// # Panics
    /// If there is no way between them, as from a node to itself.
    pub fn port(&self, from: Index, to: Index) -> u16 {
        let way = self.ways[from * self.ports.len() + to].as_ref();
        way.expect("there is a way to every other node").port()
    }

    /// Cuts the ways between those who are on different sides, and mends those within a side.
    pub fn part(&self, side: impl Fn(Index) -> usize) {
        for (from, to, way) in self.all() {
            if side(from) == side(to) {
                way.turn_to(self.ports[to]);
            } else {
                way.cut();
            }
        }
    }

    /// Mends all ways.
    pub fn mend(&self) {
        for (_, to, way) in self.all() {
            way.turn_to(self.ports[to]);
        }
    }

    /// Lets every byte take this long to its node.
    pub fn delay(&self, latency: Duration) {
        for (_, _, way) in self.all() {
            way.delay(latency);
        }
    }

    fn all(&self) -> impl Iterator<Item = (Index, Index, &Proxy)> {
        let nodes = self.ports.len();
        let ways = self.ways.iter().enumerate();
        ways.filter_map(move |(number, way)| Some((number / nodes, number % nodes, way.as_ref()?)))
    }
}
