// Dynamic time warping for Python; called by bindings.cpp.
#pragma once

#include <nanobind/nanobind.h>

namespace fluidseries {

void bind_dtw(nanobind::module_& m);

}  // namespace fluidseries
