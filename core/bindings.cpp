// The Python face of the core, and the only file that knows nanobind. Arrays arrive checked by
// engines/native.py; the kernels trust their caller.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>

#include "bindings_dtw.hpp"
#include "bindings_numbers.hpp"
#include "cpu.hpp"
#include "descent.hpp"
#include "kernels.hpp"
#include "number_buffer.hpp"
#include "packing.hpp"
#include "session.hpp"
#include "stream.hpp"
#include "threads.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace fluidseries {
namespace {

using Floats = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Frames = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Indices = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatsOut = nb::ndarray<float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FramesOut = nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Release = nb::call_guard<nb::gil_scoped_release>;

void expect(bool condition, const char* message) {
    if (!condition) throw std::invalid_argument(message);
}

// A descent that keeps its arrays alive.
class PyDescent {
  public:
    PyDescent(FloatsOut parameters, FloatsOut gradient, FloatsOut first, FloatsOut second,
              Floats decay, std::int64_t step, double learn_rate, double beta1, double beta2,
              double epsilon, double clip)
        : parameters_(parameters),
          gradient_(gradient),
          first_(first),
          second_(second),
          decay_(decay),
          descent_(size_of(parameters, gradient, first, second, decay), parameters.data(),
                   gradient.data(), first.data(), second.data(), decay.data(), step,
                   {learn_rate, beta1, beta2, epsilon, clip}) {}

    bool go(double loss, double weight, std::int64_t count, double share) {
        return descent_.go(loss, weight, count, share);
    }
    Descent& get() { return descent_; }
    const float* parameters() const { return parameters_.data(); }
    float* gradient() const { return gradient_.data(); }
    std::int64_t steps() const { return descent_.steps(); }
    std::size_t size() const { return parameters_.size(); }

  private:
    static std::ptrdiff_t size_of(const FloatsOut& parameters, const FloatsOut& gradient,
                                  const FloatsOut& first, const FloatsOut& second,
                                  const Floats& decay) {
        const std::size_t size = parameters.size();
        expect(gradient.size() == size && first.size() == size && second.size() == size &&
                   decay.size() == size,
               "sizes");
        return std::ptrdiff_t(size);
    }

    FloatsOut parameters_, gradient_, first_, second_;
    Floats decay_;
    Descent descent_;
};

// A session that keeps the arrays of its corpus alive.
class PySession {
  public:
    PySession(Frames frames, Indices offsets, std::optional<Frames> targets,
              std::optional<Floats> weights, int inputs, std::vector<int> hidden, int outputs,
              int readout, bool cross_entropy, bool per_frame, int n_threads,
              std::optional<Floats> difference_scale, float noise, float stretch, float dropout,
              float smoothing, bool clock)
        : frames_(frames),
          offsets_(offsets),
          targets_(targets),
          weights_(weights),
          difference_scale_(difference_scale) {
        expect(offsets.size() > 0 && int(frames.shape(1)) == inputs, "frames or offsets");
        const std::int64_t series = std::int64_t(offsets.size()) - 1;
        Corpus corpus{frames.data(),
                      offsets.data(),
                      series,
                      targets ? targets->data() : nullptr,
                      weights ? weights->data() : nullptr,
                      difference_scale ? difference_scale->data() : nullptr};
        const std::int64_t rows = per_frame ? std::int64_t(frames.shape(0)) : series;
        const int width = cross_entropy ? 1 : outputs;
        expect(!targets ||
                   (std::int64_t(targets->shape(0)) == rows && int(targets->shape(1)) == width),
               "targets");
        expect(!weights || std::int64_t(weights->size()) == series, "weights");
        expect(n_threads > 0 && !hidden.empty(), "n_threads or hidden");
        expect(!difference_scale || int(difference_scale->size()) == inputs, "difference_scale");
        expect(stretch == 0 || !per_frame, "stretch");
        session_.reset(
            new Session({inputs, hidden, outputs, readout, difference_scale.has_value(), clock},
                        corpus, cross_entropy ? Loss::kCrossEntropy : Loss::kSquared, per_frame,
                        {noise, stretch, dropout, smoothing}, n_threads));
    }

    std::pair<double, double> gradient(Floats parameters, Indices rows, std::uint64_t seed,
                                       FloatsOut out) {
        const Total total = session_->gradients({turn(parameters, rows, seed, out)})[0];
        return {total.loss, total.weight};
    }

    std::vector<std::pair<double, double>> gradients(const std::vector<Floats>& parameters,
                                                     const std::vector<Indices>& rows,
                                                     const std::vector<std::uint64_t>& seeds,
                                                     const std::vector<FloatsOut>& outs) {
        const std::size_t n = parameters.size();
        expect(rows.size() == n && seeds.size() == n && outs.size() == n, "number of networks");
        std::vector<Turn> turns;
        for (std::size_t i = 0; i < n; ++i)
            turns.push_back(turn(parameters[i], rows[i], seeds[i], outs[i]));
        std::vector<std::pair<double, double>> pairs;
        for (const Total& total : session_->gradients(turns))
            pairs.emplace_back(total.loss, total.weight);
        return pairs;
    }

    // (networks, shares) losses, weights and whether the network went forward.
    std::vector<std::vector<std::tuple<double, double, bool>>> learn(
        const std::vector<PyDescent*>& networks, const std::vector<Indices>& rows,
        const std::vector<std::uint64_t>& seeds, std::int64_t batch,
        const std::vector<double>& shares) {
        expect(rows.size() == networks.size() && seeds.size() == networks.size() && batch > 0,
               "number of networks, or batch");
        expect(targets_.has_value(), "no targets");
        std::vector<Lesson> lessons;
        std::int64_t longest = 1;
        for (std::size_t i = 0; i < networks.size(); ++i) {
            PyDescent& network = *networks[i];
            check(network.size(), rows[i]);
            longest = std::max(longest, std::int64_t(rows[i].size()));
            expect(std::count(networks.begin(), networks.end(), networks[i]) == 1, "networks");
            lessons.push_back({network.parameters(), rows[i].data(), std::int64_t(rows[i].size()),
                               seeds[i], network.gradient(), &network.get()});
        }
        batch = std::min(batch, longest);
        expect(std::int64_t(shares.size()) >= (longest + batch - 1) / batch, "number of shares");
        std::vector<std::vector<std::tuple<double, double, bool>>> results;
        for (const auto& batches : session_->learn(lessons, batch, shares)) {
            results.emplace_back();
            for (const Learned& one : batches)
                results.back().emplace_back(one.total.loss, one.total.weight, one.forward);
        }
        return results;
    }

    std::pair<double, double> loss(Floats parameters, Indices rows) {
        check(parameters.size(), rows);
        expect(targets_.has_value(), "no targets");
        const Total total =
            session_->loss(parameters.data(), rows.data(), std::int64_t(rows.size()));
        return {total.loss, total.weight};
    }

    void outputs(Floats parameters, Indices rows, FramesOut out) {
        check(parameters.size(), rows);
        std::int64_t places = std::int64_t(rows.size());
        if (session_->per_frame()) {
            places = 0;
            for (std::size_t i = 0; i < rows.size(); ++i)
                places += offsets_.data()[rows.data()[i] + 1] - offsets_.data()[rows.data()[i]];
        }
        expect(
            std::int64_t(out.shape(0)) == places && int(out.shape(1)) == session_->sizes().outputs,
            "shape of out");
        session_->outputs(parameters.data(), rows.data(), std::int64_t(rows.size()), out.data());
    }

  private:
    Turn turn(const Floats& parameters, const Indices& rows, std::uint64_t seed,
              const FloatsOut& out) const {
        check(parameters.size(), rows);
        expect(rows.size() > 0, "no rows");
        expect(targets_.has_value(), "no targets");
        expect(std::ptrdiff_t(out.size()) == session_->sizes().parameters(), "size of out");
        return {parameters.data(), rows.data(), std::int64_t(rows.size()), seed, out.data()};
    }
    void check(std::size_t parameters, const Indices& rows) const {
        expect(std::ptrdiff_t(parameters) == session_->sizes().parameters(), "size of parameters");
        const std::int64_t series = session_->corpus().series;
        for (std::size_t i = 0; i < rows.size(); ++i)
            expect(rows.data()[i] >= 0 && rows.data()[i] < series, "row");
    }

    Frames frames_;
    Indices offsets_;
    std::optional<Frames> targets_;
    std::optional<Floats> weights_;
    std::optional<Floats> difference_scale_;
    std::unique_ptr<Session> session_;
};

std::vector<double> doubles(const nb::ndarray<const double, nb::ndim<1>, nb::c_contig>& a) {
    return {a.data(), a.data() + a.size()};
}

using Doubles = nb::ndarray<const double, nb::ndim<1>, nb::c_contig>;

class PyStream {
  public:
    PyStream(Floats parameters, int inputs, std::vector<int> hidden, int outputs, int readout,
             Doubles input_mean, Doubles input_scale, Doubles output_mean, Doubles output_scale,
             int window, std::optional<Floats> difference_scale, bool clock,
             std::vector<int> labels, double sharpness, double doubt, double least)
        : sizes_{inputs, hidden, outputs, readout, difference_scale.has_value(), clock},
          stream_(sizes_, parameters.data(), count(sizes_, parameters),
                  {doubles(input_mean), doubles(input_scale)},
                  {doubles(output_mean), doubles(output_scale)}, floats(difference_scale), window,
                  {labels, sharpness, doubt, least}) {
        expect(!difference_scale || int(difference_scale->size()) == inputs, "difference_scale");
        const auto fits = [](const Doubles& a, const Doubles& b, int size) {
            return a.size() == b.size() && (a.size() == 0 || int(a.size()) == size);
        };
        expect(fits(input_mean, input_scale, inputs) && fits(output_mean, output_scale, outputs),
               "sizes of the scaling");
        for (const int output : labels) expect(output >= 0 && output < outputs, "labels");
    }

    // False where the buffers are not what the quick path wants or the frame is not finite.
    bool step(nb::handle frame, nb::handle out) {
        const NumberBuffer to(out.ptr(), PyBUF_WRITABLE);
        if (!to.is('d', 1) || to.shape(0) != stream_.answers()) return false;
        const NumberBuffer from(frame.ptr(), PyBUF_SIMPLE);
        const bool done = from.is('f', 1)   ? advance<float>(from)
                          : from.is('d', 1) ? advance<double>(from)
                                            : false;
        if (done) stream_.read(to.data<double>());
        return done;
    }

    // The point of a whole series: reset, all frames, one readout.
    bool point(nb::handle frames, nb::handle out) {
        const NumberBuffer to(out.ptr(), PyBUF_WRITABLE);
        const NumberBuffer from(frames.ptr(), PyBUF_SIMPLE);
        if (!to.is('d', 1) || to.shape(0) != stream_.answers()) return false;
        if (!(from.is('f', 2) || from.is('d', 2)) || from.shape(0) == 0 ||
            from.shape(1) != stream_.inputs())
            return false;
        nb::gil_scoped_release release;
        stream_.reset();
        const bool done = from.is('f', 2) ? advance_all<float>(from) : advance_all<double>(from);
        if (done) stream_.read(to.data<double>());
        return done;
    }

    int likeliest() const { return stream_.likeliest(); }
    void reset() { stream_.reset(); }
    std::int64_t frames() const { return stream_.frames(); }

  private:
    static std::vector<float> floats(const std::optional<Floats>& a) {
        return a ? std::vector<float>(a->data(), a->data() + a->size()) : std::vector<float>();
    }
    // How many networks of these sizes the parameters are.
    static int count(const Sizes& sizes, const Floats& parameters) {
        const std::ptrdiff_t networks = std::ptrdiff_t(parameters.size()) / sizes.parameters();
        expect(networks > 0 && std::ptrdiff_t(parameters.size()) == networks * sizes.parameters(),
               "size of parameters");
        return int(networks);
    }
    template <class Number>
    bool advance(const NumberBuffer& from) {
        return from.shape(0) == stream_.inputs() && stream_.step(from.data<const Number>());
    }
    template <class Number>
    bool advance_all(const NumberBuffer& from) {
        const Number* frame = from.data<const Number>();
        for (std::int64_t t = 0; t < from.shape(0); ++t, frame += from.shape(1))
            if (!stream_.step(frame)) return false;
        return true;
    }

    Sizes sizes_;
    Stream stream_;
};

// Tables that Python lends for as long as this lives.
class LentTables {
  public:
    explicit LentTables(nb::list tables, int dims) {
        for (nb::handle table : tables) {
            const NumberBuffer& numbers = buffers_.emplace_back(table.ptr(), PyBUF_SIMPLE);
            const bool doubles = numbers.is('d', 2);
            good_ = (doubles || numbers.is('f', 2)) && numbers.shape(1) == dims;
            if (!good_) return;
            tables_.push_back({numbers.data<void>(), doubles, numbers.shape(0)});
        }
    }
    // Whether all are contiguous tables of floats or doubles, with so many columns.
    bool good() const { return good_; }
    const std::vector<Table>& get() const { return tables_; }

  private:
    std::deque<NumberBuffer> buffers_;
    std::vector<Table> tables_;
    bool good_ = true;
};

bool sound(nb::list tables, int dims) {
    const LentTables lent(tables, dims);
    if (!lent.good()) return false;
    nb::gil_scoped_release release;
    return all_sound(lent.get(), dims);
}

// Tables that are not what is taken as it is raise; else the place of the first number that is not
// finite, or -1.
std::int64_t pack(nb::list tables, Doubles mean, Doubles scale, FramesOut out, int n_threads) {
    const int dims = int(mean.size());
    const LentTables lent(tables, dims);
    expect(lent.good(), "table");
    std::int64_t rows = 0;
    for (const Table& table : lent.get()) rows += table.rows;
    expect(int(scale.size()) == dims && std::int64_t(out.shape(0)) == rows &&
               int(out.shape(1)) == dims && n_threads > 0,
           "scale, out or n_threads");
    nb::gil_scoped_release release;
    return pack_tables(lent.get(), dims, mean.data(), scale.data(), n_threads, out.data());
}

}  // namespace
}  // namespace fluidseries

NB_MODULE(_core, m) {
    using namespace fluidseries;
    nb::class_<PySession>(m, "Session")
        .def(nb::init<Frames, Indices, std::optional<Frames>, std::optional<Floats>, int,
                      std::vector<int>, int, int, bool, bool, int, std::optional<Floats>, float,
                      float, float, float, bool>(),
             "frames"_a, "offsets"_a, "targets"_a.none(), "weights"_a.none(), "inputs"_a,
             "hidden"_a, "outputs"_a, "readout"_a, "cross_entropy"_a, "per_frame"_a, "n_threads"_a,
             "difference_scale"_a = nb::none(), "noise"_a = 0.0f, "stretch"_a = 0.0f,
             "dropout"_a = 0.0f, "smoothing"_a = 0.0f, "clock"_a = false)
        .def("gradient", &PySession::gradient, "parameters"_a, "rows"_a, "seed"_a, "out"_a,
             Release())
        .def("gradients", &PySession::gradients, "parameters"_a, "rows"_a, "seeds"_a, "outs"_a,
             Release())
        .def("learn", &PySession::learn, "networks"_a, "rows"_a, "seeds"_a, "batch"_a, "shares"_a,
             Release())
        .def("loss", &PySession::loss, "parameters"_a, "rows"_a, Release())
        .def("outputs", &PySession::outputs, "parameters"_a, "rows"_a, "out"_a, Release());
    nb::class_<PyStream>(m, "Stream")
        .def(nb::init<Floats, int, std::vector<int>, int, int, Doubles, Doubles, Doubles, Doubles,
                      int, std::optional<Floats>, bool, std::vector<int>, double, double, double>(),
             "parameters"_a, "inputs"_a, "hidden"_a, "outputs"_a, "readout"_a, "input_mean"_a,
             "input_scale"_a, "output_mean"_a, "output_scale"_a, "window"_a,
             "difference_scale"_a = nb::none(), "clock"_a = false, "labels"_a = std::vector<int>(),
             "sharpness"_a = 1.0, "doubt"_a = 0.0, "least"_a = 0.0)
        .def("step", &PyStream::step, "frame"_a.none(), "out"_a.none())
        .def("point", &PyStream::point, "frames"_a.none(), "out"_a)
        .def("likeliest", &PyStream::likeliest)
        .def("reset", &PyStream::reset)
        .def_prop_ro("frames", &PyStream::frames);
    nb::class_<PyDescent>(m, "Descent")
        .def(nb::init<FloatsOut, FloatsOut, FloatsOut, FloatsOut, Floats, std::int64_t, double,
                      double, double, double, double>(),
             "parameters"_a, "gradient"_a, "first"_a, "second"_a, "decay"_a, "step"_a,
             "learn_rate"_a, "beta1"_a, "beta2"_a, "epsilon"_a, "clip"_a)
        .def("go", &PyDescent::go, "loss"_a, "weight"_a, "count"_a, "share"_a, Release())
        .def_prop_ro("steps", &PyDescent::steps);
    m.def("sound", &sound, "tables"_a, "dims"_a);
    m.def("pack", &pack, "tables"_a, "mean"_a, "scale"_a, "out"_a, "n_threads"_a);
    m.def("sigmoid",
          [](Floats x, FloatsOut y) { kernels().sigmoid(x.size(), x.data(), y.data()); });
    m.def("tanh", [](Floats x, FloatsOut y) { kernels().tanh(x.size(), x.data(), y.data()); });
#if defined(__clang__)
    m.def("compiler", [] { return std::string(__VERSION__); });
#else
    m.def("compiler", [] { return std::string("GCC " __VERSION__); });
#endif
    m.def("instruction_set", [] { return std::string(kernels().name); });
    m.def("usable_instruction_sets", [] {
        std::vector<std::string> names;
        for (const char* name : usable_instruction_sets()) names.emplace_back(name);
        return names;
    });
    bind_dtw(m);
    bind_numbers(m);
}
