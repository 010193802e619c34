// Small matrix products. Each keeps a tile of sums in registers while it walks along the inner
// dimension, and needs a register for each of them, some for the operand along the lanes and one
// for the number that is spread over the lanes; there are 32 registers with AVX-512 and NEON and 16
// otherwise. `Sums` is the number of registers for sums.
#pragma once

#include "tiles.hpp"

// A packed matrix is cut into tiles of up to four vectors of rows: [tile][column][row]. A tile is
// read as one stream, which the processor fetches from the second-level cache ahead of its use.
constexpr int kTileVectors = 4;

template <int W, int Sums>
struct Products {
    static void pack(const Packing& p) {
        for_each_tile<kTileVectors>(tiles_of(p.rows, W), [&](int first, auto extent) {
            const int start = first * W, width = decltype(extent)::value * W;
            const int rows = p.rows - start < width ? p.rows - start : width;
            float* tile = p.panels + std::ptrdiff_t(start) * p.columns + p.first * width;
            const float* from = p.matrix + start * p.row_stride;
            for (int k = 0; k < p.count; ++k)
                for (int r = rows; r < width; ++r) tile[k * width + r] = 0.0f;
            // The inner loop goes along what lies together in the memory that is read.
            if (p.row_stride == 1)
                for (int k = 0; k < p.count; ++k)
                    for (int r = 0; r < rows; ++r)
                        tile[k * width + r] = from[r + k * p.column_stride];
            else
                for (int r = 0; r < rows; ++r)
                    for (int k = 0; k < p.count; ++k)
                        tile[k * width + r] = from[r * p.row_stride + k * p.column_stride];
        });
    }

    // sums[N][S] for S series and N of the P vectors of a tile, from vector `v0` on.
    template <int S, int N, int P>
    static FS_INLINE void product_tile(const Product& p, const float* tile, int series, int row) {
        // A single series would leave the multipliers waiting for its few sums.
        constexpr int sets = S == 1 ? 2 : 1;
        const float* in = p.in.data + series * p.in.stride;
        float* out = p.out.data + series * p.out.stride + row;
        Vec<W> sums[sets][N][S];
        FS_UNROLL for (int j = 0; j < sets * N * S; ++j)(&sums[0][0][0])[j] = Vec<W>{};
        if (p.add)
            FS_UNROLL for (int v = 0; v < N; ++v) FS_UNROLL for (int j = 0; j < S; ++j)
                sums[0][v][j] = load<W>(out + j * p.out.stride + v * W);
        // Few series wait for the weights. They go along the columns to and fro, too: the rows may
        // be no more than one tile.
        constexpr bool few = S < 4;
        const bool back = few && p.backwards;
        const std::ptrdiff_t first = back ? p.count - 1 : 0, step = back ? -1 : 1;
        const auto add = [&](int set, int i) {
            const std::ptrdiff_t k = few ? first + i * step : i;
            Vec<W> weights[N];
            FS_UNROLL for (int v = 0; v < N; ++v) weights[v] = load<W>(tile + (k * P + v) * W);
            FS_UNROLL for (int j = 0; j < S; ++j) {
                const float x = in[j * p.in.stride + k];
                FS_UNROLL for (int v = 0; v < N; ++v) sums[set][v][j] += x * weights[v];
            }
        };
        int k = 0;
        for (; k + sets <= p.count; k += sets)
            FS_UNROLL for (int set = 0; set < sets; ++set) add(set, k + set);
        if (k < p.count) add(0, k);
        FS_UNROLL for (int v = 0; v < N; ++v) FS_UNROLL for (int j = 0; j < S; ++j) {
            if constexpr (sets == 2) sums[0][v][j] += sums[1][v][j];
            const int left = p.rows - row - v * W;
            store<W>(out + j * p.out.stride + v * W, sums[0][v][j], left < W ? left : W);
        }
    }

    static void product(const Product& p) {
        for_each_tile<kTileVectors>(
            tiles_of(p.rows, W),
            [&](int first, auto vectors) {
                constexpr int P = decltype(vectors)::value;
                const float* tile =
                    p.panels + std::ptrdiff_t(first) * W * p.columns + p.first * P * W;
                for_each_tile<kChunkSeries>(p.series, [&](int series, auto together) {
                    constexpr int S = decltype(together)::value;
                    constexpr int N = P * S <= Sums ? P : P < 2 ? P : 2;
                    product_tile<S, N, P>(p, tile, series, first * W);
                    if constexpr (P > N)
                        product_tile<S, P - N, P>(p, tile + N * W, series, (first + N) * W);
                });
            },
            p.backwards);
    }

    // sums[RA][RB]: neighbouring rows of b fill a vector, and every number of a is spread over it.
    template <int RA, int RB>
    static FS_INLINE void outer_tile(const OuterProduct& p, int n, const float* a, const float* b,
                                     float* sum) {
        const std::ptrdiff_t width = padded(p.rows_b);
        Vec<W> sums[RA][RB];
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j) sums[i][j] =
            load<W>(sum + i * width + j * W);
        for (int t = 0; t < n; ++t, a += p.a.stride, b += p.b.stride) {
            Vec<W> y[RB];
            FS_UNROLL for (int j = 0; j < RB; ++j) y[j] = load<W>(b + j * W);
            FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
                sums[i][j] += a[i] * y[j];
        }
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
            store<W>(sum + i * width + j * W, sums[i][j]);
    }

    // Cut into blocks of b that stay in the second-level cache while all rows of a pass by. What
    // stands behind the rows of b is read too: nobody reads its sum.
    static void outer(const OuterProduct& p) {
        constexpr int block_floats = 96 << 10;
        const int block = int(block_floats / p.b.stride) + 1;
        for (int start = 0; start < p.n; start += block) {
            const int n = p.n - start < block ? p.n - start : block;
            for_each_tile<4>(p.rows_a, [&](int a, auto rows) {
                for_each_tile<(Sums >= 24 ? 6 : 2)>(
                    tiles_of(p.rows_b, W), [&](int b, auto vectors) {
                        outer_tile<decltype(rows)::value, decltype(vectors)::value>(
                            p, n, p.a.data + start * p.a.stride + a,
                            p.b.data + start * p.b.stride + b * W,
                            p.sum + std::ptrdiff_t(a) * padded(p.rows_b) + b * W);
                    });
            });
        }
    }

    static float dot(int padded_size, const float* a, const float* b) {
        Vec<W> total{};
        for (int i = 0; i < padded_size; i += W) total += load<W>(a + i) * load<W>(b + i);
        return sum<W>(total);
    }
};
