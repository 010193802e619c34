#include "dtw_corpus.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "threads.hpp"

namespace fluidseries {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Bounds are rounded sums in another order than the distance: taken a little smaller they stay
// below it.
constexpr double kSafely = 1 - 1e-9;

// How far a number lies outside an interval, in a pattern that compilers turn into the processor's
// minimum and maximum.
inline double outside(double x, double low, double high) {
    const double raised = x < low ? low : x;
    return x - (raised > high ? high : raised);
}

double squared_distance(const double* a, const double* b, int dims) {
    double sum = 0;
    for (int d = 0; d < dims; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
    return sum;
}

}  // namespace

int SeriesList::longest() const {
    int longest = 0;
    for (int i = 0; i < size; ++i) longest = std::max(longest, int(offsets[i + 1] - offsets[i]));
    return longest;
}

DtwCorpus::DtwCorpus(const SeriesList& list, int dims) : dims_(dims), longest_(list.longest()) {
    backwards_.resize(std::size_t(list.offsets[list.size] - list.offsets[0]) * dims + kBeyond);
    glances_.resize(glance_size() * list.size);
    for (int i = 0; i < list.size; ++i) {
        const Series series = list.series(i, dims);
        starts_.push_back(std::size_t(list.offsets[i] - list.offsets[0]) * dims);
        lengths_.push_back(series.n_frames);
        pack_backwards(series, dims, backwards_.data() + starts_[i]);
        take_glance(series, glances_.data() + glance_size() * i);
    }
}

DtwCorpus::Glance DtwCorpus::as_glance(const double* numbers, int n_frames) const {
    return {numbers, numbers + dims_, numbers + 2 * dims_, numbers + 3 * dims_, n_frames};
}

void DtwCorpus::take_glance(const Series& series, double* numbers) const {
    const double* end = series.frames + std::ptrdiff_t(series.n_frames) * dims_;
    double *lowest = numbers + 2 * dims_, *highest = numbers + 3 * dims_;
    std::copy_n(series.frames, dims_, numbers);
    std::copy_n(end - dims_, dims_, numbers + dims_);
    std::copy_n(series.frames, dims_, lowest);
    std::copy_n(series.frames, dims_, highest);
    for (const double* frame = series.frames; frame != end; frame += dims_)
        for (int d = 0; d < dims_; ++d) {
            lowest[d] = std::min(lowest[d], frame[d]);
            highest[d] = std::max(highest[d], frame[d]);
        }
}

// Every path pairs the first frames and the last frames (Kim, Park and Chu 2001).
double DtwCorpus::ends_bound(const Glance& a, const Glance& b) const {
    const double start = squared_distance(a.first, b.first, dims_);
    if (a.n_frames == 1 && b.n_frames == 1) return start;
    return start + squared_distance(a.last, b.last, dims_);
}

// Every frame is paired with at least one within the other series' box (Yi, Jagadish and Faloutsos
// 1998).
double DtwCorpus::box_bound(const Columns& series, const Glance& box) const {
    constexpr int kLanes = 8;
    double lanes[kLanes] = {}, rest = 0;
    for (int d = 0; d < dims_; ++d) {
        const double* column = series.data + std::ptrdiff_t(d) * series.n_frames;
        const double low = box.lowest[d], high = box.highest[d];
        int t = 0;
        for (; t + kLanes <= series.n_frames; t += kLanes)
            for (int lane = 0; lane < kLanes; ++lane) {
                const double gap = outside(column[t + lane], low, high);
                lanes[lane] += gap * gap;
            }
        for (; t < series.n_frames; ++t) {
            const double gap = outside(column[t], low, high);
            rest += gap * gap;
        }
    }
    return std::accumulate(lanes, lanes + kLanes, rest);
}

// What one thread needs to compare queries with the corpus; nothing is allocated once it stands.
class DtwCorpus::Query {
  public:
    Query(const DtwCorpus& corpus, int longest, const Warping& warping)
        : corpus_(corpus),
          warping_(warping),
          room_(longest, corpus.longest_),
          forwards_(std::size_t(longest) * corpus.dims_ + kBeyond),
          glance_(corpus.glance_size()),
          candidates_(corpus.size()),
          best_(corpus.size()) {}

    void set(const Series& series) {
        n_frames_ = series.n_frames;
        pack_forwards(series, corpus_.dims_, forwards_.data());
        corpus_.take_glance(series, glance_.data());
    }

    double squared(int i, double bound) {
        return room_.squared(columns(), corpus_.columns(i), corpus_.dims_, warping_, bound);
    }

    void nearest(int k, std::int64_t* rows, double* distances) {
        const Glance mine = corpus_.as_glance(glance_.data(), n_frames_);
        for (int i = 0; i < corpus_.size(); ++i)
            candidates_[i] = {kSafely * corpus_.ends_bound(mine, corpus_.glance(i)), i};
        std::sort(candidates_.begin(), candidates_.end());
        int found = 0;
        for (const auto& [at_least, row] : candidates_) {
            const double limit = found < k ? kInfinity : best_[k - 1].first;
            if (at_least > limit) break;
            if (found == k && surely_farther(row, mine, limit)) continue;
            keep({squared(row, limit), row}, k, found);
        }
        for (int i = 0; i < k; ++i) {
            rows[i] = best_[i].second;
            distances[i] = std::sqrt(best_[i].first);
        }
    }

  private:
    Columns columns() const { return {forwards_.data(), n_frames_}; }

    bool surely_farther(int row, const Glance& mine, double limit) const {
        return kSafely * corpus_.box_bound(columns(), corpus_.glance(row)) > limit ||
               kSafely * corpus_.box_bound(corpus_.columns(row), mine) > limit;
    }

    // best_ holds the `found` nearest so far, nearest first.
    void keep(std::pair<double, int> candidate, int k, int& found) {
        if (found == k && !(candidate < best_[k - 1])) return;
        if (found < k) ++found;
        int at = found - 1;
        for (; at > 0 && candidate < best_[at - 1]; --at) best_[at] = best_[at - 1];
        best_[at] = candidate;
    }

    const DtwCorpus& corpus_;
    Warping warping_;
    DtwRoom room_;
    int n_frames_ = 0;
    std::vector<double> forwards_, glance_;
    std::vector<std::pair<double, int>> candidates_, best_;
};

namespace {

// Calls f(comparer, query) for all queries; each thread has a comparer of its own.
template <class Query, class Corpus, class F>
void for_each_query(const Corpus& corpus, const SeriesList& queries, const Warping& warping,
                    int n_threads, F&& f) {
    n_threads = std::max(1, std::min(n_threads, queries.size));
    std::vector<Query> rooms(n_threads, Query(corpus, queries.longest(), warping));
    parallel_for(queries.size, n_threads, [&](int query, int thread) {
        rooms[thread].set(queries.series(query, corpus.dims()));
        f(rooms[thread], query);
    });
}

}  // namespace

void DtwCorpus::distances(const SeriesList& queries, const Warping& warping, int n_threads,
                          double* out) const {
    for_each_query<Query>(*this, queries, warping, n_threads, [&](Query& room, int query) {
        double* row = out + std::ptrdiff_t(query) * size();
        for (int i = 0; i < size(); ++i) row[i] = std::sqrt(room.squared(i, kInfinity));
    });
}

void DtwCorpus::distances_within(const SeriesList& self, const Warping& warping, int n_threads,
                                 double* out) const {
    const std::ptrdiff_t n = size();
    for_each_query<Query>(*this, self, warping, n_threads, [&](Query& room, int query) {
        out[query * n + query] = 0;
        for (int i = query + 1; i < n; ++i)
            out[query * n + i] = out[i * n + query] = std::sqrt(room.squared(i, kInfinity));
    });
}

void DtwCorpus::nearest(const SeriesList& queries, int k, const Warping& warping, int n_threads,
                        std::int64_t* rows, double* distances) const {
    for_each_query<Query>(*this, queries, warping, n_threads, [&](Query& room, int query) {
        room.nearest(k, rows + std::ptrdiff_t(query) * k, distances + std::ptrdiff_t(query) * k);
    });
}

}  // namespace fluidseries
