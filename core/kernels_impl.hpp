// The kernels, written once; kernels_v2.cpp, _v3.cpp and _v4.cpp include this file inside an
// anonymous namespace and are compiled each for its own instruction set.

#include "arrays.hpp"
#include "cells.hpp"
#include "products.hpp"

// Kernels with vectors of W floats and products with up to `Sums` sums in registers.
template <int W, int Sums>
constexpr Kernels table(const char* name) {
    using P = Products<W, Sums>;
    using C = Cells<W>;
    return {name,
            P::pack,
            P::product,
            P::outer,
            P::dot,
            C::cell,
            C::cell_gradient,
            C::pool,
            C::pool_gradient,
            adam<W>,
            sum_of_squares,
            add,
            add_noise,
            sigmoid_array<W>,
            tanh_array<W>,
            warp<W / 2>,
            standardise<double>,
            standardise<float>};
}
