// The kernels, written once; kernels_v2.cpp, _v3.cpp and _v4.cpp include this file inside an
// anonymous namespace and are compiled each for its own instruction set.
//
// Every product keeps a tile of sums in registers while it walks along the inner dimension. A tile
// of `rows` by `vectors` needs rows * vectors registers for the sums, `vectors` for the operand
// along the lanes and one for the weight that is spread over the lanes; there are 32 registers with
// AVX-512 and NEON and 16 otherwise. A matrix is cut into tiles of nearly equal height, so that 10
// rows are two tiles of 5 and never one of 6 and one of 4.

#include "simd.hpp"

constexpr int tiles_of(int size, int largest) {
    return (size + largest - 1) / largest;
}

// Start of tile `i` when `size` is cut into `n` nearly equal parts.
constexpr int tile_start(int size, int n, int i) {
    return size / n * i + (size % n < i ? size % n : i);
}

template <int N>
struct Extent {
    static constexpr int value = N;
};

template <int Max, class F>
FS_INLINE void call_with_extent(int extent, F&& f) {
    if constexpr (Max > 1) {
        if (extent < Max) return call_with_extent<Max - 1>(extent, f);
    }
    f(Extent<Max>{});
}

// Calls f(start, Extent<n>) for every tile of n <= Max along `size`.
template <int Max, class F>
FS_INLINE void for_each_tile(int size, F&& f) {
    const int n = tiles_of(size, Max);
    for (int i = 0; i < n; ++i) {
        const int start = tile_start(size, n, i);
        call_with_extent<Max>(tile_start(size, n, i + 1) - start,
                              [&](auto extent) { f(start, extent); });
    }
}

// Adds h to the sum and the maximum at one place.
template <int W>
FS_INLINE void keep(const PoolStep& s, Vec<W> h, Vec<W> alive, std::ptrdiff_t at) {
    if (s.sum.data) store<W>(s.sum.data + at, load<W>(s.sum.data + at) + alive * h);
    if (!s.max.data) return;
    const Vec<W> max = load<W>(s.max.data + at), max_at = load<W>(s.max_at.data + at);
    const auto higher = (h > max) & (alive > 0.0f);
    store<W>(s.max.data + at, higher ? h : max);
    store<W>(s.max_at.data + at, higher ? s.frame - Vec<W>{} : max_at);
}

// What the mean and the maximum pass back: `at` is the place in the features, `max_at` in max_at.
template <int W>
FS_INLINE Vec<W> passed_back(const PoolGradient& s, Vec<W> alive, std::ptrdiff_t at,
                             std::ptrdiff_t max_at) {
    Vec<W> dh{};
    if (s.d_mean.data) dh += alive * load<W>(s.d_mean.data + at);
    if (s.d_max.data) {
        const auto here = load<W>(s.max_at.data + max_at) == s.frame;
        dh += here ? load<W>(s.d_max.data + at) : Vec<W>{};
    }
    return dh;
}

// Kernels for chunks of `Blocks` times V vectors of W lanes. Units, Rows: the largest tiles of the
// cell and of the plain product; A, B: the largest tile of the outer product.
template <int W, int V, int Blocks, int Units, int Rows, int A, int B>
struct Lanes {
    static constexpr int block = W * V;
    static constexpr int lanes = block * Blocks;

    // sums[R][V] = matrix tile (R, columns) times `in` (columns, lanes), one block of lanes.
    template <int R>
    static FS_INLINE void multiply(int columns, const float* panel, const float* in,
                                   Vec<W> (&sums)[R][V]) {
        FS_UNROLL for (int r = 0; r < R; ++r) FS_UNROLL for (int v = 0; v < V; ++v) sums[r][v] =
            Vec<W>{};
        for (int k = 0; k < columns; ++k) {
            Vec<W> x[V];
            FS_UNROLL for (int v = 0; v < V; ++v) x[v] = load<W>(in + k * lanes + v * W);
            FS_UNROLL for (int r = 0; r < R; ++r) {
                const float weight = panel[k * R + r];
                FS_UNROLL for (int v = 0; v < V; ++v) sums[r][v] += weight * x[v];
            }
        }
    }

    // A panel holds the four gates of U neighbouring units, for one column of the matrix after the
    // other: the tile then has all that the cell equations of these units need.
    static void pack_cell(int units, int rows, const float* matrix, float* panels) {
        for_each_tile<Units>(units, [&](int first, auto extent) {
            constexpr int U = decltype(extent)::value;
            float* panel = panels + std::ptrdiff_t(4) * first * rows;
            for (int k = 0; k < rows; ++k)
                for (int gate = 0; gate < 4; ++gate)
                    for (int u = 0; u < U; ++u)
                        panel[(k * 4 + gate) * U + u] =
                            matrix[(std::ptrdiff_t(gate) * units + first + u) * rows + k];
        });
    }

    template <int U>
    static FS_INLINE void cell_tile(const CellStep& s, int first) {
        const std::ptrdiff_t gate_size = std::ptrdiff_t(s.units) * lanes;
        const float* panel = s.panels + std::ptrdiff_t(4) * first * s.rows;
        for (int b = 0; b < Blocks; ++b) {
            Vec<W> sums[4 * U][V];
            multiply<4 * U>(s.rows, panel, s.z.data + b * block, sums);
            FS_UNROLL for (int u = 0; u < U; ++u) FS_UNROLL for (int v = 0; v < V; ++v) {
                const std::ptrdiff_t at = std::ptrdiff_t(first + u) * lanes + b * block + v * W;
                const Vec<W> i = sigmoid<W>(sums[u][v]);
                const Vec<W> f = sigmoid<W>(sums[U + u][v]);
                const Vec<W> g = tanh<W>(sums[2 * U + u][v]);
                const Vec<W> o = sigmoid<W>(sums[3 * U + u][v]);
                const Vec<W> c = f * load<W>(s.c_before.data + at) + i * g;
                const Vec<W> tanh_c = tanh<W>(c);
                const Vec<W> h = o * tanh_c;
                store<W>(s.gates.data + at, i);
                store<W>(s.gates.data + gate_size + at, f);
                store<W>(s.gates.data + 2 * gate_size + at, g);
                store<W>(s.gates.data + 3 * gate_size + at, o);
                store<W>(s.c.data + at, c);
                store<W>(s.tanh_c.data + at, tanh_c);
                store<W>(s.h.data + at, h);
                if (s.h_above.data) store<W>(s.h_above.data + at, h);
            }
        }
    }

    static void cell(const CellStep& s) {
        for_each_tile<Units>(
            s.units, [&](int first, auto extent) { cell_tile<decltype(extent)::value>(s, first); });
    }

    static void cell_gradient(const CellGradient& s) {
        const std::ptrdiff_t size = std::ptrdiff_t(s.units) * lanes;
        float *gi = s.gates.data, *gf = gi + size, *gg = gf + size, *go = gg + size;
        for (std::ptrdiff_t at = 0; at < size; at += W) {
            const Vec<W> i = load<W>(gi + at), f = load<W>(gf + at), g = load<W>(gg + at),
                         o = load<W>(go + at), t = load<W>(s.tanh_c.data + at),
                         dh = load<W>(s.dh.data + at);
            const Vec<W> dc = load<W>(s.dc.data + at) + dh * o * (1.0f - t * t);
            store<W>(gi + at, dc * g * i * (1.0f - i));
            store<W>(gf + at, dc * load<W>(s.c_before.data + at) * f * (1.0f - f));
            store<W>(gg + at, dc * i * (1.0f - g * g));
            store<W>(go + at, dh * t * o * (1.0f - o));
            store<W>(s.dc.data + at, dc * f);
        }
    }

    static void pack(int rows, int columns, const float* matrix, std::ptrdiff_t row_stride,
                     std::ptrdiff_t column_stride, float* panels) {
        for_each_tile<Rows>(rows, [&](int first, auto extent) {
            constexpr int R = decltype(extent)::value;
            float* panel = panels + std::ptrdiff_t(first) * columns;
            for (int k = 0; k < columns; ++k)
                for (int r = 0; r < R; ++r)
                    panel[k * R + r] = matrix[(first + r) * row_stride + k * column_stride];
        });
    }

    static void product(const ProductStep& s) {
        for_each_tile<Rows>(s.rows, [&](int first, auto extent) {
            constexpr int R = decltype(extent)::value;
            const float* panel = s.panels + std::ptrdiff_t(first) * s.columns;
            for (int b = 0; b < Blocks; ++b) {
                Vec<W> sums[R][V];
                multiply<R>(s.columns, panel, s.in.data + b * block, sums);
                FS_UNROLL for (int r = 0; r < R; ++r) FS_UNROLL for (int v = 0; v < V; ++v)
                    store<W>(s.out.data + std::ptrdiff_t(first + r) * lanes + b * block + v * W,
                             sums[r][v]);
            }
        });
    }

    // With b transposed to (frame, lane, row) neighbouring rows of b fill a vector and every number
    // of a is spread over it: sums[i][j] += a[i] * b[j], with nothing to add up across lanes at the
    // end.
    template <int RA, int RB>
    static FS_INLINE void outer_tile(const OuterProduct& p, int frames, const float* a, int first_a,
                                     int first_b) {
        const int width = padded(p.rows_b);
        float* total = p.sum + std::ptrdiff_t(first_a) * width + first_b * W;
        Vec<W> sums[RA][RB];
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j) sums[i][j] =
            load<W>(total + i * width + j * W);
        const float* b = p.scratch + first_b * W;
        a += std::ptrdiff_t(first_a) * lanes;
        for (int t = 0; t < frames; ++t, a += p.stride_a)
            for (int lane = 0; lane < lanes; ++lane, b += width) {
                Vec<W> y[RB];
                FS_UNROLL for (int j = 0; j < RB; ++j) y[j] = load<W>(b + j * W);
                FS_UNROLL for (int i = 0; i < RA; ++i) {
                    const float x = a[i * lanes + lane];
                    FS_UNROLL for (int j = 0; j < RB; ++j) sums[i][j] += x * y[j];
                }
            }
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
            store<W>(total + i * width + j * W, sums[i][j]);
    }

    // (rows, lanes) to (lanes, padded rows).
    static FS_INLINE void transpose(int rows, const float* from, float* to) {
        const int width = padded(rows);
        for (int first = 0; first < width; first += W)
            for (int v = 0; v < lanes; v += W) {
                Vec<W> block[W];
                FS_UNROLL for (int r = 0; r < W; ++r) block[r] =
                    first + r < rows ? load<W>(from + (first + r) * lanes + v) : Vec<W>{};
                transpose_square<W>(block);
                FS_UNROLL for (int lane = 0; lane < W; ++lane)
                    store<W>(to + (v + lane) * width + first, block[lane]);
            }
    }

    static void outer(const OuterProduct& p) {
        const std::ptrdiff_t frame_floats = std::ptrdiff_t(lanes) * padded(p.rows_b);
        const int block = int(outer_scratch(p.rows_b) / frame_floats);
        for (int start = 0; start < p.frames; start += block) {
            const int frames = p.frames - start < block ? p.frames - start : block;
            for (int t = 0; t < frames; ++t)
                transpose(p.rows_b, p.b.data + (start + t) * p.stride_b,
                          p.scratch + t * frame_floats);
            for_each_tile<A>(p.rows_a, [&](int first_a, auto extent_a) {
                for_each_tile<B>(tiles_of(p.rows_b, W), [&](int first_b, auto extent_b) {
                    outer_tile<decltype(extent_a)::value, decltype(extent_b)::value>(
                        p, frames, p.a.data + start * p.stride_a, first_a, first_b);
                });
            });
        }
    }

    static void pool(const PoolStep& s) {
        for (int u = 0; u < s.units; ++u)
            for (int v = 0; v < lanes; v += W) {
                const int at = u * lanes + v;
                keep<W>(s, load<W>(s.h.data + at), load<W>(s.alive + v), at);
            }
    }

    static void pool_gradient(const PoolGradient& s) {
        for (int u = 0; u < s.units; ++u)
            for (int v = 0; v < lanes; v += W) {
                const int at = u * lanes + v;
                const Vec<W> dh = passed_back<W>(s, load<W>(s.alive + v), at, at);
                store<W>(s.dh.data + at, load<W>(s.dh.data + at) + dh);
            }
    }

    static constexpr ChunkKernels table() {
        return {lanes, true,    pack_cell, cell, cell_gradient,
                pack,  product, outer,     pool, pool_gradient};
    }
};

// Kernels for a few series with rows in the lanes. `Sums` is the number of sums that a tile may
// keep in registers; a chunk of more series than a tile can hold is computed in two passes.
template <int W, int Sums>
struct Rows {
    static constexpr int lanes = 4;
    static constexpr int together = Sums >= 16 ? 4 : 2;  // series in a tile of four gates

    // Calls f(first lane, Extent<number of lanes>).
    template <class F>
    static FS_INLINE void for_lanes(int series, F&& f) {
        for_each_tile<together>(series, f);
    }

    static void pack_cell(int units, int rows, const float* matrix, float* panels) {
        for (int first = 0; first < units; first += W)
            for (int k = 0; k < rows; ++k)
                for (int gate = 0; gate < 4; ++gate)
                    for (int u = first; u < first + W; ++u)
                        *panels++ = u < units
                                        ? matrix[(std::ptrdiff_t(gate) * units + u) * rows + k]
                                        : 0.0f;
    }

    template <int S>
    static FS_INLINE void cell_tile(const CellStep& s, int lane, int first) {
        // A single series would leave the multipliers waiting for its four sums.
        constexpr int sets = S == 1 ? 2 : 1;
        const float* panel = s.panels + std::ptrdiff_t(4) * first * s.rows;
        const float* z = s.z.data + lane * s.z.lane_stride;
        Vec<W> sums[sets][4][S];
        FS_UNROLL for (int j = 0; j < sets * 4 * S; ++j)(&sums[0][0][0])[j] = Vec<W>{};
        int k = 0;
        const auto add = [&](int set, int column) {
            FS_UNROLL for (int gate = 0; gate < 4; ++gate) {
                const Vec<W> weights = load<W>(panel + (std::ptrdiff_t(column) * 4 + gate) * W);
                FS_UNROLL for (int j = 0; j < S; ++j) sums[set][gate][j] +=
                    z[j * s.z.lane_stride + column] * weights;
            }
        };
        for (; k + sets <= s.rows; k += sets)
            FS_UNROLL for (int set = 0; set < sets; ++set) add(set, k + set);
        if (k < s.rows) add(0, k);
        const int n = s.units - first < W ? s.units - first : W;
        FS_UNROLL for (int j = 0; j < S; ++j) {
            if constexpr (sets == 2)
                FS_UNROLL for (int gate = 0; gate < 4; ++gate) sums[0][gate][j] += sums[1][gate][j];
            const auto at = [&](const auto& m) {
                return m.data + (lane + j) * m.lane_stride + first;
            };
            const Vec<W> i = sigmoid<W>(sums[0][0][j]), f = sigmoid<W>(sums[0][1][j]),
                         g = tanh<W>(sums[0][2][j]), o = sigmoid<W>(sums[0][3][j]);
            const Vec<W> c = f * load<W>(at(s.c_before), n) + i * g;
            const Vec<W> tanh_c = tanh<W>(c);
            const Vec<W> h = o * tanh_c;
            float* gates = at(s.gates);
            store<W>(gates, i, n);
            store<W>(gates + s.units, f, n);
            store<W>(gates + 2 * s.units, g, n);
            store<W>(gates + 3 * s.units, o, n);
            store<W>(at(s.c), c, n);
            store<W>(at(s.tanh_c), tanh_c, n);
            store<W>(at(s.h), h, n);
            if (s.h_above.data) store<W>(at(s.h_above), h, n);
        }
    }

    static void cell(const CellStep& s) {
        for_lanes(s.series, [&](int lane, auto extent) {
            for (int first = 0; first < s.units; first += W)
                cell_tile<decltype(extent)::value>(s, lane, first);
        });
    }

    static void cell_gradient(const CellGradient& s) {
        for (int lane = 0; lane < s.series; ++lane)
            for (int first = 0; first < s.units; first += W) {
                const int n = s.units - first < W ? s.units - first : W;
                const auto at = [&](const auto& m) {
                    return m.data + lane * m.lane_stride + first;
                };
                float* gi = at(s.gates);
                float *gf = gi + s.units, *gg = gf + s.units, *go = gg + s.units;
                const Vec<W> i = load<W>(gi, n), f = load<W>(gf, n), g = load<W>(gg, n),
                             o = load<W>(go, n), t = load<W>(at(s.tanh_c), n),
                             dh = load<W>(at(s.dh), n);
                const Vec<W> dc = load<W>(at(s.dc), n) + dh * o * (1.0f - t * t);
                store<W>(gi, dc * g * i * (1.0f - i), n);
                store<W>(gf, dc * load<W>(at(s.c_before), n) * f * (1.0f - f), n);
                store<W>(gg, dc * i * (1.0f - g * g), n);
                store<W>(go, dh * t * o * (1.0f - o), n);
                store<W>(at(s.dc), dc * f, n);
            }
    }

    // (columns, rows rounded up to whole vectors)
    static void pack(int rows, int columns, const float* matrix, std::ptrdiff_t row_stride,
                     std::ptrdiff_t column_stride, float* panels) {
        const int width = tiles_of(rows, W) * W;
        for (int k = 0; k < columns; ++k)
            for (int r = 0; r < width; ++r)
                *panels++ = r < rows ? matrix[r * row_stride + k * column_stride] : 0.0f;
    }

    template <int S, int N>
    static FS_INLINE void product_tile(const ProductStep& s, int lane, int first) {
        const std::ptrdiff_t width = std::ptrdiff_t(tiles_of(s.rows, W)) * W;
        const float* in = s.in.data + lane * s.in.lane_stride;
        const float* panel = s.panels + first * W;
        Vec<W> sums[N][S];
        FS_UNROLL for (int j = 0; j < N * S; ++j)(&sums[0][0])[j] = Vec<W>{};
        for (int k = 0; k < s.columns; ++k, panel += width) FS_UNROLL for (int v = 0; v < N; ++v) {
                const Vec<W> weights = load<W>(panel + v * W);
                FS_UNROLL for (int j = 0; j < S; ++j) sums[v][j] +=
                    in[j * s.in.lane_stride + k] * weights;
            }
        FS_UNROLL for (int v = 0; v < N; ++v) FS_UNROLL for (int j = 0; j < S; ++j) {
            const int at = (first + v) * W, left = s.rows - at;
            store<W>(s.out.data + (lane + j) * s.out.lane_stride + at, sums[v][j],
                     left < W ? left : W);
        }
    }

    static void product(const ProductStep& s) {
        for_lanes(s.series, [&](int lane, auto extent) {
            constexpr int S = decltype(extent)::value;
            for_each_tile<(Sums / S < 4 ? Sums / S : 4)>(
                tiles_of(s.rows, W), [&](int first, auto vectors) {
                    product_tile<S, decltype(vectors)::value>(s, lane, first);
                });
        });
    }

    template <int RA, int RB>
    static FS_INLINE void outer_tile(const OuterProduct& p, int first_a, int first_b) {
        const int width = padded(p.rows_b);
        float* total = p.sum + std::ptrdiff_t(first_a) * width + first_b * W;
        Vec<W> sums[RA][RB];
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j) sums[i][j] =
            load<W>(total + i * width + j * W);
        for (int t = 0; t < p.frames; ++t)
            for (int lane = 0; lane < p.series; ++lane) {
                const float* a = p.a.data + t * p.stride_a + lane * p.a.lane_stride + first_a;
                const float* b = p.b.data + t * p.stride_b + lane * p.b.lane_stride + first_b * W;
                Vec<W> y[RB];
                FS_UNROLL for (int j = 0; j < RB; ++j) y[j] = load<W>(b + j * W);
                FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
                    sums[i][j] += a[i] * y[j];
            }
        FS_UNROLL for (int i = 0; i < RA; ++i) FS_UNROLL for (int j = 0; j < RB; ++j)
            store<W>(total + i * width + j * W, sums[i][j]);
    }

    // b may be read up to padded(rows_b): what stands there is finite, and nobody reads its sum.
    // Frames are cut into blocks of b that stay in the cache while all rows of a pass by.
    static void outer(const OuterProduct& p) {
        const std::ptrdiff_t frame_floats = std::ptrdiff_t(p.series) * p.b.lane_stride;
        const int block = int(outer_scratch(p.rows_b) / frame_floats) + 1;
        for (int start = 0; start < p.frames; start += block) {
            OuterProduct part = p;
            part.frames = p.frames - start < block ? p.frames - start : block;
            part.a.data += start * p.stride_a;
            part.b.data += start * p.stride_b;
            for_each_tile<4>(p.rows_a, [&](int first_a, auto extent_a) {
                for_each_tile<(Sums >= 16 ? 6 : 2)>(
                    tiles_of(p.rows_b, W), [&](int first_b, auto extent_b) {
                        outer_tile<decltype(extent_a)::value, decltype(extent_b)::value>(
                            part, first_a, first_b);
                    });
            });
        }
    }

    static void pool(const PoolStep& s) {
        for (int lane = 0; lane < s.series; ++lane)
            for (int first = 0; first < s.units; first += W) {
                const int n = s.units - first < W ? s.units - first : W;
                const auto at = [&](const auto& m) {
                    return m.data + lane * m.lane_stride + first;
                };
                const Vec<W> h = load<W>(at(s.h), n);
                if (s.sum.data) store<W>(at(s.sum), load<W>(at(s.sum), n) + s.alive[lane] * h, n);
                if (!s.max.data || s.alive[lane] == 0.0f) continue;
                const Vec<W> max = load<W>(at(s.max), n), max_at = load<W>(at(s.max_at), n);
                const auto higher = h > max;
                store<W>(at(s.max), higher ? h : max, n);
                store<W>(at(s.max_at), higher ? s.frame - Vec<W>{} : max_at, n);
            }
    }

    static void pool_gradient(const PoolGradient& s) {
        for (int lane = 0; lane < s.series; ++lane)
            for (int first = 0; first < s.units; first += W) {
                const int n = s.units - first < W ? s.units - first : W;
                float* dh = s.dh.data + lane * s.dh.lane_stride + first;
                Vec<W> more{};
                if (s.d_mean.data)
                    more += s.alive[lane] *
                            load<W>(s.d_mean.data + lane * s.d_mean.lane_stride + first, n);
                if (s.d_max.data) {
                    const auto here =
                        load<W>(s.max_at.data + lane * s.max_at.lane_stride + first, n) == s.frame;
                    const Vec<W> d = load<W>(s.d_max.data + lane * s.d_max.lane_stride + first, n);
                    more += here ? d : Vec<W>{};
                }
                store<W>(dh, load<W>(dh, n) + more, n);
            }
    }

    static constexpr ChunkKernels table() {
        return {lanes, false,   pack_cell, cell, cell_gradient,
                pack,  product, outer,     pool, pool_gradient};
    }
};

// One series, units in the lanes: panels of four gates by N vectors of units. Each weight is used
// once, so this is bound by the path from the cache; the z value is spread over the lanes.
template <int W, int N>
struct Stream {
    static constexpr int width = W;

    static void pack_stream(int units, int rows, const float* matrix, float* panels) {
        const int vectors = tiles_of(units, W);
        for_each_tile<N>(vectors, [&](int first, auto extent) {
            constexpr int n = decltype(extent)::value;
            float* panel = panels + std::ptrdiff_t(4) * W * first * rows;
            for (int k = 0; k < rows; ++k)
                for (int gate = 0; gate < 4; ++gate)
                    for (int u = 0; u < n * W; ++u) {
                        const int unit = first * W + u;
                        panel[(std::ptrdiff_t(k) * 4 + gate) * n * W + u] =
                            unit < units ? matrix[(std::ptrdiff_t(gate) * units + unit) * rows + k]
                                         : 0.0f;
                    }
        });
    }

    template <int n>
    static FS_INLINE void tile(const StreamLayer& s, int first) {
        const float* panel = s.panels + std::ptrdiff_t(4) * W * first * s.rows;
        // Two sets of sums where one would leave the multipliers waiting for each other's results.
        constexpr int sets = n == 1 ? 2 : 1;
        Vec<W> sums[sets][4 * n];
        FS_UNROLL for (int j = 0; j < sets * 4 * n; ++j) sums[j / (4 * n)][j % (4 * n)] = Vec<W>{};
        int k = 0;
        for (; k + sets <= s.rows; k += sets)
            FS_UNROLL for (int set = 0; set < sets; ++set) FS_UNROLL for (int j = 0; j < 4 * n; ++j)
                sums[set][j] += s.z[k + set] * load<W>(panel + ((k + set) * 4 * n + j) * W);
        for (; k < s.rows; ++k)
            FS_UNROLL for (int j = 0; j < 4 * n; ++j) sums[0][j] +=
                s.z[k] * load<W>(panel + (k * 4 * n + j) * W);
        if constexpr (sets == 2) FS_UNROLL for (int j = 0; j < 4 * n; ++j) sums[0][j] += sums[1][j];
        FS_UNROLL for (int u = 0; u < n; ++u) {
            float* c = s.c + (first + u) * W;
            const Vec<W> i = sigmoid<W>(sums[0][u]), f = sigmoid<W>(sums[0][n + u]),
                         g = tanh<W>(sums[0][2 * n + u]), o = sigmoid<W>(sums[0][3 * n + u]);
            const Vec<W> cell = f * load<W>(c) + i * g;
            store<W>(c, cell);
            store<W>(s.h + (first + u) * W, o * tanh<W>(cell));
        }
    }

    static void cell(const StreamLayer& s) {
        for_each_tile<N>(s.padded_units / W,
                         [&](int first, auto extent) { tile<decltype(extent)::value>(s, first); });
    }

    static float dot(int padded_size, const float* a, const float* b) {
        Vec<W> total{};
        for (int i = 0; i < padded_size; i += W) total += load<W>(a + i) * load<W>(b + i);
        return sum<W>(total);
    }
};

// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
void adam(const AdamStep& s) {
    for (std::ptrdiff_t i = 0; i < s.size; ++i) {
        const float g = s.gradient[i] * s.gradient_scale;
        const float m = s.first[i] = s.beta1 * s.first[i] + (1.0f - s.beta1) * g;
        const float v = s.second[i] = s.beta2 * s.second[i] + (1.0f - s.beta2) * g * g;
        const float step = (m / s.correction1) / (__builtin_sqrtf(v / s.correction2) + s.epsilon);
        s.parameters[i] -= s.learn_rate * (step + s.decay[i] * s.parameters[i]);
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

template <int W, class F>
FS_INLINE void map(std::ptrdiff_t size, const float* x, float* y, F&& f) {
    std::ptrdiff_t i = 0;
    for (; i + W <= size; i += W) store<W>(y + i, f(load<W>(x + i)));
    if (i == size) return;
    float rest[W] = {};
    __builtin_memcpy(rest, x + i, (size - i) * sizeof(float));
    store<W>(rest, f(load<W>(rest)));
    __builtin_memcpy(y + i, rest, (size - i) * sizeof(float));
}

template <int W>
void sigmoid_array(std::ptrdiff_t size, const float* x, float* y) {
    map<W>(size, x, y, [](Vec<W> v) { return sigmoid<W>(v); });
}

template <int W>
void tanh_array(std::ptrdiff_t size, const float* x, float* y) {
    map<W>(size, x, y, [](Vec<W> v) { return tanh<W>(v); });
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

template <class Few, class Lanes8, class Lanes16, class S>
constexpr Kernels table(const char* name) {
    static_assert(Lanes8::lanes == 8 && Lanes16::lanes == 16, "chunks have 8 or 16 lanes");
    return {name,
            Few::table(),
            Lanes8::table(),
            Lanes16::table(),
            S::width,
            S::pack_stream,
            S::cell,
            S::dot,
            adam,
            sum_of_squares,
            add,
            sigmoid_array<S::width>,
            tanh_array<S::width>,
            warp<S::width / 2>,
            standardise<double>,
            standardise<float>};
}
