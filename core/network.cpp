#include "network.hpp"

#include <array>
#include <cmath>

#include "kernels.hpp"

namespace fluidseries {
namespace {

float logarithm(std::int64_t frame) {
    return std::log1p(float(frame)) - 3.0f;
}

// Written down once: to compute it takes longer than to hear a frame.
const std::array<float, 4096> kFirstClockInputs = [] {
    std::array<float, 4096> inputs;
    for (int frame = 0; frame < int(inputs.size()); ++frame) inputs[frame] = logarithm(frame);
    return inputs;
}();

}  // namespace

int Sizes::features() const {
    const int pools = !!(readout & kLast) + !!(readout & kMean) + !!(readout & kMax);
    return pools * hidden.back();
}

std::ptrdiff_t Sizes::parameters() const {
    return readout_offset(*this) + std::ptrdiff_t(outputs) * (features() + 1);
}

float clock_input(std::int64_t frame) {
    return frame < std::int64_t(kFirstClockInputs.size()) ? kFirstClockInputs[frame]
                                                          : logarithm(frame);
}

LayerOffsets layer_offsets(const Sizes& sizes, int layer) {
    std::ptrdiff_t start = 0;
    for (int l = 0; l < layer; ++l)
        start += 4 * std::ptrdiff_t(sizes.hidden[l]) * (sizes.rows(l) + 1);
    const std::ptrdiff_t gates = 4 * std::ptrdiff_t(sizes.hidden[layer]);
    LayerOffsets at;
    at.weight_ih = start;
    at.weight_hh = at.weight_ih + gates * sizes.layer_inputs(layer);
    at.bias_ih = at.weight_hh + gates * sizes.hidden[layer];
    at.bias_hh = at.bias_ih + gates;
    return at;
}

std::ptrdiff_t readout_offset(const Sizes& sizes) {
    const int top = sizes.layers() - 1;
    return layer_offsets(sizes, top).bias_hh + 4 * std::ptrdiff_t(sizes.hidden[top]);
}

void pack_layer(const Sizes& sizes, int layer, const float* parameters, float* panels) {
    const LayerOffsets at = layer_offsets(sizes, layer);
    const int inputs = sizes.layer_inputs(layer), units = sizes.hidden[layer];
    const int gates = 4 * units, rows = sizes.rows(layer);
    kernels().pack({gates, rows, 0, inputs, parameters + at.weight_ih, inputs, 1, panels});
    kernels().pack({gates, rows, inputs, units, parameters + at.weight_hh, units, 1, panels});
    std::vector<float> bias(parameters + at.bias_ih, parameters + at.bias_ih + gates);
    kernels().add(gates, parameters + at.bias_hh, bias.data());
    kernels().pack({gates, rows, inputs + units, 1, bias.data(), 1, 1, panels});
}

}  // namespace fluidseries
