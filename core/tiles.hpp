// Sizes that are known only at run time, cut into tiles whose sizes the compiler knows.
#pragma once

#include "simd.hpp"

constexpr int tiles_of(int size, int largest) {
    return (size + largest - 1) / largest;
}

// Start of tile `i` when `size` is cut into `n` nearly equal parts: 10 rows are two tiles of 5 and
// never one of 6 and one of 4.
constexpr int tile_start(int size, int n, int i) {
    return size / n * i + (size % n < i ? size % n : i);
}

template <int N>
struct Extent {
    static constexpr int value = N;
};

template <int Max, class F>
FS_INLINE void call_with_extent(int extent, F&& f) {
    if constexpr (Max > 1) {
        if (extent < Max) return call_with_extent<Max - 1>(extent, f);
    }
    f(Extent<Max>{});
}

// Calls f(start, Extent<n>) for every tile of n <= Max along `size`, from the last to the first if
// `backwards`.
template <int Max, class F>
FS_INLINE void for_each_tile(int size, F&& f, bool backwards = false) {
    const int n = tiles_of(size, Max);
    for (int i = 0; i < n; ++i) {
        const int tile = backwards ? n - 1 - i : i;
        const int start = tile_start(size, n, tile);
        call_with_extent<Max>(tile_start(size, n, tile + 1) - start,
                              [&](auto extent) { f(start, extent); });
    }
}
