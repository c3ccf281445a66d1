// MatMul under rule S: y[i, j] = sum over k of a[i, k] * b[k, j], for each matrix of a batch.
//
// A block computes BM x BN elements of y, a thread TM x TN of them. Panels of BK inner indices of both sides lie in shared
// memory with the inner index outermost, two of each: one is filled while the other is used. The inner indices are taken
// ascending by fused multiply-adds, from +0 in each chunk of 512. A chunk's sum is added to y in memory, the first to +0;
// or, where output tiles are few, a block computes one chunk into the workspace, and add_chunks adds them in order.
//
// What lies outside is zero on both sides. That is neutral: it stands behind the last term, and no total is ever -0.

#define BK 16

struct ProductShape {
    // Elements from a matrix to the next along both leading dimensions, 0 where one is repeated.
    u64 a_batch[2], b_batch[2];
    // Elements of y.
    u64 elements;
    u32 m, n, k;
    // Elements from a stored row to the next.
    u32 a_pitch, b_pitch;
    // Size of the second leading dimension of y.
    u32 batch;
    // Blocks along m and n.
    u32 blocks_m, blocks_n;
    // 1 if a block computes all chunks, else their number.
    u32 split;
    // Whether all rows of a, b and y begin at multiples of 16 bytes.
    u32 a_aligned, b_aligned, y_aligned;
};

// Fills a panel: element (k, i) for BK inner indices from k0 and B outer ones from i0. In memory the outer index runs
// along rows if OUTER, else the inner.
template <u32 B, u32 THREADS, bool OUTER>
INLINE void fill_panel(float *panel, const float *x, u32 pitch, u32 i0, u32 i_end, u32 k0, u32 k_end, bool aligned) {
    const u32 width = B + 4;
    if (OUTER && aligned) {
        for (u32 group = threadIdx.x; group < BK * B / 4; group += THREADS) {
            u32 k = group / (B / 4), i = group % (B / 4) * 4;
            bool inside = k0 + k < k_end && i0 + i < i_end;
            copy4(panel + k * width + i, inside ? x + (u64)(k0 + k) * pitch + i0 + i : x, inside);
        }
        return;
    }
    for (u32 element = threadIdx.x; element < BK * B; element += THREADS) {
        u32 k = OUTER ? element / B : element % BK;
        u32 i = OUTER ? element % B : element / BK;
        bool inside = k0 + k < k_end && i0 + i < i_end;
        u64 place = OUTER ? (u64)(k0 + k) * pitch + i0 + i : (u64)(i0 + i) * pitch + k0 + k;
        copy1(panel + k * width + i, inside ? x + place : x, inside);
    }
}

// Reads T outer indices of one inner index, in groups of four that lie B / (T / 4) apart.
template <u32 B, u32 T> INLINE void read_panel(float (&to)[T], const float *panel, u32 position) {
#pragma unroll
    for (u32 group = 0; group < T / 4; group++) {
        float4 four = *(const float4 *)(panel + group * (B / (T / 4)) + position * 4);
        to[group * 4] = four.x;
        to[group * 4 + 1] = four.y;
        to[group * 4 + 2] = four.z;
        to[group * 4 + 3] = four.w;
    }
}

// Adds a chunk's sums to four elements of y, or puts them there.
INLINE void put4(float *y, const float *part, u32 count, bool aligned, bool first, bool raw) {
    if (aligned) {
        float4 old = first || raw ? make_float4(0.0f, 0.0f, 0.0f, 0.0f) : *(const float4 *)y;
        float4 sum = make_float4(part[0], part[1], part[2], part[3]);
        if (!raw) sum = make_float4(f_add(old.x, sum.x), f_add(old.y, sum.y), f_add(old.z, sum.z), f_add(old.w, sum.w));
        *(float4 *)y = sum;
        return;
    }
#pragma unroll
    for (u32 j = 0; j < 4; j++) {
        if (j < count) y[j] = raw ? part[j] : f_add(first ? 0.0f : y[j], part[j]);
    }
}

template <u32 BM, u32 BN, u32 TM, u32 TN, bool TA, bool TB>
INLINE void product(const Operands &io, const ProductShape &p) {
    const u32 threads = (BM / TM) * (BN / TN);
    __shared__ __align__(16) float a_panels[2][BK * (BM + 4)];
    __shared__ __align__(16) float b_panels[2][BK * (BN + 4)];
    u32 id = blockIdx.x;
    u32 m0 = id % p.blocks_m * BM;
    id /= p.blocks_m;
    u32 n0 = id % p.blocks_n * BN;
    id /= p.blocks_n;
    u32 chunk = id % p.split;
    u32 matrix = id / p.split;
    u32 lead0 = matrix / p.batch, lead1 = matrix % p.batch;
    const float *a = floats(io.in[0]) + lead0 * p.a_batch[0] + lead1 * p.a_batch[1];
    const float *b = floats(io.in[1]) + lead0 * p.b_batch[0] + lead1 * p.b_batch[1];
    bool raw = p.split > 1;
    float *y = floats(raw ? io.workspace : io.out) + chunk * p.elements + (u64)matrix * p.m * p.n;

    u32 k0 = raw ? chunk * CHUNK : 0;
    u32 k_end = raw ? minimum_of(p.k, k0 + CHUNK) : p.k;
    u32 panels = (k_end - k0 + BK - 1) / BK;
    u32 across = threadIdx.x % (BN / TN), down = threadIdx.x / (BN / TN);
    float part[TM][TN];
#pragma unroll
    for (u32 i = 0; i < TM; i++)
#pragma unroll
        for (u32 j = 0; j < TN; j++) part[i][j] = 0.0f;

    fill_panel<BM, threads, TA>(a_panels[0], a, p.a_pitch, m0, p.m, k0, k_end, p.a_aligned);
    fill_panel<BN, threads, !TB>(b_panels[0], b, p.b_pitch, n0, p.n, k0, k_end, p.b_aligned);
    for (u32 panel = 0; panel < panels; panel++) {
        // After the barrier this panel is filled, and nobody reads the other one any more.
        finish_copies();
        __syncthreads();
        u32 next = panel + 1;
        if (next < panels) {
            u32 k = k0 + next * BK;
            fill_panel<BM, threads, TA>(a_panels[next % 2], a, p.a_pitch, m0, p.m, k, k_end, p.a_aligned);
            fill_panel<BN, threads, !TB>(b_panels[next % 2], b, p.b_pitch, n0, p.n, k, k_end, p.b_aligned);
        }
        const float *a_panel = a_panels[panel % 2], *b_panel = b_panels[panel % 2];
#pragma unroll
        for (u32 k = 0; k < BK; k++) {
            float left[TM], right[TN];
            read_panel<BM, TM>(left, a_panel + k * (BM + 4), down);
            read_panel<BN, TN>(right, b_panel + k * (BN + 4), across);
#pragma unroll
            for (u32 i = 0; i < TM; i++)
#pragma unroll
                for (u32 j = 0; j < TN; j++) part[i][j] = f_fma(left[i], right[j], part[i][j]);
        }
        if (next % (CHUNK / BK) != 0 && next < panels) continue;
        bool first = next <= CHUNK / BK;
#pragma unroll
        for (u32 i = 0; i < TM; i++) {
            u32 row = m0 + i / 4 * (BM / (TM / 4)) + down * 4 + i % 4;
#pragma unroll
            for (u32 j = 0; j < TN; j += 4) {
                u32 col = n0 + j / 4 * (BN / (TN / 4)) + across * 4;
                if (row < p.m && col < p.n)
                    put4(y + (u64)row * p.n + col, &part[i][j], p.n - col, p.y_aligned, first, raw);
                part[i][j] = part[i][j + 1] = part[i][j + 2] = part[i][j + 3] = 0.0f;
            }
        }
    }
}

#define PRODUCT(name, BM, BN, TM, TN, blocks)                                                                          \
    BLOCK_KERNEL(name##_nn, ProductShape, (BM / TM) * (BN / TN), blocks) {                                             \
        product<BM, BN, TM, TN, false, false>(io, p);                                                                  \
    }                                                                                                                  \
    BLOCK_KERNEL(name##_tn, ProductShape, (BM / TM) * (BN / TN), blocks) {                                             \
        product<BM, BN, TM, TN, true, false>(io, p);                                                                   \
    }                                                                                                                  \
    BLOCK_KERNEL(name##_nt, ProductShape, (BM / TM) * (BN / TN), blocks) {                                             \
        product<BM, BN, TM, TN, false, true>(io, p);                                                                   \
    }                                                                                                                  \
    BLOCK_KERNEL(name##_tt, ProductShape, (BM / TM) * (BN / TN), blocks) {                                             \
        product<BM, BN, TM, TN, true, true>(io, p);                                                                    \
    }

PRODUCT(product_large, 128, 128, 8, 8, 2)
PRODUCT(product_medium, 64, 64, 8, 4, 4)
PRODUCT(product_small, 32, 32, 4, 4, 8)
