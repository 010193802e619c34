// 4 lanes in 16 registers (x86-64-v2: SSE4.2) or the baseline of another processor (ARM: NEON).
#include "kernels.hpp"

namespace fluidseries {
namespace {
#include "kernels_impl.hpp"
}  // namespace

extern const Kernels kernels_v2;
//                             W  V  blocks  units  rows  outer
const Kernels kernels_v2 = table<Rows<4, 8>, Lanes<4, 2, 1, 1, 5, 4, 2>,  //
                                 Lanes<4, 2, 2, 1, 5, 4, 2>,              //
                                 Stream<4, 2>>("x86-64-v2");
}  // namespace fluidseries
