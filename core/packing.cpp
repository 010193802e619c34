#include "packing.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "cpu.hpp"
#include "kernels.hpp"
#include "threads.hpp"

namespace fluidseries {
namespace {

// Numbers that a thread takes at a time: few enough that threads end together, and enough that
// looking for the next piece costs nothing.
constexpr std::int64_t kPiece = 1 << 15;
// A row of few dimensions would leave vectors half empty, so mean and scale are written down for
// several rows at once, about this many numbers.
constexpr int kPeriod = 128;

struct Piece {
    const Table* table;
    std::int64_t from, to;  // rows of the table
    std::int64_t at;        // row of `out`
};

std::vector<Piece> pieces_of(const std::vector<Table>& tables, int dims) {
    const std::int64_t rows = std::max<std::int64_t>(1, kPiece / dims);
    std::vector<Piece> pieces;
    std::int64_t at = 0;
    for (const Table& table : tables)
        for (std::int64_t from = 0; from < table.rows; from += rows) {
            const std::int64_t to = std::min(table.rows, from + rows);
            pieces.push_back({&table, from, to, at});
            at += to - from;
        }
    return pieces;
}

std::vector<double> repeated(const double* row, int dims) {
    const int times = (kPeriod + dims - 1) / dims;
    std::vector<double> rows;
    for (int i = 0; i < times; ++i) rows.insert(rows.end(), row, row + dims);
    return rows;
}

// What is not finite is the only thing that does not leave 0 when taken from itself.
template <class Number>
bool finite(const Number* x, std::ptrdiff_t size) {
    Number strange[16] = {};
    std::ptrdiff_t i = 0;
    for (; i + 16 <= size; i += 16)
        for (int j = 0; j < 16; ++j) strange[j] += x[i + j] - x[i + j];
    for (; i < size; ++i) strange[0] += x[i] - x[i];
    Number sum = 0;
    for (const Number part : strange) sum += part;
    return sum == 0;
}

}  // namespace

bool all_sound(const std::vector<Table>& tables, int dims) {
    return std::all_of(tables.begin(), tables.end(), [&](const Table& table) {
        const std::ptrdiff_t size = table.rows * dims;
        if (size == 0) return false;
        return table.of_doubles ? finite(static_cast<const double*>(table.numbers), size)
                                : finite(static_cast<const float*>(table.numbers), size);
    });
}

std::int64_t pack_tables(const std::vector<Table>& tables, int dims, const double* mean,
                         const double* scale, int n_threads, float* out) {
    const std::vector<double> means = repeated(mean, dims), scales = repeated(scale, dims);
    const Standardisation how{std::ptrdiff_t(means.size()), means.data(), scales.data()};
    const std::vector<Piece> pieces = pieces_of(tables, dims);
    std::atomic<std::int64_t> bad{INT64_MAX};
    parallel_for(int(pieces.size()), n_threads, [&](int i, int) {
        const KeepDenormals exact;
        const Piece& piece = pieces[i];
        const std::ptrdiff_t from = piece.from * dims, size = (piece.to - piece.from) * dims;
        float* to = out + piece.at * dims;
        const bool finite =
            piece.table->of_doubles
                ? kernels().standardise_doubles(
                      how, size, static_cast<const double*>(piece.table->numbers) + from, to)
                : kernels().standardise_floats(
                      how, size, static_cast<const float*>(piece.table->numbers) + from, to);
        if (finite) return;
        const std::int64_t place =
            std::find_if_not(to, to + size, [](float y) { return std::isfinite(y); }) - out;
        std::int64_t first = bad.load();
        while (place < first && !bad.compare_exchange_weak(first, place)) {
        }
    });
    return bad == INT64_MAX ? -1 : bad.load();
}

}  // namespace fluidseries
