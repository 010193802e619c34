// One gradient, one forward pass and a stream of a fixed small corpus, for `make instructions`:
// valgrind counts the instructions, which do not depend on how busy the machine is. Pure C++: the
// core alone.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernels.hpp"
#include "session.hpp"
#include "random.hpp"
#include "stream.hpp"

using namespace fluidseries;

int main() {
    constexpr int series = 50, frames = 40, dims = 13;
    const Sizes sizes{dims, {64}, 2, kLast};
    std::vector<float> x(std::size_t(series) * frames * dims), y(2 * series);
    std::vector<float> parameters(std::size_t(sizes.parameters())), gradient(parameters.size());
    std::uint64_t key = 0;
    for (auto* numbers : {&x, &y, &parameters})
        for (float& number : *numbers) number = uniform(key++) - 0.5f;
    std::vector<std::int64_t> offsets(series + 1), rows(series);
    for (int i = 0; i <= series; ++i) offsets[i] = std::int64_t(i) * frames;
    for (int i = 0; i < series; ++i) rows[i] = i;
    Session session(sizes, {x.data(), offsets.data(), series, y.data(), nullptr, nullptr},
                    Loss::kSquared, false, {}, 1);
    const Total total =
        session.gradients({{parameters.data(), rows.data(), series, 0, gradient.data()}})[0];
    session.loss(parameters.data(), rows.data(), series);
    Stream stream(sizes, parameters.data(), 1, {}, {}, {}, 0);
    double point[2] = {};
    for (int t = 0; t < 200; ++t) {
        stream.step(x.data() + t * dims);
        stream.read(point);
    }
    std::printf("%s: loss %.6f, point %.6f\n", kernels().name, total.loss, point[0]);
}
