//! How far finality lags behind the newest block.

use std::sync::{Arc, Mutex};

use assay_client::ChainClient;
use tokio::task::JoinHandle;

/// Takes down at each new block by how many blocks finality lags, as one node sees it.
pub struct Meter {
    lags: Arc<Mutex<Vec<u32>>>,
    task: JoinHandle<()>,
}

/// Lags in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lag {
    /// The middle one of all.
    pub median: u32,
    /// The greatest one.
    pub max: u32,
}

impl Meter {
    /// Starts to measure.
    pub fn start(chain: &ChainClient) -> Self {
        let lags = Arc::<Mutex<Vec<u32>>>::default();
        let (mut heads, noted) = (chain.heads(), lags.clone());
        let task = tokio::spawn(async move {
            let mut last = 0;
            while heads.changed().await.is_ok() {
                let now = *heads.borrow_and_update();
                if now.best.number > last {
                    last = now.best.number;
                    let lag = now.best.number.saturating_sub(now.finalised.number);
                    if let Ok(mut lags) = noted.lock() {
                        lags.push(lag);
                    }
                }
            }
        });
        Self { lags, task }
    }

    /// Stops; what was measured, or nothing if no block came.
    pub fn stop(self) -> Option<Lag> {
        self.task.abort();
        let mut lags = self.lags.lock().ok()?.clone();
        lags.sort_unstable();
        Some(Lag {
            median: *lags.get(lags.len() / 2)?,
            max: *lags.last()?,
        })
    }
}
