// From the top layer's states to outputs, losses and back, for the series of one chunk.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "corpus.hpp"
#include "kernels.hpp"
#include "losses.hpp"
#include "panels.hpp"
#include "playback.hpp"

namespace fluidseries {

// What a call wants, the same for all chunks.
struct Wanted {
    const Sizes* sizes;
    const Corpus* corpus;
    const Panels* panels;
    const Augmentation* augmentation;
    std::uint64_t seed;
    Loss kind;
    bool per_frame;
    bool loss, gradient;
    float* const* outputs;  // where the outputs of each of the caller's rows go, or null
};

class Readout {
  public:
    void prepare(const Wanted&, int most_series, int segment_frames);

    // Over whole series: start, then `pool` for every frame in turn, `read_series`, and on the way
    // back `add_gradient` from the last frame to the first. `h` (series, units) is the top layer's.
    void start(const Chunk&);
    void pool(int frame, ConstMatrix h);
    // Returns the loss; adds the gradient of the readout to `sum` (or null: none is wanted).
    double read_series(GradientSum* sum);
    void add_gradient(int frame, Matrix dh);

    // With an output per frame: `h1` (frames * series, units + 1) are (h, 1) of `frames` frames
    // from `first` on; d_h(t) is the gradient of h that this leaves.
    double read_frames(int first, int frames, ConstMatrix h1, GradientSum* sum);
    ConstMatrix d_h(int t) const;

  private:
    Matrix features() const { return {features_.get(), stride_of(n_features_ + 1)}; }
    Matrix d_features() const { return {d_features_.get(), stride_of(n_features_ + 1)}; }
    Matrix max_at() const { return {max_at_.get(), stride_of(units_)}; }
    Matrix out() const { return {out_.get(), stride_of(outputs_)}; }
    Matrix mean_of(Matrix features) const;
    Matrix max_of(Matrix features) const;
    bool has(int section) const { return sizes().readout & section; }
    const Sizes& sizes() const { return *wanted_->sizes; }

    void product(const float* panels, int rows, int columns, int series, ConstMatrix in,
                 Matrix out) const;
    void silence(Matrix features) const;
    void hand_out(const Take&, int frame, const float* out) const;
    double loss_of(float* out, std::int64_t target_row, std::int64_t row, double share) const;

    const Wanted* wanted_ = nullptr;
    const Chunk* chunk_ = nullptr;
    int units_ = 0, outputs_ = 0, n_features_ = 0;
    Buffer features_, d_features_, max_at_, out_, d_h_;
};

}  // namespace fluidseries
