// The Python face of dynamic time warping. Arrays arrive checked by warping.py and nearest.py.
#include "bindings_dtw.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>

#include "dtw_corpus.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace fluidseries {
namespace {

using Frames = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Offsets = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using TableOut = nb::ndarray<double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using RowsOut = nb::ndarray<std::int64_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Path = nb::ndarray<nb::numpy, std::int64_t, nb::ndim<2>>;
using Release = nb::call_guard<nb::gil_scoped_release>;

void expect(bool condition, const char* message) {
    if (!condition) throw std::invalid_argument(message);
}

Warping as_warping(int constraint, double parameter) {
    expect(constraint >= 0 && constraint <= 2 && parameter >= 0, "constraint");
    return {Constraint(constraint), parameter};
}

Series as_series(const Frames& frames) {
    expect(frames.shape(0) > 0 && frames.shape(0) < (1u << 30), "number of frames");
    return {frames.data(), int(frames.shape(0))};
}

SeriesList as_list(const Frames& frames, const Offsets& offsets) {
    expect(offsets.size() > 1 && offsets.size() < (1u << 31), "number of series");
    const std::int64_t* at = offsets.data();
    const int size = int(offsets.size()) - 1;
    expect(at[0] >= 0 && at[size] <= std::int64_t(frames.shape(0)), "offsets");
    for (int i = 0; i < size; ++i)
        expect(at[i] < at[i + 1] && at[i + 1] - at[i] < (1 << 30), "offsets");
    return {frames.data(), at, size};
}

bool all_finite(const Frames& frames) {
    double sum = 0;
    // Nothing but a number that is not finite makes anything of 0 times it but 0.
    for (std::size_t i = 0; i < frames.size(); ++i) sum += 0 * frames.data()[i];
    return sum == 0;
}

// NaN if there is anything in the frames that is not finite: that is cheaper to see here.
double distance(Frames a, Frames b, int constraint, double parameter, double bound) {
    expect(a.shape(1) == b.shape(1) && a.shape(1) > 0, "dimensions");
    if (!all_finite(a) || !all_finite(b)) return std::numeric_limits<double>::quiet_NaN();
    return dtw(as_series(a), as_series(b), int(a.shape(1)), as_warping(constraint, parameter),
               bound);
}

std::pair<Path, double> path(Frames a, Frames b, int constraint, double parameter) {
    expect(a.shape(1) == b.shape(1), "dimensions");
    std::vector<std::pair<int, int>> pairs;
    double distance;
    {
        nb::gil_scoped_release release;
        distance = dtw_path(as_series(a), as_series(b), int(a.shape(1)),
                            as_warping(constraint, parameter), pairs);
    }
    auto numbers = std::make_unique<std::int64_t[]>(2 * pairs.size());
    for (std::size_t step = 0; step < pairs.size(); ++step) {
        numbers[2 * step] = pairs[step].first;
        numbers[2 * step + 1] = pairs[step].second;
    }
    std::int64_t* data = numbers.release();
    nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<std::int64_t*>(p); });
    return {Path(data, {pairs.size(), 2}, owner), distance};
}

class PyDtwCorpus {
  public:
    PyDtwCorpus(Frames frames, Offsets offsets)
        : corpus_(as_list(frames, offsets), int(frames.shape(1))) {}

    void distances(Frames frames, Offsets offsets, int constraint, double parameter, bool within,
                   int n_threads, TableOut out) const {
        const SeriesList queries = checked(frames, offsets);
        const Warping warping = as_warping(constraint, parameter);
        expect(int(out.shape(0)) == queries.size && int(out.shape(1)) == corpus_.size(),
               "shape of out");
        expect(!within || queries.size == corpus_.size(), "within");
        if (within)
            corpus_.distances_within(queries, warping, n_threads, out.data());
        else
            corpus_.distances(queries, warping, n_threads, out.data());
    }

    void nearest(Frames frames, Offsets offsets, int constraint, double parameter, int n_threads,
                 RowsOut rows, TableOut distances) const {
        const SeriesList queries = checked(frames, offsets);
        const int k = int(rows.shape(1));
        expect(k >= 1 && k <= corpus_.size(), "k");
        expect(int(rows.shape(0)) == queries.size && int(distances.shape(0)) == queries.size &&
                   int(distances.shape(1)) == k,
               "shapes of rows and distances");
        corpus_.nearest(queries, k, as_warping(constraint, parameter), n_threads, rows.data(),
                        distances.data());
    }

  private:
    SeriesList checked(const Frames& frames, const Offsets& offsets) const {
        expect(int(frames.shape(1)) == corpus_.dims(), "dimensions");
        return as_list(frames, offsets);
    }

    DtwCorpus corpus_;
};

}  // namespace

void bind_dtw(nb::module_& m) {
    m.def("dtw", &distance, "a"_a, "b"_a, "constraint"_a, "parameter"_a, "bound"_a, Release());
    m.def("dtw_path", &path, "a"_a, "b"_a, "constraint"_a, "parameter"_a);
    nb::class_<PyDtwCorpus>(m, "DtwCorpus")
        .def(nb::init<Frames, Offsets>(), "frames"_a, "offsets"_a)
        .def("distances", &PyDtwCorpus::distances, "frames"_a, "offsets"_a, "constraint"_a,
             "parameter"_a, "within"_a, "n_threads"_a, "out"_a, Release())
        .def("nearest", &PyDtwCorpus::nearest, "frames"_a, "offsets"_a, "constraint"_a,
             "parameter"_a, "n_threads"_a, "rows"_a, "distances"_a, Release());
}

}  // namespace fluidseries
