//! Measures whether bytes come fast enough.

use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

/// Bytes over windows of time.
#[derive(Debug)]
pub(crate) struct Pace {
    minimum: u64,
    window: Duration,
    since: Instant,
    bytes: u64,
}

/// Fewer bytes a second than asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooSlow {
    /// Bytes a second that came.
    pub(crate) rate: u64,
}

impl Pace {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            minimum: limits.min_bytes_per_second,
            window: limits.pace_window,
            since: Instant::now(),
            bytes: 0,
        }
    }

    /// Counts bytes that came; at the end of each window judges them.
    pub(crate) fn count(&mut self, bytes: usize) -> Result<(), TooSlow> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        let elapsed = self.since.elapsed();
        if elapsed < self.window {
            return Ok(());
        }
        let millis = u64::try_from(elapsed.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let rate = self.bytes.saturating_mul(1_000) / millis;
        (self.since, self.bytes) = (Instant::now(), 0);
        if rate < self.minimum {
            return Err(TooSlow { rate });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_drip_is_too_slow_and_a_flow_is_not() {
        let limits = Limits {
            min_bytes_per_second: 100,
            pace_window: Duration::from_secs(2),
            ..Limits::default()
        };
        let mut pace = Pace::new(&limits);
        for _ in 0..5 {
            assert_eq!(pace.count(150), Ok(()));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        let mut pace = Pace::new(&limits);
        assert_eq!(pace.count(150), Ok(()));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(pace.count(10), Err(TooSlow { rate: 80 }));
    }
}
