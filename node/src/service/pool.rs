//! The transaction pool.

use super::parts::{FullClient, Pool};
use futures::future::{poll_fn, BoxFuture, FutureExt};
use sc_service::{Configuration, SpawnEssentialTaskHandle, TaskManager};
use sp_core::traits::SpawnEssentialNamed;
use std::{sync::Arc, task::Poll};

/// The pool that the configuration asks for, with its tasks.
pub fn new_pool(
    config: &Configuration,
    client: &Arc<FullClient>,
    task_manager: &TaskManager,
) -> Arc<Pool> {
    let pool = sc_transaction_pool::Builder::new(
        Spawner(task_manager.spawn_essential_handle()),
        client.clone(),
        config.role.is_authority().into(),
    );
    Arc::from(
        pool.with_options(config.transaction_pool.clone())
            .with_prometheus(config.prometheus_registry())
            .build(),
    )
}

/// Starts the pool's tasks such that none is called failed because the node stops.
///
/// One of them waits for the pool without looking at anything else, and so ends with it, during the node's shutdown. The
/// task manager takes the end of an essential task for a failure, unless it sees first that it is itself at its end.
#[derive(Clone)]
struct Spawner(SpawnEssentialTaskHandle);

impl SpawnEssentialNamed for Spawner {
    fn spawn_essential_blocking(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        self.0
            .spawn_blocking(name, group, task.then(|()| one_turn()));
    }

    fn spawn_essential(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        self.0.spawn(name, group, task.then(|()| one_turn()));
    }
}

/// Lets whoever polls this look at everything else once.
async fn one_turn() {
    let mut taken = false;
    poll_fn(|context| {
        if std::mem::replace(&mut taken, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
