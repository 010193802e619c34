// Numbers that Python lends without an array object being made.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <cstring>

namespace fluidseries {

// A contiguous float32 or float64 buffer of Python's, taken without making an array object: for a
// live step that would cost more than the arithmetic.
class NumberBuffer {
  public:
    NumberBuffer(PyObject* object, int flags) {
        // The buffer of NumPy's masked array holds what its mask hides: Python looks at that.
        if (std::strcmp(Py_TYPE(object)->tp_name, "MaskedArray") == 0) return;
        held_ = PyObject_GetBuffer(object, &view_, flags | PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) == 0;
        if (!held_) PyErr_Clear();
        if (!held_ || view_.format[0] == 0 || view_.format[1] != 0) return;
        kind_ = view_.format[0];
    }
    ~NumberBuffer() {
        if (held_) PyBuffer_Release(&view_);
    }
    NumberBuffer(const NumberBuffer&) = delete;
    NumberBuffer& operator=(const NumberBuffer&) = delete;

    bool is(char kind, int ndim) const { return kind_ == kind && view_.ndim == ndim; }
    std::int64_t shape(int axis) const { return view_.shape[axis]; }
    template <class Number>
    Number* data() const {
        return static_cast<Number*>(view_.buf);
    }

  private:
    Py_buffer view_{};
    bool held_ = false;
    char kind_ = 0;
};

}  // namespace fluidseries
