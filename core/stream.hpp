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

class Stream {
  public:
    // Several networks of the same sizes hear the same frames, and a point is the mean of theirs;
    // `parameters` has them one after the other.
    // window 0: the state since reset. window n: every point is that of the last n frames alone.
    // `difference_scale` is (inputs,) where the network hears differences, else empty.
    Stream(const Sizes& sizes, const float* parameters, int networks, Scaling input, Scaling output,
           std::vector<float> difference_scale, int window);
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

    // The readout of the frames so far, in the units of the targets: (outputs,). Not before a step.
    template <class Number>
    void read(Number* point) {
        for (int o = 0; o < sizes_.outputs; ++o) {
            const double y = output(o);
            point[o] = Number(output_.mean.empty() ? y : y * output_.scale[o] + output_.mean[o]);
        }
    }

    int inputs() const { return sizes_.inputs; }
    int outputs() const { return sizes_.outputs; }
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

    Sizes sizes_;
    Scaling input_, output_;
    std::vector<float> difference_scale_;
    std::vector<float> frame_, before_;  // (inputs,): standardised; this frame and the last
    std::vector<float> heard_;           // what the first layers hear
    std::vector<float> ring_;            // (window, inputs): the last frames
    std::int64_t window_, frames_ = 0, fed_ = 0;
    int networks_, padded_features_;
    std::vector<Layer> layers_;
    std::vector<float> features_;  // (networks, padded_features): last, mean, max
    std::vector<float> readout_,
        bias_;  // (networks, outputs, padded_features), (networks, outputs)
};

}  // namespace fluidseries
