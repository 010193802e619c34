#include "playback.hpp"

#include <algorithm>
#include <cmath>

#include "kernels.hpp"
#include "random.hpp"

namespace fluidseries {
namespace {

// Few series make many chunks, for many processors, and little memory. But a network whose units
// fill one vector or less is through with six series sooner than the next frame can read what they
// have stored.
int series_at_once(const Sizes& sizes) {
    const int widest = *std::max_element(sizes.hidden.begin(), sizes.hidden.end());
    return widest <= padded(1) ? kMostSeries : kTileSeries;
}

// A series at another speed has another number of frames.
int played_frames(std::int64_t frames, std::int64_t row, const Augmentation& augmentation,
                  std::uint64_t seed) {
    if (augmentation.stretch <= 0 || frames < 2) return int(frames);
    const float where = 2 * uniform(mix(seed, std::uint64_t(row) ^ 0x5eed)) - 1;
    return int(std::max<std::int64_t>(
        2, std::llround(double(frames) * std::exp(double(where * augmentation.stretch)))));
}

}  // namespace

Plan::Plan(const Sizes& sizes, const Corpus& corpus, const std::int64_t* rows, std::int64_t n,
           const Augmentation& augmentation, std::uint64_t seed) {
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t start = corpus.offsets[rows[i]];
        const std::int64_t frames = corpus.offsets[rows[i] + 1] - start;
        takes.push_back(
            {i, rows[i], start, int(frames), played_frames(frames, rows[i], augmentation, seed)});
    }
    std::stable_sort(takes.begin(), takes.end(),
                     [](const Take& a, const Take& b) { return a.length > b.length; });
    const int most = series_at_once(sizes);
    const std::int64_t full = (n + most - 1) / most;
    const std::int64_t count = n < kWorthTwoChunks ? full : full + full % 2;
    for (std::int64_t i = 0, start = 0; i < count; ++i) {
        const std::int64_t end = n * (i + 1) / count;
        chunks.push_back({takes.data() + start, int(end - start)});
        start = end;
    }
}

int Plan::most_series() const {
    int most = 0;
    for (const Chunk& chunk : chunks) most = std::max(most, chunk.series);
    return most;
}

Playback::Playback(const Sizes& sizes, const Corpus& corpus, const Augmentation& augmentation,
                   std::uint64_t seed)
    : sizes_(&sizes),
      corpus_(&corpus),
      augmentation_(&augmentation),
      seed_(seed),
      before_(sizes.inputs) {}

void Playback::play(const Take& take, int first, int n, Matrix x) {
    const int dims = sizes_->inputs, heard = sizes_->layer_inputs(0);
    if (n > 0 && sizes_->differences) read(take, std::max(first - 1, 0), before_.data());
    for (int t = 0; t < n; ++t) {
        float* frame = x.row(t);
        read(take, first + t, frame);
        if (sizes_->differences)
            for (int d = 0; d < dims; ++d) {
                frame[dims + d] = (frame[d] - before_[d]) * corpus_->difference_scale[d];
                before_[d] = frame[d];
            }
        if (sizes_->clock) frame[heard - 1] = clock_input(first + t);
        if (augmentation_->noise > 0)
            kernels().add_noise(mix(mix(seed_, std::uint64_t(take.row)), std::uint64_t(first + t)),
                                augmentation_->noise, heard, frame);
    }
}

// A frame as it was recorded, or between two of them where the speed is another.
void Playback::read(const Take& take, int t, float* x) const {
    const int dims = sizes_->inputs;
    const float* frames = corpus_->frames + take.start * dims;
    if (take.length == take.recorded) {
        std::copy_n(frames + std::ptrdiff_t(t) * dims, dims, x);
        return;
    }
    const double at = double(t) * (take.recorded - 1) / (take.length - 1);
    const int left = std::min(int(at), take.recorded - 2);
    const float share = float(at - left);
    const float *a = frames + std::ptrdiff_t(left) * dims, *b = a + dims;
    for (int d = 0; d < dims; ++d) x[d] = a[d] + share * (b[d] - a[d]);
}

}  // namespace fluidseries
