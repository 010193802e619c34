#include "table_rows.hpp"

#include <algorithm>
#include <limits>

#include "numbers.hpp"

namespace fluidseries {
namespace {

// A cell that begins at `at`: its text without quotes around it, and where it ends; nullptr if it
// is unusual.
struct Cell {
    std::string_view text;
    const char* end;
};

Cell cell_at(const char* at, const char* end, char separator) {
    const bool quoted = at != end && *at == '"';
    const char* begin = at + quoted;
    const char* stop = std::find(begin, end, quoted ? '"' : separator);
    const std::string_view text(begin, std::size_t(stop - begin));
    if (text.find_first_of("\"\r") != text.npos) return {text, nullptr};
    if (!quoted) return {text, stop};
    const bool ends = stop != end && (stop + 1 == end || stop[1] == separator);
    return {text, ends ? stop + 1 : nullptr};
}

// A number whose decimals may come after a comma, as they do where semicolons separate.
const char* decimal_at(const char* at, const char* end, char separator, double* out) {
    char cell[64];
    const char* stop = std::find(at, end, separator);
    if (stop - at > std::ptrdiff_t(sizeof cell)) return nullptr;
    const char* cell_end = std::replace_copy(at, stop, cell, ',', '.');
    return read_number(cell, cell_end, separator, out) ? stop : nullptr;
}

const char* number_at(const char* at, const char* end, char separator, double* out) {
    if (at != end && *at == '"') {
        const Cell cell = cell_at(at, end, separator);
        const char* cell_end = cell.text.data() + cell.text.size();
        const bool is_number = cell.end && read_number(cell.text.data(), cell_end, '"', out);
        return is_number ? cell.end : nullptr;
    }
    if (at == end || *at == separator) {
        *out = std::numeric_limits<double>::quiet_NaN();
        return at;
    }
    if (separator == ';') return decimal_at(at, end, separator, out);
    return read_number(at, end, separator, out);
}

bool read_row(std::string_view line, char separator, const Columns& columns, double* numbers,
              std::string_view* texts) {
    const char* at = line.data();
    const char* end = at + line.size();
    for (std::size_t k = 0; k < columns.size(); ++k) {
        if (k > 0 && (at == end || *at++ != separator)) return false;
        if (columns[k] == kText) {
            const Cell cell = cell_at(at, end, separator);
            *texts++ = cell.text;
            at = cell.end;
        } else {
            at = number_at(at, end, separator, numbers + columns[k]);
        }
        if (at == nullptr) return false;
    }
    return at == end && !line.empty();
}

}  // namespace

RowsRead read_rows(std::string_view text, std::size_t begin, char separator, const Columns& columns,
                   const Rows& out) {
    const auto n_texts = std::size_t(std::count(columns.begin(), columns.end(), kText));
    const std::size_t n_numbers = columns.size() - n_texts;
    std::vector<std::string_view> texts(n_texts), before;
    RowsRead read{0, 0, begin};
    while (read.rows < out.room && read.end < text.size()) {
        const std::size_t stop = std::min(text.find('\n', read.end), text.size());
        std::string_view line = text.substr(read.end, stop - read.end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        double* numbers = out.numbers + read.rows * n_numbers;
        if (!read_row(line, separator, columns, numbers, texts.data())) break;
        if (read.rows == 0 || texts != before) {
            std::int64_t* run = out.runs + read.runs++ * (1 + 2 * n_texts);
            *run++ = std::int64_t(read.rows);
            for (const std::string_view& cell : texts) {
                *run++ = cell.data() - text.data();
                *run++ = cell.data() + cell.size() - text.data();
            }
            before = texts;
        }
        ++read.rows;
        read.end = std::min(stop + 1, text.size());
    }
    return read;
}

}  // namespace fluidseries
