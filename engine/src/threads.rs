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

/// By how much the priority of work in the background is lower: enough that steps come first, and not so much that other
/// programs on the machine could starve it, for whom steps would then wait at the next interval's end.
#[cfg(target_os = "linux")]
const NICER: i32 = 5;

/// Lowers the running thread's priority, where the system has one for each thread. Without it the work is done all the same,
/// so a refusal does not matter.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::getpriority_process(None)
        .and_then(|own| rustix::process::setpriority_process(None, own + NICER));
}
