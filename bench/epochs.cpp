// How long one epoch of training takes in C++ alone, one after the other: at batch 50, and what
// small batches cost. `make bench-epochs`.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <vector>

#include "descent.hpp"
#include "kernels.hpp"
#include "random.hpp"
#include "session.hpp"

using namespace fluidseries;

constexpr int kSeries = 1000, kFrames = 100, kDims = 13, kOutputs = 2, kRounds = 5;

struct Corpus1000 {
    std::vector<float> frames, targets;
    std::vector<std::int64_t> offsets;

    Corpus1000() : frames(std::size_t(kSeries) * kFrames * kDims), targets(kSeries * kOutputs) {
        std::uint64_t key = 0;
        for (auto* numbers : {&frames, &targets})
            for (float& number : *numbers) number = 2 * uniform(key++) - 1;
        for (int i = 0; i <= kSeries; ++i) offsets.push_back(std::int64_t(i) * kFrames);
    }
};

struct Network {
    std::vector<float> parameters, gradient, first, second, decay;
    std::vector<std::int64_t> rows;
    Descent descent;

    Network(std::ptrdiff_t size, std::uint64_t key)
        : parameters(size),
          gradient(size),
          first(size),
          second(size),
          decay(size),
          descent(size, parameters.data(), gradient.data(), first.data(), second.data(),
                  decay.data(), 0, {1e-3, 0.9, 0.999, 1e-8, 1.0}) {
        for (float& number : parameters) number = (uniform(key++) - 0.5f) / 4;
        for (int i = 0; i < kSeries; ++i) rows.push_back((i * 7 + std::int64_t(key)) % kSeries);
    }
};

class Fit {
  public:
    Fit(const Corpus1000& corpus, int hidden, int batch, int networks, int n_threads)
        : hidden_(hidden),
          batch_(batch),
          n_threads_(n_threads),
          session_({kDims, {hidden}, kOutputs, kLast},
                   {corpus.frames.data(), corpus.offsets.data(), kSeries, corpus.targets.data(),
                    nullptr, nullptr},
                   Loss::kSquared, false, {}, n_threads) {
        for (int i = 0; i < networks; ++i)
            networks_.emplace_back(session_.sizes().parameters(), i * 1'000'003);
    }

    void epoch() {
        std::vector<Lesson> lessons;
        for (Network& network : networks_)
            lessons.push_back({network.parameters.data(), network.rows.data(), kSeries, 0,
                               network.gradient.data(), &network.descent});
        session_.learn(lessons, batch_, std::vector<double>((kSeries + batch_ - 1) / batch_, 1.0));
    }

    void time() {
        const auto start = std::chrono::steady_clock::now();
        epoch();
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        times_.push_back(took.count() / double(networks_.size()));
    }

    // Multiplications and additions of the matrix products, in units of 10^9 a second.
    void print() {
        std::sort(times_.begin(), times_.end());
        const double median = times_[times_.size() / 2];
        const double work = 2.0 * kSeries * kFrames * 4 * hidden_ * (2 * kDims + 3 * hidden_);
        std::printf(
            "hidden %3d  batch %2d  networks %d  threads %d: %7.1f (%.1f - %.1f) ms, "
            "%3.0f GFLOP/s\n",
            hidden_, batch_, int(networks_.size()), n_threads_, median, times_.front(),
            times_.back(), work / median / 1e6);
    }

  private:
    int hidden_, batch_, n_threads_;
    Session session_;
    std::deque<Network> networks_;
    std::vector<double> times_;
};

// The machine's speed drifts: those that take turns drift together.
static void compare(std::vector<std::unique_ptr<Fit>> fits) {
    for (auto& fit : fits) fit->epoch();
    for (int round = 0; round < kRounds; ++round)
        for (auto& fit : fits) fit->time();
    for (auto& fit : fits) fit->print();
}

int main() {
    const Corpus1000 corpus;
    std::printf(
        "%s; one epoch of one network, %d series x %d frames x %d dimensions, %d outputs; "
        "median (least - most) of %d rounds\n",
        kernels().name, kSeries, kFrames, kDims, kOutputs, kRounds);
    for (const int hidden : {10, 64, 128}) {
        std::vector<std::unique_ptr<Fit>> fits;
        for (const int threads : {1, 2})
            fits.push_back(std::make_unique<Fit>(corpus, hidden, 50, 1, threads));
        compare(std::move(fits));
    }
    std::vector<std::unique_ptr<Fit>> fits;
    for (const int batch : {50, 16, 8, 4, 2, 1})
        for (const int networks : {1, 5})
            fits.push_back(std::make_unique<Fit>(corpus, 64, batch, networks, 2));
    compare(std::move(fits));
}
