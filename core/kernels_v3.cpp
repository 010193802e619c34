// 8 lanes in 16 registers (x86-64-v3: AVX2 with fused multiply-add).
#include "kernels.hpp"
#include "random.hpp"

namespace fluidseries {
namespace {
#include "kernels_impl.hpp"
}  // namespace

extern const Kernels kernels_v3;
const Kernels kernels_v3 = table<8, 12>("x86-64-v3");
}  // namespace fluidseries
