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
            multiply<4 * U>(s.rows, panel, s.z + b * block, sums);
            FS_UNROLL for (int u = 0; u < U; ++u) FS_UNROLL for (int v = 0; v < V; ++v) {
                const std::ptrdiff_t at = std::ptrdiff_t(first + u) * lanes + b * block + v * W;
                const Vec<W> i = sigmoid<W>(sums[u][v]);
                const Vec<W> f = sigmoid<W>(sums[U + u][v]);
                const Vec<W> g = tanh<W>(sums[2 * U + u][v]);
                const Vec<W> o = sigmoid<W>(sums[3 * U + u][v]);
                const Vec<W> c = f * load<W>(s.c_before + at) + i * g;
                const Vec<W> tanh_c = tanh<W>(c);
                const Vec<W> h = o * tanh_c;
                store<W>(s.gates + at, i);
                store<W>(s.gates + gate_size + at, f);
                store<W>(s.gates + 2 * gate_size + at, g);
                store<W>(s.gates + 3 * gate_size + at, o);
                store<W>(s.c + at, c);
                store<W>(s.tanh_c + at, tanh_c);
                store<W>(s.h + at, h);
                if (s.h_above) store<W>(s.h_above + at, h);
            }
        }
    }

    static void cell(const CellStep& s) {
        for_each_tile<Units>(
            s.units, [&](int first, auto extent) { cell_tile<decltype(extent)::value>(s, first); });
    }

    static void cell_gradient(const CellGradient& s) {
        const std::ptrdiff_t size = std::ptrdiff_t(s.units) * lanes;
        float *gi = s.gates, *gf = gi + size, *gg = gf + size, *go = gg + size;
        for (std::ptrdiff_t at = 0; at < size; at += W) {
            const Vec<W> i = load<W>(gi + at), f = load<W>(gf + at), g = load<W>(gg + at),
                         o = load<W>(go + at), t = load<W>(s.tanh_c + at), dh = load<W>(s.dh + at);
            const Vec<W> dc = load<W>(s.dc + at) + dh * o * (1.0f - t * t);
            store<W>(gi + at, dc * g * i * (1.0f - i));
            store<W>(gf + at, dc * load<W>(s.c_before + at) * f * (1.0f - f));
            store<W>(gg + at, dc * i * (1.0f - g * g));
            store<W>(go + at, dh * t * o * (1.0f - o));
            store<W>(s.dc + at, dc * f);
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

    static void product(int rows, int columns, const float* panels, const float* in, float* out) {
        for_each_tile<Rows>(rows, [&](int first, auto extent) {
            constexpr int R = decltype(extent)::value;
            const float* panel = panels + std::ptrdiff_t(first) * columns;
            for (int b = 0; b < Blocks; ++b) {
                Vec<W> sums[R][V];
                multiply<R>(columns, panel, in + b * block, sums);
                FS_UNROLL for (int r = 0; r < R; ++r) FS_UNROLL for (int v = 0; v < V; ++v)
                    store<W>(out + std::ptrdiff_t(first + r) * lanes + b * block + v * W,
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
                transpose(p.rows_b, p.b + (start + t) * p.stride_b, p.scratch + t * frame_floats);
            for_each_tile<A>(p.rows_a, [&](int first_a, auto extent_a) {
                for_each_tile<B>(tiles_of(p.rows_b, W), [&](int first_b, auto extent_b) {
                    outer_tile<decltype(extent_a)::value, decltype(extent_b)::value>(
                        p, frames, p.a + start * p.stride_a, first_a, first_b);
                });
            });
        }
    }

    static void pool(const PoolStep& s) {
        for (int u = 0; u < s.units; ++u)
            for (int v = 0; v < lanes; v += W) {
                const int at = u * lanes + v;
                const Vec<W> h = load<W>(s.h + at), alive = load<W>(s.alive + v);
                if (s.sum) store<W>(s.sum + at, load<W>(s.sum + at) + alive * h);
                if (!s.max) continue;
                const Vec<W> max = load<W>(s.max + at), max_at = load<W>(s.max_at + at);
                const auto higher = (h > max) & (alive > 0.0f);
                store<W>(s.max + at, higher ? h : max);
                store<W>(s.max_at + at, higher ? s.frame - Vec<W>{} : max_at);
            }
    }

    static void pool_gradient(const PoolGradient& s) {
        for (int u = 0; u < s.units; ++u)
            for (int v = 0; v < lanes; v += W) {
                const int at = u * lanes + v;
                Vec<W> dh = load<W>(s.dh + at);
                if (s.d_mean) dh += load<W>(s.alive + v) * load<W>(s.d_mean + at);
                if (s.d_max) {
                    const auto here = load<W>(s.max_at + at) == s.frame;
                    dh += here ? load<W>(s.d_max + at) : Vec<W>{};
                }
                store<W>(s.dh + at, dh);
            }
    }

    static constexpr LaneKernels table() {
        return {lanes, pack_cell, cell, cell_gradient, pack, product, outer, pool, pool_gradient};
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

template <class Lanes8, class Lanes16, class S>
constexpr Kernels table(const char* name) {
    static_assert(Lanes8::lanes == 8 && Lanes16::lanes == 16, "chunks have 8 or 16 lanes");
    return {name,
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
            tanh_array<S::width>};
}
