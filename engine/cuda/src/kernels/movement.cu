// Data movement: every element of the output is one of an input, its word unchanged.

struct MoveShape {
    // Elements that are moved, and their box.
    u64 elements;
    u32 dims[4];
    // First elements, and elements from one to the next along each dimension, in the input and in the output.
    u64 from, to;
    u64 from_stride[4], to_stride[4];
    // Which input.
    u32 input;
    u32 reserved;
};

template <class Index> INLINE void move_box(const Operands &io, const MoveShape &p) {
    const u32 *from = io.in[p.input] + p.from;
    u32 *to = io.out + p.to;
    for (u64 number = thread_number(); number < p.elements; number += thread_count()) {
        Index rest = (Index)number;
        u64 source = 0, target = 0;
#pragma unroll
        for (i32 axis = 3; axis >= 0; axis--) {
            u64 index = rest % p.dims[axis];
            rest /= p.dims[axis];
            source += index * p.from_stride[axis];
            target += index * p.to_stride[axis];
        }
        to[target] = from[source];
    }
}

// Any box. Divisions are in 32 bits where the numbers are.
KERNEL(move_elements, MoveShape) {
    if (p.elements >> 32)
        move_box<u64>(io, p);
    else
        move_box<u32>(io, p);
}

struct TurnShape {
    // The input's last dimension becomes `rows` of the output, whose last dimension is `cols`.
    u32 rows, cols;
    // Squares of 32 x 32 in these.
    u32 blocks_rows, blocks_cols;
    // The other two dimensions of the output: the size of the second, and the elements from one to the next.
    u32 lead;
    u32 reserved;
    u64 from_lead[2], to_lead[2];
    u64 from_col, to_row;
};

// A permutation under which rows become columns, by squares through shared memory: both sides are read and written along
// their rows.
BLOCK_KERNEL(turn_squares, TurnShape, 256, 4) {
    __shared__ u32 square[WARP][WARP + 1];
    u32 id = blockIdx.x;
    u32 col0 = id % p.blocks_cols * WARP;
    id /= p.blocks_cols;
    u32 row0 = id % p.blocks_rows * WARP;
    id /= p.blocks_rows;
    u32 lead0 = id / p.lead, lead1 = id % p.lead;
    const u32 *from = io.in[0] + lead0 * p.from_lead[0] + lead1 * p.from_lead[1];
    u32 *to = io.out + lead0 * p.to_lead[0] + lead1 * p.to_lead[1];
    u32 along = threadIdx.x % WARP, step = 256 / WARP;
    for (u32 other = threadIdx.x / WARP; other < WARP; other += step) {
        u32 row = row0 + along, col = col0 + other;
        if (row < p.rows && col < p.cols) square[other][along] = from[col * p.from_col + row];
    }
    __syncthreads();
    for (u32 other = threadIdx.x / WARP; other < WARP; other += step) {
        u32 row = row0 + other, col = col0 + along;
        if (row < p.rows && col < p.cols) to[row * p.to_row + col] = square[along][other];
    }
}
