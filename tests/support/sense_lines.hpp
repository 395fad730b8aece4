#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/sense_line.hpp"

namespace palimpsest::test {

/// The lines of an array of `columns` columns of which the last is the reference of all others.
inline std::vector<SenseLine> against_last_column(std::uint32_t columns) {
  std::vector<SenseLine> lines;
  for (std::uint32_t column = 0; column + 1 < columns; ++column) lines.push_back({column, columns - 1});
  return lines;
}

}  // namespace palimpsest::test
