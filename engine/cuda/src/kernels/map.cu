// What the kernels of all Maps share. A Map's code stands behind this, made from the graph.

struct MapShape {
    u64 elements;
    u32 dims[4];
    // For each input the elements from one to the next along the output's dimensions, 0 where it is repeated.
    u64 strides[8][4];
};

// The place in an input that is repeated along some dimensions.
template <class Index> INLINE u64 spread_place(const MapShape &p, u32 input, u64 element) {
    Index rest = (Index)element;
    u64 place = 0;
#pragma unroll
    for (i32 axis = 3; axis >= 0; axis--) {
        place += (u64)(rest % p.dims[axis]) * p.strides[input][axis];
        rest /= p.dims[axis];
    }
    return place;
}

INLINE float spread(const Operands &io, const MapShape &p, u32 input, u64 element) {
    u64 place = p.elements >> 32 ? spread_place<u64>(p, input, element) : spread_place<u32>(p, input, element);
    return floats(io.in[input])[place];
}

// How an input's elements meet the output's.
#define FULL 0
#define SCALAR 1
#define SPREAD 2

// Reads four elements of an input, or those of them that there are. A tensor begins at a multiple of 16 bytes.
template <u32 LAYOUT> INLINE void read4(float (&to)[4], const Operands &io, const MapShape &p, u32 input, u64 first) {
    const float *x = floats(io.in[input]);
    if (LAYOUT == FULL && first + 4 <= p.elements) {
        float4 four = *(const float4 *)(x + first);
        to[0] = four.x;
        to[1] = four.y;
        to[2] = four.z;
        to[3] = four.w;
        return;
    }
#pragma unroll
    for (u32 j = 0; j < 4; j++) {
        u64 element = first + j;
        bool inside = element < p.elements;
        if (LAYOUT == FULL) to[j] = inside ? x[element] : 0.0f;
        if (LAYOUT == SCALAR) to[j] = x[0];
        if (LAYOUT == SPREAD) to[j] = inside ? spread(io, p, input, element) : 0.0f;
    }
}

// Writes four elements of the output, or those of them that there are.
INLINE void write4(const Operands &io, const MapShape &p, u64 first, const float (&y)[4]) {
    float *to = floats(io.out) + first;
    if (first + 4 <= p.elements) {
        *(float4 *)to = make_float4(y[0], y[1], y[2], y[3]);
        return;
    }
#pragma unroll
    for (u32 j = 0; j < 4; j++) {
        if (first + j < p.elements) to[j] = y[j];
    }
}
