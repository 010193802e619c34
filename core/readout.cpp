#include "readout.hpp"

#include <algorithm>

#include "random.hpp"

namespace fluidseries {

void Readout::prepare(const Wanted& wanted, int most_series, int segment_frames) {
    wanted_ = &wanted;
    units_ = sizes().hidden.back(), outputs_ = sizes().outputs, n_features_ = sizes().features();
    const int rows = most_series * (wanted.per_frame ? segment_frames : 1);
    features_.reserve(most_series * stride_of(n_features_ + 1));
    d_features_.reserve(most_series * stride_of(n_features_ + 1));
    max_at_.reserve(most_series * stride_of(units_));
    out_.reserve(rows * stride_of(outputs_));
    d_h_.reserve(wanted.per_frame ? rows * stride_of(units_) : 0);
}

// Sections of the features: last, mean, max; null where the readout has no such section.
Matrix Readout::mean_of(Matrix features) const {
    if (!has(kMean)) return {nullptr, 0};
    return {features.data + (has(kLast) ? units_ : 0), features.stride};
}
Matrix Readout::max_of(Matrix features) const {
    if (!has(kMax)) return {nullptr, 0};
    return {features.data + n_features_ - units_, features.stride};
}

void Readout::start(const Chunk& chunk) {
    chunk_ = &chunk;
    for (int s = 0; s < chunk.series; ++s) {
        float* row = features().row(s);
        std::fill_n(row, n_features_, 0.0f);
        if (has(kMax)) std::fill_n(max_of(features()).row(s), units_, -2.0f);  // below every h
        row[n_features_] = 1.0f;
    }
}

void Readout::pool(int frame, ConstMatrix h) {
    const int alive = chunk_->alive(frame);
    if (has(kMean | kMax))
        kernels().pool(
            {alive, units_, float(frame), h, mean_of(features()), max_of(features()), max_at()});
    if (!has(kLast)) return;
    for (int s = 0; s < alive; ++s)
        if (chunk_->takes[s].length - 1 == frame) std::copy_n(h.row(s), units_, features().row(s));
}

void Readout::add_gradient(int frame, Matrix dh) {
    const int alive = chunk_->alive(frame);
    if (has(kMean | kMax)) {
        float share[kMostSeries];
        for (int s = 0; s < alive; ++s) share[s] = 1.0f / float(chunk_->takes[s].length);
        kernels().pool_gradient({alive, units_, float(frame), share, mean_of(d_features()),
                                 max_of(d_features()), max_at(), dh});
    }
    if (!has(kLast)) return;
    for (int s = 0; s < alive; ++s)
        if (chunk_->takes[s].length - 1 == frame)
            kernels().add(units_, d_features().row(s), dh.row(s));
}

double Readout::read_series(GradientSum* sum) {
    const int series = chunk_->series;
    for (int s = 0; s < series && has(kMean); ++s)
        for (int u = 0; u < units_; ++u)
            mean_of(features()).row(s)[u] /= float(chunk_->takes[s].length);
    if (wanted_->augmentation->dropout > 0) silence(features());
    const Panels& panels = *wanted_->panels;
    product(panels.readout, outputs_, n_features_ + 1, series, features(), out());
    double loss = 0;
    for (int s = 0; s < series; ++s) {
        const Take& take = chunk_->takes[s];
        hand_out(take, 0, out().row(s));
        if (wanted_->loss) loss += loss_of(out().row(s), take.row, take.row, 1);
    }
    if (!sum) return loss;
    kernels().outer({series, outputs_, n_features_ + 1, out(), features(), sum->readout});
    product(panels.readout_back, n_features_, outputs_, series, out(), d_features());
    if (wanted_->augmentation->dropout > 0) silence(d_features());
    return loss;
}

double Readout::read_frames(int first, int frames, ConstMatrix h1, GradientSum* sum) {
    const int rows = frames * chunk_->series;
    const Panels& panels = *wanted_->panels;
    product(panels.readout, outputs_, units_ + 1, rows, h1, out());
    double loss = 0;
    for (int i = 0; i < rows; ++i) {
        const Take& take = chunk_->takes[i % chunk_->series];
        const int frame = first + i / chunk_->series;
        float* y = out().row(i);
        if (frame >= take.length) {
            std::fill_n(y, outputs_, 0.0f);  // nobody's output has no gradient
            continue;
        }
        hand_out(take, frame, y);
        if (wanted_->loss) loss += loss_of(y, take.start + frame, take.row, 1.0 / take.length);
    }
    if (!sum) return loss;
    kernels().outer({rows, outputs_, units_ + 1, out(), h1, sum->readout});
    product(panels.readout_back, units_, outputs_, rows, out(), {d_h_.get(), stride_of(units_)});
    return loss;
}

ConstMatrix Readout::d_h(int t) const {
    const std::ptrdiff_t stride = stride_of(units_);
    return {d_h_.get() + t * chunk_->series * stride, stride};
}

void Readout::product(const float* panels, int rows, int columns, int series, ConstMatrix in,
                      Matrix out) const {
    kernels().product({series, rows, columns, panels, 0, columns, in, out, false, false});
}

// Dropout (Srivastava et al. 2014): some features are 0, the others larger to make up for them.
void Readout::silence(Matrix features) const {
    const float keep = 1 - wanted_->augmentation->dropout;
    for (int s = 0; s < chunk_->series; ++s) {
        const std::uint64_t key = mix(wanted_->seed ^ 0xd20, std::uint64_t(chunk_->takes[s].row));
        float* row = features.row(s);
        for (int f = 0; f < n_features_; ++f)
            row[f] *= uniform(key + std::uint64_t(f)) < keep ? 1 / keep : 0.0f;
    }
}

void Readout::hand_out(const Take& take, int frame, const float* out) const {
    if (wanted_->outputs)
        std::copy_n(out, outputs_, wanted_->outputs[take.place] + std::ptrdiff_t(frame) * outputs_);
}

double Readout::loss_of(float* out, std::int64_t target_row, std::int64_t row, double share) const {
    const Corpus& corpus = *wanted_->corpus;
    const float weight = float((corpus.weights ? corpus.weights[row] : 1.0f) * share);
    if (wanted_->kind == Loss::kSquared)
        return squared_loss(outputs_, out, corpus.targets + target_row * outputs_, weight);
    return cross_entropy(outputs_, out, int(corpus.targets[target_row]), weight,
                         wanted_->augmentation->smoothing);
}

}  // namespace fluidseries
