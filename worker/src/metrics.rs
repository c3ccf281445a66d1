//! Numbers for Prometheus.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! metrics {
    ($($(#[doc = $doc:literal])+ $field:ident: $name:literal $kind:literal,)+) => {
        /// What a worker counts. Each field is one metric; its unit ends its name.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[doc = $doc])+ pub $field: AtomicU64,)+
        }

        impl Metrics {
            /// All metrics in the Prometheus text format.
            pub fn render(&self) -> String {
                let mut text = String::new();
                $({
                    let help = concat!($($doc),+).trim();
                    let value = self.$field.load(Relaxed);
                    text.push_str(&format!("# HELP {} {help}\n# TYPE {} {}\n{} {value}\n", $name, $name, $kind, $name));
                })+
                text
            }
        }
    };
}

metrics! {
    /// Training steps taken, repeated ones included.
    steps: "assay_worker_steps_total" "counter",
    /// Time spent in training steps.
    step_micros: "assay_worker_step_microseconds_total" "counter",
    /// Time spent in computing state roots, most of it beside steps.
    hash_micros: "assay_worker_hash_microseconds_total" "counter",
    /// Time in which no step was taken because the end of the last interval was not stored yet.
    stalled_micros: "assay_worker_stalled_microseconds_total" "counter",
    /// Intervals whose state root is in the journal.
    intervals: "assay_worker_intervals_total" "counter",
    /// Segments trained whole.
    segments_trained: "assay_worker_segments_trained_total" "counter",
    /// Jobs that are claimed or worked on.
    jobs: "assay_worker_jobs" "gauge",
    /// Jobs whose loss stopped being a finite number.
    diverged: "assay_worker_diverged_total" "counter",
    /// Transactions signed.
    transactions: "assay_worker_transactions_total" "counter",
    /// Transactions that failed in their block, were refused or expired.
    transactions_failed: "assay_worker_transactions_failed_total" "counter",
    /// Bytes of checkpoints written.
    checkpoint_bytes: "assay_worker_checkpoint_bytes_total" "counter",
    /// Failures of the connection to the node.
    chain_errors: "assay_worker_chain_errors_total" "counter",
    /// Times that the disk was full.
    disk_full: "assay_worker_disk_full_total" "counter",
    /// Games of this party that are queued or played.
    games: "assay_worker_games" "gauge",
    /// Moves sent.
    moves: "assay_worker_moves_total" "counter",
    /// Games won.
    games_won: "assay_worker_games_won_total" "counter",
    /// Games lost.
    games_lost: "assay_worker_games_lost_total" "counter",
    /// Committed segments executed again and found right.
    segments_verified: "assay_worker_segments_verified_total" "counter",
    /// Committed segments executed again and found wrong.
    segments_refuted: "assay_worker_segments_refuted_total" "counter",
    /// Number of the newest final block that was acted on.
    finalised_block: "assay_worker_finalised_block" "gauge",
}

impl Metrics {
    /// Adds one.
    pub fn count(counter: &AtomicU64) {
        Self::add(counter, 1);
    }

    /// Adds to a counter.
    pub fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Relaxed);
    }

    /// Sets a gauge.
    pub fn set(gauge: &AtomicU64, value: u64) {
        gauge.store(value, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_help_type_and_value() {
        let metrics = Metrics::default();
        Metrics::add(&metrics.steps, 7);
        let text = metrics.render();
        assert!(text.contains(
            "# HELP assay_worker_steps_total Training steps taken, repeated ones included.\n"
        ));
        assert!(
            text.contains("# TYPE assay_worker_steps_total counter\nassay_worker_steps_total 7\n")
        );
        assert_eq!(
            text.matches("# HELP").count(),
            text.matches("# TYPE").count()
        );
    }
}
