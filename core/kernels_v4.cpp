// 16 lanes in 32 registers (x86-64-v4: AVX-512); chunks of 8 use half vectors, which many
// processors execute two at a time.
#include "kernels.hpp"

namespace fluidseries {
namespace {
#include "kernels_impl.hpp"
}  // namespace

extern const Kernels kernels_v4;
//                             W   V  blocks units rows outer
const Kernels kernels_v4 = table<Rows<16, 16>, Lanes<8, 1, 1, 6, 24, 4, 6>,  //
                                 Lanes<16, 1, 1, 6, 24, 4, 6>,               //
                                 Stream<16, 4>>("x86-64-v4");
}  // namespace fluidseries
