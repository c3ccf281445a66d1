//! Pools of threads.

use crate::EngineError;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// A pool for an engine's steps.
pub(crate) fn own(threads: usize) -> Result<ThreadPool, EngineError> {
    if threads == 0 {
        return Err(failed(threads, "at least one is needed"));
    }
    let name = |number| format!("assay-engine-{number}");
    build(ThreadPoolBuilder::new().thread_name(name), threads)
}

/// A pool for work that gives way to all other.
pub(crate) fn in_background(threads: usize) -> Result<ThreadPool, EngineError> {
    let name = |number| format!("assay-hash-{number}");
    let builder = ThreadPoolBuilder::new().thread_name(name);
    build(builder.start_handler(|_| give_way()), threads)
}

fn build(builder: ThreadPoolBuilder, threads: usize) -> Result<ThreadPool, EngineError> {
    let pool = builder.num_threads(threads).build();
    pool.map_err(|error| failed(threads, error))
}

fn failed(threads: usize, reason: impl ToString) -> EngineError {
    EngineError::Threads {
        threads,
        reason: reason.to_string(),
    }
}

/// Gives the running thread the least priority, where the system has one for each thread. Without it the work is done all
/// the same, so a refusal does not matter.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 19);
}
