//! The network as block synchronisation sees it: a peer that it drops goes, reserved or not.
//!
//! The synchronisation drops a peer that has not what it was asked for: it forgets what else that peer owes it, and counts on
//! the peer to come back by a new stream. The network closes no stream to a reserved peer, so what was left to the peer would be
//! waited for without end. Where all peers are reserved, as a validator's behind its own full nodes, the node would stand
//! still sooner or later. So a reserved peer's stream is closed too, and the peer reserved again.

use async_trait::async_trait;
use futures::{
    channel::{
        mpsc::{unbounded, UnboundedReceiver, UnboundedSender},
        oneshot,
    },
    StreamExt,
};
use sc_network::{
    config::MultiaddrWithPeerId, multiaddr::Multiaddr, service::traits::NetworkService,
    IfDisconnected, NetworkPeers, NetworkRequest, ObservedRole, PeerId, ProtocolName,
    ReputationChange, RequestFailure,
};
use std::{collections::HashSet, future::Future, sync::Arc};

/// What is said of a peer.
enum Word {
    /// Its stream is to be closed.
    Drop(ProtocolName),
    /// It did well or badly.
    Report(ReputationChange),
}

/// What block synchronisation asks of the network.
pub struct Peers {
    network: Arc<dyn NetworkService>,
    words: UnboundedSender<(PeerId, Word)>,
}

impl Peers {
    /// The network, and what drops peers for as long as there is this view of it.
    pub fn of(network: Arc<dyn NetworkService>) -> (Self, impl Future<Output = ()>) {
        let (words, said) = unbounded();
        let acting = act(network.clone(), said);
        (Self { network, words }, acting)
    }

    /// Says something of a peer. Nobody listens only when the node ends.
    fn say(&self, peer: PeerId, word: Word) {
        let _ = self.words.unbounded_send((peer, word));
    }
}

/// Does as it is said. Who is reserved is not banned, whatever it does.
async fn act(network: Arc<dyn NetworkService>, mut said: UnboundedReceiver<(PeerId, Word)>) {
    while let Some((peer, word)) = said.next().await {
        let reserved = network.reserved_peers().await.unwrap_or_default();
        match (word, reserved.contains(&peer)) {
            (Word::Drop(protocol), false) => network.disconnect_peer(peer, protocol),
            (Word::Drop(protocol), true) => drop_reserved(&*network, peer, protocol),
            (Word::Report(change), false) => network.report_peer(peer, change),
            (Word::Report(change), true) => {
                tracing::debug!(target: "sync", "{peer} is reserved: {change:?}");
            }
        }
    }
}

/// Closes the stream to a reserved peer, which is so again before anything else is asked of the network. It opens a new
/// stream when the old one is gone.
fn drop_reserved(network: &dyn NetworkService, peer: PeerId, protocol: ProtocolName) {
    network.remove_reserved_peer(peer);
    network.disconnect_peer(peer, protocol);
    let known = MultiaddrWithPeerId {
        multiaddr: Multiaddr::empty(),
        peer_id: peer,
    };
    if let Err(error) = network.add_reserved_peer(known) {
        tracing::warn!(target: "sync", "{peer} is no reserved peer any more: {error}");
    }
}

#[async_trait]
impl NetworkPeers for Peers {
    fn disconnect_peer(&self, peer: PeerId, protocol: ProtocolName) {
        self.say(peer, Word::Drop(protocol));
    }
    fn report_peer(&self, peer: PeerId, change: ReputationChange) {
        self.say(peer, Word::Report(change));
    }

    // All else is the network's.

    fn set_authorized_peers(&self, peers: HashSet<PeerId>) {
        self.network.set_authorized_peers(peers);
    }
    fn set_authorized_only(&self, reserved_only: bool) {
        self.network.set_authorized_only(reserved_only);
    }
    fn add_known_address(&self, peer: PeerId, address: Multiaddr) {
        self.network.add_known_address(peer, address);
    }
    fn peer_reputation(&self, peer: &PeerId) -> i32 {
        self.network.peer_reputation(peer)
    }
    fn accept_unreserved_peers(&self) {
        self.network.accept_unreserved_peers();
    }
    fn deny_unreserved_peers(&self) {
        self.network.deny_unreserved_peers();
    }
    fn add_reserved_peer(&self, peer: MultiaddrWithPeerId) -> Result<(), String> {
        self.network.add_reserved_peer(peer)
    }
    fn remove_reserved_peer(&self, peer: PeerId) {
        self.network.remove_reserved_peer(peer);
    }
    fn set_reserved_peers(
        &self,
        protocol: ProtocolName,
        peers: HashSet<Multiaddr>,
    ) -> Result<(), String> {
        self.network.set_reserved_peers(protocol, peers)
    }
    fn add_peers_to_reserved_set(
        &self,
        protocol: ProtocolName,
        peers: HashSet<Multiaddr>,
    ) -> Result<(), String> {
        self.network.add_peers_to_reserved_set(protocol, peers)
    }
    fn remove_peers_from_reserved_set(
        &self,
        protocol: ProtocolName,
        peers: Vec<PeerId>,
    ) -> Result<(), String> {
        self.network.remove_peers_from_reserved_set(protocol, peers)
    }
    fn sync_num_connected(&self) -> usize {
        self.network.sync_num_connected()
    }
    fn peer_role(&self, peer: PeerId, handshake: Vec<u8>) -> Option<ObservedRole> {
        self.network.peer_role(peer, handshake)
    }
    async fn reserved_peers(&self) -> Result<Vec<PeerId>, ()> {
        self.network.reserved_peers().await
    }
}

#[async_trait]
impl NetworkRequest for Peers {
    async fn request(
        &self,
        target: PeerId,
        protocol: ProtocolName,
        request: Vec<u8>,
        fallback: Option<(Vec<u8>, ProtocolName)>,
        connect: IfDisconnected,
    ) -> Result<(Vec<u8>, ProtocolName), RequestFailure> {
        let request = self
            .network
            .request(target, protocol, request, fallback, connect);
        request.await
    }
    fn start_request(
        &self,
        target: PeerId,
        protocol: ProtocolName,
        request: Vec<u8>,
        fallback: Option<(Vec<u8>, ProtocolName)>,
        answer: oneshot::Sender<Result<(Vec<u8>, ProtocolName), RequestFailure>>,
        connect: IfDisconnected,
    ) {
        self.network
            .start_request(target, protocol, request, fallback, answer, connect);
    }
}
