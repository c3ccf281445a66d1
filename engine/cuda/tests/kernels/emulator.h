// A graphics processor in slow motion: what the kernels need of CUDA, for a C++ compiler.
//
// Every thread of a block is a fiber. It runs until it waits at a barrier or a shuffle; who waits goes on when all of its
// block or warp have come. The threads run in the order that the caller wants, so that a missing barrier shows; a barrier
// that some threads never reach is an error. Asynchronous copies happen when they are waited for, and not before.

#define EMULATED

#include <cstdint>
#include <cstring>
#include <ucontext.h>
#include <vector>

#define __device__
#define __forceinline__ inline
#define __shared__ static thread_local
#define __constant__ static const
#define __align__(n) __attribute__((aligned(n)))

struct Index {
    unsigned x;
};
static thread_local Index threadIdx, blockIdx, blockDim, gridDim;

struct alignas(16) float4 {
    float x, y, z, w;
};
static inline float4 make_float4(float x, float y, float z, float w) { return float4{x, y, z, w}; }

static inline float __uint_as_float(unsigned bits) {
    float x;
    std::memcpy(&x, &bits, 4);
    return x;
}
static inline unsigned __float_as_uint(float x) {
    unsigned bits;
    std::memcpy(&bits, &x, 4);
    return bits;
}
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline float __fsqrt_rn(float x) { return __builtin_sqrtf(x); }
static inline float __int2float_rn(int i) { return (float)i; }

namespace emulator {

enum class State { Ready, AtBlock, AtWarp, Done };

struct Copy {
    float *to;
    const float *from;
    unsigned count;
    bool inside;
};

struct Fiber {
    ucontext_t context;
    State state;
    uint64_t offered;
    std::vector<Copy> copies;
};

const unsigned WARP_SIZE = 32;
const size_t STACK_BYTES = 64 << 10;

struct Block {
    std::vector<Fiber> fibers;
    std::vector<char> stacks;
    ucontext_t scheduler;
    unsigned running;
    void (*body)(const void *, const void *);
    const void *operands, *shape;
    const char *error;
};
static thread_local Block *block;

static Fiber &self() { return block->fibers[block->running]; }

static void wait_as(State state) {
    if (block == nullptr) __builtin_trap();
    self().state = state;
    unsigned number = block->running;
    swapcontext(&self().context, &block->scheduler);
    threadIdx.x = number;
}

static void finish_copies_of(Fiber &fiber) {
    for (const Copy &copy : fiber.copies)
        for (unsigned i = 0; i < copy.count; i++) copy.to[i] = copy.inside ? copy.from[i] : 0.0f;
    fiber.copies.clear();
}

static void enter() {
    block->body(block->operands, block->shape);
    if (!self().copies.empty()) block->error = "a thread ends before its copies";
    self().state = State::Done;
    swapcontext(&self().context, &block->scheduler);
}

// A permutation of the block's threads for each round.
static unsigned in_order(unsigned place, unsigned threads, unsigned order) {
    if (order == 0) return place;
    if (order == 1) return threads - 1 - place;
    return (place * 2654435761u + order) % threads;
}

// Lets all of `first .. end` go on that wait in `state`, if nobody is elsewhere. True if somebody does.
static bool release(unsigned first, unsigned end, State state) {
    unsigned waiting = 0, elsewhere = 0;
    for (unsigned thread = first; thread < end; thread++) {
        State found = block->fibers[thread].state;
        waiting += found == state;
        elsewhere += found != state;
    }
    if (waiting == 0 || elsewhere > 0) return false;
    for (unsigned thread = first; thread < end; thread++) block->fibers[thread].state = State::Ready;
    return true;
}

static void run_ready(unsigned threads, unsigned order) {
    for (unsigned place = 0; place < threads; place++) {
        unsigned thread = in_order(place, threads, order);
        Fiber &fiber = block->fibers[thread];
        if (fiber.state != State::Ready) continue;
        block->running = thread;
        threadIdx.x = thread;
        swapcontext(&block->scheduler, &fiber.context);
    }
}

static void run_block(unsigned threads, unsigned order) {
    for (unsigned thread = 0; thread < threads; thread++) {
        Fiber &fiber = block->fibers[thread];
        fiber.state = State::Ready;
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = &block->stacks[thread * STACK_BYTES];
        fiber.context.uc_stack.ss_size = STACK_BYTES;
        fiber.context.uc_link = nullptr;
        makecontext(&fiber.context, enter, 0);
    }
    for (;;) {
        run_ready(threads, order);
        bool released = release(0, threads, State::AtBlock), ended = true;
        for (unsigned warp = 0; warp < threads; warp += WARP_SIZE)
            released |= release(warp, warp + WARP_SIZE < threads ? warp + WARP_SIZE : threads, State::AtWarp);
        for (const Fiber &fiber : block->fibers) ended &= fiber.state == State::Done;
        if (ended) return;
        if (!released) {
            block->error = "some threads wait where others never come";
            return;
        }
    }
}

// Runs a grid whose threads meet at barriers.
static const char *run_blocks(void (*body)(const void *, const void *), const void *operands, const void *shape,
                              unsigned grid, unsigned threads, unsigned order) {
    Block here;
    here.fibers.resize(threads);
    here.stacks.resize(threads * STACK_BYTES);
    here.body = body;
    here.operands = operands;
    here.shape = shape;
    here.error = nullptr;
    block = &here;
    gridDim.x = grid;
    blockDim.x = threads;
    for (unsigned number = 0; number < grid && here.error == nullptr; number++) {
        blockIdx.x = order == 1 ? grid - 1 - number : number;
        run_block(threads, order);
    }
    block = nullptr;
    return here.error;
}

// Runs a grid whose threads have nothing to do with each other.
static const char *run_threads(void (*body)(const void *, const void *), const void *operands, const void *shape,
                               unsigned grid, unsigned threads, unsigned order) {
    gridDim.x = grid;
    blockDim.x = threads;
    for (unsigned number = 0; number < grid; number++) {
        blockIdx.x = order == 1 ? grid - 1 - number : number;
        for (unsigned place = 0; place < threads; place++) {
            threadIdx.x = in_order(place, threads, order == 1 ? 1 : 0);
            body(operands, shape);
        }
    }
    return nullptr;
}

template <class T> static T exchange(T value, unsigned from) {
    uint64_t word = 0;
    std::memcpy(&word, &value, sizeof value);
    self().offered = word;
    wait_as(State::AtWarp);
    unsigned warp = block->running / WARP_SIZE * WARP_SIZE;
    std::memcpy(&value, &block->fibers[warp + from].offered, sizeof value);
    wait_as(State::AtWarp);
    return value;
}

} // namespace emulator

static inline void __syncthreads() { emulator::wait_as(emulator::State::AtBlock); }
static inline void __syncwarp() { emulator::wait_as(emulator::State::AtWarp); }

template <class T> static T __shfl_sync(unsigned, T value, unsigned lane) { return emulator::exchange(value, lane); }
template <class T> static T __shfl_down_sync(unsigned, T value, unsigned by) {
    unsigned lane = threadIdx.x % emulator::WARP_SIZE;
    return emulator::exchange(value, lane + by < emulator::WARP_SIZE ? lane + by : lane);
}

static inline void copy4(float *to, const float *from, bool inside) {
    if ((uintptr_t)to % 16 != 0 || (uintptr_t)from % 16 != 0) emulator::block->error = "a copy is not aligned";
    emulator::self().copies.push_back({to, from, 4, inside});
}
static inline void copy1(float *to, const float *from, bool inside) {
    emulator::self().copies.push_back({to, from, 1, inside});
}
static inline void finish_copies() { emulator::finish_copies_of(emulator::self()); }

// On the host a kernel is a function of two pointers, and what runs its grid.
#define EMULATED_KERNEL(name, Shape, run)                                                                              \
    static void name##_body(const Operands &io, const Shape &p);                                                       \
    static void name##_entry(const void *io, const void *p) { name##_body(*(const Operands *)io, *(const Shape *)p); } \
    extern "C" const char *name(const void *io, const void *p, unsigned grid, unsigned threads, unsigned order) {      \
        return emulator::run(name##_entry, io, p, grid, threads, order);                                               \
    }                                                                                                                  \
    static void name##_body(const Operands &io, const Shape &p)
#define KERNEL(name, Shape) EMULATED_KERNEL(name, Shape, run_threads)
#define BLOCK_KERNEL(name, Shape, most, blocks)                                                                        \
    static_assert((most) % emulator::WARP_SIZE == 0, "whole warps");                                                   \
    EMULATED_KERNEL(name, Shape, run_blocks)
