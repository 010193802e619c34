#include "panels.hpp"

#include "kernels.hpp"
#include "threads.hpp"

namespace fluidseries {
namespace {

// Fewer parameters than these are handled sooner than another thread is told of them.
constexpr std::ptrdiff_t kWorthThreads = 1 << 13;

int threads_for(const Sizes& sizes, int n_threads) {
    return sizes.parameters() < kWorthThreads ? 1 : n_threads;
}

void clear(Buffer& buffer, int rows, int width) {
    const std::size_t size = std::size_t(rows) * padded(width);
    buffer.reserve(size);
    std::fill_n(buffer.get(), size, 0.0f);
}

// One row of every sum, from column `from` on, added up.
template <class Sum>
void add_row(const Sum& sum_of, int n_sums, std::ptrdiff_t from, int n, float* out) {
    std::copy_n(sum_of(0) + from, n, out);
    for (int i = 1; i < n_sums; ++i) kernels().add(n, sum_of(i) + from, out);
}

}  // namespace

void Panels::pack(const Sizes& sizes, const float* parameters, bool with_backward, int n_threads) {
    layers.resize(sizes.layers());
    const int tasks = with_backward ? 2 * sizes.layers() : sizes.layers();
    parallel_for(tasks, threads_for(sizes, n_threads), [&](int task, int) {
        const int l = task % sizes.layers();
        if (task == 0) pack_readout(sizes, parameters, with_backward);
        if (task >= sizes.layers()) return pack_back(sizes, l, parameters);
        layers[l].forward.reserve(std::size_t(padded(4 * sizes.hidden[l])) * sizes.rows(l));
        pack_layer(sizes, l, parameters, layers[l].forward.get());
    });
}

void Panels::pack_back(const Sizes& sizes, int l, const float* parameters) {
    const LayerOffsets at = layer_offsets(sizes, l);
    const int units = sizes.hidden[l], inputs = sizes.layer_inputs(l), gates = 4 * units;
    Layer& layer = layers[l];
    layer.to_h.reserve(std::size_t(gates) * padded(units));
    kernels().pack({units, gates, 0, gates, parameters + at.weight_hh, 1, units, layer.to_h.get()});
    if (l == 0) return;
    layer.to_x.reserve(std::size_t(gates) * padded(inputs));
    kernels().pack(
        {inputs, gates, 0, gates, parameters + at.weight_ih, 1, inputs, layer.to_x.get()});
}

void Panels::pack_readout(const Sizes& sizes, const float* parameters, bool with_backward) {
    const int outputs = sizes.outputs, features = sizes.features();
    const float* weight = parameters + readout_offset(sizes);
    const float* bias = weight + std::ptrdiff_t(outputs) * features;
    readout.reserve(std::size_t(padded(outputs)) * (features + 1));
    kernels().pack({outputs, features + 1, 0, features, weight, features, 1, readout.get()});
    kernels().pack({outputs, features + 1, features, 1, bias, 1, 1, readout.get()});
    if (!with_backward) return;
    readout_back.reserve(std::size_t(padded(features)) * outputs);
    kernels().pack({features, outputs, 0, outputs, weight, 1, features, readout_back.get()});
}

void GradientSum::clear(const Sizes& sizes) {
    layers.resize(sizes.layers());
    for (int l = 0; l < sizes.layers(); ++l)
        fluidseries::clear(layers[l], 4 * sizes.hidden[l], sizes.rows(l));
    fluidseries::clear(readout, sizes.outputs, sizes.features() + 1);
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
                    return sums[i].readout.get() + std::ptrdiff_t(o) * padded(features + 1);
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
                return sums[i].layers[l].get() + std::ptrdiff_t(r) * padded(sizes.rows(l));
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
