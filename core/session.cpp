#include "session.hpp"

#include <algorithm>
#include <numeric>

#include "session_memory.hpp"
#include "threads.hpp"

namespace fluidseries {
namespace {

const Augmentation kAsRecorded;

// One sum of one turn's gradient.
struct Part {
    int turn, sum;
    double loss;
};

}  // namespace

Session::Session(Sizes sizes, Corpus corpus, Loss loss, bool per_frame, Augmentation augmentation,
                 int n_threads)
    : sizes_(std::move(sizes)),
      corpus_(corpus),
      loss_(loss),
      per_frame_(per_frame),
      augmentation_(augmentation),
      n_threads_(n_threads),
      memory_(new Memory) {
    memory_->workers.resize(n_threads);
}

Session::~Session() = default;

Wanted Session::gradient_of(const Panels& panels, std::uint64_t seed) const {
    return {&sizes_, &corpus_,   &panels, &augmentation_, seed,
            loss_,   per_frame_, true,    true,           nullptr};
}

std::vector<Total> Session::gradients(const std::vector<Turn>& turns) {
    std::lock_guard<std::mutex> lock(memory_->one_call_at_a_time);
    const int n_turns = int(turns.size());
    if (memory_->networks.size() < turns.size()) memory_->networks.resize(turns.size());
    const std::int64_t size = sizes_.parameters();
    std::int64_t frames = 0;
    std::vector<Plan> plans;
    std::vector<Part> parts;
    Wishes wishes;
    for (int turn = 0; turn < n_turns; ++turn) {
        const Turn& t = turns[turn];
        plans.emplace_back(sizes_, corpus_, t.rows, t.n, augmentation_, t.seed);
        for (const Take& take : plans.back().takes) frames += take.length;
        const int n_sums = sums_of(plans.back());
        memory_->networks[turn].ask(sizes_, n_sums, wishes);
        for (int sum = 0; sum < n_sums; ++sum) parts.push_back({turn, sum, 0});
    }
    memory_->arena.settle(wishes);
    // A part that is alone, or little work, stays on one thread: waking another takes longer than
    // what it could do.
    const int n_threads = parts.size() > 1 && frames * size >= kWorthAnotherThread ? n_threads_ : 1;
    // Several networks are prepared side by side, and one by all threads together.
    const int outer = n_turns * size >= kWorthAnotherThread / 8 ? n_threads : 1;
    const int inner = n_turns > 1 ? 1 : n_threads;
    parallel_for(n_turns, outer, [&](int turn, int) {
        memory_->networks[turn].panels.pack(sizes_, turns[turn].parameters, true, inner);
    });
    std::vector<Wanted> wanted;
    for (int turn = 0; turn < n_turns; ++turn)
        wanted.push_back(gradient_of(memory_->networks[turn].panels, turns[turn].seed));
    // Now, since memory that is not there must not be missed on another thread.
    for (int i = 0; i < std::min(n_threads, int(parts.size())); ++i)
        for (int turn = 0; turn < n_turns; ++turn)
            memory_->workers[i].prepare(wanted[turn], plans[turn]);
    parallel_for(int(parts.size()), n_threads, [&](int i, int thread) {
        Part& part = parts[i];
        part.loss = memory_->learn(wanted[part.turn], plans[part.turn], part.sum, thread,
                                   memory_->networks[part.turn].sums[part.sum]);
    });
    std::vector<Total> totals;
    for (const Turn& turn : turns) totals.push_back({0, weight_of(turn.rows, turn.n)});
    for (const Part& part : parts) totals[part.turn].loss += part.loss;
    parallel_for(n_turns, outer, [&](int turn, int) {
        add_up(sizes_, memory_->networks[turn].sums, sums_of(plans[turn]), inner,
               turns[turn].gradient);
    });
    return totals;
}

Total Session::loss(const float* parameters, const std::int64_t* rows, std::int64_t n) {
    return {forward(parameters, rows, n, nullptr), weight_of(rows, n)};
}

void Session::outputs(const float* parameters, const std::int64_t* rows, std::int64_t n,
                      float* out) {
    std::vector<float*> places(n);
    for (std::int64_t i = 0; i < n; ++i) {
        places[i] = out;
        const std::int64_t frames = corpus_.offsets[rows[i] + 1] - corpus_.offsets[rows[i]];
        out += (per_frame_ ? frames : 1) * sizes_.outputs;
    }
    forward(parameters, rows, n, places.data());
}

// The summed loss, or with `outputs` those.
double Session::forward(const float* parameters, const std::int64_t* rows, std::int64_t n,
                        float* const* outputs) {
    std::lock_guard<std::mutex> lock(memory_->one_call_at_a_time);
    const Plan plan(sizes_, corpus_, rows, n, kAsRecorded, 0);
    if (memory_->networks.empty()) memory_->networks.resize(1);
    Panels& panels = memory_->networks[0].panels;
    Wishes wishes;
    panels.ask(sizes_, false, wishes);
    memory_->arena.settle(wishes);
    panels.pack(sizes_, parameters, false, n_threads_);
    const Wanted wanted{&sizes_, &corpus_,   &panels,  &kAsRecorded, 0,
                        loss_,   per_frame_, !outputs, false,        outputs};
    for (Worker& worker : memory_->workers) worker.prepare(wanted, plan);
    std::vector<double> losses(plan.chunks.size());
    parallel_for(int(plan.chunks.size()), n_threads_, [&](int i, int thread) {
        Playback playback(sizes_, corpus_, kAsRecorded, 0);
        losses[i] = memory_->workers[thread].run(plan.chunks[i], playback, nullptr);
    });
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

double Session::weight_of(const std::int64_t* rows, std::int64_t n) const {
    if (!corpus_.weights) return double(n);
    return std::accumulate(rows, rows + n, 0.0, [&](double sum, std::int64_t row) {
        return sum + corpus_.weights[row];
    });
}

}  // namespace fluidseries
