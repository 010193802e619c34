// The small matrix products and activations that an LSTM is made of, as one table of functions per
// instruction set. cpu.cpp chooses the table when the library is loaded.
//
// Training and prediction of many series put series side by side in the vector lanes: a matrix is
// stored as [row][lane], one row per feature or unit and one lane per series, so that every
// operation of the recurrence is elementwise along the lanes. A chunk has 8 or 16 lanes.
//
// Live use has one series only, so there the units lie side by side in the lanes (StreamLayer).
#pragma once

#include <cstddef>
#include <cstdint>

namespace fluidseries {

// One time step of one layer for all lanes:
//   (i, f, o) = sigmoid(W z), g = tanh(W z), c = f c' + i g, h = o tanh(c),   z = (x, h', 1)
struct CellStep {
    int units;            // H
    int rows;             // K = inputs + H + 1, the rows of z
    const float* panels;  // W (4H, K) as written by pack_cell
    const float* z;       // (K, lanes)
    const float* c_before;
    float* gates;  // (4H, lanes): i, f, g, o
    float* c;      // (H, lanes)
    float* tanh_c;
    float* h;        // (H, lanes): in the z of the next time step
    float* h_above;  // the same again as the input of the layer above, or null
};

// The same step backwards. `gates` holds i, f, g, o on entry and the gradients of their
// pre-activations on return; `dc` the gradient of c from the future on entry, of c' on return.
struct CellGradient {
    int units;
    const float* c_before;
    const float* tanh_c;
    const float* dh;
    float* dc;
    float* gates;
};

// sum (rows_a, rows_b) += sum over frames and lanes of a (rows_a, lanes) times b (rows_b, lanes).
struct OuterProduct {
    int frames, rows_a, rows_b;
    const float* a;
    std::ptrdiff_t stride_a;  // floats from one frame to the next
    const float* b;
    std::ptrdiff_t stride_b;
    float* sum;      // rows are padded(rows_b) apart
    float* scratch;  // outer_scratch(rows_b) floats
};

// Rows of a sum and of the scratch are whole vectors of the widest instruction set.
constexpr int padded(int size) {
    return (size + 15) / 16 * 16;
}

// Room for some frames of b that should stay in the second-level cache while all rows of a pass by.
constexpr std::ptrdiff_t outer_scratch(int rows_b) {
    const std::ptrdiff_t one_frame = std::ptrdiff_t(16) * padded(rows_b), good = 96 << 10;
    return one_frame > good ? one_frame : good;
}

// What a readout over the whole series keeps of h (units, lanes) at one frame. `alive` is 1 in the
// lanes whose series has this frame, else 0.
struct PoolStep {
    int units;
    float frame;  // its number; exact up to 2^24 frames
    const float* alive;
    const float* h;
    float* sum;     // (units, lanes), or null
    float* max;     // (units, lanes), or null
    float* max_at;  // (units, lanes): the frame in which the maximum stands
};

// The same backwards: adds to dh what the mean and the maximum pass back to this frame.
struct PoolGradient {
    int units;
    float frame;
    const float* alive;   // divided by the number of frames
    const float* d_mean;  // (units, lanes), or null
    const float* d_max;   // (units, lanes), or null
    const float* max_at;
    float* dh;
};

struct LaneKernels {
    int lanes;
    // `matrix` is (4H, K), rows in the gate order i, f, g, o.
    void (*pack_cell)(int units, int rows, const float* matrix, float* panels);
    void (*cell)(const CellStep&);
    void (*cell_gradient)(const CellGradient&);
    // `matrix` is (rows, columns) with the given distances between neighbours.
    void (*pack)(int rows, int columns, const float* matrix, std::ptrdiff_t row_stride,
                 std::ptrdiff_t column_stride, float* panels);
    // out (rows, lanes) = matrix (rows, columns) times in (columns, lanes).
    void (*product)(int rows, int columns, const float* panels, const float* in, float* out);
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

struct Kernels {
    const char* name;
    LaneKernels lanes8, lanes16;
    int stream_width;  // padded_units is a multiple of this
    void (*pack_stream)(int units, int rows, const float* matrix, float* panels);
    void (*stream_cell)(const StreamLayer&);
    float (*dot)(int padded_size, const float* a, const float* b);
    void (*adam)(const AdamStep&);
    double (*sum_of_squares)(std::ptrdiff_t size, const float* x);
    void (*add)(std::ptrdiff_t size, const float* x, float* sum);
    void (*sigmoid)(std::ptrdiff_t size, const float* x, float* y);
    void (*tanh)(std::ptrdiff_t size, const float* x, float* y);
};

// The table in use, chosen once from what processor and system offer; the environment variable
// FLUIDSERIES_INSTRUCTION_SET names a lower one.
const Kernels& kernels();

}  // namespace fluidseries
