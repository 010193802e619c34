#include "worker.hpp"

#include <algorithm>

namespace fluidseries {
namespace {

// Floats that a chunk's states may take before its series are cut into segments.
constexpr std::ptrdiff_t kSegmentFloats = 8 << 20;
// Frames computed at a time where nothing has to be kept for a backward pass.
constexpr int kForwardFrames = 16;
// Of fewer series than these the inputs of all frames go through their weights at once: the weights
// then come from the cache once for many frames and not once for few series.
constexpr int kEnoughSeries = 4;

int gradient_frames(const Sizes& sizes, int most_series, int longest) {
    std::ptrdiff_t floats = 0;
    for (int l = 0; l < sizes.layers(); ++l)
        floats += stride_of(sizes.rows(l)) + stride_of(4 * sizes.hidden[l]) +
                  2 * stride_of(sizes.hidden[l]) + (l ? stride_of(sizes.layer_inputs(l)) : 0);
    floats *= most_series;
    return int(
        std::min<std::ptrdiff_t>(longest, std::max<std::ptrdiff_t>(16, kSegmentFloats / floats)));
}

}  // namespace

void Worker::prepare(const Wanted& wanted, const Plan& plan) {
    if (plan.takes.empty()) return;
    wanted_ = &wanted;
    const Sizes& sizes = *wanted.sizes;
    const int series = plan.most_series(), longest = plan.longest();
    top_ = sizes.layers() - 1;
    segment_ = wanted.gradient ? gradient_frames(sizes, series, longest)
                               : std::min(longest, kForwardFrames);
    Wishes wishes;
    layers_.resize(sizes.layers());
    for (int l = 0; l <= top_; ++l) {
        Layer& layer = layers_[l];
        layer.units = sizes.hidden[l], layer.inputs = sizes.layer_inputs(l);
        layer.rows = sizes.rows(l);
        const auto rows = [&](int frames, int width) {
            return std::size_t(frames) * series * stride_of(width);
        };
        wishes.push_back({rows(segment_ + 1, layer.rows), &layer.z});
        wishes.push_back({rows(segment_ + 1, layer.units), &layer.c});
        wishes.push_back({rows(segment_, 4 * layer.units), &layer.gates});
        wishes.push_back({rows(segment_, layer.units), &layer.tanh_c});
        if (!wanted.gradient) continue;
        wishes.push_back({l ? rows(segment_, layer.inputs) : 0, &layer.dx});
        wishes.push_back({rows(1, layer.units), &layer.dh});
        wishes.push_back({rows(1, layer.units), &layer.dc});
        wishes.push_back({rows(2 * (longest / segment_ + 1), layer.units), &layer.boundary});
    }
    arena_.settle(wishes);
    readout_.prepare(wanted, series, segment_);
}

double Worker::run(const Chunk& chunk, Playback& playback, GradientSum* sum) {
    chunk_ = &chunk;
    const int segments = (chunk.frames() + segment_ - 1) / segment_;
    double loss = 0;
    start();
    for (int s = 0; s < segments; ++s) {
        if (sum && segments > 1) save_boundary(s);
        forward(s, playback);
        if (!wanted_->per_frame)
            for (int t = 0; t < frames_in(s); ++t) readout_.pool(s * segment_ + t, h(top_, t + 1));
        else if (!sum)
            loss += read(s, nullptr);
        if (s + 1 < segments) carry_forward();
    }
    if (!wanted_->per_frame) loss = readout_.read_series(sum);
    for (int s = segments - 1; sum && s >= 0; --s) {
        if (s + 1 < segments) {
            load_boundary(s);
            forward(s, playback);
        }
        if (wanted_->per_frame) loss += read(s, sum);
        for (int l = top_; l >= 0; --l) backward(s, l, *sum);
    }
    return loss;
}

int Worker::frames_in(int segment) const {
    return std::min(segment_, chunk_->frames() - segment * segment_);
}

void Worker::fill(Matrix m, int width, float value) const {
    for (int s = 0; s < chunk_->series; ++s) std::fill_n(m.row(s), width, value);
}

void Worker::copy(ConstMatrix from, int width, Matrix to) const {
    for (int s = 0; s < chunk_->series; ++s) std::copy_n(from.row(s), width, to.row(s));
}

void Worker::start() {
    for (int l = 0; l <= top_; ++l) {
        fill(h(l, 0), layers_[l].units, 0.0f);
        fill(c(l, 0), layers_[l].units, 0.0f);
        if (!wanted_->gradient) continue;
        fill(dh(l), layers_[l].units, 0.0f);
        fill(dc(l), layers_[l].units, 0.0f);
    }
    readout_.start(*chunk_);
}

void Worker::carry_forward() {
    for (int l = 0; l <= top_; ++l) {
        copy(h(l, segment_), layers_[l].units, h(l, 0));
        copy(c(l, segment_), layers_[l].units, c(l, 0));
    }
}

void Worker::save_boundary(int segment) {
    for (int l = 0; l <= top_; ++l) {
        copy(h(l, 0), layers_[l].units, boundary(l, 2 * segment));
        copy(c(l, 0), layers_[l].units, boundary(l, 2 * segment + 1));
    }
}

void Worker::load_boundary(int segment) {
    for (int l = 0; l <= top_; ++l) {
        copy(boundary(l, 2 * segment), layers_[l].units, h(l, 0));
        copy(boundary(l, 2 * segment + 1), layers_[l].units, c(l, 0));
    }
}

// The frames of a segment in the first layer's z. Rows of series that have ended are zero, and so
// are their gates: they add nothing to the gradient of the weights.
void Worker::hear(int segment, Playback& playback) {
    const int first = segment * segment_, frames = frames_in(segment);
    // A matrix of frames: what one series has in each.
    const auto of_series = [&](Matrix m, int s) {
        return Matrix{m.row(s), chunk_->series * m.stride};
    };
    for (int s = 0; s < chunk_->series; ++s) {
        const Take& take = chunk_->takes[s];
        const int alive = std::clamp(take.length - first, 0, frames);
        playback.play(take, first, alive, of_series(z(0, 0), s));
        for (int l = 0; l <= top_; ++l) {
            const Layer& layer = layers_[l];
            const Matrix heard = of_series(z(l, 0), s), gate = of_series(gates(l, 0), s);
            for (int t = 0; t <= frames; ++t) heard.row(t)[layer.rows - 1] = 1.0f;
            for (int t = alive; t < frames; ++t) {
                std::fill_n(heard.row(t), layer.rows - 1, 0.0f);
                std::fill_n(gate.row(t), 4 * layer.units, 0.0f);
            }
        }
    }
}

void Worker::forward(int segment, Playback& playback) {
    hear(segment, playback);
    const int frames = frames_in(segment), series = chunk_->series;
    const bool inputs_first = series < kEnoughSeries;
    for (int l = 0; l <= top_; ++l) {
        const Layer& layer = layers_[l];
        if (l > 0)
            for (int t = 0; t < frames; ++t)
                for (int i = 0, n = chunk_->alive(segment * segment_ + t); i < n; ++i)
                    std::copy_n(h(l - 1, t + 1).row(i), layer.inputs, z(l, t).row(i));
        if (inputs_first)
            kernels().product({frames * series, 4 * layer.units, layer.rows,
                               wanted_->panels->layers[l].forward, 0, layer.inputs, z(l, 0),
                               gates(l, 0), false, false});
        for (int t = 0; t < frames; ++t)
            step(l, t, chunk_->alive(segment * segment_ + t), inputs_first);
    }
}

void Worker::step(int l, int t, int alive, bool inputs_done) {
    const Layer& layer = layers_[l];
    const int first = inputs_done ? layer.inputs : 0;
    const Matrix in = z(l, t);
    kernels().product({alive,
                       4 * layer.units,
                       layer.rows,
                       wanted_->panels->layers[l].forward,
                       first,
                       layer.rows - first,
                       {in.data + first, in.stride},
                       gates(l, t),
                       inputs_done,
                       t % 2 == 1});
    kernels().cell(
        {alive, layer.units, gates(l, t), c(l, t), c(l, t + 1), tanh_c(l, t), h(l, t + 1)});
}

// The row of ones stands behind h in z, so (h, 1) lies there ready.
double Worker::read(int segment, GradientSum* sum) {
    return readout_.read_frames(segment * segment_, frames_in(segment), h(top_, 1), sum);
}

void Worker::backward(int segment, int l, GradientSum& sum) {
    for (int t = frames_in(segment) - 1; t >= 0; --t) {
        const int frame = segment * segment_ + t, alive = chunk_->alive(frame);
        if (l == top_ && !wanted_->per_frame) {
            readout_.add_gradient(frame, dh(l));
        } else {
            const ConstMatrix from = l < top_ ? dx(l + 1, t) : readout_.d_h(t);
            for (int s = 0; s < alive; ++s)
                kernels().add(layers_[l].units, from.row(s), dh(l).row(s));
        }
        step_back(l, t, alive);
    }
    const Layer& layer = layers_[l];
    kernels().outer({frames_in(segment) * chunk_->series, 4 * layer.units, layer.rows, gates(l, 0),
                     z(l, 0), sum.layers[l]});
}

void Worker::step_back(int l, int t, int alive) {
    const Layer& layer = layers_[l];
    const Panels::Layer& panels = wanted_->panels->layers[l];
    const int n = 4 * layer.units;
    const bool backwards = t % 2 == 1;
    kernels().cell_gradient({alive, layer.units, c(l, t), tanh_c(l, t), dh(l), dc(l), gates(l, t)});
    kernels().product(
        {alive, layer.units, n, panels.to_h, 0, n, gates(l, t), dh(l), false, backwards});
    if (l > 0)
        kernels().product(
            {alive, layer.inputs, n, panels.to_x, 0, n, gates(l, t), dx(l, t), false, backwards});
}

}  // namespace fluidseries
