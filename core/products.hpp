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
        // Every sum waits four cycles for itself, and two are added to in each: fewer than eight
        // are kept in several sets, which take turns.
        constexpr int sets = N * S >= 8 ? 1 : N * S >= 4 ? 2 : 4;
        const std::ptrdiff_t in_stride = p.in.stride, out_stride = p.out.stride;
        float* out = p.out.data + series * out_stride + row;
        Vec<W> sums[sets][N][S];
        FS_UNROLL for (int j = 0; j < sets * N * S; ++j)(&sums[0][0][0])[j] = Vec<W>{};
        if (p.add)
            FS_UNROLL for (int v = 0; v < N; ++v) FS_UNROLL for (int j = 0; j < S; ++j)
                sums[0][v][j] = load<W>(out + j * out_stride + v * W);
        const auto walk = [&](auto direction) __attribute__((always_inline)) {
            constexpr int step = decltype(direction)::value;
            const std::ptrdiff_t start = step > 0 ? 0 : p.count - 1;
            const float* x = p.in.data + series * in_stride + start;
            const float* w = tile + start * (P * W);
            const auto add = [&](int set) __attribute__((always_inline)) {
                Vec<W> weights[N];
                FS_UNROLL for (int v = 0; v < N; ++v) {
                    weights[v] = load<W>(w + v * W);
                    if (S > 1) weights[v] = in_register<W>(weights[v]);
                }
                FS_UNROLL for (int j = 0; j < S; ++j) {
                    const float number = x[j * in_stride];
                    FS_UNROLL for (int v = 0; v < N; ++v) sums[set][v][j] += number * weights[v];
                }
                x += step, w += step * (P * W);
            };
            int k = p.count;
            constexpr int columns = 4;  // of one round, so that counting them costs little
            for (; k >= columns; k -= columns)
                FS_UNROLL for (int i = 0; i < columns; ++i) add(i % sets);
            for (; k > 0; --k) add(0);
        };
        // Few series wait for the weights. They go along the columns to and fro, too: the rows may
        // be no more than one tile.
        if (S < 4 && p.backwards)
            walk(Extent<-1>{});
        else
            walk(Extent<1>{});
        FS_UNROLL for (int set = 1; set < sets; ++set)
            FS_UNROLL for (int j = 0; j < N * S; ++j)(&sums[0][0][0])[j] += (&sums[set][0][0])[j];
        const int rows = p.rows - row;
        FS_UNROLL for (int v = 0; v < N; ++v) {
            const int n = rows - v * W < W ? rows - v * W : W;
            FS_UNROLL for (int j = 0; j < S; ++j)
                store<W>(out + j * out_stride + v * W, sums[0][v][j], n);
        }
    }

    static void product(const Product& p) {
        for_each_tile<kTileVectors>(
            tiles_of(p.rows, W),
            [&](int first, auto vectors) {
                constexpr int P = decltype(vectors)::value;
                const float* tile =
                    p.panels + std::ptrdiff_t(first) * W * p.columns + p.first * P * W;
                for_each_tile<kTileSeries>(p.series, [&](int series, auto together) {
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
        const std::ptrdiff_t width = padded(p.rows_b), a_stride = p.a.stride, b_stride = p.b.stride;
        Vec<W> sums[RA][RB];
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j) sums[i][j] =
            load<W>(sum + i * width + j * W);
        // At least once: with a way around the loop the compiler moves all sums to memory and back.
        do {
            Vec<W> y[RB];
            FS_UNROLL for (int j = 0; j < RB; ++j) y[j] = load<W>(b + j * W);
            FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
                sums[i][j] += a[i] * y[j];
            a += a_stride, b += b_stride;
        } while (--n > 0);
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
            store<W>(sum + i * width + j * W, sums[i][j]);
    }

    // Cut into blocks of time and tiles of b, such that 128 rows of a tile of b (24 KB at most)
    // stay in the first-level cache while all rows of a pass by. What stands behind the rows of b
    // is read too: nobody reads its sum.
    static void outer(const OuterProduct& p) {
        constexpr int block = 128;
        for (int start = 0; start < p.n; start += block) {
            const int n = p.n - start < block ? p.n - start : block;
            for_each_tile<(Sums >= 24 ? 3 : 2)>(tiles_of(p.rows_b, W), [&](int b, auto vectors) {
                for_each_tile<(Sums / decltype(vectors)::value)>(p.rows_a, [&](int a, auto rows) {
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
