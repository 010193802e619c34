// How long one live step takes inside C++, without Python, for sizes that are known only at run
// time; how often it asks for memory, which should be never; and how long this processor takes for
// nothing but reading as many weights. `make bench-step`.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "kernels.hpp"
#include "random.hpp"
#include "stream.hpp"

static long allocations = 0;

void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size ? size : 1)) return p;
    throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}

using namespace fluidseries;

constexpr int kDims = 13, kOutputs = 2, kLabels = 3, kFrames = 256, kRounds = 9, kSteps = 100'000;

// Microseconds a step of each round, in order; `sum` keeps the compiler from leaving anything out.
static std::vector<double> time(Stream& stream, const std::vector<float>& frames, double& sum) {
    std::vector<double> times(kRounds);
    double answer[std::max(kOutputs, kLabels)];
    for (double& time : times) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kSteps; ++i) {
            stream.step(frames.data() + i % kFrames * kDims);
            stream.read(answer);
            sum += answer[0];
        }
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - start;
        time = took.count() / kSteps;
    }
    std::sort(times.begin(), times.end());
    return times;
}

typedef float Vector __attribute__((vector_size(64)));
constexpr int kSums = 8;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
static float add_all(const Vector* from, std::ptrdiff_t n, bool back) {
    Vector sums[kSums] = {};
    const std::ptrdiff_t step = back ? -kSums : kSums;
    if (back) from += n - kSums;
    for (std::ptrdiff_t i = 0; i < n; i += kSums, from += step)
#pragma GCC unroll 8
        for (int j = 0; j < kSums; ++j) sums[j] += from[j];
    for (int j = 1; j < kSums; ++j) sums[0] += sums[j];
    return sums[0][0];
}

// Microseconds for reading so many numbers, to and fro as a stream does.
static double reading(std::size_t numbers) {
    const std::size_t n = numbers / 16 / kSums * kSums;
    std::vector<Vector> all(n);
    std::vector<double> times(kRounds);
    volatile float sum = 0;
    const int times_each = int(std::size_t(20'000'000) / numbers) + 2;
    for (double& time : times) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < times_each; ++i) sum = add_all(all.data(), std::ptrdiff_t(n), i % 2);
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - start;
        time = took.count() / times_each;
    }
    std::sort(times.begin(), times.end());
    return times[kRounds / 2];
}

int main() {
    std::vector<float> frames(std::size_t(kFrames) * kDims);
    std::uint64_t key = 0;
    for (float& number : frames) number = uniform(key++) - 0.5f;
    std::printf("%s, %d inputs; microseconds a step, median (least - most) of %d rounds\n",
                kernels().name, kDims, kRounds);
    const Naming labels{{0, 1, 2}, 1.1, 0.1, 0.01};
    double sum = 0;
    for (const int hidden : {32, 64, 128})
        for (const int networks : {1, 5}) {
            const int numbers = networks * 4 * hidden * (kDims + hidden + 1);
            std::printf("%d networks, hidden %3d: %4d KB of weights, %.3f for reading them\n",
                        networks, hidden, numbers / 256, reading(numbers));
        }
    for (const int networks : {1, 5})
        for (const int hidden : {10, 16, 32, 64, 128})
            for (const Naming& naming : {Naming{}, labels}) {
                const bool point = naming.outputs.empty();
                const Sizes sizes{kDims, {hidden}, point ? kOutputs : kLabels, kLast};
                std::vector<float> parameters(std::size_t(networks) * sizes.parameters());
                for (float& number : parameters) number = (uniform(key++) - 0.5f) / 4;
                Stream stream(sizes, parameters.data(), networks, {}, {}, {}, 0, naming);
                const long before = allocations;
                const std::vector<double> times = time(stream, frames, sum);
                // One allocation is that of the times themselves.
                std::printf("%d networks, hidden %3d, %s: %.3f (%.3f - %.3f), allocations %ld\n",
                            networks, hidden, point ? "2 outputs" : "3 labels ", times[kRounds / 2],
                            times.front(), times.back(), allocations - before - 1);
            }
    std::printf("sum %g\n", sum);
}
