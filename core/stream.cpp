#include "stream.hpp"

#include <algorithm>

#include "cpu.hpp"
#include "kernels.hpp"

namespace fluidseries {
namespace {

int padded(int size, int width) {
    return (size + width - 1) / width * width;
}

}  // namespace

Stream::Stream(const Sizes& sizes, const float* parameters, int networks, Scaling input,
               Scaling output, std::vector<float> difference_scale, int window)
    : sizes_(sizes),
      input_(std::move(input)),
      output_(std::move(output)),
      difference_scale_(std::move(difference_scale)),
      frame_(sizes.inputs),
      before_(sizes.inputs),
      heard_(sizes.layer_inputs(0)),
      ring_(std::size_t(window) * sizes.inputs),
      window_(window),
      width_(kernels().stream_width),
      padded_features_(padded(sizes.features(), width_)) {
    for (int n = 0; n < networks; ++n)
        networks_.push_back(network(parameters + n * sizes.parameters()));
    reset();
}

Stream::Network Stream::network(const float* parameters) const {
    Network network;
    for (int l = 0; l < sizes_.layers(); ++l) {
        Layer layer;
        layer.inputs = sizes_.layer_inputs(l), layer.units = sizes_.hidden[l];
        layer.padded_units = padded(layer.units, width_), layer.rows = sizes_.rows(l);
        layer.panels.resize(4 * std::size_t(layer.padded_units) * layer.rows);
        kernels().pack_stream(layer.units, layer.rows, joined_weights(sizes_, l, parameters).data(),
                              layer.panels.data());
        layer.z.resize(layer.rows);
        layer.c.resize(layer.padded_units), layer.h.resize(layer.padded_units);
        network.layers.push_back(std::move(layer));
    }
    const int features = sizes_.features();
    network.features.resize(padded_features_);
    network.readout.resize(std::size_t(sizes_.outputs) * padded_features_);
    const float* weight = parameters + readout_offset(sizes_);
    for (int o = 0; o < sizes_.outputs; ++o)
        std::copy_n(weight + std::ptrdiff_t(o) * features, features,
                    network.readout.data() + std::ptrdiff_t(o) * padded_features_);
    network.bias.assign(weight + std::ptrdiff_t(sizes_.outputs) * features,
                        weight + std::ptrdiff_t(sizes_.outputs) * (features + 1));
    return network;
}

void Stream::reset() {
    frames_ = 0;
    forget();
}

void Stream::forget() {
    fed_ = 0;
    for (Network& network : networks_)
        for (Layer& layer : network.layers) {
            std::fill(layer.z.begin(), layer.z.end(), 0.0f);
            layer.z.back() = 1.0f;
            std::fill(layer.c.begin(), layer.c.end(), 0.0f);
        }
}

void Stream::advance() {
    const FlushDenormals flush;
    const int dims = sizes_.inputs;
    if (window_ == 0) {
        feed(frame_.data(), frames_ ? before_.data() : frame_.data());
        ++frames_;
        before_ = frame_;
        return;
    }
    std::copy(frame_.begin(), frame_.end(), ring_.data() + frames_ % window_ * dims);
    ++frames_;
    forget();
    const float* before = nullptr;
    for (std::int64_t t = std::max<std::int64_t>(0, frames_ - window_); t < frames_; ++t) {
        const float* frame = ring_.data() + t % window_ * dims;
        feed(frame, before ? before : frame);
        before = frame;
    }
}

void Stream::feed(const float* frame, const float* before) {
    const int dims = sizes_.inputs;
    std::copy_n(frame, dims, heard_.data());
    if (sizes_.differences)
        for (int d = 0; d < dims; ++d)
            heard_[dims + d] = (frame[d] - before[d]) * difference_scale_[d];
    if (sizes_.clock) heard_.back() = clock_input(fed_);
    ++fed_;
    for (Network& network : networks_) hear(network);
}

void Stream::hear(Network& network) {
    const float* x = heard_.data();
    for (Layer& layer : network.layers) {
        std::copy_n(x, layer.inputs, layer.z.data());
        kernels().stream_cell({layer.units, layer.padded_units, layer.rows, layer.panels.data(),
                               layer.z.data(), layer.c.data(), layer.h.data()});
        std::copy_n(layer.h.data(), layer.units, layer.z.data() + layer.inputs);
        x = layer.h.data();
    }
    gather_features(network);
}

void Stream::gather_features(Network& network) {
    const float* h = network.layers.back().h.data();
    const int units = network.layers.back().units;
    float* section = network.features.data();
    if (sizes_.readout & kLast) section = std::copy_n(h, units, section);
    if (sizes_.readout & kMean) {
        // The mean itself moves on, not a sum: a sum would lose the small steps of a long stream.
        const float share = 1.0f / float(fed_);
        for (int u = 0; u < units; ++u)
            section[u] = fed_ == 1 ? h[u] : section[u] + (h[u] - section[u]) * share;
        section += units;
    }
    if (sizes_.readout & kMax)
        for (int u = 0; u < units; ++u) section[u] = fed_ == 1 ? h[u] : std::max(section[u], h[u]);
}

float Stream::output(int o) const {
    float sum = 0;
    for (const Network& network : networks_)
        sum += network.bias[o] +
               kernels().dot(padded_features_, network.features.data(),
                             network.readout.data() + std::ptrdiff_t(o) * padded_features_);
    return sum / float(networks_.size());
}

}  // namespace fluidseries
