//! A network of four validators and two full nodes.

use std::{path::Path, process::Command, time::Duration};

use assay_client::{At, ChainClient, Heads};
use assay_processes::{
    daemon::free_port,
    node::{node_key, Node, Pace},
    program,
};
use tempfile::TempDir;

use crate::{
    chain,
    ledger::Ledger,
    links::{Index, Links},
};

/// How long anything may take on a machine that has much else to do.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The numbers of the validators.
pub const VALIDATORS: [Index; 4] = [0, 1, 2, 3];

/// The full node that those ask who are no part of the network. No fault takes it away but a power cut.
pub const GATE: Index = 4;

/// The full node that comes fresh, or gets a validator's keys.
pub const SPARE: Index = 5;

/// The names of the nodes; the validators' are also their flags.
const NAMES: [&str; 6] = ["alice", "bob", "charlie", "dave", "gate", "spare"];

/// Nodes that reach each other by ways of ours alone.
pub struct Network {
    members: Vec<Member>,
    /// The ways between the nodes.
    pub links: Links,
    ledger: Ledger,
    directory: TempDir,
}

/// A node, and the connection to it.
struct Member {
    node: Node,
    arguments: Vec<String>,
    chain: Option<ChainClient>,
    /// Blocks that the ledger has compared.
    compared: u32,
}

impl Network {
    /// Starts all nodes at the usual pace and waits until they have all finalised blocks.
    pub async fn start() -> Self {
        Self::start_at(chain::PACE).await
    }

    /// As [`start`](Self::start), at another pace.
    pub async fn start_at(pace: Pace) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the nodes");
        let spec = chain::write(directory.path(), pace);
        let ports: Vec<_> = NAMES.iter().map(|_| free_port()).collect();
        let links = Links::new(ports.clone()).await;
        let identities: Vec<_> = (0..NAMES.len())
            .map(|number| identity(directory.path(), number))
            .collect();
        let member = |(number, port): (Index, &u16)| {
            let arguments = arguments(&spec, number, *port, &links, &identities);
            Member::new(directory.path(), number, arguments)
        };
        let members = ports.iter().enumerate().map(member).collect();
        let mut network = Self {
            members,
            links,
            ledger: Ledger::default(),
            directory,
        };
        network.start_nodes(&network.everybody()).await;
        network.until_all_finalise(3).await;
        network
    }

    /// A directory for what else the test needs.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The numbers of all nodes.
    pub fn everybody(&self) -> Vec<Index> {
        (0..self.members.len()).collect()
    }

    /// A node's name.
    pub fn name(&self, number: Index) -> &'static str {
        NAMES[number]
    }

    /// A node.
    pub fn node(&mut self, number: Index) -> &mut Node {
        &mut self.members[number].node
    }

    /// The connection to a node that runs.
    ///
    /// # Panics
    /// If it does not run.
    pub fn chain(&self, number: Index) -> &ChainClient {
        let chain = self.members[number].chain.as_ref();
        chain.unwrap_or_else(|| panic!("{} does not run", NAMES[number]))
    }

    /// Where a node's RPC is.
    pub fn url(&self, number: Index) -> String {
        self.members[number].node.url()
    }

    /// Those that run.
    pub fn running(&self) -> Vec<Index> {
        let numbers = self.everybody().into_iter();
        numbers
            .filter(|number| self.members[*number].chain.is_some())
            .collect()
    }

    /// Kills nodes, all at once, as a power cut would.
    pub fn kill(&mut self, numbers: &[Index]) {
        for number in numbers {
            let member = &mut self.members[*number];
            member.chain = None;
            member.node.kill();
        }
    }

    /// Starts nodes with their usual arguments, in place of runs that may go on, and waits until their RPC is open.
    pub async fn start_nodes(&mut self, numbers: &[Index]) {
        for number in numbers {
            let member = &mut self.members[*number];
            member.chain = None;
            member.node.begin();
        }
        for number in numbers {
            self.members[*number].connect().await;
        }
    }

    /// Starts a node with more arguments, for this run alone.
    pub async fn start_with(&mut self, number: Index, more: &[&str]) {
        let member = &mut self.members[number];
        let more = more.iter().map(ToString::to_string);
        let arguments: Vec<_> = member.arguments.iter().cloned().chain(more).collect();
        member.node.set_arguments(&arguments);
        self.start_nodes(&[number]).await;
        let member = &mut self.members[number];
        member.node.set_arguments(&member.arguments);
    }

    /// Forgets that a node has ended by itself, once it has.
    pub fn ended(&mut self, number: Index) {
        self.members[number].chain = None;
    }

    /// A node starts from nothing: what it had called final before is compared anew.
    pub fn forget(&mut self, number: Index) {
        self.members[number].compared = 0;
    }

    /// The newest block of those that run.
    pub async fn best(&self) -> u32 {
        let mut best = 0;
        for number in self.running() {
            let head = self.chain(number).head(At::Best).await;
            best = best.max(head.unwrap_or_else(|error| panic!("{error}")).number);
        }
        best
    }

    /// Waits until a node's heads are as looked for. `what` names it.
    pub async fn until(&self, number: Index, what: &str, found: impl Fn(&Heads) -> bool) -> Heads {
        let mut heads = self.chain(number).heads();
        let waited = tokio::time::timeout(PATIENCE, heads.wait_for(found)).await;
        match waited {
            Ok(Ok(found)) => *found,
            Ok(Err(_)) => panic!("{}: its connection has ended", NAMES[number]),
            Err(_) => panic!(
                "{}: {what} does not happen: {:?}\n{}",
                NAMES[number],
                *self.chain(number).heads().borrow(),
                self.members[number].node.words()
            ),
        }
    }

    /// Waits until a node calls a block of this number final, however far that is, as long as each next block becomes final.
    async fn until_final(&self, one: Index, number: u32) {
        let what = format!("final block {number}");
        let mut last = self.chain(one).heads().borrow().finalised.number;
        while last < number {
            let next = self.until(one, &what, |heads| heads.finalised.number > last);
            last = next.await.finalised.number;
        }
    }

    /// Waits until all that run have called a block of this number final, and checks that it is the same one, as all
    /// before it.
    pub async fn until_all_finalise(&mut self, number: u32) {
        for one in self.running() {
            self.until_final(one, number).await;
        }
        self.check_finality().await;
    }

    /// Waits until all that run have called a block final that was made after now.
    pub async fn until_finality_goes_on(&mut self) {
        let best = self.best().await;
        self.until_all_finalise(best + 1).await;
    }

    /// Checks that all that run have called the same blocks final.
    pub async fn check_finality(&mut self) {
        for number in self.running() {
            let member = &mut self.members[number];
            if let Some(chain) = &member.chain {
                let check = self.ledger.check(NAMES[number], chain, member.compared);
                member.compared = check.await;
            }
        }
    }
}

impl Member {
    fn new(directory: &Path, number: Index, arguments: Vec<String>) -> Self {
        Self {
            node: Node::new(directory, NAMES[number], &arguments),
            arguments,
            chain: None,
            compared: 0,
        }
    }

    async fn connect(&mut self) {
        self.node.ready().await;
        let chain = ChainClient::connect(&self.node.url(), None).await;
        self.chain = Some(chain.unwrap_or_else(|error| panic!("{error}")));
    }
}

/// A node's name in the network, by its key.
fn identity(directory: &Path, number: Index) -> String {
    let file = directory.join(format!("{}.key", NAMES[number]));
    std::fs::write(&file, node_key(number)).expect("the directory can be written to");
    let mut command = Command::new(program("assay-node"));
    let inspected = command
        .args(["key", "inspect-node-key", "--file"])
        .arg(file);
    let inspected = inspected.output().expect("the node's program runs");
    let identity = String::from_utf8_lossy(&inspected.stdout).trim().to_owned();
    assert!(!identity.is_empty(), "{inspected:?}");
    identity
}

/// What a node is started with. It looks for nobody but by its ways.
fn arguments(
    spec: &Path,
    number: Index,
    port: u16,
    links: &Links,
    identities: &[String],
) -> Vec<String> {
    let spec = spec.display().to_string();
    let listen = format!("/ip4/127.0.0.1/tcp/{port}");
    let key = node_key(number);
    let mut arguments = vec!["--chain", &spec, "--listen-addr", &listen];
    arguments.extend(["--node-key", &key, "--reserved-only", "--no-private-ip"]);
    // Those who ask are other hosts to the node.
    arguments.extend(["--rpc-cors", "all"]);
    let mut arguments: Vec<_> = arguments.into_iter().map(str::to_owned).collect();
    if VALIDATORS.contains(&number) {
        arguments.push(format!("--{}", NAMES[number]));
        arguments.push("--force-authoring".to_owned());
    }
    for (other, identity) in identities.iter().enumerate() {
        if other != number {
            let port = links.port(number, other);
            let address = format!("/ip4/127.0.0.1/tcp/{port}/p2p/{identity}");
            arguments.extend(["--reserved-nodes".to_owned(), address]);
        }
    }
    arguments
}
