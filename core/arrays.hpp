// Kernels along whole arrays: the optimiser's step, sums, standardising, and dynamic time warping.
#pragma once

#include "activations.hpp"

// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
void adam(const AdamStep& s) {
    // Copies: the compiler cannot know that no store below changes the step itself.
    const float scale = s.gradient_scale, rate = s.learn_rate, beta1 = s.beta1, beta2 = s.beta2,
                epsilon = s.epsilon, correction1 = 1.0f / s.correction1,
                correction2 = 1.0f / s.correction2;
    float* __restrict parameters = s.parameters;
    float* __restrict first = s.first;
    float* __restrict second = s.second;
    const float* __restrict gradient = s.gradient;
    const float* __restrict decay = s.decay;
    const std::ptrdiff_t size = s.size;
    for (std::ptrdiff_t i = 0; i < size; ++i) {
        const float g = gradient[i] * scale;
        const float m = beta1 * first[i] + (1.0f - beta1) * g;
        const float v = beta2 * second[i] + (1.0f - beta2) * g * g;
        first[i] = m, second[i] = v;
        const float step = m * correction1 / (__builtin_sqrtf(v * correction2) + epsilon);
        parameters[i] -= rate * (step + decay[i] * parameters[i]);
    }
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
