// Memory for matrices of floats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace fluidseries {

// Floats at 64-byte boundaries, with room for a vector behind the last. New memory holds zeros, so
// that what kernels read beyond their rows is a finite number.
class Buffer {
  public:
    void reserve(std::size_t size) {
        if (size <= size_) return;
        data_.reset();
        data_.reset(static_cast<float*>(::operator new[]((size + 16) * sizeof(float), kAlign)));
        size_ = size;
        std::fill_n(data_.get(), size + 16, 0.0f);
    }
    float* get() const { return data_.get(); }

  private:
    static constexpr std::align_val_t kAlign{64};
    struct Free {
        void operator()(float* p) const { ::operator delete[](p, kAlign); }
    };
    std::unique_ptr<float[], Free> data_;
    std::size_t size_ = 0;
};

}  // namespace fluidseries
