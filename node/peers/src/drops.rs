//! What is said of peers, and what is done about it.

use futures::{channel::mpsc::UnboundedReceiver, StreamExt};
use sc_network::{
    config::MultiaddrWithPeerId, multiaddr::Multiaddr, NetworkPeers, PeerId, ProtocolName,
    ReputationChange,
};
use std::{collections::HashSet, sync::Arc};

/// What is said of a peer.
pub(crate) enum Word {
    /// Its stream is to be closed.
    Drop(ProtocolName),
    /// It did well or badly.
    Report(ReputationChange),
}

/// Does as it is said. Who is reserved is not banned, whatever it does.
pub(crate) async fn act<N: NetworkPeers + ?Sized>(
    network: Arc<N>,
    mut said: UnboundedReceiver<(PeerId, Word)>,
) {
    // Once reserved, always so: while a peer is dropped the network says for a moment that it is not.
    let mut known = HashSet::new();
    while let Some((peer, word)) = said.next().await {
        let reserved = network.reserved_peers().await.unwrap_or_default();
        let reserved = reserved.contains(&peer);
        if reserved {
            known.insert(peer);
        }
        match word {
            Word::Drop(protocol) if reserved => drop_reserved(&*network, peer, protocol),
            Word::Drop(protocol) => network.disconnect_peer(peer, protocol),
            Word::Report(change) if known.contains(&peer) => {
                tracing::debug!(target: "sync", "{peer} is reserved: {change:?}");
            }
            Word::Report(change) => network.report_peer(peer, change),
        }
    }
}

/// Closes the stream to a reserved peer, which is so again before anything else is asked of the network. It opens a new
/// stream when the old one is gone.
fn drop_reserved<N: NetworkPeers + ?Sized>(network: &N, peer: PeerId, protocol: ProtocolName) {
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
