// Scalar functions on binary32, each fixed to the bit: the sequences of assay_numerics::scalar, operation by operation.
//
// Arithmetic stands only in the intrinsics that round to nearest and are never contracted.

#define CANONICAL_NAN 0x7fc00000u

INLINE float f_add(float a, float b) { return __fadd_rn(a, b); }
INLINE float f_sub(float a, float b) { return __fsub_rn(a, b); }
INLINE float f_mul(float a, float b) { return __fmul_rn(a, b); }
INLINE float f_div(float a, float b) { return __fdiv_rn(a, b); }
INLINE float f_fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
INLINE float square_root(float x) { return __fsqrt_rn(x); }

INLINE bool is_nan(float x) { return (to_bits(x) & 0x7fffffffu) > 0x7f800000u; }
INLINE float nan_value() { return from_bits(CANONICAL_NAN); }
INLINE u32 canonical(u32 word) { return (word & 0x7fffffffu) > 0x7f800000u ? CANONICAL_NAN : word; }

INLINE float magnitude(float x) { return from_bits(to_bits(x) & 0x7fffffffu); }
INLINE float negative(float x) { return from_bits(to_bits(x) ^ 0x80000000u); }
INLINE float flush(float x) { return (to_bits(x) & 0x7f800000u) == 0 ? 0.0f : x; }

// IEEE 754-2019: NaN if either is NaN, and +0 is greater than -0.
INLINE float maximum(float a, float b) {
    if (is_nan(a) || is_nan(b)) return nan_value();
    return a > b ? a : b > a ? b : from_bits(to_bits(a) & to_bits(b));
}

INLINE float minimum(float a, float b) {
    if (is_nan(a) || is_nan(b)) return nan_value();
    return a < b ? a : b < a ? b : from_bits(to_bits(a) | to_bits(b));
}

INLINE float less(float a, float b) { return a < b ? 1.0f : 0.0f; }
INLINE float less_or_equal(float a, float b) { return a <= b ? 1.0f : 0.0f; }
INLINE float equal(float a, float b) { return a == b ? 1.0f : 0.0f; }
INLINE float select(float a, float b, float c) { return a == 0.0f ? c : b; }

#define ROUNDING_SHIFT from_bits(0x4b400000u)

// x = i ln 2 + r.
INLINE void split(float x, i32 &i, float &r) {
    float shifted = f_fma(x, from_bits(0x3fb8aa3bu), ROUNDING_SHIFT);
    float n = f_sub(shifted, ROUNDING_SHIFT);
    i = (i32)(to_bits(shifted) - 0x4b400000u);
    r = f_fma(n, from_bits(0xbf317200u), x);
    r = f_fma(n, from_bits(0xb5bfbe8eu), r);
}

INLINE float pow2(i32 i) { return from_bits(((u32)i + 127u) << 23); }

// y * 2^n in two factors.
INLINE float scale2(float y, i32 n) {
    i32 half = n >> 1;
    return f_mul(f_mul(y, pow2(half)), pow2((i32)((u32)n - (u32)half)));
}

// e^x = 2^i (1 + z + low).
INLINE void core(float x, i32 &i, float &z, float &low) {
    float r;
    split(x, i, r);
    float q = from_bits(0x3951524eu);
    q = f_fma(q, r, from_bits(0x3ab6c211u));
    q = f_fma(q, r, from_bits(0x3c08880eu));
    q = f_fma(q, r, from_bits(0x3d2aaa4fu));
    q = f_fma(q, r, from_bits(0x3e2aaaabu));
    q = f_fma(q, r, from_bits(0x3f000000u));
    float p = f_mul(q, f_mul(r, r));
    z = f_add(r, p);
    low = f_sub(p, f_sub(z, r));
}

INLINE float exponential(float x) {
    if (is_nan(x)) return nan_value();
    x = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
    i32 i;
    float r;
    split(x, i, r);
    float q = from_bits(0x3ab51189u);
    q = f_fma(q, r, from_bits(0x3c091d47u));
    q = f_fma(q, r, from_bits(0x3d2aac7bu));
    q = f_fma(q, r, from_bits(0x3e2aaa48u));
    q = f_fma(q, r, from_bits(0x3efffffeu));
    float h = f_add(1.0f, r);
    float l = f_sub(r, f_sub(h, 1.0f));
    return scale2(f_add(h, f_fma(q, f_mul(r, r), l)), i);
}

INLINE float logistic(float x) {
    if (is_nan(x)) return nan_value();
    float t = magnitude(x) < 104.0f ? magnitude(x) : 104.0f;
    i32 i;
    float z, zl;
    core(negative(t), i, z, zl);
    float m = f_add(1.0f, z);
    float ml = f_add(f_sub(z, f_sub(m, 1.0f)), zl);
    float e = scale2(m, i);
    float el = scale2(ml, i);
    float d = f_add(1.0f, e);
    float dl = f_add(f_sub(e, f_sub(d, 1.0f)), el);
    float inverse = f_div(1.0f, d);
    bool below = x < 0.0f;
    float high = below ? m : 1.0f;
    float low = below ? ml : 0.0f;
    float quotient = f_mul(high, inverse);
    float remainder = f_add(f_fma(negative(quotient), dl, f_fma(negative(quotient), d, high)), low);
    return scale2(f_fma(remainder, inverse, quotient), below ? i : 0);
}

INLINE float hyperbolic_tangent(float x) {
    if (is_nan(x)) return nan_value();
    float t = magnitude(x) < 10.0f ? magnitude(x) : 10.0f;
    i32 i;
    float z, zl;
    core(f_add(t, t), i, z, zl);
    float s = pow2(i);
    float h = f_sub(s, 1.0f);
    float a = f_mul(s, z);
    float e = f_add(h, a);
    float el = f_add(f_sub(a, f_sub(e, h)), f_mul(s, zl));
    float d = f_add(2.0f, e);
    float dl = e > 2.0f ? f_add(f_sub(2.0f, f_sub(d, e)), el) : f_add(f_sub(e, f_sub(d, 2.0f)), el);
    float inverse = f_div(1.0f, d);
    float quotient = f_mul(e, inverse);
    float remainder = f_add(f_fma(negative(quotient), dl, f_fma(negative(quotient), d, e)), el);
    float y = f_fma(remainder, inverse, quotient);
    y = t > from_bits(0x4111999au) ? 1.0f : y;
    return from_bits(to_bits(y) | (to_bits(x) & 0x80000000u));
}

INLINE float logarithm(float x) {
    if (is_nan(x) || x < 0.0f) return nan_value();
    if (x == 0.0f) return from_bits(0xff800000u);
    if (x == from_bits(0x7f800000u)) return x;
    bool subnormal = x < from_bits(0x00800000u);
    u32 u = to_bits(subnormal ? f_mul(x, from_bits(0x4b000000u)) : x);
    u32 exponent = (u - 0x3f2aaaabu) & 0xff800000u;
    float f = f_sub(from_bits(u - exponent), 1.0f);
    float k = f_fma(__int2float_rn((i32)exponent), from_bits(0x34000000u), subnormal ? -23.0f : 0.0f);
    float s = f_mul(f, f);
    float q = from_bits(0xbe0402aeu);
    q = f_fma(q, f, from_bits(0x3e0f3358u));
    q = f_fma(q, f, from_bits(0xbdf988a9u));
    q = f_fma(q, f, from_bits(0x3e0f6b8du));
    q = f_fma(q, f, from_bits(0xbe2acee5u));
    q = f_fma(q, f, from_bits(0x3e4ce814u));
    q = f_fma(q, f, from_bits(0xbe7fff78u));
    q = f_fma(q, f, from_bits(0x3eaaaa83u));
    q = f_fma(q, f, from_bits(0xbf000000u));
    return f_fma(k, from_bits(0x3f317218u), f_fma(q, s, f));
}
