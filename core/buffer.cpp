#include "buffer.hpp"

#include <algorithm>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace fluidseries {
namespace {

constexpr std::size_t kVector = 16, kCacheLine = 64;
constexpr std::size_t kLargePage = 2 << 20;
// From so many bytes on a piece of memory lies on large pages. On pages of 4 KB the way through all
// weights, states and gradients goes past more of them than the processor remembers addresses for.
constexpr std::size_t kWorthLargePages = kLargePage / 4;

}  // namespace

void Buffer::Free::operator()(float* p) const {
    ::operator delete[](p, std::align_val_t{alignment});
}

void Buffer::reserve(std::size_t size) {
    if (size <= size_) return;
    data_.reset();
    size_ = 0;
    std::size_t bytes = (size + kVector) * sizeof(float);
    const bool large = bytes >= kWorthLargePages;
    if (large) bytes = (bytes + kLargePage - 1) / kLargePage * kLargePage;
    const Free free{large ? kLargePage : kCacheLine};
    void* memory = ::operator new[](bytes, std::align_val_t{free.alignment});
#if defined(MADV_HUGEPAGE)
    // A wish: a system that has none to give, or does not know what they are, gives small ones.
    if (large) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    data_ = {static_cast<float*>(memory), free};
    size_ = size;
    std::fill_n(data_.get(), size + kVector, 0.0f);
}

void Arena::settle(const Wishes& wishes) {
    const auto room = [](std::size_t size) { return (size + 2 * kVector - 1) / kVector * kVector; };
    std::size_t total = 0;
    for (const Wish& wish : wishes) total += room(wish.size);
    memory_.reserve(total);
    float* at = memory_.get();
    for (const Wish& wish : wishes) {
        *wish.at = at;
        at += room(wish.size);
    }
}

}  // namespace fluidseries
