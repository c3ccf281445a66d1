// Keccak-256 of tiles and of the nodes of their trees: leaves straight from row-major memory, then level by level.

// The 25 lanes of a state, in registers: all indices are known when this is compiled.
struct Sponge {
    u64 s[25];
};

__constant__ u64 ROUND_CONSTANTS[24] = {
    0x0000000000000001ull, 0x0000000000008082ull, 0x800000000000808aull, 0x8000000080008000ull, 0x000000000000808bull,
    0x0000000080000001ull, 0x8000000080008081ull, 0x8000000000008009ull, 0x000000000000008aull, 0x0000000000000088ull,
    0x0000000080008009ull, 0x000000008000000aull, 0x000000008000808bull, 0x800000000000008bull, 0x8000000000008089ull,
    0x8000000000008003ull, 0x8000000000008002ull, 0x8000000000000080ull, 0x000000000000800aull, 0x800000008000000aull,
    0x8000000080008081ull, 0x8000000000008080ull, 0x0000000080000001ull, 0x8000000080008008ull,
};

// Lanes of a block of 136 bytes.
#define RATE 17

INLINE u64 rotate(u64 x, u32 by) { return x << by | x >> (64 - by); }

// Moves the lane `moved` to place `to`, turned by `by`, and takes up the one that was there.
INLINE void displace(u64 &moved, u64 &to, u32 by) {
    u64 old = to;
    to = rotate(moved, by);
    moved = old;
}

INLINE void permute_sponge(Sponge &sponge) {
    u64 *s = sponge.s;
#pragma unroll 1
    for (u32 round = 0; round < 24; round++) {
        u64 column[5];
#pragma unroll
        for (u32 x = 0; x < 5; x++) column[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
#pragma unroll
        for (u32 x = 0; x < 5; x++) {
            u64 change = column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1);
#pragma unroll
            for (u32 y = 0; y < 25; y += 5) s[y + x] ^= change;
        }
        u64 moved = s[1];
        displace(moved, s[10], 1);
        displace(moved, s[7], 3);
        displace(moved, s[11], 6);
        displace(moved, s[17], 10);
        displace(moved, s[18], 15);
        displace(moved, s[3], 21);
        displace(moved, s[5], 28);
        displace(moved, s[16], 36);
        displace(moved, s[8], 45);
        displace(moved, s[21], 55);
        displace(moved, s[24], 2);
        displace(moved, s[4], 14);
        displace(moved, s[15], 27);
        displace(moved, s[23], 41);
        displace(moved, s[19], 56);
        displace(moved, s[13], 8);
        displace(moved, s[12], 25);
        displace(moved, s[2], 43);
        displace(moved, s[20], 62);
        displace(moved, s[14], 18);
        displace(moved, s[22], 39);
        displace(moved, s[9], 61);
        displace(moved, s[6], 20);
        displace(moved, s[1], 44);
#pragma unroll
        for (u32 y = 0; y < 25; y += 5) {
            u64 row[5];
#pragma unroll
            for (u32 x = 0; x < 5; x++) row[x] = s[y + x];
#pragma unroll
            for (u32 x = 0; x < 5; x++) s[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        s[0] ^= ROUND_CONSTANTS[round];
    }
}

INLINE Sponge empty_sponge() {
    Sponge sponge;
#pragma unroll
    for (u32 lane = 0; lane < 25; lane++) sponge.s[lane] = 0;
    return sponge;
}

// A digest's four lanes, at the place of a hash.
INLINE void put_digest(u64 *to, const Sponge &sponge) {
#pragma unroll
    for (u32 lane = 0; lane < 4; lane++) to[lane] = sponge.s[lane];
}

struct LeafShape {
    // Tiles, and those in a row and in a column of tiles of a matrix.
    u64 tiles;
    u32 tiles_across, tiles_down;
    // Extents of a matrix.
    u32 rows, cols;
    // The code of the element type; floats have their NaN made canonical.
    u32 dtype;
    // Blocks of the longest tile's message.
    u32 blocks;
};

// Where a tile lies.
struct TilePlace {
    const u32 *words;
    u32 rows, cols;
};

INLINE TilePlace tile_place(const Operands &io, const LeafShape &p, u64 tile) {
    u32 across = (u32)(tile % p.tiles_across);
    u64 rest = tile / p.tiles_across;
    u32 down = (u32)(rest % p.tiles_down);
    u64 row = rest / p.tiles_down * p.rows + down * WARP;
    TilePlace place;
    place.words = io.in[0] + row * p.cols + across * WARP;
    place.rows = minimum_of(WARP, p.rows - down * WARP);
    place.cols = minimum_of(WARP, p.cols - across * WARP);
    return place;
}

// The place that a lane of this warp holds.
INLINE TilePlace place_of_lane(const TilePlace &place, u32 lane) {
    TilePlace there;
    there.words = (const u32 *)__shfl_sync(ALL_LANES, (u64)place.words, lane);
    u32 extents = __shfl_sync(ALL_LANES, place.rows << 16 | place.cols, lane);
    there.rows = extents >> 16;
    there.cols = extents & 0xffffu;
    return there;
}

// Half lane number `half` of a tile's padded message: two of the header, the words, and the padding.
INLINE u32 half_lane(const TilePlace &place, const LeafShape &p, u32 half) {
    u32 words = place.rows * place.cols;
    if (half == 0) return p.dtype << 8 | place.rows << 16;
    if (half == 1) return place.cols;
    u32 word = half - 2;
    if (word < words) {
        u32 row = place.cols == WARP ? word / WARP : word / place.cols;
        u32 found = place.words[(u64)row * p.cols + (word - row * place.cols)];
        return p.dtype == 0 ? canonical(found) : found;
    }
    // The message ends in its last block: 01, zeros, 80 in the block's last byte.
    u32 last = ((words + 2) / (2 * RATE) + 1) * 2 * RATE - 1;
    return (word == words ? 1u : 0u) | (half == last ? 0x80000000u : 0u);
}

// Hashes tiles: a warp 32 of them, a lane one. For each block of the messages the warp reads all of its tiles' words
// together, tile after tile, so that memory is read along rows.
BLOCK_KERNEL(leaves, LeafShape, 64, 8) {
    __shared__ u32 staged[2][WARP][2 * RATE + 1];
    u32(&stage)[WARP][2 * RATE + 1] = staged[threadIdx.x / WARP];
    u32 lane = lane_number();
    for (u64 first = warp_number() * WARP; first < p.tiles; first += warp_count() * WARP) {
        u32 present = first + WARP < p.tiles ? WARP : (u32)(p.tiles - first);
        bool mine = lane < present;
        TilePlace place = tile_place(io, p, mine ? first + lane : first);
        u32 blocks = (place.rows * place.cols + 2) / (2 * RATE) + 1;
        Sponge sponge = empty_sponge();
        for (u32 block = 0; block < p.blocks; block++) {
            for (u32 other = 0; other < present; other++) {
                TilePlace there = place_of_lane(place, other);
                for (u32 half = lane; half < 2 * RATE; half += WARP)
                    stage[other][half] = half_lane(there, p, block * 2 * RATE + half);
            }
            __syncwarp();
            if (mine && block < blocks) {
#pragma unroll
                for (u32 at = 0; at < RATE; at++)
                    sponge.s[at] ^= stage[lane][2 * at] | (u64)stage[lane][2 * at + 1] << 32;
                permute_sponge(sponge);
            }
            __syncwarp();
        }
        if (mine) put_digest((u64 *)io.out + (first + lane) * 4, sponge);
    }
}

// The parent of two nodes: H(01 | left | right), 65 bytes.
INLINE void put_parent(u64 *to, const u64 *left, const u64 *right) {
    Sponge sponge = empty_sponge();
    u64 before = 1ull << 56;
#pragma unroll
    for (u32 lane = 0; lane < 8; lane++) {
        u64 next = lane < 4 ? left[lane] : right[lane - 4];
        sponge.s[lane] = before >> 56 | next << 8;
        before = next;
    }
    sponge.s[8] = before >> 56 | 1ull << 8;
    sponge.s[RATE - 1] = 1ull << 63;
    permute_sponge(sponge);
    put_digest(to, sponge);
}

struct TreeShape {
    // Nodes of the level below, and that level's height.
    u64 nodes;
    u32 height;
    // Levels that are made at once: a block takes 2^levels nodes.
    u32 levels;
};

#define MOST_LEVELS 7

// Makes some levels of a tree. Inputs: the nodes below; the roots of empty trees by height. Output: the topmost level made.
BLOCK_KERNEL(tree_levels, TreeShape, 64, 8) {
    __shared__ u64 made[2][1 << (MOST_LEVELS - 1)][4];
    u64 below = p.nodes;
    u64 first = (u64)blockIdx.x << p.levels;
    const u64 *nodes = (const u64 *)io.in[0] + first * 4;
    for (u32 level = 0; level < p.levels; level++) {
        const u64 *empty = (const u64 *)io.in[1] + (p.height + level) * 4;
        u64 above = (below + 1) / 2;
        first /= 2;
        u64 *to = level + 1 == p.levels ? (u64 *)io.out + first * 4 : &made[level % 2][0][0];
        u32 here = 1u << (p.levels - level - 1);
        for (u32 node = threadIdx.x; node < here && first + node < above; node += 64) {
            bool alone = 2 * (first + node) + 1 >= below;
            put_parent(to + node * 4, nodes + node * 8, alone ? empty : nodes + node * 8 + 4);
        }
        __syncthreads();
        below = above;
        nodes = to;
    }
}
