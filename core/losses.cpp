#include "losses.hpp"

#include <algorithm>
#include <cmath>

namespace fluidseries {
namespace {

// An output below this belongs to a label that is masked.
constexpr double kMasked = -5000;

}  // namespace

double squared_loss(int n, float* y, const float* target, float weight) {
    double loss = 0;
    for (int o = 0; o < n; ++o) {
        const float error = y[o] - target[o];
        loss += double(error) * error;
        y[o] = 2.0f * weight / float(n) * error;
    }
    return loss * weight / n;
}

double cross_entropy(int n, float* y, int target, float weight, float smoothing) {
    const float highest = *std::max_element(y, y + n);
    double total = 0;
    for (int o = 0; o < n; ++o) total += std::exp(double(y[o]) - highest);
    const double log_total = std::log(total) + highest;
    const auto heard = std::count_if(y, y + n, [](float output) { return output > kMasked; });
    const double share = double(smoothing) / double(std::max<std::ptrdiff_t>(heard, 1));
    // Counted from the least that smoothing allows, so that 0 is perfect.
    double loss = 0;
    for (int o = 0; o < n; ++o) {
        const double wanted =
            (o == target ? 1 - double(smoothing) : 0.0) + (double(y[o]) > kMasked ? share : 0.0);
        if (wanted > 0) loss += wanted * (std::log(wanted) + log_total - double(y[o]));
        y[o] = float(weight * (std::exp(double(y[o]) - log_total) - wanted));
    }
    return loss * weight;
}

}  // namespace fluidseries
