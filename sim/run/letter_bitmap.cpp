#include "sim/run/letter_bitmap.hpp"

#include <array>
#include <cassert>
#include <string_view>

namespace palimpsest {

namespace {

constexpr Eigen::Index glyph_rows = 7;
constexpr Eigen::Index glyph_columns = 4;
constexpr Eigen::Index stroke = 3;  // cells to a dot of the glyph, both ways
constexpr Eigen::Index gap = 4;     // between the letters

using Glyph = std::array<std::string_view, glyph_rows>;

// clang-format off
constexpr Glyph letter_c{".##.",
                         "#..#",
                         "#...",
                         "#...",
                         "#...",
                         "#..#",
                         ".##."};
constexpr Glyph letter_l{"#...",
                         "#...",
                         "#...",
                         "#...",
                         "#...",
                         "#...",
                         "####"};
constexpr Glyph letter_u{"#..#",
                         "#..#",
                         "#..#",
                         "#..#",
                         "#..#",
                         "#..#",
                         ".##."};
// clang-format on

const Glyph& glyph_of(char letter) {
  assert(letter == 'C' || letter == 'L' || letter == 'U');
  return letter == 'C' ? letter_c : letter == 'L' ? letter_l : letter_u;
}

}  // namespace

Eigen::MatrixXd letter_bitmap(const std::string& letters) {
  assert(letters.size() == 2);
  const Eigen::Index top = (letter_map_size - glyph_rows * stroke) / 2;
  Eigen::Index left = (letter_map_size - 2 * glyph_columns * stroke - gap) / 2;
  Eigen::MatrixXd bitmap = Eigen::MatrixXd::Zero(letter_map_size, letter_map_size);
  for (const char letter : letters) {
    const Glyph& glyph = glyph_of(letter);
    for (Eigen::Index row = 0; row < glyph_rows; ++row) {
      for (Eigen::Index column = 0; column < glyph_columns; ++column) {
        const bool dot = glyph[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] == '#';
        if (dot) bitmap.block(top + row * stroke, left + column * stroke, stroke, stroke).setOnes();
      }
    }
    left += glyph_columns * stroke + gap;
  }
  return bitmap;
}

}  // namespace palimpsest
