// What happens to every unit by itself: the cell's equations, forwards and backwards, and what a
// readout keeps of a whole series. The units of a series lie side by side in the lanes.
#pragma once

#include "activations.hpp"
#include "tiles.hpp"

template <int W>
struct Cells {
    // Calls f(series, first unit, number of units) for every vector of units.
    template <class F>
    static FS_INLINE void for_each_vector(int series, int units, F&& f) {
        for (int s = 0; s < series; ++s)
            for (int first = 0; first < units; first += W)
                f(s, first, units - first < W ? units - first : W);
    }

    // (i, f, o) = sigmoid, g = tanh of what the products left in the gates; c = f c' + i g;
    // h = o tanh(c)
    static void cell(const CellStep& s) {
        for_each_vector(
            s.series, s.units, [&](int j, int first, int n) __attribute__((always_inline)) {
                float* gates = s.gates.row(j) + first;
                const auto gate = [&](int k) { return gates + std::ptrdiff_t(k) * s.units; };
                const Many<W, 4> x = each<W, 4>([&](int k) { return load<W>(gate(k)); });
                const Many<W, 4> y = activate_gates<W>(x);
                const Vec<W> c = y.v[1] * load<W>(s.c_before.row(j) + first) + y.v[0] * y.v[2];
                FS_UNROLL for (int k = 0; k < 4; ++k) store<W>(gate(k), y.v[k], n);
                store<W>(s.c.row(j) + first, c, n);
            });
        const int vectors = tiles_of(s.units, W);
        for_each_tile<4>(s.series * vectors, [&](int first, auto extent) {
            constexpr int N = decltype(extent)::value;
            int series[N], unit[N];
            FS_UNROLL for (int i = 0; i < N; ++i) {
                series[i] = (first + i) / vectors;
                unit[i] = (first + i) % vectors * W;
            }
            const Many<W, N> t =
                tanh(each<W, N>([&](int i) { return load<W>(s.c.row(series[i]) + unit[i]); }));
            FS_UNROLL for (int i = 0; i < N; ++i) {
                const int n = s.units - unit[i] < W ? s.units - unit[i] : W;
                const float* o = s.gates.row(series[i]) + std::ptrdiff_t(3) * s.units + unit[i];
                store<W>(s.tanh_c.row(series[i]) + unit[i], t.v[i], n);
                store<W>(s.h.row(series[i]) + unit[i], load<W>(o) * t.v[i], n);
            }
        });
    }

    static void cell_gradient(const CellGradient& s) {
        for_each_vector(s.series, s.units, [&](int j, int first, int n) {
            float* gi = s.gates.row(j) + first;
            float *gf = gi + s.units, *gg = gf + s.units, *go = gg + s.units;
            float* dc_at = s.dc.row(j) + first;
            const Vec<W> i = load<W>(gi), f = load<W>(gf), g = load<W>(gg), o = load<W>(go),
                         t = load<W>(s.tanh_c.row(j) + first), dh = load<W>(s.dh.row(j) + first);
            const Vec<W> dc = load<W>(dc_at) + dh * o * (1.0f - t * t);
            store<W>(gi, dc * g * i * (1.0f - i), n);
            store<W>(gf, dc * load<W>(s.c_before.row(j) + first) * f * (1.0f - f), n);
            store<W>(gg, dc * i * (1.0f - g * g), n);
            store<W>(go, dh * t * o * (1.0f - o), n);
            store<W>(dc_at, dc * f, n);
        });
    }

    static void pool(const PoolStep& s) {
        for_each_vector(s.series, s.units, [&](int j, int first, int n) {
            const Vec<W> h = load<W>(s.h.row(j) + first);
            if (s.sum.data) {
                float* sum = s.sum.row(j) + first;
                store<W>(sum, load<W>(sum) + h, n);
            }
            if (!s.max.data) return;
            float *max = s.max.row(j) + first, *max_at = s.max_at.row(j) + first;
            const Vec<W> before = load<W>(max);
            const auto higher = h > before;
            store<W>(max, higher ? h : before, n);
            store<W>(max_at, higher ? s.frame - Vec<W>{} : load<W>(max_at), n);
        });
    }

    static void pool_gradient(const PoolGradient& s) {
        for_each_vector(s.series, s.units, [&](int j, int first, int n) {
            float* dh = s.dh.row(j) + first;
            Vec<W> sum = load<W>(dh);
            if (s.d_mean.data) sum += s.share[j] * load<W>(s.d_mean.row(j) + first);
            if (s.d_max.data) {
                const auto here = load<W>(s.max_at.row(j) + first) == s.frame;
                sum += here ? load<W>(s.d_max.row(j) + first) : Vec<W>{};
            }
            store<W>(dh, sum, n);
        });
    }
};
