#include "panels.hpp"

#include <algorithm>

#include "kernels.hpp"
#include "threads.hpp"

namespace fluidseries {
namespace {

// Fewer parameters than these are handled sooner than another thread is told of them.
constexpr std::ptrdiff_t kWorthThreads = 1 << 13;

int threads_for(const Sizes& sizes, int n_threads) {
    return sizes.parameters() < kWorthThreads ? 1 : n_threads;
}

std::size_t size_of(int rows, int width) {
    return std::size_t(rows) * padded(width);
}

// One row of every sum, from column `from` on, added up.
template <class Sum>
void add_row(const Sum& sum_of, int n_sums, std::ptrdiff_t from, int n, float* out) {
    std::copy_n(sum_of(0) + from, n, out);
    for (int i = 1; i < n_sums; ++i) kernels().add(n, sum_of(i) + from, out);
}

}  // namespace

void Panels::ask(const Sizes& sizes, bool with_backward, Wishes& wishes) {
    const int outputs = sizes.outputs, features = sizes.features();
    layers.resize(sizes.layers());
    for (int l = 0; l < sizes.layers(); ++l) {
        const int units = sizes.hidden[l], gates = 4 * units;
        Layer& layer = layers[l];
        wishes.push_back({size_of(sizes.rows(l), gates), &layer.forward});
        if (!with_backward) continue;
        wishes.push_back({size_of(gates, units), &layer.to_h});
        if (l > 0) wishes.push_back({size_of(gates, sizes.layer_inputs(l)), &layer.to_x});
    }
    wishes.push_back({size_of(features + 1, outputs), &readout});
    if (with_backward) wishes.push_back({size_of(outputs, features), &readout_back});
}

void Panels::pack(const Sizes& sizes, const float* parameters, bool with_backward, int n_threads) {
    const int tasks = with_backward ? 2 * sizes.layers() : sizes.layers();
    parallel_for(tasks, threads_for(sizes, n_threads), [&](int task, int) {
        const int l = task % sizes.layers();
        if (task == 0) pack_readout(sizes, parameters, with_backward);
        if (task >= sizes.layers()) return pack_back(sizes, l, parameters);
        pack_layer(sizes, l, parameters, layers[l].forward);
    });
}

void Panels::pack_back(const Sizes& sizes, int l, const float* parameters) {
    const LayerOffsets at = layer_offsets(sizes, l);
    const int units = sizes.hidden[l], inputs = sizes.layer_inputs(l), gates = 4 * units;
    kernels().pack({units, gates, 0, gates, parameters + at.weight_hh, 1, units, layers[l].to_h});
    if (l == 0) return;
    kernels().pack({inputs, gates, 0, gates, parameters + at.weight_ih, 1, inputs, layers[l].to_x});
}

void Panels::pack_readout(const Sizes& sizes, const float* parameters, bool with_backward) {
    const int outputs = sizes.outputs, features = sizes.features();
    const float* weight = parameters + readout_offset(sizes);
    const float* bias = weight + std::ptrdiff_t(outputs) * features;
    kernels().pack({outputs, features + 1, 0, features, weight, features, 1, readout});
    kernels().pack({outputs, features + 1, features, 1, bias, 1, 1, readout});
    if (!with_backward) return;
    kernels().pack({features, outputs, 0, outputs, weight, 1, features, readout_back});
}

void GradientSum::ask(const Sizes& sizes, Wishes& wishes) {
    layers.resize(sizes.layers());
    for (int l = 0; l < sizes.layers(); ++l)
        wishes.push_back({size_of(4 * sizes.hidden[l], sizes.rows(l)), &layers[l]});
    wishes.push_back({size_of(sizes.outputs, sizes.features() + 1), &readout});
}

void GradientSum::clear(const Sizes& sizes) {
    for (int l = 0; l < sizes.layers(); ++l)
        std::fill_n(layers[l], size_of(4 * sizes.hidden[l], sizes.rows(l)), 0.0f);
    std::fill_n(readout, size_of(sizes.outputs, sizes.features() + 1), 0.0f);
}

void add_up(const Sizes& sizes, const GradientSum* sums, int n_sums, int n_threads,
            float* gradient) {
    // A task is one gate of one layer; the last is the readout.
    const int tasks = 4 * sizes.layers() + 1;
    parallel_for(tasks, threads_for(sizes, n_threads), [&](int task, int) {
        if (task == tasks - 1) {
            const int features = sizes.features();
            float* weight = gradient + readout_offset(sizes);
            float* bias = weight + std::ptrdiff_t(sizes.outputs) * features;
            for (int o = 0; o < sizes.outputs; ++o) {
                const auto row = [&](int i) {
                    return sums[i].readout + std::ptrdiff_t(o) * padded(features + 1);
                };
                add_row(row, n_sums, 0, features, weight + std::ptrdiff_t(o) * features);
                add_row(row, n_sums, features, 1, bias + o);
            }
            return;
        }
        const int l = task / 4, units = sizes.hidden[l], inputs = sizes.layer_inputs(l);
        const LayerOffsets at = layer_offsets(sizes, l);
        for (int r = task % 4 * units, end = r + units; r < end; ++r) {
            const auto row = [&](int i) {
                return sums[i].layers[l] + std::ptrdiff_t(r) * padded(sizes.rows(l));
            };
            add_row(row, n_sums, 0, inputs, gradient + at.weight_ih + std::ptrdiff_t(r) * inputs);
            add_row(row, n_sums, inputs, units,
                    gradient + at.weight_hh + std::ptrdiff_t(r) * units);
            add_row(row, n_sums, inputs + units, 1, gradient + at.bias_ih + r);
            gradient[at.bias_hh + r] = gradient[at.bias_ih + r];
        }
    });
}

}  // namespace fluidseries
