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

Stream::Stream(const Sizes& sizes, const float* parameters, Scaling input, Scaling output,
               std::vector<float> difference_scale, int window)
    : sizes_(sizes),
      input_(std::move(input)),
      output_(std::move(output)),
      difference_scale_(std::move(difference_scale)),
      frame_(sizes.inputs),
      before_(sizes.inputs),
      heard_(sizes.layer_inputs(0)),
      ring_(std::size_t(window) * sizes.inputs),
      window_(window) {
    const int width = kernels().stream_width;
    for (int l = 0; l < sizes.layers(); ++l) {
        Layer layer;
        layer.inputs = sizes.layer_inputs(l), layer.units = sizes.hidden[l];
        layer.padded_units = padded(layer.units, width), layer.rows = sizes.rows(l);
        layer.panels.resize(4 * std::size_t(layer.padded_units) * layer.rows);
        kernels().pack_stream(layer.units, layer.rows, joined_weights(sizes, l, parameters).data(),
                              layer.panels.data());
        layer.z.resize(layer.rows);
        layer.c.resize(layer.padded_units), layer.h.resize(layer.padded_units);
        layers_.push_back(std::move(layer));
    }
    const int features = sizes.features();
    padded_features_ = padded(features, width);
    features_.resize(padded_features_);
    readout_.resize(std::size_t(sizes.outputs) * padded_features_);
    const float* weight = parameters + readout_offset(sizes);
    for (int o = 0; o < sizes.outputs; ++o)
        std::copy_n(weight + std::ptrdiff_t(o) * features, features,
                    readout_.data() + std::ptrdiff_t(o) * padded_features_);
    bias_.assign(weight + std::ptrdiff_t(sizes.outputs) * features,
                 weight + std::ptrdiff_t(sizes.outputs) * (features + 1));
    reset();
}

void Stream::reset() {
    frames_ = 0;
    forget();
}

void Stream::forget() {
    fed_ = 0;
    for (Layer& layer : layers_) {
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
    const float* x = heard_.data();
    for (Layer& layer : layers_) {
        std::copy_n(x, layer.inputs, layer.z.data());
        kernels().stream_cell({layer.units, layer.padded_units, layer.rows, layer.panels.data(),
                               layer.z.data(), layer.c.data(), layer.h.data()});
        std::copy_n(layer.h.data(), layer.units, layer.z.data() + layer.inputs);
        x = layer.h.data();
    }
    ++fed_;
    gather_features();
}

void Stream::gather_features() {
    const float* h = layers_.back().h.data();
    const int units = layers_.back().units;
    float* section = features_.data();
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
    return bias_[o] + kernels().dot(padded_features_, features_.data(),
                                    readout_.data() + std::ptrdiff_t(o) * padded_features_);
}

}  // namespace fluidseries
