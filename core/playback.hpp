// Which series are computed together, and what the first layer hears of each.
#pragma once

#include <cstdint>
#include <vector>

#include "corpus.hpp"
#include "kernels.hpp"
#include "network.hpp"

namespace fluidseries {

// One series as it is played.
struct Take {
    std::int64_t place;       // among the caller's rows
    std::int64_t row, start;  // its number in the corpus, and its first frame there
    int recorded, length;     // frames as they came, and as they are played
};

// Series that are computed together, longest first.
struct Chunk {
    const Take* takes;
    int series;

    int frames() const { return takes[0].length; }
    // How many series have this frame: the first so many.
    int alive(int frame) const {
        int n = series;
        while (n > 0 && takes[n - 1].length <= frame) --n;
        return n;
    }
};

// The most series in any chunk.
constexpr int kMostSeries = 9;
// Fewer series than these are one chunk. The weights' way from the cache takes as long for two as
// for one, so that two threads with one series each are hardly sooner done than one with two.
constexpr std::int64_t kWorthTwoChunks = 4;

// Cuts a call's rows into chunks of nearly equal size, series of similar length together. The
// chunks follow from the rows alone, and the number of several is even, so that two threads end
// together.
struct Plan {
    std::vector<Take> takes;
    std::vector<Chunk> chunks;

    Plan(const Sizes&, const Corpus&, const std::int64_t* rows, std::int64_t n, const Augmentation&,
         std::uint64_t seed);
    int longest() const { return takes.empty() ? 0 : takes[0].length; }
    int most_series() const;
};

// Plays takes: at another speed, with differences, the clock and noise where they are wanted.
class Playback {
  public:
    Playback(const Sizes&, const Corpus&, const Augmentation&, std::uint64_t seed);
    // x (n, inputs of the first layer): n frames of a take from `first` on.
    void play(const Take&, int first, int n, Matrix x);

  private:
    void read(const Take&, int t, float* x) const;

    const Sizes* sizes_;
    const Corpus* corpus_;
    const Augmentation* augmentation_;
    std::uint64_t seed_;
    std::vector<float> before_;  // the last frame, before noise
};

}  // namespace fluidseries
