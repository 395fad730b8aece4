#pragma once

#include <cstdint>

namespace palimpsest {

/// A signed current: that of column `plus` less that of column `minus`, subtracted at an amplifier's input.
struct SenseLine {
  std::uint32_t plus = 0;
  std::uint32_t minus = 0;
};

}  // namespace palimpsest
