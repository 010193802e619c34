// Many series, packed once for many comparisons, and the search for the nearest of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dtw.hpp"

namespace fluidseries {

// Series i has the frames offsets[i] up to, but not including, offsets[i + 1]; at least one.
struct SeriesList {
    const double* frames;  // (frames of all series, dims)
    const std::int64_t* offsets;
    int size;

    Series series(int i, int dims) const {
        return {frames + offsets[i] * dims, int(offsets[i + 1] - offsets[i])};
    }
    int longest() const;
};

class DtwCorpus {
  public:
    DtwCorpus(const SeriesList& list, int dims);

    int size() const { return int(lengths_.size()); }
    int dims() const { return dims_; }

    // The distance of every query, as first series, to every series here: (queries, size).
    void distances(const SeriesList& queries, const Warping& warping, int n_threads,
                   double* out) const;

    // The same for queries that are this corpus itself, each pair once. For constraints that treat
    // both series alike.
    void distances_within(const SeriesList& self, const Warping& warping, int n_threads,
                          double* out) const;

    // The k nearest series to every query and their distances, both (queries, k), nearest first;
    // of equally near ones the first comes first. k is at most size().
    void nearest(const SeriesList& queries, int k, const Warping& warping, int n_threads,
                 std::int64_t* rows, double* distances) const;

  private:
    // What is known of a series at a glance: its first and its last frame, and the lowest and the
    // highest number in each dimension.
    struct Glance {
        const double *first, *last, *lowest, *highest;
        int n_frames;
    };
    class Query;

    Columns columns(int i) const { return {backwards_.data() + starts_[i], lengths_[i]}; }
    Glance glance(int i) const {
        return as_glance(glances_.data() + glance_size() * i, lengths_[i]);
    }
    std::size_t glance_size() const { return std::size_t(4) * dims_; }
    Glance as_glance(const double* numbers, int n_frames) const;
    void take_glance(const Series& series, double* numbers) const;
    double ends_bound(const Glance& a, const Glance& b) const;
    double box_bound(const Columns& series, const Glance& box) const;

    int dims_, longest_ = 0;
    std::vector<int> lengths_;
    std::vector<std::size_t> starts_;
    std::vector<double> backwards_, glances_;
};

}  // namespace fluidseries
