// Reductions: rows by a warp each, columns and leading dimensions by a thread for each element of the output.
//
// Sums follow rule S. The terms of one chunk are taken by one thread; where a sum has more than one chunk, the chunks go
// to the workspace and a second kernel adds them in order. A maximum has no order and takes the same way.

struct Sum {
    INLINE float empty() { return 0.0f; }
    INLINE float join(float a, float b) { return f_add(a, b); }
};

struct Max {
    INLINE float empty() { return from_bits(0xff800000u); }
    INLINE float join(float a, float b) { return maximum(a, b); }
};

struct RowShape {
    u64 rows;
    u32 cols;
    // Chunks of a row: 512 terms for each of 32 lanes.
    u32 chunks;
};

// Joins the lanes of a warp in halves: 16, 8, 4, 2, 1. The result is lane 0's.
template <class R> INLINE float join_lanes(float lane) {
#pragma unroll
    for (u32 half = WARP / 2; half > 0; half /= 2) lane = R::join(lane, __shfl_down_sync(ALL_LANES, lane, half));
    return lane;
}

// One chunk of one row: lane l takes columns l, l + 32, ...
template <class R> INLINE float chunk_of_row(const float *row, u32 cols, u32 chunk) {
    u64 start = (u64)chunk * CHUNK * WARP + lane_number();
    u64 end = start + CHUNK * WARP;
    float part = R::empty();
    for (u64 col = start; col < end && col < cols; col += WARP) part = R::join(part, row[col]);
    return part;
}

template <class R> INLINE void rows_at_once(const Operands &io, const RowShape &p) {
    for (u64 row = warp_number(); row < p.rows; row += warp_count()) {
        float part = chunk_of_row<R>(floats(io.in[0]) + row * p.cols, p.cols, 0);
        float total = join_lanes<R>(R::join(R::empty(), part));
        if (lane_number() == 0) floats(io.out)[row] = total;
    }
}

template <class R> INLINE void rows_in_chunks(const Operands &io, const RowShape &p) {
    for (u64 piece = warp_number(); piece < p.rows * p.chunks; piece += warp_count()) {
        u64 row = piece / p.chunks;
        const float *x = floats(io.in[0]) + row * p.cols;
        floats(io.workspace)[piece * WARP + lane_number()] = chunk_of_row<R>(x, p.cols, (u32)(piece % p.chunks));
    }
}

template <class R> INLINE void join_rows(const Operands &io, const RowShape &p) {
    for (u64 row = warp_number(); row < p.rows; row += warp_count()) {
        const float *parts = floats(io.workspace) + row * p.chunks * WARP + lane_number();
        float total = R::empty();
        for (u32 chunk = 0; chunk < p.chunks; chunk++) total = R::join(total, parts[(u64)chunk * WARP]);
        total = join_lanes<R>(total);
        if (lane_number() == 0) floats(io.out)[row] = total;
    }
}

BLOCK_KERNEL(row_sum, RowShape, 256, 4) { rows_at_once<Sum>(io, p); }
BLOCK_KERNEL(row_sum_chunks, RowShape, 256, 4) { rows_in_chunks<Sum>(io, p); }
BLOCK_KERNEL(row_sum_join, RowShape, 256, 4) { join_rows<Sum>(io, p); }
BLOCK_KERNEL(row_max, RowShape, 256, 4) { rows_at_once<Max>(io, p); }
BLOCK_KERNEL(row_max_chunks, RowShape, 256, 4) { rows_in_chunks<Max>(io, p); }
BLOCK_KERNEL(row_max_join, RowShape, 256, 4) { join_rows<Max>(io, p); }

struct StackShape {
    // Elements of the output, and of one of its matrices or rows that lie together in the input as well.
    u64 elements, inner;
    // Terms along two dimensions, of which the second is taken first; and the elements from one to the next.
    u32 terms[2];
    u64 term_stride[2];
    // The output's leading index is split by this; and the elements from one to the next in the input.
    u32 lead;
    u32 chunks;
    u64 lead_stride[2];
};

// One chunk of one element of the output.
template <class R> INLINE float chunk_of_stack(const float *x, const StackShape &p, u64 element, u32 chunk) {
    u64 outer = element / p.inner;
    x += outer / p.lead * p.lead_stride[0] + outer % p.lead * p.lead_stride[1] + element % p.inner;
    u64 all = (u64)p.terms[0] * p.terms[1];
    u64 term = (u64)chunk * CHUNK;
    u64 end = term + CHUNK < all ? term + CHUNK : all;
    u32 first = (u32)(term / p.terms[1]), second = (u32)(term % p.terms[1]);
    float part = R::empty();
    for (; term < end; term++) {
        part = R::join(part, x[first * p.term_stride[0] + second * p.term_stride[1]]);
        if (++second == p.terms[1]) {
            second = 0;
            first++;
        }
    }
    return part;
}

template <class R> INLINE void stacks(const Operands &io, const StackShape &p) {
    for (u64 piece = thread_number(); piece < p.elements * p.chunks; piece += thread_count()) {
        u64 element = piece % p.elements;
        float part = chunk_of_stack<R>(floats(io.in[0]), p, element, (u32)(piece / p.elements));
        if (p.chunks == 1)
            floats(io.out)[element] = R::join(R::empty(), part);
        else
            floats(io.workspace)[piece] = part;
    }
}

KERNEL(stack_sum, StackShape) { stacks<Sum>(io, p); }
KERNEL(stack_max, StackShape) { stacks<Max>(io, p); }

struct ChunkShape {
    u64 elements;
    u32 chunks;
    u32 reserved;
};

// Joins chunks that lie one after the other in the workspace.
template <class R> INLINE void join_chunks(const Operands &io, const ChunkShape &p) {
    for (u64 element = thread_number(); element < p.elements; element += thread_count()) {
        float total = R::empty();
        for (u32 chunk = 0; chunk < p.chunks; chunk++)
            total = R::join(total, floats(io.workspace)[chunk * p.elements + element]);
        floats(io.out)[element] = total;
    }
}

KERNEL(add_chunks, ChunkShape) { join_chunks<Sum>(io, p); }
KERNEL(max_chunks, ChunkShape) { join_chunks<Max>(io, p); }
