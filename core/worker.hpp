// One thread's memory, and the way of one chunk through the network and back.
#pragma once

#include <vector>

#include "buffer.hpp"
#include "readout.hpp"

namespace fluidseries {

class Worker {
  public:
    // Makes room for the chunks of a plan; nothing below allocates.
    void prepare(const Wanted&, const Plan&);

    // Returns the chunk's loss, and does the rest of what is wanted; `sum` receives the gradient.
    double run(const Chunk&, Playback&, GradientSum* sum);

  private:
    // Per frame and series: z = (x, h, 1), c, gates and tanh(c). The state at a frame's end stands
    // in the next frame's z and c. A frame's rows lie directly behind those of the frame before.
    struct Layer {
        int units, inputs, rows;
        float *z, *c, *gates, *tanh_c;
        float* dx;        // the gradient of x, per frame
        float *dh, *dc;   // the gradients of h and c, from later frames
        float* boundary;  // h and c at the start of every segment
    };

    Matrix at(float* first, int width, int t) const {
        const std::ptrdiff_t stride = stride_of(width);
        return {first + t * chunk_->series * stride, stride};
    }
    Matrix z(int l, int t) const { return at(layers_[l].z, layers_[l].rows, t); }
    Matrix h(int l, int t) const {
        const Matrix m = z(l, t);
        return {m.data + layers_[l].inputs, m.stride};
    }
    Matrix c(int l, int t) const { return at(layers_[l].c, layers_[l].units, t); }
    Matrix gates(int l, int t) const { return at(layers_[l].gates, 4 * layers_[l].units, t); }
    Matrix tanh_c(int l, int t) const { return at(layers_[l].tanh_c, layers_[l].units, t); }
    Matrix dx(int l, int t) const { return at(layers_[l].dx, layers_[l].inputs, t); }
    Matrix dh(int l) const { return at(layers_[l].dh, layers_[l].units, 0); }
    Matrix dc(int l) const { return at(layers_[l].dc, layers_[l].units, 0); }
    Matrix boundary(int l, int i) const { return at(layers_[l].boundary, layers_[l].units, i); }

    int frames_in(int segment) const;
    void fill(Matrix, int width, float value) const;
    void copy(ConstMatrix from, int width, Matrix to) const;
    void start();
    void carry_forward();
    void save_boundary(int segment);
    void load_boundary(int segment);
    void hear(int segment, Playback&);
    void forward(int segment, Playback&);
    void step(int l, int t, int alive, bool inputs_done);
    double read(int segment, GradientSum*);
    void backward(int segment, int l, GradientSum&);
    void step_back(int l, int t, int alive);

    const Wanted* wanted_ = nullptr;
    const Chunk* chunk_ = nullptr;
    int top_ = 0;
    int segment_ = 0;  // frames computed and kept at a time
    std::vector<Layer> layers_;
    Arena arena_;
    Readout readout_;
};

}  // namespace fluidseries
