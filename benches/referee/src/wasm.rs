//! What a Wasm module needs and its host does not give: exports, memory and an end for panics.

use alloc::{vec, vec::Vec};
use assay_commitment::{Hash, Keccak};
use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
    ptr::null_mut,
};

#[link(wasm_import_module = "host")]
extern "C" {
    /// Writes the Keccak-256 of `len` bytes at `data` to the 32 bytes at `out`.
    fn keccak_256(data: *const u8, len: usize, out: *mut u8);
}

/// Keccak-256 by the host, as in the runtime.
struct HostKeccak;

impl Keccak for HostKeccak {
    fn hash(parts: &[&[u8]]) -> Hash {
        let (data, mut out) = (parts.concat(), Hash::default());
        // SAFETY: both are live and of these lengths.
        unsafe { keccak_256(data.as_ptr(), data.len(), out.as_mut_ptr()) };
        out
    }
}

/// Room for a question of `len` bytes.
#[no_mangle]
pub extern "C" fn room(len: usize) -> *mut u8 {
    Vec::leak(vec![0; len]).as_mut_ptr()
}

/// Answers the question in the `len` bytes at `bytes`.
///
/// # Safety
/// They must be what [`room`] gave for that length.
#[no_mangle]
pub unsafe extern "C" fn judge(bytes: *const u8, len: usize) -> u32 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { core::slice::from_raw_parts(bytes, len) };
    crate::judge::<HostKeccak>(bytes) as u32
}

/// Memory that is never given back: each question has an instance of its own.
struct Bump(UnsafeCell<(usize, usize)>);

// SAFETY: the module has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump(UnsafeCell::new((0, 0)));

const PAGE: usize = 1 << 16;

// SAFETY: every block is new memory of the asked size and alignment.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: nothing else holds a reference, as the module has one thread.
        let (next, end) = unsafe { &mut *self.0.get() };
        let start = next.next_multiple_of(layout.align());
        let Some(needed) = start.checked_add(layout.size()) else {
            return null_mut();
        };
        if needed > *end {
            let pages = (needed - *end).div_ceil(PAGE).max(16);
            let grown = core::arch::wasm32::memory_grow(0, pages);
            if grown == usize::MAX {
                return null_mut();
            }
            if *end != grown * PAGE {
                *next = grown * PAGE;
            }
            *end = (grown + pages) * PAGE;
            // SAFETY: as for this call; the memory is there now.
            return unsafe { self.alloc(layout) };
        }
        *next = needed;
        start as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
