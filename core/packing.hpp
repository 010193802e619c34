// From tables of frames as people hold them to the one float array that the network reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fluidseries {

struct Table {
    const void* numbers;  // doubles or floats, (rows, dims)
    bool of_doubles;
    std::int64_t rows;
};

// Whether all tables have rows, and no number that is NaN or infinite.
bool all_sound(const std::vector<Table>& tables, int dims);

// Writes (x - mean) / scale of every table, computed in double and rounded once, one after the
// other into `out`. Returns the place in `out` of the first number that is not finite, or -1.
std::int64_t pack_tables(const std::vector<Table>& tables, int dims, const double* mean,
                         const double* scale, int n_threads, float* out);

}  // namespace fluidseries
