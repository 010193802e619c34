// The parameters as the products want them, and gradients as the products leave them.
#pragma once

#include <vector>

#include "buffer.hpp"
#include "network.hpp"

namespace fluidseries {

// Packed matrices, shared by all threads. Their memory is an arena's.
class Panels {
  public:
    struct Layer {
        float* forward;      // W: gates from z
        float *to_h, *to_x;  // parts of W': gradients of h and, above the first layer, of x
    };
    std::vector<Layer> layers;
    float *readout, *readout_back;  // features and 1 to outputs, and the gradients back

    void ask(const Sizes&, bool with_backward, Wishes&);
    void pack(const Sizes&, const float* parameters, bool with_backward, int n_threads);

  private:
    void pack_back(const Sizes&, int layer, const float* parameters);
    void pack_readout(const Sizes&, const float* parameters, bool with_backward);
};

// The summed gradient of some chunks: for every layer that of W (4H, K), and that of the readout's
// weight and bias side by side (outputs, features + 1). Rows are padded.
struct GradientSum {
    std::vector<float*> layers;
    float* readout;

    void ask(const Sizes&, Wishes&);
    void clear(const Sizes&);
};

// Adds them up, in their order, in the flat array of the parameters.
void add_up(const Sizes&, const GradientSum* sums, int n_sums, int n_threads, float* gradient);

}  // namespace fluidseries
