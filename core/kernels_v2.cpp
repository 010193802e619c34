// 4 lanes in 16 registers (x86-64-v2: SSE4.2) or the baseline of another processor (ARM: NEON).
#include "kernels.hpp"
#include "random.hpp"

namespace fluidseries {
namespace {
#include "kernels_impl.hpp"
}  // namespace

extern const Kernels kernels_v2;
const Kernels kernels_v2 = table<4, 12>("x86-64-v2");
}  // namespace fluidseries
