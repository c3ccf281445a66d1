//! How fast checkpoints reach the disk.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::Instant,
};

use anyhow::Context;

/// Bytes written.
const BYTES: usize = 64 << 20;

/// Bytes a second that are on the disk for good, in a directory that is made if it is missing. Nothing stays there.
pub(super) fn written_per_second(directory: &Path) -> anyhow::Result<f64> {
    let context = || format!("cannot write to {}", directory.display());
    fs::create_dir_all(directory).with_context(context)?;
    let path = directory.join(format!(".bench-{}", std::process::id()));
    let bytes = vec![0x5a; BYTES];
    let begun = Instant::now();
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    let seconds = begun.elapsed().as_secs_f64();
    let removed = fs::remove_file(&path);
    written.and(removed).with_context(context)?;
    Ok(BYTES as f64 / seconds)
}
