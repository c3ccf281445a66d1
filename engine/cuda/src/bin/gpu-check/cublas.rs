//! The peer of our products: cuBLAS in binary32, without TF32 and without emulation.

use cudarc::cublas::sys::{self, cublasMath_t, cublasOperation_t};
use cudarc::cublas::{result::CublasError, CudaBlas, Gemm, GemmConfig};
use cudarc::driver::{CudaContext, CudaSlice, CudaStream};
use std::sync::Arc;
use std::time::Instant;

/// A product of two matrices that lie on a GPU.
pub struct Product {
    blas: CudaBlas,
    stream: Arc<CudaStream>,
    config: GemmConfig<f32>,
    a: CudaSlice<f32>,
    b: CudaSlice<f32>,
    c: CudaSlice<f32>,
}

impl Product {
    /// The product of row-major `a` [m, k] and `b` [k, n], either of them stored transposed or not, on GPU `number`; nothing if
    /// there is no cuBLAS.
    ///
    /// Fails if memory or cuBLAS refuse.
    pub fn new(
        number: usize,
        [m, k, n]: [u32; 3],
        [transpose_a, transpose_b]: [bool; 2],
        [a, b]: [&[f32]; 2],
    ) -> anyhow::Result<Option<Self>> {
        // SAFETY: this looks for the library and calls nothing in it.
        if !unsafe { sys::is_culib_present() } {
            return Ok(None);
        }
        let stream = CudaContext::new(number).map_err(refused)?.default_stream();
        let blas = CudaBlas::new(stream.clone()).map_err(refused)?;
        let pedantic = cublasMath_t::CUBLAS_PEDANTIC_MATH;
        // SAFETY: the handle is the one that was just made.
        let status = unsafe { sys::cublasSetMathMode(*blas.handle(), pedantic) };
        if status != sys::cublasStatus_t::CUBLAS_STATUS_SUCCESS {
            return Err(refused(CublasError(status)));
        }
        // cuBLAS knows columns first, so it is given the transposed product: C^T = B^T A^T.
        let operation = |transposed| match transposed {
            true => cublasOperation_t::CUBLAS_OP_T,
            false => cublasOperation_t::CUBLAS_OP_N,
        };
        let stored_row_of_a = if transpose_a { m } else { k };
        let stored_row_of_b = if transpose_b { k } else { n };
        let config = GemmConfig {
            transa: operation(transpose_b),
            transb: operation(transpose_a),
            m: n.try_into()?,
            n: m.try_into()?,
            k: k.try_into()?,
            alpha: 1.0,
            lda: stored_row_of_b.try_into()?,
            ldb: stored_row_of_a.try_into()?,
            beta: 0.0,
            ldc: n.try_into()?,
        };
        Ok(Some(Self {
            a: stream.clone_htod(a).map_err(refused)?,
            b: stream.clone_htod(b).map_err(refused)?,
            c: stream
                .alloc_zeros(m as usize * n as usize)
                .map_err(refused)?,
            blas,
            stream,
            config,
        }))
    }

    /// Its name and version.
    pub fn name(&self) -> String {
        let mut version = 0;
        // SAFETY: the handle is cuBLAS's own, and the place is that of a number.
        let status = unsafe { sys::cublasGetVersion_v2(*self.blas.handle(), &raw mut version) };
        match status {
            sys::cublasStatus_t::CUBLAS_STATUS_SUCCESS => format!("cuBLAS {version}"),
            _ => "cuBLAS".to_owned(),
        }
    }

    /// Computes the product so many times; the seconds that it took.
    pub fn run(&mut self, times: u64) -> anyhow::Result<f64> {
        let start = Instant::now();
        for _ in 0..times {
            // SAFETY: the matrices have the extents of the configuration.
            unsafe {
                self.blas
                    .gemm(self.config, &self.b, &self.a, &mut self.c)
                    .map_err(refused)?;
            }
        }
        self.stream.synchronize().map_err(refused)?;
        Ok(start.elapsed().as_secs_f64())
    }

    /// The product, row-major.
    pub fn output(&self) -> anyhow::Result<Vec<f32>> {
        self.stream.clone_dtoh(&self.c).map_err(refused)
    }
}

/// What the driver or cuBLAS has to say.
fn refused(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}
