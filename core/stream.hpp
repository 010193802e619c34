// One frame in, one point out. Nothing is allocated after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "buffer.hpp"
#include "kernels.hpp"
#include "network.hpp"

namespace fluidseries {

// What a frame or a point is multiplied and moved by; empty vectors leave it as it is.
struct Scaling {
    std::vector<double> mean, scale;
};

// How outputs become probabilities: their softmax, less the doubt that was taught.
struct Naming {
    std::vector<int> outputs;  // where each label's stands; empty: points are answered, no labels
    double sharpness;          // what outputs are multiplied by
    double doubt;              // what every label got of it
    double least;              // the share of a probability that stays whatever is taken off
};

class Stream {
  public:
    // Several networks of the same sizes hear the same frames, and a point is the mean of theirs;
    // `parameters` has them one after the other.
    // window 0: the state since reset. window n: every point is that of the last n frames alone.
    // `difference_scale` is (inputs,) where the network hears differences, else empty.
    Stream(const Sizes& sizes, const float* parameters, int networks, Scaling input, Scaling output,
           std::vector<float> difference_scale, int window, Naming naming = {});
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void reset();

    // False, with nothing changed, if the frame holds a number that is not finite.
    template <class Number>
    bool step(const Number* frame) {
        if (!standardise(frame, frame_.data())) return false;
        advance();
        return true;
    }

    // The readout of the frames so far: (answers,). A point in the units of the targets, or the
    // probability of every label. Not before a step.
    template <class Number>
    void read(Number* answer) {
        if (naming_.outputs.empty()) {
            for (int o = 0; o < sizes_.outputs; ++o) answer[o] = Number(restored(o));
            return;
        }
        name();
        for (std::size_t i = 0; i < shares_.size(); ++i) answer[i] = Number(shares_[i]);
    }

    // Which label was the most probable when last read; the first of several.
    int likeliest() const { return likeliest_; }

    int inputs() const { return sizes_.inputs; }
    int answers() const {
        return naming_.outputs.empty() ? sizes_.outputs : int(naming_.outputs.size());
    }
    std::int64_t frames() const { return frames_; }

  private:
    // One layer of all networks, a row for each: what happens to the units by themselves happens to
    // all networks at once.
    struct Layer {
        int inputs, units, rows;
        std::vector<Buffer> panels;  // of each network
        Buffer z, gates, c, tanh_c;  // z = (x, h, 1)
        Matrix matrix(const Buffer& buffer, int width) const {
            return {buffer.get(), stride_of(width)};
        }
        Matrix h() const { return {z.get() + inputs, stride_of(rows)}; }
    };

    template <class Number>
    bool standardise(const Number* frame, float* x) const {
        bool finite = true;
        for (int d = 0; d < sizes_.inputs; ++d) {
            const double value = double(frame[d]);
            x[d] = float(input_.mean.empty() ? value : (value - input_.mean[d]) / input_.scale[d]);
            finite &= x[d] - x[d] == 0.0f;
        }
        return finite;
    }

    void add_layer(int layer, const float* parameters);
    void add_readout(const float* parameters);
    void advance();
    void forget();
    void feed(const float* frame, const float* before);
    void hear(int layer);
    void gather_features(const float* h, float* features);
    float output(int o) const;
    double restored(int o) const {
        const double y = output(o);
        return output_.mean.empty() ? y : y * output_.scale[o] + output_.mean[o];
    }
    void name();

    Sizes sizes_;
    Scaling input_, output_;
    Naming naming_;
    std::vector<float> difference_scale_;
    std::vector<float> frame_, before_;  // (inputs,): standardised; this frame and the last
    std::vector<float> heard_;           // what the first layers hear
    std::vector<float> ring_;            // (window, inputs): the last frames
    std::int64_t window_, frames_ = 0, fed_ = 0;
    int networks_, padded_features_;
    std::vector<Layer> layers_;
    std::vector<float> features_;  // (networks, padded_features): last, mean, max
    std::vector<float> readout_,
        bias_;                    // (networks, outputs, padded_features), (networks, outputs)
    std::vector<double> shares_;  // (labels,): their probabilities
    int likeliest_ = 0;
};

}  // namespace fluidseries
