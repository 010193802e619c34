#include "numbers.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace fluidseries {
namespace {

const char* skip_blanks(const char* at, const char* end, char separator) {
    while (at != end && *at != separator &&
           (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        ++at;
    return at;
}

}  // namespace

#if defined(__cpp_lib_to_chars)

const char* read_number(const char* at, const char* end, char separator, double* out) {
    at = skip_blanks(at, end, separator);
    if (at != end && *at == '?') {
        *out = std::numeric_limits<double>::quiet_NaN();
        ++at;
    } else {
        const auto [stopped, error] = std::from_chars(at, end, *out);
        // nan(...) is a number for C alone.
        if (error != std::errc() || (std::isnan(*out) && stopped[-1] == ')')) return nullptr;
        at = stopped;
    }
    at = skip_blanks(at, end, separator);
    return at == end || *at == separator ? at : nullptr;
}

#else  // a standard library without it: Python reads everything, as it reads what is odd

const char* read_number(const char*, const char*, char, double*) {
    return nullptr;
}

#endif

std::ptrdiff_t read_numbers(std::string_view text, char separator, double* out, std::size_t room) {
    const char* at = text.data();
    const char* end = at + text.size();
    for (std::size_t count = 0; count < room; ++at) {
        at = read_number(at, end, separator, out + count);
        if (at == nullptr) return -1;
        ++count;
        if (at == end) return std::ptrdiff_t(count);
    }
    return -1;
}

}  // namespace fluidseries
