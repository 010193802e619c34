// 8 lanes in 16 registers (x86-64-v3: AVX2 with fused multiply-add).
#include "kernels.hpp"

namespace fluidseries {
namespace {
#include "kernels_impl.hpp"
}  // namespace

extern const Kernels kernels_v3;
//                             W  V  blocks  units  rows  outer
const Kernels kernels_v3 = table<Rows<8, 8>, Lanes<8, 1, 1, 3, 12, 4, 2>,  //
                                 Lanes<8, 2, 1, 1, 6, 4, 2>,               //
                                 Stream<8, 2>>("x86-64-v3");
}  // namespace fluidseries
