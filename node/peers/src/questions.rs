//! Questions for blocks, asked again while a peer has none of them to give.

use futures::{
    channel::{mpsc::UnboundedReceiver, oneshot},
    future::{select, Either},
    StreamExt,
};
use sc_network::{IfDisconnected, NetworkRequest, PeerId, ProtocolName, RequestFailure};
use std::{pin::pin, sync::Arc, time::Duration};

/// What a peer answers, and by which protocol.
pub(crate) type Answer = Result<(Vec<u8>, ProtocolName), RequestFailure>;

/// How the names of block synchronisation's protocols end.
const BLOCKS: &str = "/sync/2";

/// How long a peer is given, time after time, until it has what it has heard of. Synchronisation then asks it or another again.
pub(crate) const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// A question to a peer.
pub(crate) struct Question {
    pub(crate) peer: PeerId,
    pub(crate) protocol: ProtocolName,
    pub(crate) request: Vec<u8>,
    pub(crate) fallback: Option<(Vec<u8>, ProtocolName)>,
    pub(crate) connect: IfDisconnected,
}

impl Question {
    /// Whether it asks for blocks.
    pub(crate) fn is_for_blocks(&self) -> bool {
        self.protocol.ends_with(BLOCKS)
    }

    /// Asks once.
    pub(crate) fn ask<N: NetworkRequest + ?Sized>(
        &self,
        network: &N,
        answer: oneshot::Sender<Answer>,
    ) {
        network.start_request(
            self.peer,
            self.protocol.clone(),
            self.request.clone(),
            self.fallback.clone(),
            answer,
            self.connect,
        );
    }

    /// Asks until the peer gives some blocks or is given up, with no blocks. Without an answer the network has cancelled the
    /// question.
    async fn ask_patiently<N: NetworkRequest + ?Sized>(
        &self,
        network: &N,
    ) -> Result<Answer, oneshot::Canceled> {
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.ask_and_wait(network).await {
                // A peer refuses what it has been asked for several times, though on forks that is no sign of bad will.
                Ok(Ok((blocks, _))) if blocks.is_empty() => {}
                Ok(Err(RequestFailure::Refused)) => {}
                answer => return answer,
            }
            match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Ok(Ok((Vec::new(), self.protocol.clone()))),
            }
        }
    }

    async fn ask_and_wait<N: NetworkRequest + ?Sized>(
        &self,
        network: &N,
    ) -> Result<Answer, oneshot::Canceled> {
        let (answer, answered) = oneshot::channel();
        self.ask(network, answer);
        answered.await
    }
}

/// Asks every question that comes. Synchronisation has no more than one for each peer.
pub(crate) async fn ask_all<N: NetworkRequest + ?Sized>(
    network: Arc<N>,
    asked: UnboundedReceiver<(Question, oneshot::Sender<Answer>)>,
) {
    let ask = |(question, answer)| ask(&*network, question, answer);
    asked.for_each_concurrent(None, ask).await;
}

/// Asks for as long as somebody waits for the answer.
async fn ask<N: NetworkRequest + ?Sized>(
    network: &N,
    question: Question,
    mut answer: oneshot::Sender<Answer>,
) {
    let asking = pin!(question.ask_patiently(network));
    let found = match select(asking, answer.cancellation()).await {
        Either::Left((found, _)) => found,
        Either::Right(_) => return,
    };
    // Who waits sees a question that was cancelled when this end is dropped.
    if let Ok(found) = found {
        let _ = answer.send(found);
    }
}
