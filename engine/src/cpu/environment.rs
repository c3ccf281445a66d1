//! The floating-point environment of the running thread: round to nearest even, subnormals kept, no traps.

/// The definition's environment for as long as this lives; what was there before comes back afterwards.
///
/// A foreign library may have switched on flush-to-zero in this thread. Then every subnormal would silently become
/// another number, so each thread looks before it computes.
pub(crate) struct Environment {
    foreign: Option<platform::Control>,
}

impl Environment {
    /// Looks at the control register and mends it where it differs.
    pub(crate) fn enter() -> Self {
        let found = platform::read();
        let wanted = platform::mended(found);
        if found == wanted {
            return Self { foreign: None };
        }
        platform::write(wanted);
        Self {
            foreign: Some(found),
        }
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        if let Some(control) = self.foreign {
            platform::write(control);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod platform {
    use core::arch::asm;

    /// MXCSR.
    pub(super) type Control = u32;

    /// Everything but the sticky flags: denormals-are-zero, traps, rounding, flush-to-zero.
    const MODE: u32 = 0xffc0;
    /// Traps masked, nearest even, subnormals kept.
    const DEFAULT: u32 = 0x1f80;

    pub(super) fn mended(control: Control) -> Control {
        (control & !MODE) | DEFAULT
    }

    pub(super) fn read() -> Control {
        let mut control: u32 = 0;
        // SAFETY: stores four bytes to a local variable.
        unsafe {
            asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack, preserves_flags))
        };
        control
    }

    pub(super) fn write(control: Control) {
        // SAFETY: reads four bytes of a local variable. The value is one that was read before, or that with the modes
        // which the language presumes; no reserved bit is ever set.
        unsafe {
            asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack, preserves_flags))
        };
    }
}

#[cfg(target_arch = "aarch64")]
mod platform {
    use core::arch::asm;

    /// FPCR.
    pub(super) type Control = u64;

    /// FZ, RMode, FZ16, AH.
    const MODE: u64 = 1 << 24 | 3 << 22 | 1 << 19 | 1 << 1;

    pub(super) fn mended(control: Control) -> Control {
        control & !MODE
    }

    pub(super) fn read() -> Control {
        let control: u64;
        // SAFETY: reads a control register that every program may read.
        unsafe { asm!("mrs {}, fpcr", out(reg) control, options(nomem, nostack, preserves_flags)) };
        control
    }

    pub(super) fn write(control: Control) {
        // SAFETY: writes back a value that was read before, or that with the modes which the language presumes.
        unsafe { asm!("msr fpcr, {}", in(reg) control, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod platform {
    /// Nothing to look at.
    pub(super) type Control = ();

    pub(super) fn mended((): Control) -> Control {}

    pub(super) fn read() -> Control {}

    pub(super) fn write((): Control) {}
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn flush_to_zero_is_switched_off_and_comes_back() {
        let (before, flushing) = (platform::read(), platform::read() | 0x8040);
        platform::write(flushing);
        let inside = {
            let _environment = Environment::enter();
            black_box(f32::MIN_POSITIVE) * black_box(0.5)
        };
        let after = platform::read() & 0xffc0;
        platform::write(before);
        assert_eq!(inside.to_bits(), 0x0040_0000);
        assert_eq!(after, flushing & 0xffc0);
    }

    #[test]
    fn the_usual_environment_is_left_alone() {
        assert!(Environment::enter().foreign.is_none());
    }
}
