// Rows of a table in text, such as CSV, of which most are plain: these are read many at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fluidseries {

// What each column of a table is: the place of its numbers in a row of `Rows::numbers`, or kText.
inline constexpr std::int64_t kText = -1;
using Columns = std::vector<std::int64_t>;

// Where what was read goes; there is room for `room` rows and as many runs. A run is rows that have
// the same text in all columns of text: such as the frames of one series.
struct Rows {
    double* numbers;     // row by row; NaN where a cell is empty; 1,5 is 1.5 between semicolons
    std::int64_t* runs;  // of each the first row, and begin and end of every text
    std::size_t room;
};

struct RowsRead {
    std::size_t rows;
    std::size_t runs;
    std::size_t end;  // where the first row begins that was not read
};

// Reads the rows from `begin` on until one has anything unusual: another number of cells, quotes
// inside of a text, text where numbers should be, or nothing at all. The caller reads such a row in
// another way, and goes on after it.
RowsRead read_rows(std::string_view text, std::size_t begin, char separator, const Columns& columns,
                   const Rows& out);

}  // namespace fluidseries
