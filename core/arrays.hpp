// Kernels along whole arrays: the optimiser's step, sums, standardising, and dynamic time warping.
#pragma once

#include "activations.hpp"

template <int W>
FS_INLINE Vec<W> square_root(Vec<W> x) {
    Vec<W> root;
    for (int lane = 0; lane < W; ++lane) root[lane] = __builtin_sqrtf(x[lane]);
    return root;
}
#if defined(__AVX512F__)
// By the reciprocal of the root: 14 bits and a step of Newton's method, in half the time. Between
// the smallest and the largest number that neither is flushed to 0 nor has a root of which 0 or
// infinity comes.
template <>
FS_INLINE Vec<16> square_root<16>(Vec<16> x) {
    const __m512 within =
        _mm512_min_ps(_mm512_max_ps(__m512(x), _mm512_set1_ps(1e-37f)), _mm512_set1_ps(3e38f));
    const Vec<16> square = Vec<16>(within), y = Vec<16>(_mm512_rsqrt14_ps(within));
    const Vec<16> root = square * y;
    return root + 0.5f * y * (square - root * root);
}
#endif

// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
template <int W>
void adam(const AdamStep& s) {
    const float scale = s.gradient_scale, rate = s.learn_rate, beta1 = s.beta1, beta2 = s.beta2,
                epsilon = s.epsilon, correction1 = 1.0f / s.correction1,
                correction2 = 1.0f / s.correction2;
    const auto step = [&](float* parameters, const float* gradient, float* first, float* second,
                          const float* decay) __attribute__((always_inline)) {
        const Vec<W> g = load<W>(gradient) * scale, p = load<W>(parameters);
        const Vec<W> m = beta1 * load<W>(first) + (1.0f - beta1) * g;
        const Vec<W> v = beta2 * load<W>(second) + (1.0f - beta2) * g * g;
        const Many<W, 1> length{{square_root<W>(v * correction2) + epsilon}};
        store<W>(first, m), store<W>(second, v);
        const Vec<W> down = m * correction1 * reciprocal(length).v[0];
        store<W>(parameters, p - rate * (down + load<W>(decay) * p));
    };
    float *const parameters = s.parameters, *const first = s.first, *const second = s.second;
    float *const before = s.before, *const first_before = before + s.size,
                 *const second_before = first_before + s.size;
    const std::ptrdiff_t size = s.size;
    std::ptrdiff_t i = 0;
    for (; i + W <= size; i += W) {
        store<W>(before + i, load<W>(parameters + i));
        store<W>(first_before + i, load<W>(first + i));
        store<W>(second_before + i, load<W>(second + i));
        step(parameters + i, s.gradient + i, first + i, second + i, s.decay + i);
    }
    const std::size_t rest = std::size_t(size - i) * sizeof(float);
    if (rest == 0) return;
    float part[5][W] = {};
    const float* from[] = {parameters, first, second, s.gradient, s.decay};
    for (int k = 0; k < 5; ++k) __builtin_memcpy(part[k], from[k] + i, rest);
    float* kept[] = {before, first_before, second_before};
    for (int k = 0; k < 3; ++k) __builtin_memcpy(kept[k] + i, part[k], rest);
    step(part[0], part[3], part[1], part[2], part[4]);
    float* to[] = {parameters, first, second};
    for (int k = 0; k < 3; ++k) __builtin_memcpy(to[k] + i, part[k], rest);
}

double sum_of_squares(std::ptrdiff_t size, const float* x) {
    // Sixteen sums at a time, in a fixed order: the compiler may not reorder one sum by itself.
    double sums[16] = {};
    std::ptrdiff_t i = 0;
    for (; i + 16 <= size; i += 16)
        for (int j = 0; j < 16; ++j) sums[j] += double(x[i + j]) * x[i + j];
    for (int j = 0; i < size; ++i, ++j) sums[j] += double(x[i]) * x[i];
    double total = 0;
    for (double part : sums) total += part;
    return total;
}

void add(std::ptrdiff_t size, const float* x, float* sum) {
    for (std::ptrdiff_t i = 0; i < size; ++i) sum[i] += x[i];
}

// Of integers alone until the end, and 16 keys at a time without a condition, so that the compiler
// makes vectors of it.
void add_noise(std::uint64_t key, float noise, int size, float* x) {
    constexpr int keys = 16;
    const float scale = noise * kNormalScale;
    for (int start = 0; start < size; start += 2 * keys) {
        std::uint64_t pairs[keys];
        for (int i = 0; i < keys; ++i) pairs[i] = normal_pair(key + std::uint64_t(start + 2 * i));
        std::int32_t draws[2 * keys];
        __builtin_memcpy(draws, pairs, sizeof draws);
        float added[2 * keys];
        for (int i = 0; i < 2 * keys; ++i) added[i] = (float(draws[i]) - kNormalMean) * scale;
        const int n = size - start < 2 * keys ? size - start : 2 * keys;
        for (int i = 0; i < n; ++i) x[start + i] += added[i];
    }
}

template <int W, class F>
FS_INLINE void map(std::ptrdiff_t size, const float* x, float* y, F&& f) {
    std::ptrdiff_t i = 0;
    for (; i + W <= size; i += W) store<W>(y + i, f(Many<W, 1>{{load<W>(x + i)}}).v[0]);
    if (i == size) return;
    float rest[W] = {};
    __builtin_memcpy(rest, x + i, (size - i) * sizeof(float));
    store<W>(rest, f(Many<W, 1>{{load<W>(rest)}}).v[0]);
    __builtin_memcpy(y + i, rest, (size - i) * sizeof(float));
}

template <int W>
void sigmoid_array(std::ptrdiff_t size, const float* x, float* y) {
    map<W>(size, x, y, [](Many<W, 1> v) { return sigmoid(v); });
}

template <int W>
void tanh_array(std::ptrdiff_t size, const float* x, float* y) {
    map<W>(size, x, y, [](Many<W, 1> v) { return tanh(v); });
}

// All cells of a diagonal are independent of each other, so they fill the lanes: blocks of eight,
// in as many vectors of D doubles as that takes.
template <int D>
void warp(const WarpStep& s) {
    constexpr int N = kBeyond / D;
    for (int i = 0; i < s.cells; i += kBeyond) {
        Doubles<D> cost[N];
        FS_UNROLL for (int v = 0; v < N; ++v) cost[v] = Doubles<D>{};
        const double *a = s.a + i, *b = s.b + i;
        for (int d = 0; d < s.dims; ++d, a += s.n, b += s.m) FS_UNROLL for (int v = 0; v < N; ++v) {
                const Doubles<D> difference =
                    load_doubles<D>(a + v * D) - load_doubles<D>(b + v * D);
                cost[v] += difference * difference;
            }
        FS_UNROLL for (int v = 0; v < N; ++v) {
            const int at = i + v * D;
            const Doubles<D> in_a = load_doubles<D>(s.one + at - 1),
                             in_b = load_doubles<D>(s.one + at),
                             both = load_doubles<D>(s.two + at - 1);
            const Doubles<D> one = in_a < in_b ? in_a : in_b;
            const Doubles<D> sum = cost[v] + (one < both ? one : both);
            __builtin_memcpy(s.out + at, &sum, sizeof sum);
        }
    }
}

template <class Number>
bool standardise(const Standardisation& s, std::ptrdiff_t size, const Number* x, float* y) {
    // What is not finite is the only thing that does not leave 0 when taken from itself.
    int strange = 0;
    for (std::ptrdiff_t start = 0; start < size; start += s.period) {
        const std::ptrdiff_t n = size - start < s.period ? size - start : s.period;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const float z = float((double(x[start + i]) - s.mean[i]) / s.scale[i]);
            y[start + i] = z;
            strange |= z - z != 0.0f;
        }
    }
    return !strange;
}
