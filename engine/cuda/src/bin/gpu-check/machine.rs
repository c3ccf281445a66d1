//! Where something was measured.

use assay_cuda::device;
use assay_cuda::nvrtc;
use serde::Serialize;

/// The GPU, what drives it, and the machine around it.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The GPU's name.
    gpu: String,
    /// NVIDIA's driver, as the system tells it.
    driver: Option<String>,
    /// The newest CUDA that the driver knows.
    cuda: Option<String>,
    /// The compiler of the kernels.
    nvrtc: Option<String>,
    /// The processor's name.
    cpu: String,
    /// Threads that the processor runs at once.
    threads: usize,
    /// Operating system.
    os: &'static str,
    /// Architecture.
    arch: &'static str,
}

impl Machine {
    /// This machine, with the GPU of this name.
    pub fn here(gpu: &str) -> Self {
        let driver = std::fs::read_to_string("/proc/driver/nvidia/version").unwrap_or_default();
        let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            gpu: gpu.to_owned(),
            driver: driver_version(&driver),
            cuda: device::cuda_version().map(|version| version.to_string()),
            nvrtc: nvrtc::version().map(|version| version.to_string()),
            cpu: processor(&processors).unwrap_or_else(|| "unknown".to_owned()),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
        }
    }
}

/// The version in what the driver's kernel module says of itself: the first word of digits and points.
fn driver_version(said: &str) -> Option<String> {
    let is_version = |word: &&str| {
        word.contains('.')
            && word
                .chars()
                .all(|sign| sign.is_ascii_digit() || sign == '.')
    };
    let first = said.lines().next()?;
    first
        .split_whitespace()
        .find(is_version)
        .map(ToOwned::to_owned)
}

/// The first processor's name.
fn processor(info: &str) -> Option<String> {
    let mut lines = info.lines();
    let line = lines.find_map(|line| line.strip_prefix("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_driver_s_version_is_found() {
        for (said, version) in [
            (
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\nGCC version:  12.3.0",
                Some("535.183.01"),
            ),
            (
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (builder@x)\n",
                Some("570.124.06"),
            ),
            ("", None),
        ] {
            assert_eq!(driver_version(said).as_deref(), version);
        }
    }

    #[test]
    fn the_processor_s_name_is_found() {
        let info = "processor\t: 0\nmodel name\t: AMD EPYC 9V74\nmodel name\t: other\n";
        assert_eq!(processor(info).as_deref(), Some("AMD EPYC 9V74"));
        assert_eq!(processor(""), None);
    }
}
