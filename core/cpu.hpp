// Which instruction sets this processor and system offer, and the state of its floating-point unit.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fluidseries {

// Names of the kernel tables that run here, lowest first.
std::vector<const char*> usable_instruction_sets();

// What becomes of denormal numbers for as long as it lives. Gradients that fade away over many
// frames become denormal, and arithmetic on them takes a hundred times as long: there they are
// rounded to zero.
template <bool kFlush>
class Denormals {
  public:
#if defined(__x86_64__)
    Denormals() : before_(_mm_getcsr()) { _mm_setcsr(kFlush ? before_ | kBits : before_ & ~kBits); }
    ~Denormals() { _mm_setcsr(before_); }

  private:
    static constexpr unsigned kBits = 0x8040;
    unsigned before_;
#elif defined(__aarch64__)
    Denormals() {
        asm volatile("mrs %0, fpcr" : "=r"(before_));
        asm volatile("msr fpcr, %0" ::"r"(kFlush ? before_ | kBit : before_ & ~kBit));
    }
    ~Denormals() { asm volatile("msr fpcr, %0" ::"r"(before_)); }

  private:
    static constexpr std::uint64_t kBit = std::uint64_t(1) << 24;
    std::uint64_t before_;
#endif
  public:
    Denormals(const Denormals&) = delete;
    Denormals& operator=(const Denormals&) = delete;
};
using FlushDenormals = Denormals<true>;
using KeepDenormals = Denormals<false>;

}  // namespace fluidseries
