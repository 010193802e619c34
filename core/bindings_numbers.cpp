#include "bindings_numbers.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string_view.h>

#include "numbers.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace fluidseries {
namespace {

using NumbersOut = nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

std::ptrdiff_t numbers(std::string_view text, char separator, NumbersOut out) {
    return read_numbers(text, separator, out.data(), out.size());
}

}  // namespace

void bind_numbers(nb::module_& m) {
    m.def("read_numbers", &numbers, "text"_a, "separator"_a, "out"_a);
}

}  // namespace fluidseries
