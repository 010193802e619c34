#include "descent.hpp"

#include <algorithm>
#include <cmath>

#include "cpu.hpp"
#include "kernels.hpp"

namespace fluidseries {

Descent::Descent(std::ptrdiff_t size, float* parameters, const float* gradient, float* first,
                 float* second, const float* decay, std::int64_t step, DescentSettings settings)
    : size_(size),
      parameters_(parameters),
      gradient_(gradient),
      first_(first),
      second_(second),
      decay_(decay),
      step_(step),
      step_before_(step),
      settings_(settings),
      before_(3 * std::size_t(size)) {
    float* to = before_.data();
    for (const float* from : {parameters, first, second}) to = std::copy_n(from, size, to);
}

bool Descent::go(double loss, double weight, std::int64_t count, double share) {
    const FlushDenormals flush;
    double scale = 1 / double(count);
    const double norm = scale * std::sqrt(kernels().sum_of_squares(size_, gradient_));
    if (!std::isfinite(loss) || !std::isfinite(norm)) {
        back();
        return false;
    }
    const double longest = settings_.clip * weight / double(count);
    if (longest > 0 && norm > longest) scale *= longest / norm;
    step_before_ = step_++;
    kernels().adam({size_, parameters_, gradient_, first_, second_, before_.data(), decay_,
                    float(scale), float(settings_.learn_rate * share), float(settings_.beta1),
                    float(settings_.beta2), float(settings_.epsilon),
                    float(1 - std::pow(settings_.beta1, double(step_))),
                    float(1 - std::pow(settings_.beta2, double(step_)))});
    return true;
}

// Again, it leads to the same place.
void Descent::back() {
    const float* from = before_.data();
    for (float* to : {parameters_, first_, second_}) std::copy_n(from, size_, to), from += size_;
    step_ = step_before_;
    settings_.learn_rate /= 2;
}

}  // namespace fluidseries
