// 16 lanes in 32 registers (x86-64-v4: AVX-512).
#include <immintrin.h>

#include "kernels.hpp"
#include "random.hpp"

namespace fluidseries {
namespace {
#include "kernels_impl.hpp"
}  // namespace

extern const Kernels kernels_v4;
const Kernels kernels_v4 = table<16, 24>("x86-64-v4");
}  // namespace fluidseries
