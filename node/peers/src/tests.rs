use super::*;
use crate::questions::PAUSES;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
    time::Duration,
};
use tokio::time::Instant;

/// What was asked of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Question,
    Remove,
    Disconnect,
    Add,
    Report,
}

/// A network that notes what it is asked and answers what it was told to.
#[derive(Default)]
struct Mock {
    asked: Mutex<Vec<Asked>>,
    reserved: Mutex<Vec<PeerId>>,
    /// The last is given for ever; none is no answer, and with none left the question stays open.
    answers: Mutex<VecDeque<Option<Answer>>>,
    open: Mutex<Vec<oneshot::Sender<Answer>>>,
}

impl Mock {
    fn note(&self, asked: Asked) {
        locked(&self.asked).push(asked);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

#[async_trait]
impl NetworkPeers for Mock {
    fn disconnect_peer(&self, _: PeerId, _: ProtocolName) {
        self.note(Asked::Disconnect);
    }
    fn report_peer(&self, _: PeerId, _: ReputationChange) {
        self.note(Asked::Report);
    }
    /// The network is slow to reserve a peer again.
    fn add_reserved_peer(&self, _: MultiaddrWithPeerId) -> Result<(), String> {
        self.note(Asked::Add);
        Ok(())
    }
    fn remove_reserved_peer(&self, peer: PeerId) {
        self.note(Asked::Remove);
        locked(&self.reserved).retain(|reserved| *reserved != peer);
    }
    async fn reserved_peers(&self) -> Result<Vec<PeerId>, ()> {
        Ok(locked(&self.reserved).clone())
    }

    fn set_authorized_peers(&self, _: HashSet<PeerId>) {
        unimplemented!()
    }
    fn set_authorized_only(&self, _: bool) {
        unimplemented!()
    }
    fn add_known_address(&self, _: PeerId, _: Multiaddr) {
        unimplemented!()
    }
    fn peer_reputation(&self, _: &PeerId) -> i32 {
        unimplemented!()
    }
    fn accept_unreserved_peers(&self) {
        unimplemented!()
    }
    fn deny_unreserved_peers(&self) {
        unimplemented!()
    }
    fn set_reserved_peers(&self, _: ProtocolName, _: HashSet<Multiaddr>) -> Result<(), String> {
        unimplemented!()
    }
    fn add_peers_to_reserved_set(
        &self,
        _: ProtocolName,
        _: HashSet<Multiaddr>,
    ) -> Result<(), String> {
        unimplemented!()
    }
    fn remove_peers_from_reserved_set(
        &self,
        _: ProtocolName,
        _: Vec<PeerId>,
    ) -> Result<(), String> {
        unimplemented!()
    }
    fn sync_num_connected(&self) -> usize {
        unimplemented!()
    }
    fn peer_role(&self, _: PeerId, _: Vec<u8>) -> Option<ObservedRole> {
        unimplemented!()
    }
}

#[async_trait]
impl NetworkRequest for Mock {
    async fn request(
        &self,
        _: PeerId,
        _: ProtocolName,
        _: Vec<u8>,
        _: Option<(Vec<u8>, ProtocolName)>,
        _: IfDisconnected,
    ) -> Result<(Vec<u8>, ProtocolName), RequestFailure> {
        unimplemented!()
    }
    fn start_request(
        &self,
        _: PeerId,
        _: ProtocolName,
        _: Vec<u8>,
        _: Option<(Vec<u8>, ProtocolName)>,
        answer: oneshot::Sender<Answer>,
        _: IfDisconnected,
    ) {
        self.note(Asked::Question);
        match locked(&self.answers).pop_front() {
            Some(Some(found)) => answer.send(found).expect("it is waited for"),
            Some(None) => {}
            None => locked(&self.open).push(answer),
        }
    }
}

/// A network that gives these answers, as synchronisation sees it.
fn answering(answers: impl IntoIterator<Item = Option<Answer>>) -> (Arc<Mock>, Peers<Mock>) {
    let mock = Mock {
        answers: Mutex::new(answers.into_iter().collect()),
        ..Mock::default()
    };
    let mock = Arc::new(mock);
    let (peers, work) = Peers::of(mock.clone());
    tokio::spawn(work);
    (mock, peers)
}

fn with(bytes: &[u8]) -> Answer {
    Ok((bytes.to_vec(), "/dot/sync/2".into()))
}

fn start(peers: &Peers<Mock>, protocol: &'static str) -> oneshot::Receiver<Answer> {
    let (answer, answered) = oneshot::channel();
    let peer = PeerId::random();
    let connect = IfDisconnected::ImmediateError;
    peers.start_request(peer, protocol.into(), vec![1], None, answer, connect);
    answered
}

async fn bytes(answered: oneshot::Receiver<Answer>) -> Vec<u8> {
    answered.await.expect("an answer").expect("no failure").0
}

fn questions(mock: &Mock) -> usize {
    locked(&mock.asked).len()
}

#[tokio::test(start_paused = true)]
async fn a_peer_gets_time_for_a_block_that_it_has_heard_of() {
    let (mock, peers) = answering([Some(with(&[])), Some(with(&[])), Some(with(&[7]))]);
    let begun = Instant::now();
    assert_eq!(bytes(start(&peers, "/dot/sync/2")).await, [7]);
    assert_eq!(questions(&mock), 3);
    assert_eq!(begun.elapsed(), PAUSES[0] + PAUSES[1]);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_has_it_is_given_up() {
    let (mock, peers) = answering((0..10).map(|_| Some(with(&[]))));
    let begun = Instant::now();
    assert!(bytes(start(&peers, "/dot/sync/2")).await.is_empty());
    assert_eq!(questions(&mock), PAUSES.len() + 1);
    assert_eq!(begun.elapsed(), PAUSES.iter().sum::<Duration>());
}

/// To refuse is to have no blocks, not to be gone.
#[tokio::test(start_paused = true)]
async fn a_peer_that_refuses_is_asked_again_and_then_has_none() {
    let refused = || Some(Err(RequestFailure::Refused));
    let (_, peers) = answering([refused(), Some(with(&[7]))]);
    assert_eq!(bytes(start(&peers, "/dot/sync/2")).await, [7]);
    let (mock, peers) = answering((0..10).map(|_| refused()));
    assert!(bytes(start(&peers, "/dot/sync/2")).await.is_empty());
    assert_eq!(questions(&mock), PAUSES.len() + 1);
}

#[tokio::test(start_paused = true)]
async fn blocks_failures_and_other_protocols_answers_pass_at_once() {
    let begun = Instant::now();
    let gone = Err(RequestFailure::NotConnected);
    let (_, peers) = answering([Some(with(&[7])), Some(gone), None]);
    assert_eq!(bytes(start(&peers, "/dot/sync/2")).await, [7]);
    let failed = start(&peers, "/dot/sync/2").await.expect("an answer");
    assert!(matches!(failed, Err(RequestFailure::NotConnected)));
    assert!(
        start(&peers, "/dot/sync/2").await.is_err(),
        "it was cancelled"
    );
    let (mock, peers) = answering([Some(with(&[]))]);
    assert!(bytes(start(&peers, "/dot/state/2")).await.is_empty());
    assert_eq!((questions(&mock), begun.elapsed().as_millis()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_nobody_waits_for_is_given_up() {
    let (mock, peers) = answering([Some(with(&[]))]);
    let answered = start(&peers, "/dot/sync/2");
    tokio::time::sleep(2 * PAUSES[0]).await;
    let mut second = locked(&mock.open).pop().expect("it was asked again");
    drop(answered);
    second.cancellation().await;
    tokio::time::sleep(PAUSES.iter().sum::<Duration>()).await;
    assert_eq!(questions(&mock), 2);
}

/// A peer with no answer yet does not keep others waiting.
#[tokio::test(start_paused = true)]
async fn peers_are_asked_side_by_side() {
    let (mock, peers) = answering([]);
    let answered = [(); 3].map(|()| start(&peers, "/dot/sync/2"));
    tokio::time::sleep(PAUSES[0]).await;
    assert_eq!(locked(&mock.open).len(), 3);
    drop(answered);
}

const BAD: ReputationChange = ReputationChange::new_fatal("bad");

/// What is done when synchronisation drops a peer and reports it.
async fn drop_and_report(reserved: bool) -> Vec<Asked> {
    let (mock, peers) = answering([]);
    let peer = PeerId::random();
    if reserved {
        locked(&mock.reserved).push(peer);
    }
    peers.disconnect_peer(peer, "/dot/block-announces/1".into());
    peers.report_peer(peer, BAD);
    tokio::time::sleep(PAUSES[0]).await;
    let asked = locked(&mock.asked).clone();
    asked
}

#[tokio::test(start_paused = true)]
async fn a_reserved_peer_is_dropped_reserved_again_and_not_banned() {
    assert_eq!(
        drop_and_report(true).await,
        [Asked::Remove, Asked::Disconnect, Asked::Add]
    );
}

#[tokio::test(start_paused = true)]
async fn any_other_peer_is_dropped_and_reported() {
    assert_eq!(
        drop_and_report(false).await,
        [Asked::Disconnect, Asked::Report]
    );
}
