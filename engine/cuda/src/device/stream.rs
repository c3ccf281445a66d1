//! An engine's own queue of work on a device.
//!
//! Every engine has one: a recording takes whatever is launched on its queue, and so must meet no other engine's work.

use super::driver;
use crate::error::CudaError;
use crate::launch::{Launch, Operands};
use cudarc::driver::{
    result, sys, CudaContext, CudaFunction, CudaGraph, CudaSlice, CudaStream, DriverError,
};
use std::ffi::c_void;
use std::sync::Arc;

/// A queue. When it is gone, all of its work is done and the memory that was given back on it is free.
pub(super) struct Stream(Arc<CudaStream>);

impl Stream {
    pub(super) fn new(context: &Arc<CudaContext>) -> Result<Self, CudaError> {
        let stream = context.new_stream().map_err(driver("make a stream"))?;
        Ok(Self(stream))
    }

    /// What the bindings ask for.
    pub(super) fn cuda(&self) -> &Arc<CudaStream> {
        &self.0
    }

    /// Takes memory of any content.
    ///
    /// # Safety
    /// Whatever is read must have been written before.
    pub(super) unsafe fn allocate(&self, words: u64) -> Result<CudaSlice<u32>, DriverError> {
        // SAFETY: the caller's promise.
        unsafe { self.0.alloc::<u32>(words as usize) }
    }

    /// Waits for all that was launched.
    pub(super) fn synchronize(&self) -> Result<(), CudaError> {
        self.0.synchronize().map_err(driver("wait for the device"))
    }

    /// Waits where no error can be told: it stays with the context, whose next call tells it.
    pub(super) fn finish(&self) {
        self.0.context().record_err(self.0.synchronize());
    }

    /// Launches a kernel.
    ///
    /// # Safety
    /// The function is the launch's kernel, and its operands are addresses of this device with the words that the launch
    /// reads and writes, which nobody frees before it has run.
    pub(super) unsafe fn launch(
        &self,
        function: &CudaFunction,
        launch: &Launch,
        operands: &Operands,
    ) -> Result<(), CudaError> {
        let mut parameters: [*mut c_void; 2] = [
            (&raw const *operands).cast_mut().cast(),
            launch.shape.as_ptr().cast_mut().cast(),
        ];
        self.0
            .context()
            .bind_to_thread()
            .map_err(driver("use the device"))?;
        // SAFETY: the caller's promise; the parameters are copied before this returns.
        unsafe {
            result::launch_kernel(
                function.cu_function(),
                (launch.grid, 1, 1),
                (launch.block, 1, 1),
                0,
                self.0.cu_stream(),
                &mut parameters,
            )
        }
        .map_err(driver("launch a kernel"))
    }

    /// Records what `work` launches without running it, and takes what playing it needs of the device; nothing if it launches
    /// nothing.
    pub(super) fn record(
        &self,
        work: impl FnOnce() -> Result<(), CudaError>,
    ) -> Result<Option<CudaGraph>, CudaError> {
        let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
        self.0
            .begin_capture(mode)
            .map_err(driver("begin a recording"))?;
        let worked = work();
        // A capture must end, also if something went wrong within.
        let graph = self.0.end_capture(sys::CUgraphInstantiate_flags(0));
        worked?;
        let graph = graph.map_err(driver("end a recording"))?;
        if let Some(graph) = &graph {
            graph.upload().map_err(driver("make a recording ready"))?;
        }
        Ok(graph)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.finish();
    }
}
