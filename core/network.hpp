// The sizes of a stack of LSTM layers with a dense readout, and where its parameters stand.
//
// Parameters are one flat array with PyTorch's names and shapes, layer by layer: weight_ih (4H,
// in), weight_hh (4H, H), bias_ih (4H), bias_hh (4H), gates in the order i, f, g, o; then the
// readout's weight (outputs, features) and bias (outputs).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fluidseries {

// What the readout sees of the top layer's states h over a series; a sum of these.
enum Sections { kLast = 1, kMean = 2, kMax = 4 };

struct Sizes {
    int inputs;  // dimensions of a frame
    std::vector<int> hidden;
    int outputs;
    int readout = kLast;
    // Whether the first layer also hears by how much each dimension has changed since the last
    // frame.
    bool differences = false;
    // Whether it also hears for how long the series has been going on.
    bool clock = false;

    int layers() const { return int(hidden.size()); }
    int layer_inputs(int layer) const {
        return layer == 0 ? inputs * (differences ? 2 : 1) + clock : hidden[layer - 1];
    }
    // Rows of z = (x, h, 1).
    int rows(int layer) const { return layer_inputs(layer) + hidden[layer] + 1; }
    int features() const;
    std::ptrdiff_t parameters() const;
};

// What the clock says at a frame, from 0: about as large as a standardised input for 5 to 400
// frames, and hardly growing in an endless stream.
float clock_input(std::int64_t frame);

// Offsets of one layer's parameters in the flat array.
struct LayerOffsets {
    std::ptrdiff_t weight_ih, weight_hh, bias_ih, bias_hh;
};
LayerOffsets layer_offsets(const Sizes&, int layer);
std::ptrdiff_t readout_offset(const Sizes&);  // the weight; the bias follows it

// A layer's matrix W (4H, K) for z = (x, h, 1), packed for products: both weights side by side and
// the sum of the biases. The panels have room for 4 padded(H) K numbers.
void pack_layer(const Sizes&, int layer, const float* parameters, float* panels);

}  // namespace fluidseries
