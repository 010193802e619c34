// Networks that go through their batches: batch by batch together, or each at its own pace.
#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "session_memory.hpp"
#include "threads.hpp"

namespace fluidseries {
namespace {

// Those of one batch.
struct Rows {
    const std::int64_t* first;
    std::int64_t n;
};

Rows rows_of(const Lesson& lesson, std::int64_t batch, std::int64_t number) {
    const std::int64_t start = std::min(number * batch, lesson.n);
    return {lesson.rows + start, std::min(batch, lesson.n - start)};
}

std::vector<std::vector<Learned>> nothing_learned(const std::vector<Lesson>& lessons,
                                                  const std::vector<double>& shares) {
    return {lessons.size(), std::vector<Learned>(shares.size(), {{0, 0}, true})};
}

}  // namespace

std::vector<std::vector<Learned>> Session::learn(const std::vector<Lesson>& lessons,
                                                 std::int64_t batch,
                                                 const std::vector<double>& shares) {
    // Where a batch is cut into several chunks, all threads are better at the same batch if there
    // are fewer networks than threads, or too few batches for threads to get as many as each other.
    const int n = int(lessons.size());
    const bool several_chunks = batch >= kWorthTwoChunks;
    const bool uneven = n % n_threads_ != 0 && int(shares.size()) < 2 * n_threads_;
    return several_chunks && (n < n_threads_ || uneven) ? learn_together(lessons, batch, shares)
                                                        : learn_apart(lessons, batch, shares);
}

std::vector<std::vector<Learned>> Session::learn_together(const std::vector<Lesson>& lessons,
                                                          std::int64_t batch,
                                                          const std::vector<double>& shares) {
    std::vector<std::vector<Learned>> results = nothing_learned(lessons, shares);
    for (std::size_t b = 0; b < shares.size(); ++b) {
        std::vector<Turn> turns;
        std::vector<std::size_t> whose;
        for (std::size_t i = 0; i < lessons.size(); ++i) {
            const Lesson& lesson = lessons[i];
            const Rows rows = rows_of(lesson, batch, b);
            if (rows.n == 0) continue;
            turns.push_back({lesson.parameters, rows.first, rows.n, lesson.seed, lesson.gradient});
            whose.push_back(i);
        }
        if (turns.empty()) break;
        const std::vector<Total> totals = gradients(turns);
        const std::int64_t size = std::int64_t(turns.size()) * sizes_.parameters();
        const int n_threads = size < kWorthAnotherThread / 8 ? 1 : n_threads_;
        parallel_for(int(turns.size()), n_threads, [&](int turn, int) {
            const Total& total = totals[turn];
            const std::int64_t n = turns[turn].n;
            results[whose[turn]][b] = {
                total, lessons[whose[turn]].descent->go(total.loss, total.weight, n, shares[b])};
        });
    }
    return results;
}

// A thread is at one network at a time, and no network waits for another.
std::vector<std::vector<Learned>> Session::learn_apart(const std::vector<Lesson>& lessons,
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
            const Rows rows = rows_of(lesson, batch, b);
            plans[i].emplace_back(sizes_, corpus_, rows.first, rows.n, augmentation_, lesson.seed);
            n_sums = std::max(n_sums, sums_of(plans[i].back()));
            for (const Take& take : plans[i].back().takes) frames += take.length;
        }
        memory_->networks[i].ask(sizes_, n_sums, wishes);
        wanted.push_back(gradient_of(memory_->networks[i].panels, lesson.seed));
    }
    memory_->arena.settle(wishes);
    const bool alone = frames * sizes_.parameters() < kWorthAnotherThread;
    const int n_threads = alone ? 1 : std::min(n_threads_, n);
    // Now, since memory that is not there must not be missed on another thread: for every shape
    // that a plan has.
    std::map<std::pair<int, int>, const Plan*> shapes;
    for (const std::vector<Plan>& batches : plans)
        for (const Plan& plan : batches) shapes[{plan.most_series(), plan.longest()}] = &plan;
    for (int thread = 0; thread < n_threads; ++thread)
        for (const auto& shape : shapes) memory_->workers[thread].prepare(wanted[0], *shape.second);

    std::vector<std::vector<Learned>> results = nothing_learned(lessons, shares);
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
        const double weight = weight_of(rows_of(lesson, batch, b).first, count);
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
