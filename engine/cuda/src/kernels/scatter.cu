// ScatterAdd: rows of values added up where an index sends them, by rule S over positions. Inputs: index, values.
//
// Each chunk of positions is sorted by the rows that they name, so that those of one row are a run of slots. The sum of a
// run is one thread's for each column. Where there is more than one chunk, the runs of one row are linked, the sums go to
// the workspace, and the thread of the row's first run adds them in order. No two threads write to one place.

struct ScatterShape {
    u32 positions;
    // Words of a row.
    u32 width;
    // Rows of the output.
    u32 rows;
    // Chunks of positions.
    u32 chunks;
};

// The workspace.
struct Slots {
    // Positions: in the slots of each chunk those of the chunk, by the rows that they name.
    u32 *position;
    // In the first slot of each run how long it is; 0 in others, and where the output has no such row.
    u32 *run;
    // For the first slot of each run that of the next chunk's run of the same row, or the number of positions.
    u32 *next;
    // For the first slot of each run whether no chunk before names the row.
    u32 *leads;
    // The sums of runs, a row for each slot.
    float *parts;
};

INLINE Slots slots(const Operands &io, const ScatterShape &p) {
    u32 *start = io.workspace;
    u64 n = p.positions;
    return Slots{start, start + n, start + 2 * n, start + 3 * n, floats(start + 4 * n)};
}

KERNEL(scatter_clear, ScatterShape) {
    u64 words = (u64)p.rows * p.width;
    for (u64 word = thread_number(); word < words; word += thread_count()) io.out[word] = 0;
}

// Each position finds its slot by counting.
KERNEL(scatter_sort, ScatterShape) {
    Slots at = slots(io, p);
    const u32 *index = io.in[0];
    for (u64 number = thread_number(); number < p.positions; number += thread_count()) {
        u32 position = (u32)number, row = index[position];
        u32 start = position / CHUNK * CHUNK, end = minimum_of(start + CHUNK, p.positions);
        u32 below = 0, same = 0, before = 0;
        for (u32 other = start; other < end; other++) {
            u32 named = index[other];
            below += named < row;
            same += named == row;
            before += named == row && other < position;
        }
        u32 slot = start + below + before;
        at.position[slot] = position;
        at.run[slot] = before == 0 && row < p.rows ? same : 0;
    }
}

// The first slot of a chunk's run of a row, or the number of positions if there is none.
INLINE u32 run_of(const Slots &at, const u32 *index, const ScatterShape &p, u32 chunk, u32 row) {
    u32 low = chunk * CHUNK, end = minimum_of(low + CHUNK, p.positions), high = end;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (index[at.position[middle]] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && index[at.position[low]] == row ? low : p.positions;
}

// Links the runs of each row.
KERNEL(scatter_link, ScatterShape) {
    Slots at = slots(io, p);
    const u32 *index = io.in[0];
    for (u64 slot = thread_number(); slot < p.positions; slot += thread_count()) {
        if (at.run[slot] == 0) continue;
        u32 row = index[at.position[slot]], own = (u32)slot / CHUNK;
        u32 next = p.positions, earlier = p.positions;
        for (u32 chunk = own + 1; chunk < p.chunks && next == p.positions; chunk++) next = run_of(at, index, p, chunk, row);
        for (u32 chunk = 0; chunk < own && earlier == p.positions; chunk++) earlier = run_of(at, index, p, chunk, row);
        at.next[slot] = next;
        at.leads[slot] = earlier == p.positions;
    }
}

// The sum of each run; it is the output's if there is no other chunk.
KERNEL(scatter_parts, ScatterShape) {
    Slots at = slots(io, p);
    u64 all = (u64)p.positions * p.width;
    for (u64 number = thread_number(); number < all; number += thread_count()) {
        u64 slot = number / p.width, col = number % p.width;
        u32 run = at.run[slot];
        if (run == 0) continue;
        const u32 *position = at.position + slot;
        const float *x = floats(io.in[1]) + col;
        float part = 0.0f;
#pragma unroll 4
        for (u32 term = 0; term < run; term++) part = f_add(part, x[(u64)position[term] * p.width]);
        if (p.chunks == 1)
            floats(io.out)[(u64)io.in[0][*position] * p.width + col] = f_add(0.0f, part);
        else
            at.parts[number] = part;
    }
}

// Adds the runs of each row in the order of their chunks.
KERNEL(scatter_join, ScatterShape) {
    Slots at = slots(io, p);
    u64 all = (u64)p.positions * p.width;
    for (u64 number = thread_number(); number < all; number += thread_count()) {
        u64 slot = number / p.width, col = number % p.width;
        if (at.run[slot] == 0 || !at.leads[slot]) continue;
        float total = 0.0f;
        for (u64 run = slot; run < p.positions; run = at.next[run]) total = f_add(total, at.parts[run * p.width + col]);
        floats(io.out)[(u64)io.in[0][at.position[slot]] * p.width + col] = total;
    }
}
