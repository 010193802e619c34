#include "session.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "panels.hpp"
#include "playback.hpp"
#include "threads.hpp"
#include "worker.hpp"

namespace fluidseries {
namespace {

// Chunks are added up in this many sums whatever the number of threads, so that no bit depends on
// it.
constexpr int kGradientSums = 16;
const Augmentation kAsRecorded;

}  // namespace

struct Session::Memory {
    std::mutex one_call_at_a_time;
    Panels panels;
    std::vector<Worker> workers;
    GradientSum sums[kGradientSums];
};

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

Total Session::gradient(const float* parameters, const std::int64_t* rows, std::int64_t n,
                        std::uint64_t seed, float* gradient) {
    std::lock_guard<std::mutex> lock(memory_->one_call_at_a_time);
    const Plan plan(corpus_, rows, n, augmentation_, seed);
    // A chunk that is alone stays on one thread: waking another takes longer than what it could do.
    const int n_threads = plan.chunks.size() > 1 ? n_threads_ : 1;
    memory_->panels.pack(sizes_, parameters, true, n_threads);
    const Wanted wanted{&sizes_, &corpus_, &memory_->panels, &augmentation_,
                        seed,    loss_,    per_frame_,       true,
                        true,    nullptr};
    const int n_chunks = int(plan.chunks.size()), n_sums = std::min(n_chunks, kGradientSums);
    for (int i = 0; i < std::min(n_threads, n_sums); ++i) memory_->workers[i].prepare(wanted, plan);
    double losses[kGradientSums] = {};
    parallel_for(n_sums, n_threads, [&](int i, int thread) {
        memory_->sums[i].clear(sizes_);
        Playback playback(sizes_, corpus_, augmentation_, seed);
        for (int chunk = i; chunk < n_chunks; chunk += n_sums)
            losses[i] +=
                memory_->workers[thread].run(plan.chunks[chunk], playback, &memory_->sums[i]);
    });
    add_up(sizes_, memory_->sums, n_sums, n_threads, gradient);
    return {std::accumulate(losses, losses + n_sums, 0.0), weight_of(rows, n)};
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
    const Plan plan(corpus_, rows, n, kAsRecorded, 0);
    memory_->panels.pack(sizes_, parameters, false, n_threads_);
    const Wanted wanted{&sizes_, &corpus_,   &memory_->panels, &kAsRecorded, 0,
                        loss_,   per_frame_, !outputs,         false,        outputs};
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
