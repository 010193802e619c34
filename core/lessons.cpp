// Networks that learn side by side, each at its own pace.
#include <algorithm>
#include <atomic>
#include <thread>

#include "session_memory.hpp"
#include "threads.hpp"

namespace fluidseries {

std::vector<std::vector<Learned>> Session::learn(const std::vector<Lesson>& lessons,
                                                 std::int64_t batch,
                                                 const std::vector<double>& shares) {
    std::lock_guard<std::mutex> lock(memory_->one_call_at_a_time);
    const int n = int(lessons.size()), n_batches = int(shares.size());
    if (int(memory_->networks.size()) < n) memory_->networks.resize(n);
    std::vector<std::vector<Plan>> plans(n);
    std::vector<Wanted> wanted;
    Wishes wishes;
    std::int64_t frames = 0;
    for (int i = 0; i < n; ++i) {
        const Lesson& lesson = lessons[i];
        int n_sums = 0;
        for (int b = 0; b < n_batches; ++b) {
            const std::int64_t start = std::min(b * batch, lesson.n);
            const std::int64_t count = std::min(batch, lesson.n - start);
            plans[i].emplace_back(sizes_, corpus_, lesson.rows + start, count, augmentation_,
                                  lesson.seed);
            n_sums = std::max(n_sums, sums_of(plans[i].back()));
            for (const Take& take : plans[i].back().takes) frames += take.length;
        }
        memory_->networks[i].ask(sizes_, n_sums, wishes);
        wanted.push_back(gradient_of(memory_->networks[i].panels, lesson.seed));
    }
    memory_->arena.settle(wishes);
    const bool alone = frames * sizes_.parameters() < kWorthThreads;
    const int n_threads = alone ? 1 : std::min(n_threads_, n);
    // Now, since memory that is not there must not be missed on another thread.
    for (int thread = 0; thread < n_threads; ++thread)
        for (int i = 0; i < n; ++i)
            for (const Plan& plan : plans[i]) memory_->workers[thread].prepare(wanted[i], plan);

    std::vector<std::vector<Learned>> results(n, std::vector<Learned>(n_batches, {{0, 0}, true}));
    const auto go = [&](int i, int b, int thread) {
        const Plan& plan = plans[i][b];
        const std::int64_t count = std::int64_t(plan.takes.size());
        if (count == 0) return;
        const Lesson& lesson = lessons[i];
        Memory::Network& network = memory_->networks[i];
        network.panels.pack(sizes_, lesson.parameters, true, 1);
        double loss = 0;
        for (int sum = 0; sum < sums_of(plan); ++sum)
            loss += memory_->learn(wanted[i], plan, sum, thread, network.sums[sum]);
        add_up(sizes_, network.sums, sums_of(plan), 1, lesson.gradient);
        const double weight = weight_of(lesson.rows + b * batch, count);
        results[i][b] = {{loss, weight}, lesson.descent->go(loss, weight, count, shares[b])};
    };
    // Every network's batches are cut into a few rounds, so that threads end together: five
    // networks on two threads are ten halves, five for each.
    const int rounds = std::max(1, std::min(n_batches, n_threads == 1 ? 1 : 2 * n_threads));
    std::vector<std::atomic<int>> done(n);
    parallel_for(n * rounds, n_threads, [&](int task, int thread) {
        const int i = task % n, round = task / n;
        // Tasks are handed out in their order, so the round before is over or under way.
        while (done[i].load(std::memory_order_acquire) < round) std::this_thread::yield();
        const auto start = [&](int r) { return int(std::int64_t(n_batches) * r / rounds); };
        for (int b = start(round); b < start(round + 1); ++b) go(i, b, thread);
        done[i].store(round + 1, std::memory_order_release);
    });
    return results;
}

}  // namespace fluidseries
