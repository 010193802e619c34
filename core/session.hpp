// A network over many series of unequal length: loss, gradient (backpropagation through time;
// Werbos 1990, Hochreiter and Schmidhuber 1997) and outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "corpus.hpp"
#include "descent.hpp"
#include "losses.hpp"
#include "network.hpp"

namespace fluidseries {

struct Wanted;
class Panels;

struct Total {
    double loss, weight;
};

// What one of several networks of the same sizes wants a gradient of.
struct Turn {
    const float* parameters;
    const std::int64_t* rows;  // (n,): indices of series
    std::int64_t n;
    std::uint64_t seed;
    float* gradient;  // where it goes
};

// What one of several networks learns from: batches of so many rows, one after the other.
struct Lesson {
    const float* parameters;
    const std::int64_t* rows;  // (n,): indices of series
    std::int64_t n;
    std::uint64_t seed;
    float* gradient;   // where those of `parameters` go
    Descent* descent;  // what follows them
};

// What came of one batch of one network.
struct Learned {
    Total total;
    bool forward;  // false where the descent went back
};

class Session {
  public:
    // With `per_frame` every frame has a target and the readout sees the state at that frame.
    Session(Sizes sizes, Corpus corpus, Loss loss, bool per_frame, Augmentation augmentation,
            int n_threads);
    ~Session();

    // For every turn the summed loss of its series, and in its `gradient` the gradient. Networks
    // that learn side by side share the threads, so that small batches keep them busy, too.
    std::vector<Total> gradients(const std::vector<Turn>& turns);
    // Every network goes through its batches, for each of which there is a share of the rate, and
    // descends after each. (lessons, shares); of a batch without rows nothing comes. The way to the
    // result depends on how many threads there are, and no bit of it does.
    std::vector<std::vector<Learned>> learn(const std::vector<Lesson>& lessons, std::int64_t batch,
                                            const std::vector<double>& shares);
    // `rows` are indices of series.
    Total loss(const float* parameters, const std::int64_t* rows, std::int64_t n);
    // (n, outputs), or with `per_frame` (frames of these series, outputs) in the order of `rows`.
    void outputs(const float* parameters, const std::int64_t* rows, std::int64_t n, float* out);

    const Sizes& sizes() const { return sizes_; }
    const Corpus& corpus() const { return corpus_; }
    bool per_frame() const { return per_frame_; }

  private:
    struct Memory;
    // Batch by batch, all threads at the same batch of all networks.
    std::vector<std::vector<Learned>> learn_together(const std::vector<Lesson>&, std::int64_t batch,
                                                     const std::vector<double>& shares);
    std::vector<std::vector<Learned>> learn_apart(const std::vector<Lesson>&, std::int64_t batch,
                                                  const std::vector<double>& shares);
    double forward(const float* parameters, const std::int64_t* rows, std::int64_t n,
                   float* const* outputs);
    Wanted gradient_of(const Panels&, std::uint64_t seed) const;
    double weight_of(const std::int64_t* rows, std::int64_t n) const;

    Sizes sizes_;
    Corpus corpus_;
    Loss loss_;
    bool per_frame_;
    Augmentation augmentation_;
    int n_threads_;
    std::unique_ptr<Memory> memory_;
};

}  // namespace fluidseries
