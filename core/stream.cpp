#include "stream.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cpu.hpp"

namespace fluidseries {
namespace {

void divide_by_sum(std::vector<double>& shares) {
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= sum;
}

}  // namespace

Stream::Stream(const Sizes& sizes, const float* parameters, int networks, Scaling input,
               Scaling output, std::vector<float> difference_scale, int window, Naming naming)
    : sizes_(sizes),
      input_(std::move(input)),
      output_(std::move(output)),
      naming_(std::move(naming)),
      difference_scale_(std::move(difference_scale)),
      frame_(sizes.inputs),
      before_(sizes.inputs),
      heard_(sizes.layer_inputs(0)),
      ring_(std::size_t(window) * sizes.inputs),
      window_(window),
      networks_(networks),
      padded_features_(padded(sizes.features())),
      shares_(naming_.outputs.size()) {
    for (int l = 0; l < sizes.layers(); ++l) add_layer(l, parameters);
    add_readout(parameters);
    reset();
}

void Stream::add_layer(int l, const float* parameters) {
    Layer layer;
    layer.inputs = sizes_.layer_inputs(l), layer.units = sizes_.hidden[l];
    layer.rows = sizes_.rows(l);
    for (int n = 0; n < networks_; ++n, parameters += sizes_.parameters()) {
        Buffer& panels = layer.panels.emplace_back();
        panels.reserve(std::size_t(padded(4 * layer.units)) * layer.rows);
        pack_layer(sizes_, l, parameters, panels.get());
    }
    layer.z.reserve(networks_ * stride_of(layer.rows));
    layer.gates.reserve(networks_ * stride_of(4 * layer.units));
    layer.c.reserve(networks_ * stride_of(layer.units));
    layer.tanh_c.reserve(networks_ * stride_of(layer.units));
    layers_.push_back(std::move(layer));
}

void Stream::add_readout(const float* parameters) {
    const int features = sizes_.features(), outputs = sizes_.outputs;
    features_.resize(std::size_t(networks_) * padded_features_);
    readout_.resize(std::size_t(networks_) * outputs * padded_features_);
    float* row = readout_.data();
    for (int n = 0; n < networks_; ++n, parameters += sizes_.parameters()) {
        const float* weight = parameters + readout_offset(sizes_);
        for (int o = 0; o < outputs; ++o, row += padded_features_, weight += features)
            std::copy_n(weight, features, row);
        bias_.insert(bias_.end(), weight, weight + outputs);
    }
}

void Stream::reset() {
    frames_ = 0;
    forget();
}

void Stream::forget() {
    fed_ = 0;
    for (Layer& layer : layers_)
        for (int n = 0; n < networks_; ++n) {
            float* z = layer.matrix(layer.z, layer.rows).row(n);
            std::fill_n(z, layer.rows - 1, 0.0f);
            z[layer.rows - 1] = 1.0f;
            std::fill_n(layer.matrix(layer.c, layer.units).row(n), layer.units, 0.0f);
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
    for (int l = 0; l < sizes_.layers(); ++l) hear(l);
    const Matrix h = layers_.back().h();
    for (int n = 0; n < networks_; ++n)
        gather_features(h.row(n), features_.data() + std::ptrdiff_t(n) * padded_features_);
}

void Stream::hear(int l) {
    const Layer& layer = layers_[l];
    const Matrix z = layer.matrix(layer.z, layer.rows);
    const Matrix gates = layer.matrix(layer.gates, 4 * layer.units);
    const Matrix c = layer.matrix(layer.c, layer.units);
    // To and fro through all weights: those used last in one frame are used first in the next.
    const bool backwards = fed_ % 2 == 1;
    for (int i = 0; i < networks_; ++i) {
        const int n = backwards ? networks_ - 1 - i : i;
        const float* x = l ? layers_[l - 1].h().row(n) : heard_.data();
        std::copy_n(x, layer.inputs, z.row(n));
        kernels().product({1,
                           4 * layer.units,
                           layer.rows,
                           layer.panels[n].get(),
                           0,
                           layer.rows,
                           {z.row(n), z.stride},
                           {gates.row(n), gates.stride},
                           false,
                           backwards});
    }
    kernels().cell(
        {networks_, layer.units, gates, c, c, layer.matrix(layer.tanh_c, layer.units), layer.h()});
}

void Stream::gather_features(const float* h, float* features) {
    const int units = layers_.back().units;
    float* section = features;
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
    for (int n = 0; n < networks_; ++n) {
        const std::ptrdiff_t row = std::ptrdiff_t(n) * sizes_.outputs + o;
        sum += bias_[row] + kernels().dot(padded_features_,
                                          features_.data() + std::ptrdiff_t(n) * padded_features_,
                                          readout_.data() + row * padded_features_);
    }
    return sum / float(networks_);
}

// The softmax of the labels' outputs, from which the doubt is taken off; see models/classes.py.
void Stream::name() {
    const std::size_t labels = shares_.size();
    for (std::size_t i = 0; i < labels; ++i)
        shares_[i] = restored(naming_.outputs[i]) * naming_.sharpness;
    const double highest = *std::max_element(shares_.begin(), shares_.end());
    for (double& share : shares_) share = std::exp(share - highest);
    divide_by_sum(shares_);
    if (naming_.doubt > 0) {
        for (double& share : shares_)
            share = std::max(share - naming_.doubt / double(labels), naming_.least * share);
        divide_by_sum(shares_);
    }
    likeliest_ = int(std::max_element(shares_.begin(), shares_.end()) - shares_.begin());
}

}  // namespace fluidseries
