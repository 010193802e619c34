#include "threads.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#if !defined(_WIN32)
#include <pthread.h>
#endif

#include "cpu.hpp"

namespace fluidseries {
namespace {

constexpr int kPatience = 1000;

struct Job {
    int n_tasks, n_threads;
    Task f;
    void* context;
};

// Helpers that sleep until a job comes. In a fit the next job comes within microseconds, sooner
// than the system wakes a sleeper, so a helper first looks for it for a short while. The caller
// waits only for helpers that have entered its job: one that wakes too late finds it closed.
class Pool {
  public:
    bool run(const Job& job) {
        std::unique_lock<std::mutex> only_one(busy_, std::try_to_lock);
        if (!only_one) return false;
        while (int(helpers_.size()) < job.n_threads - 1) {
            const int thread = int(helpers_.size()) + 1;
            const unsigned seen = generation_.load();
            helpers_.emplace_back([this, thread, seen] { help(thread, seen); });
            helpers_.back().detach();
        }
        {
            std::lock_guard<std::mutex> lock(door_);
            job_ = job;
            next_.store(0);
            open_ = true;
            generation_.fetch_add(1, std::memory_order_release);
        }
        wake_.notify_all();
        work(job, 0);
        {
            std::lock_guard<std::mutex> lock(door_);
            open_ = false;
        }
        // On a machine that is busy a helper may have lost its processor in the middle.
        for (int looks = 0; inside_.load(std::memory_order_acquire) > 0; ++looks)
            if (looks < kPatience)
                pause();
            else
                std::this_thread::yield();
        return true;
    }

  private:
    static void pause() {
#if defined(__x86_64__)
        _mm_pause();
#else
        std::this_thread::yield();
#endif
    }

    void help(int thread, unsigned seen) {
        FlushDenormals flush;
        for (;;) {
            const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
            while (generation_.load(std::memory_order_acquire) == seen &&
                   std::chrono::steady_clock::now() < until)
                pause();
            Job job;
            {
                std::unique_lock<std::mutex> lock(door_);
                wake_.wait(lock, [&] { return generation_.load() != seen; });
                seen = generation_.load();
                if (!open_ || thread >= job_.n_threads) continue;
                job = job_;
                inside_.fetch_add(1);
            }
            work(job, thread);
            inside_.fetch_sub(1, std::memory_order_release);
        }
    }

    void work(const Job& job, int thread) {
        for (int task; (task = next_.fetch_add(1)) < job.n_tasks;) job.f(job.context, task, thread);
    }

    std::mutex busy_, door_;
    std::condition_variable wake_;
    std::vector<std::thread> helpers_;
    Job job_{};
    bool open_ = false;
    std::atomic<int> next_{0}, inside_{0};
    std::atomic<unsigned> generation_{0};
};

// Never destroyed: helpers may outlive main. A child process has none of its parent's threads and
// may find the parent's locks taken, so it gets a pool of its own and leaves the old one where it
// lies.
std::atomic<Pool*> the_pool{nullptr};

void install_pool() {
    the_pool.store(new Pool);
}

Pool& pool() {
    static const bool installed = [] {
        install_pool();
#if !defined(_WIN32)
        pthread_atfork(nullptr, nullptr, install_pool);
#endif
        return true;
    }();
    (void)installed;
    return *the_pool.load();
}

}  // namespace

void run_tasks(int n_tasks, int n_threads, Task f, void* context) {
    FlushDenormals flush;
    if (n_threads > n_tasks) n_threads = n_tasks;
    if (n_threads > 1 && pool().run({n_tasks, n_threads, f, context})) return;
    for (int task = 0; task < n_tasks; ++task) f(context, task, 0);
}

}  // namespace fluidseries
