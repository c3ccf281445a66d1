//! The network as block synchronisation sees it: patient with peers that have not got a block yet, and rid of those it drops.
//! Beside it, what synchronisation has to be told to ask for.
//!
//! GRANDPA's votes for a block may come before the block, and synchronisation then asks everybody for it, who may not have it
//! either, or never on another fork. Who has no block to give is dropped; and on both sides of a stream that ends before a
//! question is answered the other is not asked anything for a minute or more. On a slow network with forks all peers are out of
//! question sooner or later. Four things are different here:
//!
//! - **Questions.** A peer that gives none of the blocks that it is asked for is asked again for a while, before synchronisation
//!   hears of it.
//! - **Lack.** It is not dropped for it.
//! - **Drops.** A peer that is dropped goes, reserved or not. Synchronisation counts on it to come back by a new stream, but the
//!   network closes no stream to a reserved peer, so what was left to it would be waited for without end. Where all peers are
//!   reserved, as a validator's behind its own full nodes, the node would stand still. So a reserved peer's stream is
//!   closed too, and the peer reserved again; and it is not banned, whatever it does.
//! - **Justifications** that nobody else would ask for again are pursued.

mod drops;
mod justifications;
mod questions;
mod strategy;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use drops::Word;
use futures::{
    channel::{
        mpsc::{unbounded, UnboundedSender},
        oneshot,
    },
    future::join,
};
pub use justifications::pursue_justifications;
use questions::{Answer, Question};
use sc_network::{
    config::MultiaddrWithPeerId, multiaddr::Multiaddr, IfDisconnected, NetworkPeers,
    NetworkRequest, ObservedRole, PeerId, ProtocolName, ReputationChange, RequestFailure,
};
use std::{collections::HashSet, future::Future, sync::Arc};
pub use strategy::Lenient;

/// What block synchronisation asks of the network.
pub struct Peers<N: ?Sized> {
    network: Arc<N>,
    words: UnboundedSender<(PeerId, Word)>,
    questions: UnboundedSender<(Question, oneshot::Sender<Answer>)>,
}

impl<N: NetworkPeers + NetworkRequest + Send + Sync + ?Sized> Peers<N> {
    /// The network, and what drops and asks peers for as long as there is this view of it.
    pub fn of(network: Arc<N>) -> (Self, impl Future<Output = ()>) {
        let (words, said) = unbounded();
        let (questions, asked) = unbounded();
        let dropping = drops::act(network.clone(), said);
        let asking = questions::ask_all(network.clone(), asked);
        let work = async {
            join(dropping, asking).await;
        };
        let peers = Self {
            network,
            words,
            questions,
        };
        (peers, work)
    }

    /// Says something of a peer. Nobody listens only when the node ends.
    fn say(&self, peer: PeerId, word: Word) {
        let _ = self.words.unbounded_send((peer, word));
    }
}

#[async_trait]
impl<N: NetworkPeers + NetworkRequest + Send + Sync + ?Sized> NetworkPeers for Peers<N> {
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
impl<N: NetworkPeers + NetworkRequest + Send + Sync + ?Sized> NetworkRequest for Peers<N> {
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
        let question = Question {
            peer: target,
            protocol,
            request,
            fallback,
            connect,
        };
        if question.is_for_blocks() {
            // Nobody takes it only when the node ends.
            let _ = self.questions.unbounded_send((question, answer));
        } else {
            question.ask(&*self.network, answer);
        }
    }
}
