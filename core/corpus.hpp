// The series that a network learns from, and how they are played to it.
#pragma once

#include <cstdint>

namespace fluidseries {

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

}  // namespace fluidseries
