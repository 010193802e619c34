// A network's way down its gradients by Adam (Kingma and Ba 2015), and one step back up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fluidseries {

struct DescentSettings {
    double learn_rate, beta1, beta2, epsilon;
    double clip;  // the longest gradient, over the weight, that is followed as it is; 0 for any
};

class Descent {
  public:
    // The arrays, of `size` numbers, belong to the caller; `first` and `second` are Adam's means,
    // `step` is how many steps they know of, `decay` the weight decay of each parameter.
    Descent(std::ptrdiff_t size, float* parameters, const float* gradient, float* first,
            float* second, const float* decay, std::int64_t step, DescentSettings settings);

    // Goes one step down the gradient over the `count` of its series, whose weights sum to
    // `weight`, at a share of the rate. (Not over the weight: a series alone in its batch would
    // count the same whatever it has.) Where the loss or the gradient is no number, the newest step
    // is undone instead and the rate halved, and the answer is false.
    bool go(double loss, double weight, std::int64_t count, double share);

    std::int64_t steps() const { return step_; }

  private:
    void back();

    std::ptrdiff_t size_;
    float* parameters_;
    const float* gradient_;
    float *first_, *second_;
    const float* decay_;
    std::int64_t step_, step_before_;
    DescentSettings settings_;
    std::vector<float> before_;  // parameters, first, second as they were before the newest step
};

}  // namespace fluidseries
