// Numbers in text for Python; called by bindings.cpp.
#pragma once

#include <nanobind/nanobind.h>

namespace fluidseries {

void bind_numbers(nanobind::module_& m);

}  // namespace fluidseries
