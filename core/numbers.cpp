#include "numbers.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace fluidseries {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

#if defined(__cpp_lib_to_chars)

bool read_number(std::string_view cell, double* out) {
    while (!cell.empty() && is_blank(cell.front())) cell.remove_prefix(1);
    while (!cell.empty() && is_blank(cell.back())) cell.remove_suffix(1);
    if (cell == "?") {
        *out = std::numeric_limits<double>::quiet_NaN();
        return true;
    }
    const char* end = cell.data() + cell.size();
    const auto [stopped, error] = std::from_chars(cell.data(), end, *out);
    // nan(...) is a number for C alone.
    return error == std::errc() && stopped == end && !(std::isnan(*out) && cell.back() == ')');
}

#else  // a standard library without it: Python reads everything, as it reads what is odd

bool read_number(std::string_view, double*) {
    return false;
}

#endif

}  // namespace

std::ptrdiff_t read_numbers(std::string_view text, char separator, double* out, std::size_t room) {
    std::size_t count = 0;
    while (count < room) {
        const std::size_t cut = text.find(separator);
        if (!read_number(text.substr(0, cut), out + count)) return -1;
        ++count;
        if (cut == std::string_view::npos) return std::ptrdiff_t(count);
        text.remove_prefix(cut + 1);
    }
    return -1;
}

}  // namespace fluidseries
