#include "dtw.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels.hpp"

namespace fluidseries {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A pattern that compilers turn into the processor's minimum, unlike std::min.
inline double least(double a, double b) {
    return a < b ? a : b;
}

double least_of(const double* x, int n) {
    constexpr int kLanes = 4;
    double lanes[kLanes] = {kInfinity, kInfinity, kInfinity, kInfinity};
    int i = 0;
    for (; i + kLanes <= n; i += kLanes)
        for (int lane = 0; lane < kLanes; ++lane) lanes[lane] = least(lanes[lane], x[i + lane]);
    for (; i < n; ++i) lanes[0] = least(lanes[0], x[i]);
    return least(least(lanes[0], lanes[1]), least(lanes[2], lanes[3]));
}

// Goes from corner to corner over the diagonals: diagonal k holds the cells (i, k - i). Both ends
// of a diagonal's stretch within the band move by 0 or 1 from one diagonal to the next, because
// neither edge of a band ever falls. Calls visit(k, first, last, one, two) after each.
template <class Visit>
double sweep(const Columns& a, const Columns& b, int dims, const Band& band, double bound,
             std::vector<double>& rows, Visit&& visit) {
    const int n = a.n_frames, m = b.n_frames;
    const int width = n + 2 + kBeyond;
    rows.assign(std::size_t(3) * width, kInfinity);
    double *out = rows.data() + 1, *one = out + width, *two = one + width;
    two[-1] = 0;

    int first = 0, last = -1;
    double least_before = 0;
    for (int k = 0; k < n + m - 1; ++k) {
        if (k - first >= m || (first <= k && first < band.lower[k - first])) ++first;
        const int next = last + 1, its_j = k - next;
        if (next < n && (its_j >= m || (its_j >= 0 && next < band.upper[its_j]))) ++last;

        double least_here = kInfinity;
        if (first <= last) {
            const std::ptrdiff_t at_b = m - 1 - k + first;
            kernels().warp({last - first + 1, dims, a.data + first, b.data + at_b, n, m,
                            one + first, two + first, out + first});
            least_here = bound < DBL_MAX ? least_of(out + first, last - first + 1) : 0;
        }
        // Diagonals after this one look at one cell beyond either end.
        out[first - 1] = out[last + 1] = kInfinity;
        visit(k, first, last, one, two);

        // Every path touches at least one of two neighbouring diagonals.
        if (least(least_here, least_before) > bound) return kInfinity;
        least_before = least_here;
        std::swap(two, one);
        std::swap(one, out);
    }
    return one[n - 1];
}

void pack(const Series& series, int dims, std::ptrdiff_t start, int step, double* columns) {
    for (int t = 0; t < series.n_frames; ++t) {
        const double* frame = series.frames + std::ptrdiff_t(t) * dims;
        for (int d = 0; d < dims; ++d)
            columns[std::ptrdiff_t(d) * series.n_frames + start + std::ptrdiff_t(step) * t] =
                frame[d];
    }
}

std::vector<double> columns_of(const Series& series, int dims, bool backwards) {
    std::vector<double> columns(std::size_t(series.n_frames) * dims + kBeyond);
    (backwards ? pack_backwards : pack_forwards)(series, dims, columns.data());
    return columns;
}

// Rounding to hundredths keeps corners that a slope reaches only but for rounding, as pyts and
// tslearn have it.
double hundredths(double x) {
    return std::nearbyint(x * 100) / 100;
}

void set_itakura(Band& band, int n, int m, double slope) {
    const double steep = slope * (double(n) / m), flat = 1 / slope * (double(n) / m);
    for (int j = 0; j < m; ++j) {
        const double low =
            std::max(hundredths(flat * j), hundredths((n - 1) - steep * (m - 1) + steep * j));
        const double high =
            std::min(hundredths(steep * j), hundredths((n - 1) - flat * (m - 1) + flat * j));
        band.lower[j] = int(std::min(double(n), std::ceil(low)));
        band.upper[j] = int(std::min(double(n), std::floor(high + 1)));
    }
}

// The band is as much wider as one series is longer than the other.
void set_sakoe_chiba(Band& band, int n, int m, double radius) {
    const int r = int(std::min(radius, double(std::max(n, m))));
    const int below = r + std::max(0, m - n), above = r + std::max(0, n - m);
    for (int j = 0; j < m; ++j) {
        band.lower[j] = std::min(n, std::max(0, j - below));
        band.upper[j] = int(std::min<std::int64_t>(n, std::int64_t(j) + above + 1));
    }
}

// Which of the three neighbours a cell's sum came from; of equal ones the first of these.
enum Move : std::uint8_t { kBoth, kFirst, kSecond };

Move move_to(int i, const double* one, const double* two) {
    const double both = two[i - 1], in_a = one[i - 1], in_b = one[i];
    if (both <= in_a && both <= in_b) return kBoth;
    return in_a <= in_b ? kFirst : kSecond;
}

}  // namespace

void pack_forwards(const Series& series, int dims, double* columns) {
    pack(series, dims, 0, 1, columns);
}

void pack_backwards(const Series& series, int dims, double* columns) {
    pack(series, dims, series.n_frames - 1, -1, columns);
}

void Band::set(int n, int m, const Warping& warping) {
    lower.assign(m, 0);
    upper.assign(m, n);
    if (warping.constraint == Constraint::kItakura) set_itakura(*this, n, m, warping.parameter);
    if (warping.constraint == Constraint::kSakoeChiba)
        set_sakoe_chiba(*this, n, m, warping.parameter);
}

DtwRoom::DtwRoom(int longest_a, int longest_b) {
    rows_.reserve(std::size_t(3) * (longest_a + 2 + kBeyond));
    band_.lower.reserve(longest_b);
    band_.upper.reserve(longest_b);
}

double DtwRoom::squared(const Columns& a, const Columns& b_backwards, int dims,
                        const Warping& warping, double bound) {
    band_.set(a.n_frames, b_backwards.n_frames, warping);
    // With a bound of infinity a band without any path would never exceed it.
    return sweep(a, b_backwards, dims, band_, std::min(bound, DBL_MAX), rows_,
                 [](int, int, int, const double*, const double*) {});
}

double dtw(const Series& a, const Series& b, int dims, const Warping& warping, double bound) {
    const std::vector<double> forwards = columns_of(a, dims, false);
    const std::vector<double> backwards = columns_of(b, dims, true);
    DtwRoom room(a.n_frames, b.n_frames);
    // The square of a bound may round to less than a sum whose root is the bound.
    const double squared =
        room.squared({forwards.data(), a.n_frames}, {backwards.data(), b.n_frames}, dims, warping,
                     bound * bound * (1 + 4 * DBL_EPSILON));
    const double distance = std::sqrt(squared);
    return distance > bound ? kInfinity : distance;
}

double dtw_path(const Series& a, const Series& b, int dims, const Warping& warping,
                std::vector<std::pair<int, int>>& path) {
    const int n = a.n_frames, m = b.n_frames;
    const std::vector<double> forwards = columns_of(a, dims, false);
    const std::vector<double> backwards = columns_of(b, dims, true);
    Band band;
    band.set(n, m, warping);
    std::vector<double> rows;
    std::vector<Move> moves(std::size_t(n) * m);
    const double squared =
        sweep({forwards.data(), n}, {backwards.data(), m}, dims, band, DBL_MAX, rows,
              [&](int k, int first, int last, const double* one, const double* two) {
                  for (int i = first; i <= last; ++i)
                      moves[std::size_t(i) * m + (k - i)] = move_to(i, one, two);
              });
    path.clear();
    if (squared == kInfinity) return squared;
    for (int i = n - 1, j = m - 1; i >= 0 && j >= 0;) {
        path.emplace_back(i, j);
        const Move move = moves[std::size_t(i) * m + j];
        if (move != kSecond) --i;
        if (move != kFirst) --j;
    }
    std::reverse(path.begin(), path.end());
    return std::sqrt(squared);
}

}  // namespace fluidseries
