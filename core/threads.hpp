// Work shared among threads. Which thread takes which task is left to chance, so a task must write
// only to places of its own; results then do not depend on the number of threads.
#pragma once

namespace fluidseries {

// A call of f(task, thread) with 0 <= thread < n_threads.
using Task = void (*)(void* context, int task, int thread);

// Runs tasks 0 ... n_tasks - 1 on at most n_threads threads, the caller among them, and returns
// when all are done. Tasks start in order. Safe from several threads at once and after fork: a
// caller that finds the helpers taken works alone. Tasks must not throw.
void run_tasks(int n_tasks, int n_threads, Task f, void* context);

template <class F>
void parallel_for(int n_tasks, int n_threads, F&& f) {
    run_tasks(
        n_tasks, n_threads,
        [](void* context, int task, int thread) { (*static_cast<F*>(context))(task, thread); }, &f);
}

}  // namespace fluidseries
