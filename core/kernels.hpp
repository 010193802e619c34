// The small matrix products and activations that an LSTM is made of, as one table of functions per
// instruction set. cpu.cpp chooses the table when the library is loaded.
//
// A chunk of a few series is computed at a time: the numbers of one series at one frame are a row
// of a matrix, and neighbouring units lie side by side in the vector lanes. So every weight that
// comes from the cache serves all series of the chunk.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fluidseries {

// Widths are rounded up to whole vectors of the widest instruction set.
constexpr int padded(int width) {
    return (width + 15) / 16 * 16;
}

// From one row of a matrix to the next: an odd number of cache lines, so that the same column of
// several rows does not always fall into the same few places of the cache.
constexpr std::ptrdiff_t stride_of(int width) {
    return std::ptrdiff_t(padded(width) / 16 | 1) * 16;
}

// The most series whose sums stand in registers at the same time. From four on, the way of the
// weights from the second-level cache is hidden behind the arithmetic.
constexpr int kTileSeries = 6;

// A matrix of floats whose rows are `stride` apart. Behind the last row there is room for a vector
// of 16: kernels read whole vectors, and write no more than they should.
struct ConstMatrix {
    const float* data;
    std::ptrdiff_t stride;
    const float* row(std::ptrdiff_t i) const { return data + i * stride; }
};

struct Matrix {
    float* data;
    std::ptrdiff_t stride;
    float* row(std::ptrdiff_t i) const { return data + i * stride; }
    operator ConstMatrix() const { return {data, stride}; }
};

// Columns `first` to first + count - 1 of a matrix (rows, columns), written as `product` wants
// them: `matrix` (rows, count) has the given distances between neighbours. The panels have room for
// padded(rows) * columns numbers.
struct Packing {
    int rows, columns, first, count;
    const float* matrix;
    std::ptrdiff_t row_stride, column_stride;
    float* panels;
};

// out (series, rows) = in (series, count) times M', where M (rows, count) are columns `first` to
// first + count - 1 of a packed matrix; with `add` this is added to what stands in out.
struct Product {
    int series, rows, columns;
    const float* panels;
    int first, count;
    ConstMatrix in;
    Matrix out;
    bool add;
    // Whether to begin with the last rows. Frame by frame to and fro, what was used last, and may
    // still be in the first-level cache, is used first.
    bool backwards;
};

// sum (rows_a, rows_b) += a' b for a (n, rows_a) and b (n, rows_b): a gradient of weights.
struct OuterProduct {
    int n, rows_a, rows_b;
    ConstMatrix a, b;
    float* sum;  // rows are padded(rows_b) apart
};

// One time step of one layer for all series, after the products: in `gates` (series, 4H) stand the
// pre-activations of i, f, g, o on entry and the gates on return.
struct CellStep {
    int series, units;
    Matrix gates;
    ConstMatrix c_before;  // (series, H) as all below
    Matrix c, tanh_c, h;
};

// The same step backwards. `gates` holds i, f, g, o on entry and the gradients of their
// pre-activations on return; `dc` the gradient of c from the future on entry, of c' on return.
struct CellGradient {
    int series, units;
    ConstMatrix c_before, tanh_c, dh;
    Matrix dc, gates;
};

// What a readout over the whole series keeps of h (series, units) at one frame.
struct PoolStep {
    int series, units;
    float frame;  // its number; exact up to 2^24 frames
    ConstMatrix h;
    Matrix sum, max;  // (series, units), or null
    Matrix max_at;    // the frame in which the maximum stands
};

// The same backwards: adds to dh what the mean and the maximum pass back to this frame.
struct PoolGradient {
    int series, units;
    float frame;
    const float* share;         // (series,): 1 / number of frames
    ConstMatrix d_mean, d_max;  // (series, units), or null
    ConstMatrix max_at;
    Matrix dh;
};

struct AdamStep {
    std::ptrdiff_t size;
    float* parameters;
    const float* gradient;
    float* first;
    float* second;
    float* before;       // receives parameters, first and second as they were, one after the other
    const float* decay;  // weight decay per parameter
    float gradient_scale, learn_rate, beta1, beta2, epsilon;
    float correction1, correction2;  // 1 - beta^step
};

// Neighbouring cells of one diagonal of dynamic time warping: sums of squares so far, from those of
// the two diagonals before. Everything points to the first of these cells. Reads and writes go on
// for up to kBeyond numbers after the last: the caller has room for that and repairs the one number
// that matters.
struct WarpStep {
    int cells, dims;
    const double *a, *b;
    int n, m;  // from one dimension to the next in a and b
    const double *one, *two;
    double* out;
};
constexpr int kBeyond = 8;

// Means and scales of the columns of a table, repeated over `period` numbers of whole rows.
struct Standardisation {
    std::ptrdiff_t period;
    const double *mean, *scale;
};

struct Kernels {
    const char* name;
    void (*pack)(const Packing&);
    void (*product)(const Product&);
    void (*outer)(const OuterProduct&);
    float (*dot)(int padded_size, const float* a, const float* b);
    void (*cell)(const CellStep&);
    void (*cell_gradient)(const CellGradient&);
    void (*pool)(const PoolStep&);
    void (*pool_gradient)(const PoolGradient&);
    void (*adam)(const AdamStep&);
    double (*sum_of_squares)(std::ptrdiff_t size, const float* x);
    void (*add)(std::ptrdiff_t size, const float* x, float* sum);
    // x += noise * the draws of key, key + 2, ... of random.hpp, two for each.
    void (*add_noise)(std::uint64_t key, float noise, int size, float* x);
    void (*sigmoid)(std::ptrdiff_t size, const float* x, float* y);
    void (*tanh)(std::ptrdiff_t size, const float* x, float* y);
    void (*warp)(const WarpStep&);
    // y = (x - mean) / scale in double; false if any y is not finite.
    bool (*standardise_doubles)(const Standardisation&, std::ptrdiff_t size, const double* x,
                                float* y);
    bool (*standardise_floats)(const Standardisation&, std::ptrdiff_t size, const float* x,
                               float* y);
};

// The table in use, chosen once from what processor and system offer; the environment variable
// FLUIDSERIES_INSTRUCTION_SET names a lower one.
const Kernels& kernels();

}  // namespace fluidseries
