// The loss of one point or one class, and its gradient.
#pragma once

namespace fluidseries {

enum class Loss { kSquared, kCrossEntropy };

// Both return the loss times `weight`; the outputs y (n,) give way to their gradient.
double squared_loss(int n, float* y, const float* target, float weight);

// `smoothing` is the probability that a label was meant to be any label. An output that is far
// below all others belongs to a label that is masked, and takes no part.
double cross_entropy(int n, float* y, int target, float weight, float smoothing);

}  // namespace fluidseries
