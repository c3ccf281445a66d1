// Operators that take one place of their data for each row of the output; a warp makes a row.

struct LookupShape {
    // Rows of the output, words of a row, and the first index that is out of range.
    u32 rows, width, limit;
    u32 reserved;
};

// Copies a row, or makes it zero.
INLINE void copy_row(u32 *to, const u32 *from, u32 width, bool inside) {
    for (u32 col = lane_number(); col < width; col += WARP) to[col] = inside ? from[col] : 0;
}

// y[i, :] = table[index[i], :]. Inputs: index, table.
KERNEL(gather, LookupShape) {
    for (u64 row = warp_number(); row < p.rows; row += warp_count()) {
        u32 index = io.in[0][row];
        bool inside = index < p.limit;
        copy_row(io.out + row * p.width, io.in[1] + (inside ? (u64)index * p.width : 0), p.width, inside);
    }
}

// y[i] = x[i, index[i]]. Inputs: index, x.
KERNEL(pick, LookupShape) {
    for (u64 row = thread_number(); row < p.rows; row += thread_count()) {
        u32 index = io.in[0][row];
        io.out[row] = index < p.limit ? io.in[1][row * p.limit + index] : 0;
    }
}

// y[i, j] = 1 if index[i] = j, else +0.
KERNEL(one_hot, LookupShape) {
    for (u64 row = warp_number(); row < p.rows; row += warp_count()) {
        u32 index = io.in[0][row];
        u32 *to = io.out + row * p.width;
        for (u32 col = lane_number(); col < p.width; col += WARP) to[col] = col == index ? 0x3f800000u : 0;
    }
}

struct BatchShape {
    // The program's seed, little endian.
    u64 seed[4];
    // Rows of the dataset and of the batch, words of a row, and whether the rows are shuffled.
    u32 rows, batch, width, shuffled;
};

// The finaliser of splitmix64.
INLINE u64 mix(u64 z) {
    z ^= z >> 30;
    z *= 0xbf58476d1ce4e5b9ull;
    z ^= z >> 27;
    z *= 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

#define GOLDEN 0x9e3779b97f4a7c15ull
#define ROUNDS 8
#define MAX_TURNS 64

// The highest bits of a number, 0 if none are asked for.
INLINE u64 top_bits(u64 x, u32 bits) { return bits == 0 ? 0 : x >> (64 - bits); }

// One pass through the Feistel network over low + high bits.
INLINE u64 feistel(u64 x, const u64 (&keys)[ROUNDS], u32 low_bits, u32 high_bits) {
    u64 high = x >> low_bits;
    u64 low = x ^ high << low_bits;
#pragma unroll
    for (u32 round = 0; round < ROUNDS; round++) {
        if (round % 2 == 0)
            high ^= top_bits(mix(low ^ keys[round]), high_bits);
        else
            low ^= top_bits(mix(high ^ keys[round]), low_bits);
    }
    return high << low_bits | low;
}

// Where the permutation of an epoch sends a position.
INLINE u64 permuted(const BatchShape &p, u64 epoch, u64 position) {
    if (p.rows <= 1) return 0;
    u32 width = 0;
    while (((u64)p.rows - 1) >> width) width++;
    u64 key = GOLDEN;
#pragma unroll
    for (u32 word = 0; word < 4; word++) key = mix(key ^ p.seed[word]);
    key = mix(key ^ epoch);
    u64 keys[ROUNDS];
#pragma unroll
    for (u32 round = 0; round < ROUNDS; round++) keys[round] = mix(key + (round + 1) * GOLDEN);
    u64 x = position;
    for (u32 turn = 0; turn < MAX_TURNS; turn++) {
        x = feistel(x, keys, width / 2, width - width / 2);
        if (x < p.rows) return x;
    }
    return x % p.rows;
}

// The batch of the current step: y[j, :] = x[row(j), :].
KERNEL(batch_rows, BatchShape) {
    for (u64 place = warp_number(); place < p.batch; place += warp_count()) {
        u64 position = *io.step * p.batch + place;
        u64 at = position % p.rows;
        u64 row = p.shuffled ? permuted(p, position / p.rows, at) : at;
        copy_row(io.out + place * p.width, io.in[0] + row * p.width, p.width, true);
    }
}

struct WriteShape {
    // Rows of the tape and of the value, and words of a row.
    u32 rows, count, width;
    u32 reserved;
};

// Replaces the rows from step * count on of the tape, which is the output, by the value; those past the end are dropped.
// Inputs: the old tape, the value.
KERNEL(row_write, WriteShape) {
    u64 step = *io.step;
    // The product of larger numbers is past every end, and may not fit.
    if (step >> 32) return;
    u64 first = step * p.count;
    for (u64 row = warp_number(); row < p.count; row += warp_count()) {
        if (first + row < p.rows) copy_row(io.out + (first + row) * p.width, io.in[1] + row * p.width, p.width, true);
    }
}
