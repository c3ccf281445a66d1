//! A small disk.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

/// Bytes that are written at once: one MiB.
const PIECE: usize = 1 << 20;

/// A small file system in memory, mounted on a directory for those alone who run [within](Self::within) it. It is gone when
/// this is dropped, or when this process ends in any way.
pub struct Volume {
    keeper: Child,
    /// The keeper ends when this does.
    _open: ChildStdin,
    directory: PathBuf,
}

impl Volume {
    /// Mounts a file system of `mebibytes` MiB on a directory.
    ///
    /// # Panics
    /// Where there is no right to: it takes root, or user namespaces.
    pub fn new(directory: &Path, mebibytes: u32) -> Self {
        let mount =
            format!("mount -t tmpfs -o size={mebibytes}m none \"$0\" && echo mounted && exec cat");
        let mut command = Command::new("unshare");
        command
            .args(namespaces())
            .args(["sh", "-c", &mount])
            .arg(directory);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = piped.spawn().expect("unshare of util-linux runs");
        let (open, said) = (keeper.stdin.take(), keeper.stdout.take());
        let mut line = String::new();
        let said = said.map(|said| BufReader::new(said).read_line(&mut line));
        assert!(
            said.is_some_and(|said| said.is_ok()) && line == "mounted\n",
            "a small disk takes the right to mount one: be root (in a container: with CAP_SYS_ADMIN), or allow user \
             namespaces (sysctl kernel.unprivileged_userns_clone=1)"
        );
        Self {
            keeper,
            _open: open.expect("it is piped; qed"),
            directory: directory.to_owned(),
        }
    }

    /// The command that runs a program with this disk.
    pub fn within(&self) -> Vec<String> {
        let keeper = self.keeper.id().to_string();
        let mut command = vec!["nsenter", "--target", &keeper, "--mount"];
        if !is_root() {
            command.extend(["--user", "--preserve-credentials"]);
        }
        command.into_iter().map(str::to_owned).collect()
    }

    /// Writes a file until no more than this many MiB are free. Others may write meanwhile.
    pub fn fill(&self, free: u32) {
        let mut file = File::create(self.filler()).expect("there is room for a name");
        let piece = vec![0; PIECE];
        while self.free() > u64::from(free) * PIECE as u64 {
            match file.write_all(&piece) {
                Ok(()) => {}
                Err(full) if full.kind() == ErrorKind::StorageFull => return,
                Err(error) => panic!("the small disk: {error}"),
            }
        }
    }

    /// Bytes that are free.
    fn free(&self) -> u64 {
        let room = rustix::fs::statvfs(self.seen_from_outside()).expect("it is mounted");
        room.f_bavail * room.f_frsize
    }

    /// Removes that file.
    pub fn make_room(&self) {
        fs::remove_file(self.filler()).expect("it was written");
    }

    /// The file that fills it.
    fn filler(&self) -> PathBuf {
        self.seen_from_outside().join("filler")
    }

    /// Its directory, for those who do not run within it.
    pub fn seen_from_outside(&self) -> PathBuf {
        let root = format!("/proc/{}/root", self.keeper.id());
        let directory = self
            .directory
            .strip_prefix("/")
            .expect("it is absolute; qed");
        Path::new(&root).join(directory)
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// What is needed to mount: namespaces of one's own, and root in them.
fn namespaces() -> &'static [&'static str] {
    if is_root() {
        &["--mount"]
    } else {
        &["--mount", "--map-root-user"]
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_until_there_is_room() {
        let directory = tempfile::tempdir().unwrap();
        let volume = Volume::new(directory.path(), 1);
        let write = || {
            let within = volume.within();
            let mut command = Command::new(&within[0]);
            let file = directory.path().join("file");
            command
                .args(&within[1..])
                .args(["sh", "-c", "echo word > \"$0\""])
                .arg(file);
            command.stderr(Stdio::null()).status().unwrap().success()
        };
        volume.fill(0);
        assert!(!write());
        volume.make_room();
        assert!(write());
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            0,
            "seen from outside"
        );
    }
}
