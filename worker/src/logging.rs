//! Logs: lines for people on a terminal, beside the progress bars; JSON elsewhere.

use std::io::{self, IsTerminal, Write};

use indicatif::MultiProgress;
use tracing_subscriber::{fmt::MakeWriter, EnvFilter};

/// Writes to standard error without breaking the bars.
#[derive(Clone)]
struct Beside(MultiProgress);

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Beside {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Starts logging by `RUST_LOG`, else what the worker itself says. Returns the bars that logs are written beside.
pub fn start() -> MultiProgress {
    let bars = MultiProgress::new();
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,assay_worker=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter);
    // A second start in one process, as in tests, changes nothing.
    let _ = if io::stderr().is_terminal() {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        builder
            .with_ansi(!plain)
            .with_target(false)
            .with_writer(Beside(bars.clone()))
            .try_init()
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_writer(io::stderr)
            .try_init()
    };
    bars
}
