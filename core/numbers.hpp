// Numbers in text: std::from_chars, which rounds as exactly as Python does, and is several times as
// quick.
#pragma once

#include <cstddef>
#include <string_view>

namespace fluidseries {

// Reads the number that begins at `at`, with blanks around it perhaps, up to `separator` or `end`
// (? is NaN). Returns where it stopped, or nullptr if there is anything else, or nothing.
const char* read_number(const char* at, const char* end, char separator, double* out);

// Reads numbers with `separator` between them into `out`. Returns how many there were, or -1 if
// there is anything else, or more than there is room for. The caller then reads them in another
// way, which finds the place.
std::ptrdiff_t read_numbers(std::string_view text, char separator, double* out, std::size_t room);

}  // namespace fluidseries
