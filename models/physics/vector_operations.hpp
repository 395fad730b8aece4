#pragma once

#include <cstdint>

namespace palimpsest {

/// Elementary operations of the vector unit by kind. A lane does one of any kind per step; their energies differ.
struct VectorOperations {
  std::uint64_t adds = 0;     ///< 16-bit additions, subtractions and comparisons
  std::uint64_t macs = 0;     ///< multiply-accumulates, and products alone
  std::uint64_t lookups = 0;  ///< reads of a table of base values and slopes
  std::uint64_t moves = 0;    ///< values passed on as they are

  std::uint64_t total() const { return adds + macs + lookups + moves; }
};

inline constexpr VectorOperations add_operations{1, 0, 0, 0};    ///< one addition
inline constexpr VectorOperations scale_operations{0, 1, 0, 0};  ///< one product, added to a sum or not
inline constexpr VectorOperations move_operations{0, 0, 0, 1};   ///< one value passed on

/// The same operations `repetitions` times.
inline VectorOperations operator*(const VectorOperations& operations, std::uint64_t repetitions) {
  return {operations.adds * repetitions, operations.macs * repetitions, operations.lookups * repetitions,
          operations.moves * repetitions};
}

inline VectorOperations operator+(const VectorOperations& left, const VectorOperations& right) {
  return {left.adds + right.adds, left.macs + right.macs, left.lookups + right.lookups, left.moves + right.moves};
}

}  // namespace palimpsest
