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
        std::vector<float>
            backward;  // W': gradient of h, and above the first layer of x, from gates
    };
    std::vector<Layer> layers;
    std::vector<float> readout, readout_back;

    Panels(const Sizes& sizes, const LaneKernels& k, const float* parameters, bool with_backward) {
        for (int l = 0; l < sizes.layers(); ++l) {
            const int units = sizes.hidden[l], inputs = sizes.layer_inputs(l), rows = sizes.rows(l);
            const std::vector<float> matrix = joined_weights(sizes, l, parameters);
            Layer layer;
            layer.forward.resize(matrix.size());
            k.pack_cell(units, rows, matrix.data(), layer.forward.data());
            if (with_backward) {
                // Rows: the units of h, then those of x.
                std::vector<float> back(4 * std::size_t(units) * (units + (l ? inputs : 0)));
                k.pack(units, 4 * units, matrix.data() + inputs, 1, rows, back.data());
                if (l)
                    k.pack(inputs, 4 * units, matrix.data(), 1, rows,
                           back.data() + 4 * std::size_t(units) * units);
                layer.backward = std::move(back);
            }
            layers.push_back(std::move(layer));
        }
        const std::vector<float> matrix = joined_readout(sizes, parameters);
        const int features = sizes.features();
        readout.resize(matrix.size());
        k.pack(sizes.outputs, features + 1, matrix.data(), features + 1, 1, readout.data());
        if (!with_backward) return;
        readout_back.resize(std::size_t(features) * sizes.outputs);
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
                 const Augmentation& augmentation, std::uint64_t seed, const LaneKernels& k,
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
            const std::size_t units = sizes.hidden[l];
            layer.units = sizes.hidden[l], layer.inputs = sizes.layer_inputs(l);
            layer.rows = sizes.rows(l);
            layer.back_rows = layer.units + (l ? layer.inputs : 0);
            layer.z.reserve((segment_ + 1) * std::size_t(layer.rows) * lanes_);
            for (int t = 0; t <= segment_; ++t)
                std::fill_n(z(l, t) + (layer.rows - 1) * lanes_, lanes_, 1.0f);
            layer.c.reserve((segment_ + 1) * units * lanes_);
            layer.gates.reserve(segment_ * 4 * units * lanes_);
            layer.tanh_c.reserve(segment_ * units * lanes_);
            if (!with_gradient) continue;
            scratch_.reserve(outer_scratch(layer.rows));
            layer.back.reserve((segment_ + 1) * std::size_t(layer.back_rows) * lanes_);
            layer.dc.reserve(units * lanes_);
            layer.boundary.reserve((longest / segment_ + 1) * 2 * units * lanes_);
        }
        const std::size_t features = sizes.features() + 1, top_units = sizes.hidden[top_];
        features_.reserve(features * lanes_);
        scratch_.reserve(with_gradient ? outer_scratch(int(features)) : 0);
        d_features_.reserve(features * lanes_);
        max_at_.reserve(top_units * lanes_);
        const std::size_t out_frames = per_frame ? segment_ : 1;
        out_.reserve(out_frames * sizes.outputs * lanes_);
        d_top_.reserve((per_frame ? segment_ : 1) * top_units * lanes_);
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
        int units, inputs, rows, back_rows;
        Buffer z, c, gates, tanh_c;
        Buffer back;  // per frame: gradient of h from the next frame, then of x
        Buffer dc;
        Buffer boundary;  // h and c at the start of every segment
    };

    int gradient_frames(std::int64_t longest) const {
        std::ptrdiff_t floats = 0;
        for (int l = 0; l <= top_; ++l)
            floats +=
                (sizes_->rows(l) + 7 * sizes_->hidden[l] + (l ? sizes_->layer_inputs(l) : 0)) *
                std::ptrdiff_t(lanes_);
        return int(
            std::min<std::int64_t>(longest, std::max<std::int64_t>(16, kSegmentFloats / floats)));
    }

    float* z(int l, int t) const {
        return layers_[l].z.get() + std::ptrdiff_t(t) * layers_[l].rows * lanes_;
    }
    float* h(int l, int t) const { return z(l, t) + layers_[l].inputs * lanes_; }
    float* c(int l, int t) const {
        return layers_[l].c.get() + std::ptrdiff_t(t) * layers_[l].units * lanes_;
    }
    float* gates(int l, int t) const {
        return layers_[l].gates.get() + std::ptrdiff_t(t) * 4 * layers_[l].units * lanes_;
    }
    float* tanh_c(int l, int t) const {
        return layers_[l].tanh_c.get() + std::ptrdiff_t(t) * layers_[l].units * lanes_;
    }
    float* back(int l, int t) const {
        return layers_[l].back.get() + std::ptrdiff_t(t) * layers_[l].back_rows * lanes_;
    }
    std::size_t state_floats(int l) const { return std::size_t(layers_[l].units) * lanes_; }
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
            std::fill_n(h(l, 0), state_floats(l), 0.0f);
            std::fill_n(c(l, 0), state_floats(l), 0.0f);
        }
        if (per_frame_) return;
        float* sum = mean_features(features_);
        float* max = max_features(features_);
        if (sum) std::fill_n(sum, state_floats(top_), 0.0f);
        if (max) std::fill_n(max, state_floats(top_), -2.0f);  // below every h
        std::fill_n(features_.get() + sizes_->features() * lanes_, lanes_, 1.0f);
    }

    void carry_forward() {
        for (int l = 0; l <= top_; ++l) {
            std::copy_n(h(l, segment_), state_floats(l), h(l, 0));
            std::copy_n(c(l, segment_), state_floats(l), c(l, 0));
        }
    }

    float* boundary(int l, int s) const {
        return layers_[l].boundary.get() + 2 * state_floats(l) * s;
    }
    void save_boundary(int s) {
        for (int l = 0; l <= top_; ++l) {
            std::copy_n(h(l, 0), state_floats(l), boundary(l, s));
            std::copy_n(c(l, 0), state_floats(l), boundary(l, s) + state_floats(l));
        }
    }
    void load_boundary(int s) {
        for (int l = 0; l <= top_; ++l) {
            std::copy_n(boundary(l, s), state_floats(l), h(l, 0));
            std::copy_n(boundary(l, s) + state_floats(l), state_floats(l), c(l, 0));
        }
    }

    // The frames of a segment, one lane per series. A lane whose series has ended keeps old
    // numbers: it goes on computing, and nobody reads it.
    void gather(int s) {
        const int first = s * segment_;
        for (int t = 0; t < segment_frames(s); ++t) {
            float* x = z(0, t);
            for (int lane = 0; lane < chunk_->series; ++lane) {
                if (first + t >= length_[lane]) break;  // longest first
                gather_frame(lane, first + t, x + lane);
            }
        }
    }

    void gather_frame(int lane, int t, float* x) {
        const int dims = sizes_->inputs;
        const float* frame = frame_at(lane, t, played_.data());
        for (int d = 0; d < dims; ++d) x[d * lanes_] = frame[d];
        if (sizes_->differences) {
            const float* before = t ? frame_at(lane, t - 1, played_.data() + dims) : frame;
            for (int d = 0; d < dims; ++d)
                x[(dims + d) * lanes_] = (frame[d] - before[d]) * corpus_->difference_scale[d];
        }
        if (augmentation_.noise <= 0) return;
        const std::uint64_t key = mix(mix(seed_, std::uint64_t(row_[lane])), std::uint64_t(t));
        float pair[2];
        for (int d = 0, n = sizes_->layer_inputs(0); d < n; ++d) {
            if (d % 2 == 0) normal_pair(key + std::uint64_t(d), pair);
            x[d * lanes_] += augmentation_.noise * pair[d % 2];
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
                k_->cell({layers_[l].units, layers_[l].rows, panels_->layers[l].forward.data(),
                          z(l, t), c(l, t), gates(l, t), c(l, t + 1), tanh_c(l, t), h(l, t + 1),
                          l < top_ ? z(l + 1, t) : nullptr});
    }

    // Sections of the features: last, mean, max; null where the readout has no such section.
    float* mean_features(const Buffer& features) const {
        if (!(sizes_->readout & kMean)) return nullptr;
        return features.get() + (sizes_->readout & kLast ? state_floats(top_) : 0);
    }
    float* max_features(const Buffer& features) const {
        if (!(sizes_->readout & kMax)) return nullptr;
        return features.get() + (sizes_->features() - sizes_->hidden[top_]) * lanes_;
    }

    void set_alive(int frame, bool divided_by_length) {
        for (int lane = 0; lane < lanes_; ++lane) {
            const bool alive = lane < chunk_->series && frame < length_[lane];
            alive_[lane] = !alive ? 0.0f : divided_by_length ? 1.0f / length_[lane] : 1.0f;
        }
    }

    void pool(int s) {
        const int units = layers_[top_].units;
        float *sum = mean_features(features_), *max = max_features(features_);
        for (int t = 0; t < segment_frames(s); ++t) {
            const int frame = s * segment_ + t;
            const float* state = h(top_, t + 1);
            if (sum || max) {
                set_alive(frame, false);
                k_->pool({units, float(frame), alive_, state, sum, max, max_at_.get()});
            }
            if (!(sizes_->readout & kLast)) continue;
            for (int lane = 0; lane < chunk_->series; ++lane)
                if (length_[lane] - 1 == frame)
                    for (int u = 0; u < units; ++u)
                        features_.get()[u * lanes_ + lane] = state[u * lanes_ + lane];
        }
    }

    // Adds the readout's gradient to that of h at one frame.
    void add_pool_gradient(int frame, float* dh) {
        const int units = layers_[top_].units;
        const float *d_mean = mean_features(d_features_), *d_max = max_features(d_features_);
        if (d_mean || d_max) {
            set_alive(frame, true);
            k_->pool_gradient({units, float(frame), alive_, d_mean, d_max, max_at_.get(), dh});
        }
        if (!(sizes_->readout & kLast)) return;
        for (int lane = 0; lane < chunk_->series; ++lane)
            if (length_[lane] - 1 == frame)
                for (int u = 0; u < units; ++u)
                    dh[u * lanes_ + lane] += d_features_.get()[u * lanes_ + lane];
    }

    // The outputs for whole series; returns their loss and leaves the gradient of the features.
    double read_series() {
        if (float* sum = mean_features(features_))
            for (int lane = 0; lane < chunk_->series; ++lane)
                for (int u = 0; u < layers_[top_].units; ++u)
                    sum[u * lanes_ + lane] /= float(length_[lane]);
        const int features = sizes_->features(), outputs = sizes_->outputs;
        float* out = out_.get();
        if (augmentation_.dropout > 0) silence(features_.get());
        k_->product(outputs, features + 1, panels_->readout.data(), features_.get(), out);
        hand_out(out, 0);
        if (!wanted_->loss) return 0;
        double loss = 0;
        for (int lane = 0; lane < chunk_->series; ++lane)
            loss += lane_loss(out, lane, row_[lane], weight_[lane]);
        if (!wanted_->gradient) return loss;
        clear_lanes(out, chunk_->series);
        k_->outer({1, outputs, features + 1, out, 0, features_.get(), 0,
                   wanted_->gradient->readout.get(), scratch_.get()});
        k_->product(features, outputs, panels_->readout_back.data(), out, d_features_.get());
        if (augmentation_.dropout > 0) silence(d_features_.get());
        return loss;
    }

    // Dropout (Srivastava et al. 2014): some features are 0, the others larger to make up for them.
    void silence(float* features) const {
        const float keep = 1 - augmentation_.dropout;
        for (int lane = 0; lane < chunk_->series; ++lane) {
            const std::uint64_t key = mix(seed_ ^ 0xd20, std::uint64_t(row_[lane]));
            for (int f = 0; f < sizes_->features(); ++f)
                features[f * lanes_ + lane] *=
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
            float* out = out_.get() + std::ptrdiff_t(t) * outputs * lanes_;
            k_->product(outputs, units + 1, panels_->readout.data(), h(top_, t + 1), out);
            const int frame = s * segment_ + t;
            hand_out(out, frame);
            if (!wanted_->loss) continue;
            int alive = 0;
            for (; alive < chunk_->series && frame < length_[alive]; ++alive)
                loss += lane_loss(out, alive, start_[alive] + frame,
                                  weight_[alive] / float(length_[alive]));
            if (!wanted_->gradient) continue;
            clear_lanes(out, alive);
            k_->product(units, outputs, panels_->readout_back.data(), out,
                        d_top_.get() + std::ptrdiff_t(t) * units * lanes_);
        }
        if (wanted_->gradient)
            k_->outer({frames, outputs, units + 1, out_.get(), std::ptrdiff_t(outputs) * lanes_,
                       h(top_, 1), std::ptrdiff_t(layers_[top_].rows) * lanes_,
                       wanted_->gradient->readout.get(), scratch_.get()});
        return loss;
    }

    void hand_out(const float* out, int frame) {
        if (!wanted_->outputs) return;
        for (int lane = 0; lane < chunk_->series && frame < length_[lane]; ++lane) {
            float* to =
                wanted_->outputs[chunk_->order[lane]] + std::ptrdiff_t(frame) * sizes_->outputs;
            for (int o = 0; o < sizes_->outputs; ++o) to[o] = out[o * lanes_ + lane];
        }
    }

    void clear_lanes(float* out, int from) {
        for (int o = 0; o < sizes_->outputs; ++o)
            std::fill(out + o * lanes_ + from, out + (o + 1) * lanes_, 0.0f);
    }

    // One lane's loss; its outputs give way to their gradient.
    double lane_loss(float* out, int lane, std::int64_t target_row, float weight) {
        return loss_ == Loss::kSquared ? squared(out, lane, target_row, weight)
                                       : cross_entropy(out, lane, target_row, weight);
    }

    double squared(float* out, int lane, std::int64_t target_row, float weight) {
        const int n = sizes_->outputs;
        const float* target = corpus_->targets + target_row * n;
        double loss = 0;
        for (int o = 0; o < n; ++o) {
            float& y = out[o * lanes_ + lane];
            const float error = y - target[o];
            loss += double(error) * error;
            y = 2.0f * weight / float(n) * error;
        }
        return loss * weight / n;
    }

    double cross_entropy(float* out, int lane, std::int64_t target_row, float weight) {
        const int n = sizes_->outputs, target = int(corpus_->targets[target_row]);
        float highest = out[lane];
        for (int o = 1; o < n; ++o) highest = std::max(highest, out[o * lanes_ + lane]);
        double total = 0;
        for (int o = 0; o < n; ++o) total += std::exp(double(out[o * lanes_ + lane]) - highest);
        const double log_total = std::log(total) + highest;
        const double share = augmentation_.smoothing / double(heard(out, lane));
        double loss = 0;
        for (int o = 0; o < n; ++o) {
            float& y = out[o * lanes_ + lane];
            const double wanted = (o == target ? 1 - double(augmentation_.smoothing) : 0.0) +
                                  (double(y) > kMasked ? share : 0.0);
            if (wanted > 0) loss += wanted * (log_total - double(y));
            y = float(weight * (std::exp(double(y) - log_total) - wanted));
        }
        return loss * weight;
    }

    // Outputs of labels that take part; a masked one has a bias far below any other.
    int heard(const float* out, int lane) const {
        int n = 0;
        for (int o = 0; o < sizes_->outputs; ++o) n += double(out[o * lanes_ + lane]) > kMasked;
        return std::max(n, 1);
    }

    void start_back() {
        for (int l = 0; l <= top_; ++l) {
            std::fill_n(layers_[l].dc.get(), state_floats(l), 0.0f);
            const int segments = (longest_ + segment_ - 1) / segment_;
            std::fill_n(back(l, segment_frames(segments - 1)), state_floats(l), 0.0f);
        }
    }

    // Frame 0 of the segment after becomes the frame behind the last one of this segment.
    void carry_back(int s) {
        for (int l = 0; l <= top_; ++l)
            std::copy_n(back(l, 0), state_floats(l), back(l, segment_frames(s)));
    }

    void backward(int s, int l) {
        const Layer& layer = layers_[l];
        const int frames = segment_frames(s);
        const std::ptrdiff_t gate_floats = 4 * std::ptrdiff_t(layer.units) * lanes_;
        for (int t = frames - 1; t >= 0; --t) {
            float* dh = back(l, t + 1);
            if (l < top_)
                kernels().add(state_floats(l), back(l + 1, t) + state_floats(l + 1), dh);
            else if (per_frame_)
                kernels().add(state_floats(l), d_top_.get() + state_floats(l) * t, dh);
            else
                add_pool_gradient(s * segment_ + t, dh);
            k_->cell_gradient(
                {layer.units, c(l, t), tanh_c(l, t), dh, layer.dc.get(), gates(l, t)});
            const float* panels = panels_->layers[l].backward.data();
            k_->product(layer.units, 4 * layer.units, panels, gates(l, t), back(l, t));
            if (l > 0)
                k_->product(layer.inputs, 4 * layer.units,
                            panels + 4 * std::ptrdiff_t(layer.units) * layer.units, gates(l, t),
                            back(l, t) + state_floats(l));
        }
        k_->outer({frames, 4 * layer.units, layer.rows, gates(l, 0), gate_floats, z(l, 0),
                   std::ptrdiff_t(layer.rows) * lanes_, wanted_->gradient->layers[l].get(),
                   scratch_.get()});
    }

    const Sizes* sizes_ = nullptr;
    const Corpus* corpus_ = nullptr;
    Loss loss_ = Loss::kSquared;
    bool per_frame_ = false;
    const LaneKernels* k_ = nullptr;
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
    const LaneKernels* k;
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
        // Up to 16 series go into half chunks, so that two threads find work.
        k = n <= 16 ? &kernels().lanes8 : &kernels().lanes16;
        const std::int64_t count = (n + k->lanes - 1) / k->lanes;
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
