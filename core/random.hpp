// Random numbers as a function of what they are for: no state, so no order in which to draw them.
// Static, since the kernels compile them for their own instruction sets.
#pragma once

#include <cstdint>

namespace fluidseries {

// Steele, Lea and Flood's SplitMix64 finaliser (2014): every bit of the key moves every bit.
static inline std::uint64_t mix(std::uint64_t key) {
    key += 0x9e3779b97f4a7c15;
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
    key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
    return key ^ (key >> 31);
}

static inline std::uint64_t mix(std::uint64_t key, std::uint64_t other) {
    return mix(mix(key) ^ other);
}

// From 0 to below 1.
static inline float uniform(std::uint64_t key) {
    return float(mix(key) >> 40) * 0x1p-24f;
}

// Two draws of nearly a normal distribution, times 1 / kNormalScale and plus kNormalMean, in the
// halves of the result: each is the sum of four bytes.
static inline std::uint64_t normal_pair(std::uint64_t key) {
    std::uint64_t bits = mix(key);
    bits = (bits & 0x00ff00ff00ff00ff) + ((bits >> 8) & 0x00ff00ff00ff00ff);
    bits += bits >> 16;
    return bits & 0x0000ffff0000ffff;
}
constexpr float kNormalMean = 510.0f, kNormalScale = 6.7659e-3f;

}  // namespace fluidseries
