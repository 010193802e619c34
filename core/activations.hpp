// The logistic function and the hyperbolic tangent, to an absolute error below 2e-7.
#pragma once

#include "simd.hpp"

// N vectors that go through one formula together. For a single vector the formula is a chain in
// which every operation waits for the one before, and a processor looks only so far ahead: side by
// side, four vectors take half the time of one after the other.
template <int W, int N>
struct Many {
    Vec<W> v[N];
};

template <int W, int N, class F>
FS_INLINE Many<W, N> each(F&& f) {
    Many<W, N> result;
    FS_UNROLL for (int i = 0; i < N; ++i) result.v[i] = f(i);
    return result;
}

template <int W, int N>
FS_INLINE Many<W, N> operator+(Many<W, N> a, Many<W, N> b) {
    return each<W, N>([&](int i) { return a.v[i] + b.v[i]; });
}
template <int W, int N>
FS_INLINE Many<W, N> operator-(Many<W, N> a, Many<W, N> b) {
    return each<W, N>([&](int i) { return a.v[i] - b.v[i]; });
}
template <int W, int N>
FS_INLINE Many<W, N> operator*(Many<W, N> a, Many<W, N> b) {
    return each<W, N>([&](int i) { return a.v[i] * b.v[i]; });
}
template <int W, int N>
FS_INLINE Many<W, N> operator+(Many<W, N> a, float b) {
    return each<W, N>([&](int i) { return a.v[i] + b; });
}
template <int W, int N>
FS_INLINE Many<W, N> operator*(Many<W, N> a, float b) {
    return each<W, N>([&](int i) { return a.v[i] * b; });
}

template <int W>
FS_INLINE Vec<W> clamp(Vec<W> x, float limit) {
    const Vec<W> high = limit - Vec<W>{}, low = -high;
    x = x < high ? x : high;
    return x > low ? x : low;
}

template <int W>
struct Reciprocal {
    static FS_INLINE Vec<W> estimate(Vec<W> x) { return 1.0f / x; }
    static constexpr bool exact = true;
};

#if defined(__AVX512F__)
// Whichever of the two is nearer to 0, with the sign of x: one instruction. Of the pattern above
// the compiler makes comparisons, which take longer.
template <>
FS_INLINE Vec<16> clamp<16>(Vec<16> x, float limit) {
    constexpr int nearer_to_zero = 2;
    return Vec<16>(_mm512_range_ps(__m512(x), _mm512_set1_ps(limit), nearer_to_zero));
}

// 14 bits in a sixth of the time that a division takes.
template <>
struct Reciprocal<16> {
    static FS_INLINE Vec<16> estimate(Vec<16> x) { return Vec<16>(_mm512_rcp14_ps(__m512(x))); }
    static constexpr bool exact = false;
};
#endif

// One step of Newton's method doubles the bits of an estimate.
template <int W, int N>
FS_INLINE Many<W, N> reciprocal(Many<W, N> x) {
    const Many<W, N> y = each<W, N>([&](int i) { return Reciprocal<W>::estimate(x.v[i]); });
    if constexpr (Reciprocal<W>::exact) return y;
    return y + y * (x * y * -1.0f + 1.0f);
}

// 2^x for |x| <= 125, relative error below 2e-7: x = n + r with |r| <= 1/2, the minimax polynomial
// of degree 5 for 2^r that is exact at 0, and n added to the exponent bits. The large constant
// rounds to an integer, which then stands in the low bits.
template <int W, int N>
FS_INLINE Many<W, N> exp2(Many<W, N> x) {
    const float rounder = 12582912.0f;  // 1.5 * 2^23
    const Many<W, N> shifted = x + rounder;
    const Many<W, N> r = x - (shifted + -rounder);
    Many<W, N> p = r * 1.3264727e-3f + 9.6715130e-3f;
    p = p * r + 5.5507336e-2f;
    p = p * r + 2.4022242e-1f;
    p = p * r + 6.9314700e-1f;
    p = p * r + 1.0f;
    return each<W, N>([&](int i) {
        IntVec<W> bits, exponent;
        __builtin_memcpy(&bits, &p.v[i], sizeof bits);
        __builtin_memcpy(&exponent, &shifted.v[i], sizeof exponent);
        bits = bits + (exponent << 23);
        Vec<W> power;
        __builtin_memcpy(&power, &bits, sizeof power);
        return power;
    });
}

constexpr float kLog2E = 1.44269504f;

// What goes into exp2 for the logistic function, 1 / (1 + exp(-x)): beyond 30 it is 0 or 1 to
// within 1e-13.
template <int W>
FS_INLINE Vec<W> for_sigmoid(Vec<W> x) {
    return clamp<W>(x, 30.0f) * -kLog2E;
}

// The same for the tangent, (e - 1) / (e + 1) with e = exp(2 x): beyond 10 it is -1 or 1 to within
// 1e-8.
template <int W>
FS_INLINE Vec<W> for_tanh(Vec<W> x) {
    return clamp<W>(x, 10.0f) * (2.0f * kLog2E);
}

template <int W, int N>
FS_INLINE Many<W, N> sigmoid(Many<W, N> x) {
    return reciprocal(exp2(each<W, N>([&](int i) { return for_sigmoid<W>(x.v[i]); })) + 1.0f);
}

template <int W, int N>
FS_INLINE Many<W, N> tanh(Many<W, N> x) {
    const Many<W, N> e = exp2(each<W, N>([&](int i) { return for_tanh<W>(x.v[i]); }));
    return (e + -1.0f) * reciprocal(e + 1.0f);
}

// The gates of one vector of units: i, f and o by the logistic function, g by the tangent.
template <int W>
FS_INLINE Many<W, 4> activate_gates(Many<W, 4> x) {
    const Many<W, 4> e = exp2(Many<W, 4>{{for_sigmoid<W>(x.v[0]), for_sigmoid<W>(x.v[1]),
                                          for_tanh<W>(x.v[2]), for_sigmoid<W>(x.v[3])}});
    Many<W, 4> y = reciprocal(e + 1.0f);
    y.v[2] *= e.v[2] - 1.0f;
    return y;
}
