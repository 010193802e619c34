// A stack of LSTM layers and a dense readout over many series of unequal length: loss, gradient
// (backpropagation through time; Werbos 1990, Hochreiter and Schmidhuber 1997) and outputs.
//
// Parameters are one flat array with PyTorch's names and shapes, layer by layer: weight_ih (4H,
// in), weight_hh (4H, H), bias_ih (4H), bias_hh (4H), gates in the order i, f, g, o; then the
// readout's weight (outputs, features) and bias (outputs).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace fluidseries {

// What the readout sees of the top layer's states h over a series; a sum of these.
enum Readout { kLast = 1, kMean = 2, kMax = 4 };

enum class Loss { kSquared, kCrossEntropy };

struct Sizes {
    int inputs;  // dimensions of a frame
    std::vector<int> hidden;
    int outputs;
    int readout = kLast;
    // Whether the first layer also hears by how much each dimension has changed since the last
    // frame.
    bool differences = false;
    // Whether it also hears for how long the series has been going on.
    bool clock = false;

    int layers() const { return int(hidden.size()); }
    int layer_inputs(int layer) const {
        return layer == 0 ? inputs * (differences ? 2 : 1) + clock : hidden[layer - 1];
    }
    // Rows of z = (x, h, 1).
    int rows(int layer) const { return layer_inputs(layer) + hidden[layer] + 1; }
    int features() const;
    std::ptrdiff_t parameters() const;
};

// What the clock says at a frame, from 0: about as large as a standardised input for 5 to 400
// frames, and hardly growing in an endless stream.
float clock_input(std::int64_t frame);

// Offsets of one layer's parameters in the flat array.
struct LayerOffsets {
    std::ptrdiff_t weight_ih, weight_hh, bias_ih, bias_hh;
};
LayerOffsets layer_offsets(const Sizes&, int layer);
std::ptrdiff_t readout_offset(const Sizes&);  // the weight; the bias follows it

// (4H, K) for z = (x, h, 1): both weights side by side and the sum of the biases.
std::vector<float> joined_weights(const Sizes&, int layer, const float* parameters);
// (outputs, features + 1): the readout's weight and bias side by side.
std::vector<float> joined_readout(const Sizes&, const float* parameters);

// All series of a corpus, one after the other. The arrays belong to the caller.
struct Corpus {
    const float* frames;          // (total, inputs)
    const std::int64_t* offsets;  // (series + 1,)
    std::int64_t series;
    const float* targets;           // (series, width) or (total, width), or null
    const float* weights;           // (series,), or null for 1 each
    const float* difference_scale;  // (inputs,): what differences are multiplied by, or null
};

// What a gradient changes at random, so that the network learns the gesture and not the take. All
// of it follows from (seed, series, frame): neither threads nor neighbours change it.
struct Augmentation {
    float noise = 0;      // standard deviation of what is added to every input
    float stretch = 0;    // a series is played at a speed from exp(-stretch) to exp(stretch)
    float dropout = 0;    // share of the readout's features that are silent
    float smoothing = 0;  // probability that a label was meant to be any label
};

struct Total {
    double loss, weight;
};

class Session {
  public:
    // With `per_frame` every frame has a target and the readout sees the state at that frame.
    Session(Sizes sizes, Corpus corpus, Loss loss, bool per_frame, Augmentation augmentation,
            int n_threads);
    ~Session();

    // The summed loss of the given series, and in `gradient` its gradient. `rows` are indices of
    // series.
    Total gradient(const float* parameters, const std::int64_t* rows, std::int64_t n,
                   std::uint64_t seed, float* gradient);
    Total loss(const float* parameters, const std::int64_t* rows, std::int64_t n);
    // (n, outputs), or with `per_frame` (frames of these series, outputs) in the order of `rows`.
    void outputs(const float* parameters, const std::int64_t* rows, std::int64_t n, float* out);

    const Sizes& sizes() const { return sizes_; }
    const Corpus& corpus() const { return corpus_; }
    bool per_frame() const { return per_frame_; }

  private:
    struct Workers;
    Sizes sizes_;
    Corpus corpus_;
    Loss loss_;
    bool per_frame_;
    Augmentation augmentation_;
    int n_threads_;
    std::unique_ptr<Workers> workers_;
};

}  // namespace fluidseries
