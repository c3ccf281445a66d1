// What all kernels share: the types, the two parameters, and the number of a thread.
//
// Every kernel has two parameters: the operands of its operation, and a shape of its own. Its grid has one dimension, and
// its blocks have as many threads as the host says. Nothing else is known to it: no header and no library.

typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;

// Terms of a chunk of rule S.
#define CHUNK 512
#define WARP 32
#define ALL_LANES 0xffffffffu

// Where the tensors of an operation lie, as words.
struct Operands {
    const u32 *in[8];
    u32 *out;
    u32 *workspace;
    // The number of the step.
    const u64 *step;
};

#ifndef KERNEL
#define PARAMETERS(Shape) (const __grid_constant__ Operands io, const __grid_constant__ Shape p)
// A kernel whose threads have nothing to do with each other.
#define KERNEL(name, Shape) extern "C" __global__ void name PARAMETERS(Shape)
// A kernel whose blocks of `threads` threads meet at barriers; at least `blocks` of them run on a processor at once.
#define BLOCK_KERNEL(name, Shape, threads, blocks)                                                                     \
    extern "C" __global__ void __launch_bounds__(threads, blocks) name PARAMETERS(Shape)
#endif

#define INLINE static __device__ __forceinline__

// The number of this thread in the grid.
INLINE u64 thread_number() { return (u64)blockIdx.x * blockDim.x + threadIdx.x; }

// The number of threads in the grid.
INLINE u64 thread_count() { return (u64)gridDim.x * blockDim.x; }

// The number of this thread's warp in the grid, and of warps in the grid. Blocks have whole warps.
INLINE u64 warp_number() { return thread_number() / WARP; }
INLINE u64 warp_count() { return thread_count() / WARP; }
INLINE u32 lane_number() { return threadIdx.x % WARP; }

INLINE const float *floats(const u32 *words) { return (const float *)words; }
INLINE float *floats(u32 *words) { return (float *)words; }

INLINE float from_bits(u32 bits) { return __uint_as_float(bits); }
INLINE u32 to_bits(float x) { return __float_as_uint(x); }

INLINE u32 minimum_of(u32 a, u32 b) { return a < b ? a : b; }
