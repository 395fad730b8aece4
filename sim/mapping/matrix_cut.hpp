#pragma once

#include <cstdint>

namespace palimpsest {

/// How a job that reads and writes whole matrices may be cut.
enum class MatrixCut : std::uint8_t {
  none,
  columns,    ///< columns of the output need the same columns of the inputs
  transposed  ///< rows of the output need the same columns of the inputs
};

}  // namespace palimpsest
