// How long one live step takes inside C++, without Python, for sizes that are known only at run
// time; and how often it asks for memory, which should be never. `make bench-step`.
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

int main() {
    constexpr int dims = 13, outputs = 2, frames = 256, rounds = 9, steps = 100'000;
    std::vector<float> x(std::size_t(frames) * dims);
    std::uint64_t key = 0;
    for (float& number : x) number = uniform(key++) - 0.5f;
    std::printf("%s, %d inputs, %d outputs; microseconds a step, median of %d rounds\n",
                kernels().name, dims, outputs, rounds);
    for (const int hidden : {10, 16, 32, 64, 128}) {
        const Sizes sizes{dims, {hidden}, outputs, kLast};
        std::vector<float> parameters(std::size_t(sizes.parameters()));
        for (float& number : parameters) number = (uniform(key++) - 0.5f) / 4;
        Stream stream(sizes, parameters.data(), 1, {}, {}, {}, 0);
        std::vector<double> times(rounds);
        float point[outputs], sum = 0;
        const long before = allocations;
        for (double& time : times) {
            const auto start = std::chrono::steady_clock::now();
            for (int i = 0; i < steps; ++i) {
                stream.step(x.data() + i % frames * dims);
                stream.read(point);
                sum += point[0];
            }
            const std::chrono::duration<double, std::micro> took =
                std::chrono::steady_clock::now() - start;
            time = took.count() / steps;
        }
        const long during = allocations - before;
        std::sort(times.begin(), times.end());
        std::printf("hidden %3d: %.3f (%.3f - %.3f), allocations %ld, sum %g\n", hidden,
                    times[rounds / 2], times.front(), times.back(), during, sum);
    }
}
