// Dynamic time warping: how far two series of frames are apart when time may be stretched.
//
// A path pairs the frames of both, from the two first to the two last, and moves by one frame in
// either series or in both. The distance is the square root of the smallest sum of squared
// distances between paired frames (Sakoe and Chiba 1978).
#pragma once

#include <utility>
#include <vector>

#include "kernels.hpp"

namespace fluidseries {

enum class Constraint {
    kNone,
    kItakura,     // a parallelogram between the corners; the parameter is its steeper slope
    kSakoeChiba,  // a band along the diagonal; the parameter is its radius in frames
};

struct Warping {
    Constraint constraint = Constraint::kNone;
    double parameter = 0;
};

struct Series {
    const double* frames;  // (n_frames, dims), oldest first
    int n_frames;
};

// The columns of a series, (dims, n_frames), as comparisons want them: the first of two with time
// running forwards, the second backwards. Reading goes on for `kBeyond` numbers after the last.
void pack_forwards(const Series& series, int dims, double* columns);
void pack_backwards(const Series& series, int dims, double* columns);

struct Columns {
    const double* data;
    int n_frames;
};

// The frames of the first series that a path may pair with each of the second: with frame j those
// from lower[j] up to, but not including, upper[j]. Neither ever falls as j grows.
struct Band {
    std::vector<int> lower, upper;
    void set(int n, int m, const Warping& warping);
};

// The room that a comparison needs, kept from one to the next. One thread at a time may use it.
class DtwRoom {
  public:
    // For series of at most so many frames; comparing such then allocates nothing.
    DtwRoom(int longest_a, int longest_b);

    // The squared distance. Infinity where no path stays within the constraint, and as soon as the
    // squared distance surely exceeds `bound`.
    double squared(const Columns& a, const Columns& b_backwards, int dims, const Warping& warping,
                   double bound);

  private:
    Band band_;
    std::vector<double> rows_;
};

// The distance, or infinity if it exceeds `bound`.
double dtw(const Series& a, const Series& b, int dims, const Warping& warping, double bound);

// The distance and its path as pairs of frames. Where several paths are equally short the one that
// moves in both series as late as possible. Without any path, infinity and no pairs.
double dtw_path(const Series& a, const Series& b, int dims, const Warping& warping,
                std::vector<std::pair<int, int>>& path);

}  // namespace fluidseries
