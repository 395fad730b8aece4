// Included once for each kind of processor.
#if defined(PALIMPSEST_CELL_DRAWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_CELL_DRAWS_INL
#undef PALIMPSEST_CELL_DRAWS_INL
#else
#define PALIMPSEST_CELL_DRAWS_INL
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "models/physics/random.hpp"
#include "models/physics/simd/gaussian-inl.hpp"
#include "models/physics/simd/philox-inl.hpp"
#include "models/physics/write_pulse-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

using CellNumbers = hn::RebindToUnsigned<CellLanes>;
using CellWords = hn::Vec<CellNumbers>;
inline constexpr CellNumbers in_words{};

HWY_INLINE CellWords words_of(std::uint32_t word) { return hn::Set(in_words, word); }

/// Standard normal numbers of cells, a cell in each lane: functions of the stream, the cell's number (which is added to
/// the stream's unit) and the block of Philox. Words 0 and 1 of a block give two, words 2 and 3 two more.
class CellDraws {
 public:
  CellDraws(std::uint64_t seed, RandomPurpose purpose, std::uint64_t unit, std::uint32_t step)
      : first_(seed, purpose, unit, step) {}

  HWY_INLINE void draw(CellWords cell, CellWords block, CellValues (&normals)[2]) const {
    const Words words = words_at(cell, block);
    gaussian_lanes(words.w0, words.w1, normals[0], normals[1]);
  }

  HWY_INLINE void draw(CellWords cell, CellWords block, CellValues (&normals)[4]) const {
    const Words words = words_at(cell, block);
    gaussian_lanes(words.w0, words.w1, normals[0], normals[1]);
    gaussian_lanes(words.w2, words.w3, normals[2], normals[3]);
  }

 private:
  struct Words {
    CellWords w0;
    CellWords w1;
    CellWords w2;
    CellWords w3;
  };

  HWY_INLINE Words words_at(CellWords cell, CellWords block) const {
    Words words{block, words_of(first_.counter[1]), hn::Add(words_of(first_.counter[2]), cell),
                words_of(first_.counter[3])};
    philox(words.w0, words.w1, words.w2, words.w3, first_.key[0], first_.key[1]);
    return words;
  }

  PhiloxKey first_;
};

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
