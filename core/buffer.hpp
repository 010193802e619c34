// Memory for matrices of floats.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace fluidseries {

// Floats at 64-byte boundaries, with room for a vector behind the last. New memory holds zeros, so
// that what kernels read beyond their rows is a finite number.
class Buffer {
  public:
    void reserve(std::size_t size);
    float* get() const { return data_.get(); }

  private:
    struct Free {
        std::size_t alignment;
        void operator()(float*) const;
    };
    std::unique_ptr<float[], Free> data_{nullptr, {}};
    std::size_t size_ = 0;
};

// Room for `size` floats, whose address is to be written to *at.
struct Wish {
    std::size_t size;
    float** at;
};
using Wishes = std::vector<Wish>;

// Several arrays side by side in one piece of memory, which then may be large enough for large
// pages. Each has room for a vector behind it, in which anything may stand: what kernels read there
// goes into no result.
class Arena {
  public:
    // Fulfils all wishes. What stood in the arena before is lost.
    void settle(const Wishes&);

  private:
    Buffer memory_;
};

}  // namespace fluidseries
