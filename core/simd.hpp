// Vectors of W floats as GCC's and Clang's vector extension has them: +, -, *, / and comparisons
// work lane by lane, and a scalar operand is meant for every lane.
//
// Included inside an anonymous namespace, once per instruction set, and free of the standard
// library: an inline function compiled for AVX-512 must never be the copy that the linker keeps for
// everybody.

template <int W>
struct VectorOf {
    typedef float floats __attribute__((vector_size(W * sizeof(float))));
    typedef double doubles __attribute__((vector_size(W * sizeof(double))));
    typedef std::int32_t ints __attribute__((vector_size(W * sizeof(std::int32_t))));
};
template <int W>
using Vec = typename VectorOf<W>::floats;
template <int W>
using IntVec = typename VectorOf<W>::ints;
template <int W>
using Doubles = typename VectorOf<W>::doubles;

#define FS_INLINE inline __attribute__((always_inline))
#define FS_UNROLL _Pragma("GCC unroll 64")

template <int W>
FS_INLINE Vec<W> load(const float* p) {
    Vec<W> v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

template <int W>
FS_INLINE Doubles<W> load_doubles(const double* p) {
    Doubles<W> v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

template <int W>
FS_INLINE void store(float* p, Vec<W> v) {
    __builtin_memcpy(p, &v, sizeof v);
}

// The first n <= W numbers; the lanes behind them are zero.
template <int W>
FS_INLINE Vec<W> load(const float* p, int n) {
    if (n == W) return load<W>(p);
    float part[W] = {};
    for (int i = 0; i < n; ++i) part[i] = p[i];
    return load<W>(part);
}

template <int W>
FS_INLINE void store(float* p, Vec<W> v, int n) {
    if (n == W) return store<W>(p, v);
    float part[W];
    store<W>(part, v);
    for (int i = 0; i < n; ++i) p[i] = part[i];
}

template <int W>
FS_INLINE float sum(Vec<W> v) {
    float total = 0;
    for (int lane = 0; lane < W; ++lane) total += v[lane];
    return total;
}

// Sums neighbouring halves until one is left: log2(W) additions in place of W.
template <>
FS_INLINE float sum<4>(Vec<4> v) {
    return (v[0] + v[2]) + (v[1] + v[3]);
}
template <>
FS_INLINE float sum<8>(Vec<8> v) {
    Vec<4> low, high;
    __builtin_memcpy(&low, &v, sizeof low);
    __builtin_memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
    return sum<4>(low + high);
}
template <>
FS_INLINE float sum<16>(Vec<16> v) {
    Vec<8> low, high;
    __builtin_memcpy(&low, &v, sizeof low);
    __builtin_memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
    return sum<8>(low + high);
}

// The lower and the upper halves of a and b, lane by lane in turn.
template <int W>
FS_INLINE void interleave(Vec<W> a, Vec<W> b, Vec<W>& low, Vec<W>& high) {
    if constexpr (W == 4) {
        low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    } else if constexpr (W == 8) {
        low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
        high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    } else {
        low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
                                       15, 31);
    }
}

// Rows to columns: each round of interleaving row i with row i + W / 2 moves one bit of the row's
// number into that of the lane.
template <int W>
FS_INLINE void transpose_square(Vec<W> (&rows)[W]) {
    for (int round = 1; round < W; round *= 2) {
        Vec<W> mixed[W];
        FS_UNROLL for (int i = 0; i < W / 2; ++i)
            interleave<W>(rows[i], rows[i + W / 2], mixed[2 * i], mixed[2 * i + 1]);
        FS_UNROLL for (int i = 0; i < W; ++i) rows[i] = mixed[i];
    }
}

// exp(x) for |x| <= 87, relative error below 2e-7: x = n ln 2 + r with |r| <= ln 2 / 2, a
// polynomial for exp(r) with the minimax coefficients of Moshier's Cephes library, and n added to
// the exponent bits. The large constant rounds to an integer, which then stands in the low bits.
template <int W>
FS_INLINE Vec<W> exp(Vec<W> x) {
    const float rounder = 12582912.0f;  // 1.5 * 2^23
    Vec<W> shifted = x * 1.44269504f + rounder;
    Vec<W> n = shifted - rounder;
    Vec<W> r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    Vec<W> p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    IntVec<W> bits, exponent;
    __builtin_memcpy(&bits, &p, sizeof p);
    __builtin_memcpy(&exponent, &shifted, sizeof shifted);
    bits = bits + (exponent << 23);
    __builtin_memcpy(&p, &bits, sizeof p);
    return p;
}

template <int W>
FS_INLINE Vec<W> clamp(Vec<W> x, float limit) {
    const Vec<W> high = limit - Vec<W>{}, low = -high;
    x = x < high ? x : high;
    return x > low ? x : low;
}

// Beyond 30 the sigmoid is 0 or 1 to within 1e-13.
template <int W>
FS_INLINE Vec<W> sigmoid(Vec<W> x) {
    return 1.0f / (1.0f + exp<W>(-clamp<W>(x, 30.0f)));
}

// Beyond 10 the tangent is -1 or 1 to within 1e-8.
template <int W>
FS_INLINE Vec<W> tanh(Vec<W> x) {
    return 1.0f - 2.0f / (1.0f + exp<W>(2.0f * clamp<W>(x, 10.0f)));
}
