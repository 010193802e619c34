#include "bindings_numbers.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <stdexcept>

#include "numbers.hpp"
#include "table_rows.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace fluidseries {
namespace {

template <class Number, int axes>
using Out = nb::ndarray<Number, nb::ndim<axes>, nb::c_contig, nb::device::cpu>;

std::ptrdiff_t numbers(std::string_view text, char separator, Out<double, 1> out) {
    return read_numbers(text, separator, out.data(), out.size());
}

nb::tuple rows(nb::bytes text, std::size_t begin, char separator, const Columns& columns,
               Out<double, 2> numbers, Out<std::int64_t, 2> runs) {
    const auto n_texts = std::size_t(std::count(columns.begin(), columns.end(), kText));
    const std::size_t n_numbers = columns.size() - n_texts;
    for (const std::int64_t place : columns) {
        if (place < kText || place >= std::int64_t(n_numbers))
            throw std::invalid_argument("columns");
    }
    if (numbers.shape(1) != n_numbers || runs.shape(1) != 1 + 2 * n_texts ||
        runs.shape(0) < numbers.shape(0) || begin > text.size())
        throw std::invalid_argument("out");
    const Rows out{numbers.data(), runs.data(), numbers.shape(0)};
    const std::string_view all(text.c_str(), text.size());
    RowsRead read;
    {
        nb::gil_scoped_release released;
        read = read_rows(all, begin, separator, columns, out);
    }
    return nb::make_tuple(read.rows, read.runs, read.end);
}

}  // namespace

void bind_numbers(nb::module_& m) {
    m.def("read_numbers", &numbers, "text"_a, "separator"_a, "out"_a);
    m.def("read_rows", &rows, "text"_a, "begin"_a, "separator"_a, "columns"_a, "numbers"_a,
          "runs"_a);
}

}  // namespace fluidseries
