// What a session computes with: shared by the ways through it, in session.cpp and lessons.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

#include "panels.hpp"
#include "playback.hpp"
#include "session.hpp"
#include "worker.hpp"

namespace fluidseries {

// Chunks are added up in this many sums whatever the number of threads, so that no bit depends on
// it.
constexpr int kGradientSums = 16;
// Frames times parameters below which another thread is not worth its waking.
constexpr std::int64_t kWorthAnotherThread = 1 << 17;

inline int sums_of(const Plan& plan) {
    return std::min(int(plan.chunks.size()), kGradientSums);
}

struct Session::Memory {
    // What one network's gradient needs; several are at work at once.
    struct Network {
        Panels panels;
        GradientSum sums[kGradientSums];

        void ask(const Sizes& sizes, int n_sums, Wishes& wishes) {
            panels.ask(sizes, true, wishes);
            for (int sum = 0; sum < n_sums; ++sum) sums[sum].ask(sizes, wishes);
        }
    };

    std::mutex one_call_at_a_time;
    Arena arena;  // of the networks
    std::vector<Network> networks;
    std::vector<Worker> workers;  // of the threads

    // The loss of those chunks of a plan that go into one of its sums, which receives their
    // gradient: every n-th of n sums.
    double learn(const Wanted& wanted, const Plan& plan, int sum, int thread, GradientSum& into) {
        Worker& worker = workers[thread];
        worker.prepare(wanted, plan);
        into.clear(*wanted.sizes);
        Playback playback(*wanted.sizes, *wanted.corpus, *wanted.augmentation, wanted.seed);
        double loss = 0;
        for (std::size_t chunk = sum; chunk < plan.chunks.size(); chunk += sums_of(plan))
            loss += worker.run(plan.chunks[chunk], playback, &into);
        return loss;
    }
};

}  // namespace fluidseries
