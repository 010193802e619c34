// Vectors of W floats as GCC's and Clang's vector extension has them: +, -, *, / and comparisons
// work lane by lane, and a scalar operand is meant for every lane.
//
// Included inside an anonymous namespace, once per instruction set, and free of the standard
// library: an inline function compiled for AVX-512 must never be the copy that the linker keeps for
// everybody.
#pragma once

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

// Says that a vector is in a register and is to be used from there. Left to itself GCC reads a
// vector that two or three sums need from memory once for each of them.
template <int W>
FS_INLINE Vec<W> in_register(Vec<W> v) {
#if defined(__AVX512F__)
    asm("" : "+v"(v));
#endif
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

// Only the first n <= W numbers. Reading needs no such thing: behind every row there is room for a
// vector.
template <int W>
FS_INLINE void store(float* p, Vec<W> v, int n) {
    if (n == W) return store<W>(p, v);
    float part[W];
    store<W>(part, v);
    for (int i = 0; i < n; ++i) p[i] = part[i];
}
#if defined(__AVX512F__)
template <>
FS_INLINE void store<16>(float* p, Vec<16> v, int n) {
    _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), __m512(v));
}
#endif

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
