#include "network.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <new>
#include <numeric>

#include "kernels.hpp"
#include "random.hpp"
#include "threads.hpp"

namespace fluidseries {

int Sizes::features() const {
    const int pools = !!(readout & kLast) + !!(readout & kMean) + !!(readout & kMax);
    return pools * hidden.back();
}

std::ptrdiff_t Sizes::parameters() const {
    return readout_offset(*this) + std::ptrdiff_t(outputs) * (features() + 1);
}

float clock_input(std::int64_t frame) {
    return std::log1p(float(frame)) - 3.0f;
}

LayerOffsets layer_offsets(const Sizes& sizes, int layer) {
    std::ptrdiff_t start = 0;
    for (int l = 0; l < layer; ++l)
        start += 4 * std::ptrdiff_t(sizes.hidden[l]) * (sizes.rows(l) + 1);
    const std::ptrdiff_t gates = 4 * std::ptrdiff_t(sizes.hidden[layer]);
    LayerOffsets at;
    at.weight_ih = start;
    at.weight_hh = at.weight_ih + gates * sizes.layer_inputs(layer);
    at.bias_ih = at.weight_hh + gates * sizes.hidden[layer];
    at.bias_hh = at.bias_ih + gates;
    return at;
}

std::ptrdiff_t readout_offset(const Sizes& sizes) {
    const int top = sizes.layers() - 1;
    return layer_offsets(sizes, top).bias_hh + 4 * std::ptrdiff_t(sizes.hidden[top]);
}

std::vector<float> joined_weights(const Sizes& sizes, int layer, const float* parameters) {
    const LayerOffsets at = layer_offsets(sizes, layer);
    const int inputs = sizes.layer_inputs(layer), units = sizes.hidden[layer];
    std::vector<float> matrix(4 * std::size_t(units) * sizes.rows(layer));
    float* row = matrix.data();
    for (int r = 0; r < 4 * units; ++r, row += sizes.rows(layer)) {
        const float* from_x = parameters + at.weight_ih + std::ptrdiff_t(r) * inputs;
        const float* from_h = parameters + at.weight_hh + std::ptrdiff_t(r) * units;
        std::copy(from_x, from_x + inputs, row);
        std::copy(from_h, from_h + units, row + inputs);
        row[inputs + units] = parameters[at.bias_ih + r] + parameters[at.bias_hh + r];
    }
    return matrix;
}

std::vector<float> joined_readout(const Sizes& sizes, const float* parameters) {
    const int features = sizes.features();
    const float* weight = parameters + readout_offset(sizes);
    const float* bias = weight + std::ptrdiff_t(sizes.outputs) * features;
    std::vector<float> matrix(std::size_t(sizes.outputs) * (features + 1));
    for (int o = 0; o < sizes.outputs; ++o) {
        float* row = matrix.data() + std::size_t(o) * (features + 1);
        std::copy(weight + o * features, weight + (o + 1) * features, row);
        row[features] = bias[o];
    }
    return matrix;
}

namespace {

// Floats that a chunk's states may take before its series are cut into segments.
constexpr std::ptrdiff_t kSegmentFloats = 8 << 20;
// Frames computed at a time where nothing has to be kept for a backward pass.
constexpr int kForwardFrames = 16;
// An output below this belongs to a label that is masked.
constexpr double kMasked = -5000;
// Chunks are added up in this many sums whatever the number of threads, so that no bit depends on
// it.
constexpr int kGradientSums = 16;

// Floats at 64-byte boundaries; zero at first, so that lanes without a series hold finite numbers.
class Buffer {
  public:
    void reserve(std::size_t size) {
        if (size <= size_) return;
        data_.reset();
        data_.reset(static_cast<float*>(::operator new[](size * sizeof(float), kAlign)));
        size_ = size;
        std::fill_n(data_.get(), size, 0.0f);
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

// Series that are computed together, longest first.
struct Chunk {
    const std::int64_t* order;  // positions in the caller's rows
    int series;
};

// The parameters as the kernels want them; shared by all threads.
struct Panels {
    struct Layer {
        std::vector<float> forward;  // W: gates from z
        std::vector<float> to_h,
            to_x;  // parts of W': gradients of h and, above the first layer, of x
    };
    std::vector<Layer> layers;
    std::vector<float> readout, readout_back;

    Panels(const Sizes& sizes, const ChunkKernels& k, const float* parameters, bool with_backward) {
        for (int l = 0; l < sizes.layers(); ++l) {
            const int units = sizes.hidden[l], inputs = sizes.layer_inputs(l), rows = sizes.rows(l);
            const std::vector<float> matrix = joined_weights(sizes, l, parameters);
            Layer layer;
            layer.forward.resize(4 * std::size_t(padded(units)) * rows);
            k.pack_cell(units, rows, matrix.data(), layer.forward.data());
            if (with_backward) {
                layer.to_h.resize(4 * std::size_t(units) * padded(units));
                k.pack(units, 4 * units, matrix.data() + inputs, 1, rows, layer.to_h.data());
            }
            if (with_backward && l > 0) {
                layer.to_x.resize(4 * std::size_t(units) * padded(inputs));
                k.pack(inputs, 4 * units, matrix.data(), 1, rows, layer.to_x.data());
            }
            layers.push_back(std::move(layer));
        }
        const std::vector<float> matrix = joined_readout(sizes, parameters);
        const int features = sizes.features();
        readout.resize(std::size_t(padded(sizes.outputs)) * (features + 1));
        k.pack(sizes.outputs, features + 1, matrix.data(), features + 1, 1, readout.data());
        if (!with_backward) return;
        readout_back.resize(std::size_t(padded(features)) * sizes.outputs);
        k.pack(features, sizes.outputs, matrix.data(), 1, features + 1, readout_back.data());
    }
};

// The gradient in the joined layout of the kernels.
struct JoinedGradient {
    std::vector<Buffer> layers;
    Buffer readout;

    void clear(const Sizes& sizes) {
        layers.resize(sizes.layers());
        for (int l = 0; l < sizes.layers(); ++l) {
            const std::size_t size = 4 * std::size_t(sizes.hidden[l]) * padded(sizes.rows(l));
            layers[l].reserve(size);
            std::fill_n(layers[l].get(), size, 0.0f);
        }
        const std::size_t size = std::size_t(sizes.outputs) * padded(sizes.features() + 1);
        readout.reserve(size);
        std::fill_n(readout.get(), size, 0.0f);
    }

    void add_to(const Sizes& sizes, float* gradient) const {
        for (int l = 0; l < sizes.layers(); ++l) {
            const LayerOffsets at = layer_offsets(sizes, l);
            const int inputs = sizes.layer_inputs(l), units = sizes.hidden[l];
            const float* row = layers[l].get();
            for (int r = 0; r < 4 * units; ++r, row += padded(sizes.rows(l))) {
                kernels().add(inputs, row, gradient + at.weight_ih + std::ptrdiff_t(r) * inputs);
                kernels().add(units, row + inputs,
                              gradient + at.weight_hh + std::ptrdiff_t(r) * units);
                gradient[at.bias_ih + r] += row[inputs + units];
                gradient[at.bias_hh + r] += row[inputs + units];
            }
        }
        const int features = sizes.features();
        float* weight = gradient + readout_offset(sizes);
        float* bias = weight + std::ptrdiff_t(sizes.outputs) * features;
        const float* row = readout.get();
        for (int o = 0; o < sizes.outputs; ++o, row += padded(features + 1)) {
            kernels().add(features, row, weight + std::ptrdiff_t(o) * features);
            bias[o] += row[features];
        }
    }
};

// What a call wants of a chunk; null where it does not want it.
struct Wanted {
    JoinedGradient* gradient;
    bool loss;
    float* const* outputs;  // where the outputs of each of the caller's rows go
};

// A series at another speed has another number of frames.
std::int64_t played_frames(std::int64_t frames, std::int64_t row, const Augmentation& augmentation,
                           std::uint64_t seed) {
    if (augmentation.stretch <= 0 || frames < 2) return frames;
    const float where = 2 * uniform(mix(seed, std::uint64_t(row) ^ 0x5eed)) - 1;
    return std::max<std::int64_t>(
        2, std::llround(double(frames) * std::exp(double(where * augmentation.stretch))));
}

// One thread's memory and the passes over one chunk.
class Worker {
  public:
    // Makes room for series of up to `longest` frames; nothing below allocates.
    void prepare(const Sizes& sizes, const Corpus& corpus, Loss loss, bool per_frame,
                 const Augmentation& augmentation, std::uint64_t seed, const ChunkKernels& k,
                 bool with_gradient, std::int64_t longest) {
        augmentation_ = augmentation, seed_ = seed;
        played_.resize(2 * std::size_t(sizes.inputs) + 1);
        sizes_ = &sizes, corpus_ = &corpus, loss_ = loss, per_frame_ = per_frame, k_ = &k;
        lanes_ = k.lanes, top_ = sizes.layers() - 1;
        segment_ = with_gradient ? gradient_frames(longest)
                                 : int(std::min<std::int64_t>(longest, kForwardFrames));
        layers_.resize(sizes.layers());
        for (int l = 0; l <= top_; ++l) {
            Layer& layer = layers_[l];
            layer.units = sizes.hidden[l], layer.inputs = sizes.layer_inputs(l);
            layer.rows = sizes.rows(l);
            layer.z.reserve((segment_ + 1) * floats(layer.rows));
            for (int t = 0; t <= segment_; ++t)
                for (int lane = 0; lane < lanes_; ++lane)
                    number(z(l, t), layer.rows - 1, lane) = 1.0f;
            layer.c.reserve((segment_ + 1) * floats(layer.units));
            layer.gates.reserve(segment_ * floats(4 * layer.units));
            layer.tanh_c.reserve(segment_ * floats(layer.units));
            if (!with_gradient) continue;
            scratch_.reserve(outer_scratch(layer.rows));
            layer.dh.reserve((segment_ + 1) * floats(layer.units));
            layer.dx.reserve(l ? segment_ * floats(layer.inputs) : 0);
            layer.dc.reserve(floats(layer.units));
            layer.boundary.reserve((longest / segment_ + 1) * 2 * floats(layer.units));
        }
        const int features = sizes.features();
        features_.reserve(floats(features + 1));
        scratch_.reserve(with_gradient ? outer_scratch(features + 1) : 0);
        d_features_.reserve(floats(features + 1));
        max_at_.reserve(floats(sizes.hidden[top_]));
        out_.reserve((per_frame ? segment_ : 1) * floats(sizes.outputs));
        d_top_.reserve((per_frame ? segment_ : 1) * floats(sizes.hidden[top_]));
    }

    // Returns the chunk's loss, and does the rest of what is wanted.
    double run(const Chunk& chunk, const std::int64_t* rows, const Panels& panels,
               const Wanted& wanted) {
        chunk_ = &chunk, panels_ = &panels, wanted_ = &wanted;
        take_series(rows);
        double loss = 0;
        const int segments = (longest_ + segment_ - 1) / segment_;
        start();
        for (int s = 0; s < segments; ++s) {
            if (wanted.gradient && segments > 1) save_boundary(s);
            forward(s);
            if (!per_frame_) pool(s);
            if (per_frame_ && !wanted.gradient) loss += read_frames(s);
            if (s + 1 < segments) carry_forward();
        }
        if (!per_frame_) loss = read_series();
        if (!wanted.gradient) return loss;
        start_back();
        for (int s = segments - 1; s >= 0; --s) {
            if (s + 1 < segments) {
                load_boundary(s);
                forward(s);
                carry_back(s);
            }
            if (per_frame_) loss += read_frames(s);
            for (int l = top_; l >= 0; --l) backward(s, l);
        }
        return loss;
    }

  private:
    struct Layer {
        int units, inputs, rows;
        Buffer z, c, gates, tanh_c;
        Buffer dh, dx;  // per frame: gradients of h, as far as it comes from later frames, and of x
        Buffer dc;
        Buffer boundary;  // h and c at the start of every segment
    };

    // Where numbers stand in either layout; a matrix of n rows takes floats(n).
    std::ptrdiff_t floats(int rows) const {
        return std::ptrdiff_t(k_->series_in_lanes ? rows : padded(rows)) * lanes_;
    }
    Matrix matrix(float* data, int rows) const {
        return {data, k_->series_in_lanes ? 1 : padded(rows)};
    }
    // The matrix without its first rows.
    Matrix below(Matrix m, int rows) const {
        return {m.data + std::ptrdiff_t(rows) * row_stride(), m.lane_stride};
    }
    std::ptrdiff_t row_stride() const { return k_->series_in_lanes ? lanes_ : 1; }
    float& number(Matrix m, int row, int lane) const {
        return m.data[row * row_stride() + lane * m.lane_stride];
    }
    void fill(Matrix m, int rows, float value) const {
        for (int row = 0; row < rows; ++row)
            for (int lane = 0; lane < lanes_; ++lane) number(m, row, lane) = value;
    }
    void copy(Matrix from, int rows, Matrix to) const {
        for (int row = 0; row < rows; ++row)
            for (int lane = 0; lane < lanes_; ++lane)
                number(to, row, lane) = number(from, row, lane);
    }

    int gradient_frames(std::int64_t longest) const {
        std::ptrdiff_t floats = 0;
        for (int l = 0; l <= top_; ++l)
            floats +=
                (sizes_->rows(l) + 7 * sizes_->hidden[l] + (l ? sizes_->layer_inputs(l) : 0)) *
                std::ptrdiff_t(lanes_);
        return int(
            std::min<std::int64_t>(longest, std::max<std::int64_t>(16, kSegmentFloats / floats)));
    }

    Matrix at(const Buffer& buffer, int rows, int t) const {
        return matrix(buffer.get() + t * floats(rows), rows);
    }
    Matrix z(int l, int t) const { return at(layers_[l].z, layers_[l].rows, t); }
    Matrix h(int l, int t) const { return below(z(l, t), layers_[l].inputs); }
    Matrix c(int l, int t) const { return at(layers_[l].c, layers_[l].units, t); }
    Matrix gates(int l, int t) const { return at(layers_[l].gates, 4 * layers_[l].units, t); }
    Matrix tanh_c(int l, int t) const { return at(layers_[l].tanh_c, layers_[l].units, t); }
    Matrix dh(int l, int t) const { return at(layers_[l].dh, layers_[l].units, t); }
    Matrix dx(int l, int t) const { return at(layers_[l].dx, layers_[l].inputs, t); }
    Matrix dc(int l) const { return at(layers_[l].dc, layers_[l].units, 0); }
    Matrix features() const { return at(features_, sizes_->features() + 1, 0); }
    Matrix d_features() const { return at(d_features_, sizes_->features() + 1, 0); }
    Matrix max_at() const { return at(max_at_, layers_[top_].units, 0); }
    Matrix out(int t) const { return at(out_, sizes_->outputs, t); }
    Matrix d_top(int t) const { return at(d_top_, layers_[top_].units, t); }
    int segment_frames(int s) const { return std::min(segment_, longest_ - s * segment_); }

    void take_series(const std::int64_t* rows) {
        longest_ = 0;
        for (int lane = 0; lane < chunk_->series; ++lane) {
            row_[lane] = rows[chunk_->order[lane]];
            start_[lane] = corpus_->offsets[row_[lane]];
            recorded_[lane] = int(corpus_->offsets[row_[lane] + 1] - start_[lane]);
            length_[lane] = int(played_frames(recorded_[lane], row_[lane], augmentation_, seed_));
            weight_[lane] = corpus_->weights ? corpus_->weights[row_[lane]] : 1.0f;
            longest_ = std::max(longest_, length_[lane]);
        }
    }

    void start() {
        for (int l = 0; l <= top_; ++l) {
            fill(h(l, 0), layers_[l].units, 0.0f);
            fill(c(l, 0), layers_[l].units, 0.0f);
        }
        if (per_frame_) return;
        const int units = layers_[top_].units;
        if (sizes_->readout & kMean) fill(mean_of(features()), units, 0.0f);
        if (sizes_->readout & kMax) fill(max_of(features()), units, -2.0f);  // below every h
        fill(below(features(), sizes_->features()), 1, 1.0f);
    }

    void carry_forward() {
        for (int l = 0; l <= top_; ++l) {
            copy(h(l, segment_), layers_[l].units, h(l, 0));
            copy(c(l, segment_), layers_[l].units, c(l, 0));
        }
    }

    void save_boundary(int s) {
        for (int l = 0; l <= top_; ++l) {
            copy(h(l, 0), layers_[l].units, at(layers_[l].boundary, layers_[l].units, 2 * s));
            copy(c(l, 0), layers_[l].units, at(layers_[l].boundary, layers_[l].units, 2 * s + 1));
        }
    }
    void load_boundary(int s) {
        for (int l = 0; l <= top_; ++l) {
            copy(at(layers_[l].boundary, layers_[l].units, 2 * s), layers_[l].units, h(l, 0));
            copy(at(layers_[l].boundary, layers_[l].units, 2 * s + 1), layers_[l].units, c(l, 0));
        }
    }

    // The frames of a segment, one lane per series. A lane whose series has ended keeps old
    // numbers: it goes on computing, and nobody reads it.
    void gather(int s) {
        const int first = s * segment_;
        for (int t = 0; t < segment_frames(s); ++t) {
            const Matrix x = z(0, t);
            for (int lane = 0; lane < chunk_->series; ++lane) {
                if (first + t >= length_[lane]) break;  // longest first
                gather_frame(lane, first + t, &number(x, 0, lane));
            }
        }
    }

    void gather_frame(int lane, int t, float* x) {
        const int dims = sizes_->inputs;
        const std::ptrdiff_t next = row_stride();
        const float* frame = frame_at(lane, t, played_.data());
        for (int d = 0; d < dims; ++d) x[d * next] = frame[d];
        if (sizes_->differences) {
            const float* before = t ? frame_at(lane, t - 1, played_.data() + dims) : frame;
            for (int d = 0; d < dims; ++d)
                x[(dims + d) * next] = (frame[d] - before[d]) * corpus_->difference_scale[d];
        }
        if (sizes_->clock) x[(sizes_->layer_inputs(0) - 1) * next] = clock_input(t);
        if (augmentation_.noise <= 0) return;
        const std::uint64_t key = mix(mix(seed_, std::uint64_t(row_[lane])), std::uint64_t(t));
        float pair[2];
        for (int d = 0, n = sizes_->layer_inputs(0); d < n; ++d) {
            if (d % 2 == 0) normal_pair(key + std::uint64_t(d), pair);
            x[d * next] += augmentation_.noise * pair[d % 2];
        }
    }

    // A frame as it was recorded, or between two of them where the speed is another.
    const float* frame_at(int lane, int t, float* between) const {
        const int dims = sizes_->inputs;
        const float* frames = corpus_->frames + start_[lane] * dims;
        if (length_[lane] == recorded_[lane]) return frames + std::ptrdiff_t(t) * dims;
        const double at = double(t) * (recorded_[lane] - 1) / (length_[lane] - 1);
        const int left = std::min(int(at), recorded_[lane] - 2);
        const float share = float(at - left);
        const float *a = frames + std::ptrdiff_t(left) * dims, *b = a + dims;
        for (int d = 0; d < dims; ++d) between[d] = a[d] + share * (b[d] - a[d]);
        return between;
    }

    void forward(int s) {
        gather(s);
        for (int l = 0; l <= top_; ++l)
            for (int t = 0; t < segment_frames(s); ++t)
                k_->cell({chunk_->series, layers_[l].units, layers_[l].rows,
                          panels_->layers[l].forward.data(), z(l, t), c(l, t), gates(l, t),
                          c(l, t + 1), tanh_c(l, t), h(l, t + 1),
                          l < top_ ? z(l + 1, t) : Matrix{nullptr, 0}});
    }

    // Sections of the features: last, mean, max; null where the readout has no such section.
    Matrix mean_of(Matrix features) const {
        if (!(sizes_->readout & kMean)) return {nullptr, 0};
        return below(features, sizes_->readout & kLast ? layers_[top_].units : 0);
    }
    Matrix max_of(Matrix features) const {
        if (!(sizes_->readout & kMax)) return {nullptr, 0};
        return below(features, sizes_->features() - layers_[top_].units);
    }

    void set_alive(int frame, bool divided_by_length) {
        for (int lane = 0; lane < lanes_; ++lane) {
            const bool alive = lane < chunk_->series && frame < length_[lane];
            alive_[lane] = !alive ? 0.0f : divided_by_length ? 1.0f / length_[lane] : 1.0f;
        }
    }

    void pool(int s) {
        const int units = layers_[top_].units;
        for (int t = 0; t < segment_frames(s); ++t) {
            const int frame = s * segment_ + t;
            const Matrix state = h(top_, t + 1);
            if (sizes_->readout & (kMean | kMax)) {
                set_alive(frame, false);
                k_->pool({chunk_->series, units, float(frame), alive_, state, mean_of(features()),
                          max_of(features()), max_at()});
            }
            if (!(sizes_->readout & kLast)) continue;
            for (int lane = 0; lane < chunk_->series; ++lane)
                if (length_[lane] - 1 == frame)
                    for (int u = 0; u < units; ++u)
                        number(features(), u, lane) = number(state, u, lane);
        }
    }

    // Adds the readout's gradient to that of h at one frame.
    void add_pool_gradient(int frame, Matrix dh) {
        const int units = layers_[top_].units;
        if (sizes_->readout & (kMean | kMax)) {
            set_alive(frame, true);
            k_->pool_gradient({chunk_->series, units, float(frame), alive_, mean_of(d_features()),
                               max_of(d_features()), max_at(), dh});
        }
        if (!(sizes_->readout & kLast)) return;
        for (int lane = 0; lane < chunk_->series; ++lane)
            if (length_[lane] - 1 == frame)
                for (int u = 0; u < units; ++u)
                    number(dh, u, lane) += number(d_features(), u, lane);
    }

    // The outputs for whole series; returns their loss and leaves the gradient of the features.
    double read_series() {
        if (sizes_->readout & kMean)
            for (int lane = 0; lane < chunk_->series; ++lane)
                for (int u = 0; u < layers_[top_].units; ++u)
                    number(mean_of(features()), u, lane) /= float(length_[lane]);
        const int n = sizes_->features(), outputs = sizes_->outputs;
        if (augmentation_.dropout > 0) silence(features());
        k_->product({chunk_->series, outputs, n + 1, panels_->readout.data(), features(), out(0)});
        hand_out(out(0), 0);
        if (!wanted_->loss) return 0;
        double loss = 0;
        for (int lane = 0; lane < chunk_->series; ++lane)
            loss += lane_loss(out(0), lane, row_[lane], weight_[lane]);
        if (!wanted_->gradient) return loss;
        clear_lanes(out(0), chunk_->series);
        k_->outer({chunk_->series, 1, outputs, n + 1, out(0), 0, features(), 0,
                   wanted_->gradient->readout.get(), scratch_.get()});
        k_->product(
            {chunk_->series, n, outputs, panels_->readout_back.data(), out(0), d_features()});
        if (augmentation_.dropout > 0) silence(d_features());
        return loss;
    }

    // Dropout (Srivastava et al. 2014): some features are 0, the others larger to make up for them.
    void silence(Matrix features) const {
        const float keep = 1 - augmentation_.dropout;
        for (int lane = 0; lane < chunk_->series; ++lane) {
            const std::uint64_t key = mix(seed_ ^ 0xd20, std::uint64_t(row_[lane]));
            for (int f = 0; f < sizes_->features(); ++f)
                number(features, f, lane) *=
                    uniform(key + std::uint64_t(f)) < keep ? 1 / keep : 0.0f;
        }
    }

    // The same for every frame of a segment; leaves the gradient of the top layer's h.
    double read_frames(int s) {
        const int units = layers_[top_].units, outputs = sizes_->outputs;
        const int frames = segment_frames(s);
        double loss = 0;
        for (int t = 0; t < frames; ++t) {
            // The row of ones stands behind h in z, so (h, 1) lies there ready.
            k_->product({chunk_->series, outputs, units + 1, panels_->readout.data(),
                         h(top_, t + 1), out(t)});
            const int frame = s * segment_ + t;
            hand_out(out(t), frame);
            if (!wanted_->loss) continue;
            int alive = 0;
            for (; alive < chunk_->series && frame < length_[alive]; ++alive)
                loss += lane_loss(out(t), alive, start_[alive] + frame,
                                  weight_[alive] / float(length_[alive]));
            if (!wanted_->gradient) continue;
            clear_lanes(out(t), alive);
            k_->product(
                {chunk_->series, units, outputs, panels_->readout_back.data(), out(t), d_top(t)});
        }
        if (wanted_->gradient)
            k_->outer({chunk_->series, frames, outputs, units + 1, out(0), floats(outputs),
                       h(top_, 1), floats(layers_[top_].rows), wanted_->gradient->readout.get(),
                       scratch_.get()});
        return loss;
    }

    void hand_out(Matrix out, int frame) {
        if (!wanted_->outputs) return;
        for (int lane = 0; lane < chunk_->series && frame < length_[lane]; ++lane) {
            float* to =
                wanted_->outputs[chunk_->order[lane]] + std::ptrdiff_t(frame) * sizes_->outputs;
            for (int o = 0; o < sizes_->outputs; ++o) to[o] = number(out, o, lane);
        }
    }

    void clear_lanes(Matrix out, int from) {
        for (int o = 0; o < sizes_->outputs; ++o)
            for (int lane = from; lane < lanes_; ++lane) number(out, o, lane) = 0.0f;
    }

    // One lane's loss; its outputs give way to their gradient.
    double lane_loss(Matrix out, int lane, std::int64_t target_row, float weight) {
        return loss_ == Loss::kSquared ? squared(out, lane, target_row, weight)
                                       : cross_entropy(out, lane, target_row, weight);
    }

    double squared(Matrix out, int lane, std::int64_t target_row, float weight) {
        const int n = sizes_->outputs;
        const float* target = corpus_->targets + target_row * n;
        double loss = 0;
        for (int o = 0; o < n; ++o) {
            float& y = number(out, o, lane);
            const float error = y - target[o];
            loss += double(error) * error;
            y = 2.0f * weight / float(n) * error;
        }
        return loss * weight / n;
    }

    double cross_entropy(Matrix out, int lane, std::int64_t target_row, float weight) {
        const int n = sizes_->outputs, target = int(corpus_->targets[target_row]);
        float highest = number(out, 0, lane);
        for (int o = 1; o < n; ++o) highest = std::max(highest, number(out, o, lane));
        double total = 0;
        for (int o = 0; o < n; ++o) total += std::exp(double(number(out, o, lane)) - highest);
        const double log_total = std::log(total) + highest;
        const double share = augmentation_.smoothing / double(heard(out, lane));
        // Counted from the least that smoothing allows, so that 0 is perfect.
        double loss = 0;
        for (int o = 0; o < n; ++o) {
            float& y = number(out, o, lane);
            const double wanted = (o == target ? 1 - double(augmentation_.smoothing) : 0.0) +
                                  (double(y) > kMasked ? share : 0.0);
            if (wanted > 0) loss += wanted * (std::log(wanted) + log_total - double(y));
            y = float(weight * (std::exp(double(y) - log_total) - wanted));
        }
        return loss * weight;
    }

    // Outputs of labels that take part; a masked one has a bias far below any other.
    int heard(Matrix out, int lane) const {
        int n = 0;
        for (int o = 0; o < sizes_->outputs; ++o) n += double(number(out, o, lane)) > kMasked;
        return std::max(n, 1);
    }

    void start_back() {
        const int segments = (longest_ + segment_ - 1) / segment_;
        for (int l = 0; l <= top_; ++l) {
            fill(dc(l), layers_[l].units, 0.0f);
            fill(dh(l, segment_frames(segments - 1)), layers_[l].units, 0.0f);
        }
    }

    // Frame 0 of the segment after becomes the frame behind the last one of this segment.
    void carry_back(int s) {
        for (int l = 0; l <= top_; ++l) copy(dh(l, 0), layers_[l].units, dh(l, segment_frames(s)));
    }

    void backward(int s, int l) {
        const Layer& layer = layers_[l];
        const int frames = segment_frames(s), series = chunk_->series;
        for (int t = frames - 1; t >= 0; --t) {
            const Matrix d = dh(l, t + 1);
            if (l < top_)
                kernels().add(floats(layer.units), dx(l + 1, t).data, d.data);
            else if (per_frame_)
                kernels().add(floats(layer.units), d_top(t).data, d.data);
            else
                add_pool_gradient(s * segment_ + t, d);
            k_->cell_gradient({series, layer.units, c(l, t), tanh_c(l, t), d, dc(l), gates(l, t)});
            const Panels::Layer& panels = panels_->layers[l];
            k_->product(
                {series, layer.units, 4 * layer.units, panels.to_h.data(), gates(l, t), dh(l, t)});
            if (l > 0)
                k_->product({series, layer.inputs, 4 * layer.units, panels.to_x.data(), gates(l, t),
                             dx(l, t)});
        }
        k_->outer({series, frames, 4 * layer.units, layer.rows, gates(l, 0),
                   floats(4 * layer.units), z(l, 0), floats(layer.rows),
                   wanted_->gradient->layers[l].get(), scratch_.get()});
    }

    const Sizes* sizes_ = nullptr;
    const Corpus* corpus_ = nullptr;
    Loss loss_ = Loss::kSquared;
    bool per_frame_ = false;
    const ChunkKernels* k_ = nullptr;
    int lanes_ = 0, top_ = 0;
    int segment_ = 0;  // frames computed and kept at a time

    const Chunk* chunk_ = nullptr;
    const Panels* panels_ = nullptr;
    const Wanted* wanted_ = nullptr;
    int longest_ = 0;
    Augmentation augmentation_;
    std::uint64_t seed_ = 0;
    std::int64_t row_[16], start_[16];
    int recorded_[16], length_[16];  // frames as they came and as they are played
    float weight_[16];
    float alive_[16];

    std::vector<Layer> layers_;
    std::vector<float> played_;  // a frame at another speed, and the one before it
    Buffer features_, d_features_, max_at_, out_, d_top_, scratch_;
};

// Cuts the rows into chunks of equal size, series of similar length together.
struct Plan {
    const ChunkKernels* k;
    std::vector<std::int64_t> order;
    std::vector<Chunk> chunks;
    std::int64_t longest = 0;

    Plan(const Corpus& corpus, const std::int64_t* rows, std::int64_t n,
         const Augmentation& augmentation = {}, std::uint64_t seed = 0)
        : order(n) {
        const auto length = [&](std::int64_t i) {
            const std::int64_t frames = corpus.offsets[rows[i] + 1] - corpus.offsets[rows[i]];
            return played_frames(frames, rows[i], augmentation, seed);
        };
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](auto a, auto b) { return length(a) > length(b); });
        if (n) longest = length(order[0]);
        // Small batches go into small chunks, so that two threads find work.
        k = n <= 2 * kernels().few.lanes ? &kernels().few
            : n <= 16                    ? &kernels().lanes8
                                         : &kernels().lanes16;
        const std::int64_t least = n > 1 ? 2 : n;
        const std::int64_t count = std::max<std::int64_t>(least, (n + k->lanes - 1) / k->lanes);
        for (std::int64_t i = 0, start = 0; i < count; ++i) {
            const std::int64_t end = n * (i + 1) / count;
            chunks.push_back({order.data() + start, int(end - start)});
            start = end;
        }
    }
};

}  // namespace

struct Session::Workers {
    std::mutex one_call_at_a_time;
    std::vector<Worker> workers;
    JoinedGradient gradients[kGradientSums];
};

Session::Session(Sizes sizes, Corpus corpus, Loss loss, bool per_frame, Augmentation augmentation,
                 int n_threads)
    : sizes_(std::move(sizes)),
      corpus_(corpus),
      loss_(loss),
      per_frame_(per_frame),
      augmentation_(augmentation),
      n_threads_(n_threads),
      workers_(new Workers) {
    workers_->workers.resize(n_threads);
}

Session::~Session() = default;

Total Session::gradient(const float* parameters, const std::int64_t* rows, std::int64_t n,
                        std::uint64_t seed, float* gradient) {
    std::lock_guard<std::mutex> lock(workers_->one_call_at_a_time);
    const Plan plan(corpus_, rows, n, augmentation_, seed);
    const Panels panels(sizes_, *plan.k, parameters, true);
    const int n_chunks = int(plan.chunks.size()), n_sums = std::min(n_chunks, kGradientSums);
    for (int i = 0; i < std::min(n_threads_, n_sums); ++i)
        workers_->workers[i].prepare(sizes_, corpus_, loss_, per_frame_, augmentation_, seed,
                                     *plan.k, true, plan.longest);
    for (int i = 0; i < n_sums; ++i) workers_->gradients[i].clear(sizes_);
    double losses[kGradientSums] = {};
    parallel_for(n_sums, n_threads_, [&](int sum, int thread) {
        const Wanted wanted{&workers_->gradients[sum], true, nullptr};
        for (int i = sum; i < n_chunks; i += n_sums)
            losses[sum] += workers_->workers[thread].run(plan.chunks[i], rows, panels, wanted);
    });
    std::fill_n(gradient, sizes_.parameters(), 0.0f);
    Total total{0, 0};
    for (int i = 0; i < n_sums; ++i) {
        workers_->gradients[i].add_to(sizes_, gradient);
        total.loss += losses[i];
    }
    for (std::int64_t i = 0; i < n; ++i)
        total.weight += corpus_.weights ? corpus_.weights[rows[i]] : 1.0;
    return total;
}

Total Session::loss(const float* parameters, const std::int64_t* rows, std::int64_t n) {
    std::lock_guard<std::mutex> lock(workers_->one_call_at_a_time);
    const Plan plan(corpus_, rows, n);
    const Panels panels(sizes_, *plan.k, parameters, false);
    for (Worker& worker : workers_->workers)
        worker.prepare(sizes_, corpus_, loss_, per_frame_, {}, 0, *plan.k, false, plan.longest);
    std::vector<double> losses(plan.chunks.size());
    parallel_for(int(plan.chunks.size()), n_threads_, [&](int i, int thread) {
        losses[i] =
            workers_->workers[thread].run(plan.chunks[i], rows, panels, {nullptr, true, nullptr});
    });
    Total total{std::accumulate(losses.begin(), losses.end(), 0.0), 0};
    for (std::int64_t i = 0; i < n; ++i)
        total.weight += corpus_.weights ? corpus_.weights[rows[i]] : 1.0;
    return total;
}

void Session::outputs(const float* parameters, const std::int64_t* rows, std::int64_t n,
                      float* out) {
    std::lock_guard<std::mutex> lock(workers_->one_call_at_a_time);
    const Plan plan(corpus_, rows, n);
    const Panels panels(sizes_, *plan.k, parameters, false);
    for (Worker& worker : workers_->workers)
        worker.prepare(sizes_, corpus_, loss_, per_frame_, {}, 0, *plan.k, false, plan.longest);
    std::vector<float*> places(n);
    for (std::int64_t i = 0; i < n; ++i) {
        places[i] = out;
        const std::int64_t frames = corpus_.offsets[rows[i] + 1] - corpus_.offsets[rows[i]];
        out += (per_frame_ ? frames : 1) * sizes_.outputs;
    }
    parallel_for(int(plan.chunks.size()), n_threads_, [&](int i, int thread) {
        workers_->workers[thread].run(plan.chunks[i], rows, panels,
                                      {nullptr, false, places.data()});
    });
}

}  // namespace fluidseries
