// Copies from global to shared memory that go on while the threads compute.

#ifndef EMULATED

#if __CUDA_ARCH__ >= 800

INLINE u32 shared_address(const float *to) { return (u32)__cvta_generic_to_shared(to); }

// Copies four elements, both sides aligned to 16 bytes, or writes zeros and reads nothing.
INLINE void copy4(float *to, const float *from, bool inside) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from),
                 "r"(inside ? 16 : 0));
}

// Copies one element, or writes zero and reads nothing.
INLINE void copy1(float *to, const float *from, bool inside) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(shared_address(to)), "l"(from),
                 "r"(inside ? 4 : 0));
}

// Waits for all copies of this thread.
INLINE void finish_copies() { asm volatile("cp.async.wait_all;" ::: "memory"); }

#else

INLINE void copy4(float *to, const float *from, bool inside) {
    *(float4 *)to = inside ? *(const float4 *)from : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
}
INLINE void copy1(float *to, const float *from, bool inside) { *to = inside ? *from : 0.0f; }
INLINE void finish_copies() {}

#endif

#endif
