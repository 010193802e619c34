// The small matrix products and activations that an LSTM is made of, as one table of functions per
// instruction set. cpu.cpp chooses the table when the library is loaded.
//
// Training and prediction compute a chunk of series at a time, in one of two layouts. Many series
// stand side by side in the vector lanes: a matrix is stored as [row][lane], one row per feature or
// unit and one lane per series, so that every operation of the recurrence is elementwise along the
// lanes. A few series would leave most lanes empty: there the rows stand side by side, [lane][row],
// and every weight that comes from the cache serves all series of the chunk.
//
// Live use has one series, step by step: there too the units lie side by side (StreamLayer).
#pragma once

#include <cstddef>
#include <cstdint>

namespace fluidseries {

// A matrix (rows, series) of either layout. With series in the lanes `lane_stride` is 1 and rows
// are `lanes` apart; with rows in the lanes it is the distance between series, and rows are
// neighbours.
struct ConstMatrix {
    const float* data;
    std::ptrdiff_t lane_stride;
};

struct Matrix {
    float* data;
    std::ptrdiff_t lane_stride;
    operator ConstMatrix() const { return {data, lane_stride}; }
};

// One time step of one layer for all series:
//   (i, f, o) = sigmoid(W z), g = tanh(W z), c = f c' + i g, h = o tanh(c),   z = (x, h', 1)
struct CellStep {
    int series;
    int units;            // H
    int rows;             // K = inputs + H + 1, the rows of z
    const float* panels;  // W (4H, K) as written by pack_cell
    ConstMatrix z;        // (K, series)
    ConstMatrix c_before;
    Matrix gates;      // (4H, series): i, f, g, o
    Matrix c, tanh_c;  // (H, series)
    Matrix h;          // (H, series): in the z of the next time step
    Matrix h_above;    // the same again as the input of the layer above, or null
};

// The same step backwards. `gates` holds i, f, g, o on entry and the gradients of their
// pre-activations on return; `dc` the gradient of c from the future on entry, of c' on return.
struct CellGradient {
    int series;
    int units;
    ConstMatrix c_before, tanh_c, dh;
    Matrix dc, gates;
};

// out (rows, series) = M (rows, columns) times in (columns, series).
struct ProductStep {
    int series, rows, columns;
    const float* panels;  // M as written by pack
    ConstMatrix in;
    Matrix out;
};

// sum (rows_a, rows_b) += sum over frames and series of a (rows_a, series) times b (rows_b,
// series).
struct OuterProduct {
    int series;
    int frames, rows_a, rows_b;
    ConstMatrix a;
    std::ptrdiff_t stride_a;  // floats from one frame to the next
    ConstMatrix b;
    std::ptrdiff_t stride_b;
    float* sum;      // rows are padded(rows_b) apart
    float* scratch;  // outer_scratch(rows_b) floats
};

// Rows of a sum, of the scratch and of matrices with rows in the lanes are whole vectors of the
// widest instruction set.
constexpr int padded(int size) {
    return (size + 15) / 16 * 16;
}

// Room for some frames of b that should stay in the second-level cache while all rows of a pass by.
constexpr std::ptrdiff_t outer_scratch(int rows_b) {
    const std::ptrdiff_t one_frame = std::ptrdiff_t(16) * padded(rows_b), good = 96 << 10;
    return one_frame > good ? one_frame : good;
}

// What a readout over the whole series keeps of h (units, series) at one frame. `alive` is 1 for
// the series that have this frame, else 0.
struct PoolStep {
    int series;
    int units;
    float frame;  // its number; exact up to 2^24 frames
    const float* alive;
    ConstMatrix h;
    Matrix sum, max;  // (units, series), or null
    Matrix max_at;    // the frame in which the maximum stands
};

// The same backwards: adds to dh what the mean and the maximum pass back to this frame.
struct PoolGradient {
    int series;
    int units;
    float frame;
    const float* alive;         // divided by the number of frames
    ConstMatrix d_mean, d_max;  // (units, series), or null
    ConstMatrix max_at;
    Matrix dh;
};

// The kernels for chunks of one size and layout. Packed matrices need room for padded(rows) rows.
struct ChunkKernels {
    int lanes;             // the most series in a chunk
    bool series_in_lanes;  // else rows in the lanes
    // `matrix` is (4H, K), rows in the gate order i, f, g, o.
    void (*pack_cell)(int units, int rows, const float* matrix, float* panels);
    void (*cell)(const CellStep&);
    void (*cell_gradient)(const CellGradient&);
    // `matrix` is (rows, columns) with the given distances between neighbours.
    void (*pack)(int rows, int columns, const float* matrix, std::ptrdiff_t row_stride,
                 std::ptrdiff_t column_stride, float* panels);
    void (*product)(const ProductStep&);
    void (*outer)(const OuterProduct&);
    void (*pool)(const PoolStep&);
    void (*pool_gradient)(const PoolGradient&);
};

// One layer for a single series, units in the lanes. Arrays along the units are padded with zeros
// to `padded_units`, a multiple of the vector width.
struct StreamLayer {
    int units, padded_units;
    int rows;             // K = inputs + H + 1
    const float* panels;  // as written by pack_stream
    const float* z;       // (K,)
    float* c;             // (padded_units,)
    float* h;             // (padded_units,): must not overlap z
};

struct AdamStep {
    std::ptrdiff_t size;
    float* parameters;
    const float* gradient;
    float* first;
    float* second;
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
    ChunkKernels few, lanes8, lanes16;  // up to 4, 8 and 16 series
    int stream_width;                   // padded_units is a multiple of this
    void (*pack_stream)(int units, int rows, const float* matrix, float* panels);
    void (*stream_cell)(const StreamLayer&);
    float (*dot)(int padded_size, const float* a, const float* b);
    void (*adam)(const AdamStep&);
    double (*sum_of_squares)(std::ptrdiff_t size, const float* x);
    void (*add)(std::ptrdiff_t size, const float* x, float* sum);
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
