//! The binary where there is a GPU, and where there is none.

use assay_cuda::device::{self, Device};
use assay_cuda::CudaError;
use std::process::Command;

#[test]
fn it_checks_the_gpu_or_says_that_there_is_none() {
    let output = Command::new(env!("CARGO_BIN_EXE_gpu-check"))
        .args(["--steps", "5", "--no-timings"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if device::count() > 0 {
        assert!(output.status.success(), "{said}");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no GPU was found"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_device_that_is_not_there_is_an_error() {
    let number = device::count();
    let error = Device::open(number).unwrap_err();
    assert!(
        matches!(error, CudaError::NoDriver | CudaError::NoDevice { .. }),
        "{error}"
    );
}
