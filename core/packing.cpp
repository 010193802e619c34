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

}  // namespace

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
